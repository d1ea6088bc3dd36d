/* SPDX-License-Identifier: MIT */
/* What the kernel tells several of, each a nest or a record. */
#include "fake.h"

#include <stdio.h>

void fake_put_hook(struct nlmsghdr *head, const char *function, uint32_t ops,
		   uint8_t state)
{
	struct nlattr *nest = mnl_attr_nest_start(head, FGUARD_STATUS_A_HOOK);

	mnl_attr_put_strz(head, FGUARD_HOOK_A_FUNCTION, function);
	mnl_attr_put_u32(head, FGUARD_HOOK_A_OPS, ops);
	mnl_attr_put_u8(head, FGUARD_HOOK_A_STATE, state);
	mnl_attr_nest_end(head, nest);
}

void fake_put_match(struct nlmsghdr *head, const struct fguard_match *match)
{
	struct nlattr *nest = mnl_attr_nest_start(head, FGUARD_EXPLAIN_A_MATCH);

	mnl_attr_put_u32(head, FGUARD_MATCH_A_RULE, match->rule);
	mnl_attr_put_u8(head, FGUARD_MATCH_A_KIND, (uint8_t)match->kind);
	mnl_attr_put_u32(head, FGUARD_MATCH_A_DISTANCE, match->distance);
	mnl_attr_put_u8(head, FGUARD_MATCH_A_CONCERNED, (uint8_t)match->concerned);
	mnl_attr_put_u8(head, FGUARD_MATCH_A_ALLOWED, (uint8_t)match->allowed);
	mnl_attr_nest_end(head, nest);
}

void fake_put_grant(struct nlmsghdr *head, uint32_t pid, const char *comm,
		    uint8_t alive)
{
	struct nlattr *nest = mnl_attr_nest_start(head, FGUARD_RULE_A_GRANT);

	mnl_attr_put_u32(head, FGUARD_GRANT_A_PID, pid);
	mnl_attr_put_strz(head, FGUARD_GRANT_A_COMM, comm);
	mnl_attr_put_u8(head, FGUARD_GRANT_A_ALIVE, alive);
	mnl_attr_nest_end(head, nest);
}

/* An asker by the name of "cat", which is /bin/cat, wants to read @path. */
void fake_put_question(struct nlmsghdr *head, uint64_t id, uint32_t pid,
		       const char *path)
{
	fake_put_move(head, id, pid, path, "");
}

void fake_put_move(struct nlmsghdr *head, uint64_t id, uint32_t pid,
		   const char *path, const char *new_path)
{
	struct {
		struct fguard_question_record question;
		char strings[512];
	} record = { 0 };
	struct fguard_access_record *access = &record.question.access;
	size_t room = strlen(path) + strlen(new_path) + 11;

	assert_true(room < sizeof(record.strings));
	room = (room + 7) & ~(size_t)7;
	record.question.head.type = FGUARD_RECORD_QUESTION;
	record.question.head.version = FGUARD_RECORD_VERSION;
	record.question.head.length =
		(uint16_t)(sizeof(record.question) + room);
	record.question.id = id;
	record.question.deadline = 5000000000;
	access->head.type = FGUARD_RECORD_ACCESS;
	access->head.version = FGUARD_RECORD_VERSION;
	access->head.length = (uint16_t)(sizeof(*access) + room);
	access->pid = pid;
	access->reason = FGUARD_REASON_ASK;
	access->path_length = (uint16_t)strlen(path);
	access->new_path_length = (uint16_t)strlen(new_path);
	access->exe_length = 8;
	access->comm_length = 3;
	snprintf(record.strings, sizeof(record.strings), "%s%s/bin/catcat", path, new_path);
	mnl_attr_put(head, FGUARD_A_EVENTS, record.question.head.length, &record);
}

void fake_put_closed(struct nlmsghdr *head, uint64_t id, uint8_t reason,
		     uint8_t verdict)
{
	const struct fguard_closed_record record = {
		.head = { .length = sizeof(record),
			  .version = FGUARD_RECORD_VERSION,
			  .type = FGUARD_RECORD_CLOSED },
		.id = id,
		.reason = reason,
		.verdict = verdict,
	};

	mnl_attr_put(head, FGUARD_A_EVENTS, sizeof(record), &record);
}

/* SPDX-License-Identifier: MIT */
#include "answers.h"

#include <errno.h>
#include <stdlib.h>

static struct nlmsghdr *write_status(struct fake *fake, uint32_t sequence)
{
	struct nlmsghdr *head = fake_message(fake, FAKE_FAMILY, 0, sequence,
					     FGUARD_CMD_GET_STATUS);
	struct nlattr *nest = mnl_attr_nest_start(head, FGUARD_A_STATUS);

	mnl_attr_put_strz(head, FGUARD_STATUS_A_VERSION, "0.1.0");
	mnl_attr_put_u32(head, FGUARD_STATUS_A_RULES, 10);
	mnl_attr_put_u64(head, FGUARD_STATUS_A_LOST, 6);
	fake_put_hook(head, "security_file_open", 3, FGUARD_HOOK_ACTIVE);
	mnl_attr_nest_end(head, nest);
	return head;
}

static int call_status(struct fguard *guard)
{
	struct fguard_status status;
	struct fguard_hook hooks[2];

	return fguard_get_status(guard, &status, hooks, 2);
}

static struct nlmsghdr *write_explanation(struct fake *fake, uint32_t sequence)
{
	const struct fguard_match match = { .rule = 3, .kind = FGUARD_MATCH_TREE,
					    .distance = 2, .concerned = 1,
					    .allowed = 1 };
	struct nlmsghdr *head = fake_message(fake, FAKE_FAMILY, 0, sequence,
					     FGUARD_CMD_EXPLAIN);
	struct nlattr *nest = mnl_attr_nest_start(head, FGUARD_A_EXPLAIN);

	mnl_attr_put_u8(head, FGUARD_EXPLAIN_A_VERDICT, FGUARD_VERDICT_DENY);
	mnl_attr_put_u8(head, FGUARD_EXPLAIN_A_REASON, FGUARD_REASON_RULE);
	mnl_attr_put_u32(head, FGUARD_EXPLAIN_A_RULE, 3);
	fake_put_match(head, &match);
	mnl_attr_nest_end(head, nest);
	return head;
}

static int call_explain(struct fguard *guard)
{
	const struct fguard_query query = { .path = "/a" };
	struct fguard_explanation explanation;
	struct fguard_match matches[2];

	return fguard_explain(guard, &query, &explanation, matches, 2);
}

static struct nlmsghdr *write_added(struct fake *fake, uint32_t sequence)
{
	struct nlmsghdr *head = fake_message(fake, FAKE_FAMILY, 0, sequence,
					     FGUARD_CMD_ADD_RULES);
	struct nlattr *nest = mnl_attr_nest_start(head, FGUARD_A_RULE);

	mnl_attr_put_u32(head, FGUARD_RULE_A_ID, 3);
	mnl_attr_put_u32(head, FGUARD_RULE_A_FLAGS, 1);
	mnl_attr_nest_end(head, nest);
	return head;
}

static int call_add(struct fguard *guard)
{
	const struct fguard_rule rule = { .path = "/a" };
	struct fguard_added added;

	return fguard_add_rules(guard, &rule, 1, &added);
}

static struct nlmsghdr *write_refusal(struct fake *fake, uint32_t sequence)
{
	const struct nlmsghdr request = { .nlmsg_len = 20,
					  .nlmsg_seq = sequence };
	struct nlmsghdr *head = fake_write_ack(fake, &request, -EINVAL,
					       "a sentence");

	mnl_attr_put_u32(head, NLMSGERR_ATTR_OFFS, 24);
	return head;
}

static int call_set(struct fguard *guard)
{
	return fguard_set_rules(guard, &(struct fguard_rule){ .path = "/a" }, 1);
}

static void put_access(struct nlmsghdr *head)
{
	struct {
		struct fguard_access_record access;
		char strings[24];
	} record = {
		.access = { .head = { .length = sizeof(record), .version = 1,
				      .type = FGUARD_RECORD_ACCESS },
			    .path_length = 9, .exe_length = 7, .comm_length = 2 },
		.strings = "/srv/a.db/bin/rmrm",
	};

	mnl_attr_put(head, FGUARD_A_EVENTS, sizeof(record), &record);
}

static struct nlmsghdr *write_events(struct fake *fake, uint32_t sequence)
{
	struct nlmsghdr *head = fake_message(fake, FAKE_FAMILY, 0, 0,
					     FGUARD_CMD_EVENTS);

	(void)sequence;
	put_access(head);
	return head;
}

size_t answer_sum_strings(const unsigned char *record)
{
	struct fguard_access_record access;
	size_t length, sum = 0;

	memcpy(&access, record, sizeof(access));
	length = (size_t)access.path_length + access.new_path_length +
		 access.exe_length + access.comm_length;
	for (size_t i = 0; i < length; i++)
		sum += record[sizeof(access) + i];
	return sum;
}

/* Steps through a batch as a reader does, trusting every length. */
static int call_read(struct fguard *guard)
{
	unsigned char *buffer = malloc(FGUARD_BATCH_MAX), *exact;
	ssize_t size = fguard_read_events(guard, buffer, FGUARD_BATCH_MAX, 0);
	struct fguard_record head;
	size_t sum = 0;

	exact = malloc(size > 0 ? (size_t)size : 1);
	memcpy(exact, buffer, size > 0 ? (size_t)size : 0);
	for (ssize_t at = 0; at < size; at += head.length) {
		memcpy(&head, exact + at, sizeof(head));
		if (head.type == FGUARD_RECORD_ACCESS)
			sum += answer_sum_strings(exact + at);
		else if (head.type == FGUARD_RECORD_QUESTION)
			sum += answer_sum_strings(exact + at + QUESTION_ACCESS);
	}
	free(exact);
	free(buffer);
	return size > 0 && sum ? 0 : -EPROTO;
}

const struct victim victims[] = {
	{ "status", write_status, call_status, false, 0 },
	{ "list", answer_list, call_list, false, 0 },
	{ "subjects", answer_subjects, call_list, false, 0 },
	{ "explanation", write_explanation, call_explain, false, 0 },
	{ "added", write_added, call_add, false, 0 },
	{ "refusal", write_refusal, call_set, false, -EINVAL },
	{ "events", write_events, call_read, true, 0 },
	{ "question", answer_question, call_read, true, 0 },
	{ "questions", answer_questions, call_questions, false, 0 },
	{ "remembered", answer_remembered, call_remembered, false, 0 },
};
const size_t n_victims = sizeof(victims) / sizeof(victims[0]);

/* SPDX-License-Identifier: MIT */
/* Questions: answering and listing; remembered answers: listing and forgetting. */
#include "internal.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <string.h>

/* ---- questions ---------------------------------------------------------- */

static void put_answer(struct fguard_request *request,
		       const struct fguard_answer *answer)
{
	size_t nest = fguard_nest(request, FGUARD_A_ANSWER);

	fguard_put_u64(request, FGUARD_ANSWER_A_ID, answer->id);
	fguard_put_u8(request, FGUARD_ANSWER_A_VERDICT,
		      (uint8_t)answer->verdict);
	fguard_put_u8(request, FGUARD_ANSWER_A_LIFETIME,
		      (uint8_t)answer->lifetime);
	if (answer->ttl)
		fguard_put_u64(request, FGUARD_ANSWER_A_TTL, answer->ttl);
	fguard_nest_end(request, nest);
}

/* Checks only what cannot be sent; the kernel checks the rest. */
static int check_answer(struct fguard *guard, const struct fguard_answer *answer)
{
	if (answer->verdict >= __FGUARD_VERDICT_MAX)
		return fguard_fail(guard, -ERANGE,
				   "the answer has an unknown verdict: %u",
				   answer->verdict);
	if (answer->lifetime >= __FGUARD_LIFETIME_MAX)
		return fguard_fail(guard, -ERANGE,
				   "the answer has an unknown lifetime: %u",
				   answer->lifetime);
	return 0;
}

int fguard_answer(struct fguard *guard, const struct fguard_answer *answer)
{
	struct fguard_request request;
	int err = check_answer(guard, answer);

	if (err)
		return err;
	fguard_request_begin(&request, guard->family, FGUARD_CMD_ANSWER,
			     FGUARD_GENL_VERSION, NLM_F_ACK);
	put_answer(&request, answer);
	err = fguard_exchange(guard, &request, NULL, NULL);
	fguard_request_free(&request);
	return err;
}

static int take_questions(const void *data, size_t size, void *context)
{
	struct fguard_record head;
	const unsigned char *at;
	const void *records;
	size_t left;

	if (fguard_find_records(data, size, &records, &left))
		return -EPROTO;
	for (at = records; left; at += head.length, left -= head.length) {
		memcpy(&head, at, sizeof(head));
		if (head.type == FGUARD_RECORD_QUESTION &&
		    fguard_store_add(context, at, head.length))
			return -ENOMEM;
	}
	return 0;
}

/* Not repeated if they changed meanwhile, as they change all the time. */
ssize_t fguard_list_questions(struct fguard *guard)
{
	struct fguard_request request;
	int err;

	fguard_store_empty(&guard->questions);
	fguard_request_begin(&request, guard->family, FGUARD_CMD_GET_QUESTIONS,
			     FGUARD_GENL_VERSION, NLM_F_DUMP);
	err = fguard_exchange(guard, &request, take_questions,
			      &guard->questions);
	fguard_request_free(&request);
	if (err)
		fguard_store_empty(&guard->questions);
	return err ? err : (ssize_t)guard->questions.count;
}

int fguard_next_question(struct fguard *guard,
			 const struct fguard_question_record **question)
{
	struct fguard_store *questions = &guard->questions;

	if (questions->at == questions->used)
		return 0;
	*question = (const void *)(questions->data + questions->at);
	questions->at += (*question)->head.length;
	return 1;
}

/* ---- answers that rules remember ---------------------------------------- */

static int take_answers(const void *data, size_t size, void *context)
{
	const struct nlattr *attr;
	size_t at = 0;
	int more;

	while ((more = fguard_next_attr(data, size, &at, &attr)) > 0)
		if (mnl_attr_get_type(attr) == FGUARD_A_REMEMBERED &&
		    fguard_store_add(context, attr, mnl_attr_get_len(attr)))
			return -ENOMEM;
	return more;
}

ssize_t fguard_list_answers(struct fguard *guard)
{
	struct fguard_request request;
	int err;

	fguard_store_empty(&guard->answers);
	fguard_request_begin(&request, guard->family, FGUARD_CMD_GET_ANSWERS,
			     FGUARD_GENL_VERSION, NLM_F_DUMP);
	err = fguard_exchange(guard, &request, take_answers, &guard->answers);
	fguard_request_free(&request);
	if (err)
		fguard_store_empty(&guard->answers);
	return err ? err : (ssize_t)guard->answers.count;
}

static int read_numbers(const struct nlattr **table, struct fguard_remembered *answer)
{
	uint8_t verdict = 0, lifetime = 0;

	if (fguard_get_u64(table[FGUARD_REMEMBERED_A_ID], &answer->id) || !answer->id ||
	    fguard_get_u32(table[FGUARD_REMEMBERED_A_RULE], &answer->rule) ||
	    fguard_get_u32(table[FGUARD_REMEMBERED_A_OPS], &answer->ops) ||
	    fguard_get_u8(table[FGUARD_REMEMBERED_A_VERDICT], &verdict) ||
	    fguard_get_u8(table[FGUARD_REMEMBERED_A_LIFETIME], &lifetime) ||
	    fguard_get_u32(table[FGUARD_REMEMBERED_A_PID], &answer->pid) ||
	    fguard_get_u32(table[FGUARD_REMEMBERED_A_UID], &answer->uid) ||
	    fguard_get_u64(table[FGUARD_REMEMBERED_A_TTL], &answer->ttl) ||
	    fguard_get_u64(table[FGUARD_REMEMBERED_A_GIVEN], &answer->given))
		return -EPROTO;
	answer->verdict = verdict;
	answer->lifetime = lifetime;
	return 0;
}

static int read_answer(const struct nlattr *nest, struct fguard_remembered *answer)
{
	const struct nlattr *table[FGUARD_REMEMBERED_A_MAX + 1];

	*answer = (struct fguard_remembered){ .comm = "" };
	if (fguard_parse_nested(nest, table, FGUARD_REMEMBERED_A_MAX) ||
	    read_numbers(table, answer) ||
	    fguard_get_string(table[FGUARD_REMEMBERED_A_COMM], &answer->comm) ||
	    fguard_get_string(table[FGUARD_REMEMBERED_A_EXE], &answer->exe) ||
	    fguard_get_string(table[FGUARD_REMEMBERED_A_SCRIPT], &answer->script))
		return -EPROTO;
	return 0;
}

int fguard_next_answer(struct fguard *guard, struct fguard_remembered *answer)
{
	struct fguard_store *answers = &guard->answers;
	const struct nlattr *attr;
	int err;

	err = fguard_next_attr(answers->data, answers->used, &answers->at, &attr);
	if (err <= 0)
		return err;
	if (read_answer(attr, answer))
		return fguard_fail(guard, -EPROTO,
				   "the kernel sent a malformed answer");
	return 1;
}

static void put_id(struct fguard_request *request, uint64_t id)
{
	size_t nest = fguard_nest(request, FGUARD_A_REMEMBERED);

	fguard_put_u64(request, FGUARD_REMEMBERED_A_ID, id);
	fguard_nest_end(request, nest);
}

/* To the kernel, the id 0 stands for all answers. */
static int forget(struct fguard *guard, const uint64_t *ids, size_t n)
{
	struct fguard_request request;
	int err;

	fguard_request_begin(&request, guard->family, FGUARD_CMD_FORGET,
			     FGUARD_GENL_VERSION, NLM_F_ACK);
	for (size_t i = 0; i < n; i++)
		put_id(&request, ids[i]);
	err = fguard_exchange(guard, &request, NULL, NULL);
	fguard_request_free(&request);
	return err;
}

int fguard_forget_answers(struct fguard *guard, const uint64_t *ids, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!ids[i])
			return fguard_fail(guard, -EINVAL, "no answer has the id 0");
	if (n > FGUARD_FORGET_MAX)
		return fguard_fail(guard, -E2BIG, "more than %u answers at once",
				   FGUARD_FORGET_MAX);
	return n ? forget(guard, ids, n) : 0;
}

int fguard_forget_all_answers(struct fguard *guard)
{
	const uint64_t all = 0;

	return forget(guard, &all, 1);
}

/* SPDX-License-Identifier: MIT */
/* Questions: answered, and those that wait fetched and stepped through. */
#include "internal.h"

#include <errno.h>
#include <string.h>

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

/* Only what cannot be told to the kernel; the rest it refuses itself. */
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

/* Not again if they changed meanwhile: they do so all the time. */
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

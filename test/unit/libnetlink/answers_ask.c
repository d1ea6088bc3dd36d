/* SPDX-License-Identifier: MIT */
/* Questions: one that arrives, and one that is listed. */
#include "answers.h"

#include <errno.h>

struct nlmsghdr *answer_question(struct fake *fake, uint32_t sequence)
{
	struct nlmsghdr *head = fake_message(fake, FAKE_FAMILY, 0, 0,
					     FGUARD_CMD_EVENTS);

	(void)sequence;
	fake_put_question(head, 1, 12, "/srv/a");
	return head;
}

struct nlmsghdr *answer_questions(struct fake *fake, uint32_t sequence)
{
	struct nlmsghdr *head = fake_message(fake, FAKE_FAMILY, NLM_F_MULTI,
					     sequence, FGUARD_CMD_GET_QUESTIONS);

	fake_put_question(head, 1, 12, "/srv/a");
	return head;
}

int call_questions(struct fguard *guard)
{
	const struct fguard_question_record *question;
	ssize_t n = fguard_list_questions(guard);
	size_t seen = 0;

	if (n < 0)
		return (int)n;
	while (fguard_next_question(guard, &question) > 0)
		seen += answer_sum_strings(
			(const unsigned char *)&question->access);
	return seen ? 0 : -EPROTO;
}

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

struct nlmsghdr *answer_remembered(struct fake *fake, uint32_t sequence)
{
	struct nlmsghdr *head = fake_message(fake, FAKE_FAMILY, NLM_F_MULTI,
					     sequence, FGUARD_CMD_GET_ANSWERS);
	struct nlattr *nest = mnl_attr_nest_start(head, FGUARD_A_REMEMBERED);

	mnl_attr_put_u64(head, FGUARD_REMEMBERED_A_ID, 5);
	mnl_attr_put_u8(head, FGUARD_REMEMBERED_A_VERDICT, FGUARD_VERDICT_ALLOW);
	mnl_attr_put_strz(head, FGUARD_REMEMBERED_A_COMM, "sh");
	mnl_attr_put_strz(head, FGUARD_REMEMBERED_A_EXE, "/bin/sh");
	mnl_attr_put_strz(head, FGUARD_REMEMBERED_A_SCRIPT, "/srv/a.sh");
	mnl_attr_nest_end(head, nest);
	return head;
}

int call_remembered(struct fguard *guard)
{
	struct fguard_remembered answer;
	ssize_t n = fguard_list_answers(guard);
	size_t seen = 0;
	int more;

	if (n < 0)
		return (int)n;
	while ((more = fguard_next_answer(guard, &answer)) > 0)
		seen += strlen(answer.comm) + (answer.exe ? strlen(answer.exe) : 0) +
			(answer.script ? strlen(answer.script) : 0) + 1;
	return more ? more : seen ? 0 : -EPROTO;
}

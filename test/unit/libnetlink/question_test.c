/* SPDX-License-Identifier: MIT */
#include "fake.h"

#include <errno.h>

static const struct nlattr *answer_of(const struct fake *fake)
{
	const struct nlmsghdr *request = fake->requests[fake->n_requests - 1];

	assert_int_equal(fake_command(request), FGUARD_CMD_ANSWER);
	return fake_find(request, FGUARD_A_ANSWER, 0);
}

static void an_answer_arrives_as_it_was_given(void **state)
{
	const struct fguard_answer answer = {
		.id = 1ULL << 40, .verdict = FGUARD_VERDICT_DENY,
		.lifetime = FGUARD_LIFETIME_TIME, .ttl = FGUARD_TTL_MAX,
	};
	struct fake fake;
	struct fguard *guard = fake_open(&fake, fake_obey);
	const struct nlattr *nest;

	(void)state;
	assert_int_equal(fguard_answer(guard, &answer), 0);
	nest = answer_of(&fake);
	assert_int_equal(mnl_attr_get_u64(fake_find_nested(
				 nest, FGUARD_ANSWER_A_ID, 0)), 1ULL << 40);
	assert_int_equal(mnl_attr_get_u8(fake_find_nested(
				 nest, FGUARD_ANSWER_A_VERDICT, 0)),
			 FGUARD_VERDICT_DENY);
	assert_int_equal(mnl_attr_get_u8(fake_find_nested(
				 nest, FGUARD_ANSWER_A_LIFETIME, 0)),
			 FGUARD_LIFETIME_TIME);
	assert_int_equal(mnl_attr_get_u64(fake_find_nested(
				 nest, FGUARD_ANSWER_A_TTL, 0)), FGUARD_TTL_MAX);
	fake_stop(&fake, guard);
}

static void an_answer_for_once_has_no_length(void **state)
{
	const struct fguard_answer answer = { .id = 1 };
	struct fake fake;
	struct fguard *guard = fake_open(&fake, fake_obey);

	(void)state;
	assert_int_equal(fguard_answer(guard, &answer), 0);
	assert_non_null(fake_find_nested(answer_of(&fake),
					 FGUARD_ANSWER_A_VERDICT, 0));
	assert_null(fake_find_nested(answer_of(&fake), FGUARD_ANSWER_A_TTL, 0));
	fake_stop(&fake, guard);
}

/* 256 would arrive as 0, which is to allow. */
static void an_unknown_verdict_or_lifetime_is_not_sent(void **state)
{
	const struct fguard_answer answers[] = {
		{ .id = 1, .verdict = __FGUARD_VERDICT_MAX },
		{ .id = 1, .verdict = 256 },
		{ .id = 1, .lifetime = __FGUARD_LIFETIME_MAX },
		{ .id = 1, .lifetime = 256 },
	};
	struct fake fake;
	struct fguard *guard = fake_open(&fake, fake_obey);

	(void)state;
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++)
		assert_int_equal(fguard_answer(guard, &answers[i]), -ERANGE);
	assert_string_equal(fguard_message(guard),
			    "the answer has an unknown lifetime: 256");
	assert_int_equal(fake.n_requests, 0);
	fake_stop(&fake, guard);
}

static void refuse(struct fake *fake, const struct nlmsghdr *request)
{
	fake_ack(fake, request, -ENOENT, "no such question waits");
}

static void an_answer_that_comes_too_late_tells_so(void **state)
{
	const struct fguard_answer answer = { .id = 1 };
	struct fake fake;
	struct fguard *guard = fake_open(&fake, refuse);

	(void)state;
	assert_int_equal(fguard_answer(guard, &answer), -ENOENT);
	assert_string_equal(fguard_message(guard), "no such question waits");
	fake_stop(&fake, guard);
}

static struct nlmsghdr *begin(struct fake *fake, const struct nlmsghdr *request)
{
	return fake_message(fake, FAKE_FAMILY, NLM_F_MULTI, request->nlmsg_seq,
			    FGUARD_CMD_GET_QUESTIONS);
}

/* The second is no question. */
static void answer_three(struct fake *fake, const struct nlmsghdr *request)
{
	struct nlmsghdr *head;

	assert_int_equal(request->nlmsg_flags, NLM_F_REQUEST | NLM_F_DUMP);
	assert_int_equal(mnl_nlmsg_get_payload_len(request), GENL_HDRLEN);
	for (uint64_t id = 1; id <= 3; id++) {
		head = begin(fake, request);
		if (id == 2)
			fake_put_closed(head, 9, 0, 0);
		else
			fake_put_question(head, id, 77, "/srv/a long name");
		fake_deliver(fake, head);
	}
	fake_done(fake, request, 0, NULL);
}

static void questions_come_back_as_the_kernel_has_them(void **state)
{
	const struct fguard_question_record *first, *second, *none;
	struct fake fake;
	struct fguard *guard = fake_open(&fake, answer_three);

	(void)state;
	assert_int_equal(fguard_list_questions(guard), 2);
	assert_int_equal(fake_command(fake.requests[0]), FGUARD_CMD_GET_QUESTIONS);
	assert_int_equal(fguard_next_question(guard, &first), 1);
	assert_int_equal(fguard_next_question(guard, &second), 1);
	assert_int_equal(fguard_next_question(guard, &none), 0);
	assert_int_equal(fguard_next_question(guard, &none), 0);
	/* only now: what was given out holds until the next list */
	assert_int_equal(first->id, 1);
	assert_int_equal(second->id, 3);
	assert_int_equal(second->deadline, 5000000000);
	assert_int_equal(second->access.pid, 77);
	assert_memory_equal(second + 1, "/srv/a long name/bin/catcat", 27);
	fake_stop(&fake, guard);
}

/* They change meanwhile. */
static void answer_thousand(struct fake *fake, const struct nlmsghdr *request)
{
	struct nlmsghdr *head;

	for (uint64_t id = 1; id <= 1000; id++) {
		head = begin(fake, request);
		head->nlmsg_flags |= NLM_F_DUMP_INTR;
		fake_put_question(head, id, (uint32_t)id, "/srv/a");
		fake_deliver(fake, head);
	}
	fake_done(fake, request, 0, NULL);
}

static void a_thousand_questions_are_fetched_once(void **state)
{
	const struct fguard_question_record *question;
	struct fake fake;
	struct fguard *guard = fake_open(&fake, answer_thousand);

	(void)state;
	for (size_t round = 1; round <= 2; round++) {
		assert_int_equal(fguard_list_questions(guard), 1000);
		assert_int_equal(fake.n_requests, round);
		for (uint32_t id = 1; id <= 1000; id++) {
			assert_int_equal(fguard_next_question(guard, &question), 1);
			assert_int_equal(question->access.pid, id);
		}
	}
	fake_stop(&fake, guard);
}

static void fail_at_end(struct fake *fake, const struct nlmsghdr *request)
{
	struct nlmsghdr *head = begin(fake, request);

	fake_put_question(head, 1, 1, "/srv/a");
	fake_deliver(fake, head);
	fake_done(fake, request, -ENOMEM, NULL);
}

static void a_list_that_failed_is_empty(void **state)
{
	const struct fguard_question_record *question;
	struct fake fake;
	struct fguard *guard = fake_open(&fake, fail_at_end);

	(void)state;
	assert_int_equal(fguard_list_questions(guard), -ENOMEM);
	assert_int_equal(fguard_next_question(guard, &question), 0);
	fake_stop(&fake, guard);
}

static void questions_and_their_ends_are_read_as_they_come(void **state)
{
	static unsigned char buffer[FGUARD_BATCH_MAX];
	struct fguard_question_record question;
	struct fguard_closed_record closed;
	struct nlmsghdr *head;
	struct fake fake;
	struct fguard *guard = fake_subscribe(&fake, fake_obey);

	(void)state;
	head = fake_message(&fake, FAKE_FAMILY, 0, 0, FGUARD_CMD_EVENTS);
	fake_put_question(head, 5, 6, "/srv/a");
	fake_deliver(&fake, head);
	head = fake_message(&fake, FAKE_FAMILY, 0, 0, FGUARD_CMD_EVENTS);
	fake_put_closed(head, 5, FGUARD_CLOSED_EXPIRED, FGUARD_VERDICT_DENY);
	fake_deliver(&fake, head);
	assert_int_equal(fguard_read_events(guard, buffer, sizeof(buffer), 0),
			 sizeof(question) + 24);
	memcpy(&question, buffer, sizeof(question));
	assert_int_equal(question.id, 5);
	assert_int_equal(fguard_read_events(guard, buffer, sizeof(buffer), 0),
			 sizeof(closed));
	memcpy(&closed, buffer, sizeof(closed));
	assert_int_equal(closed.id, 5);
	assert_int_equal(closed.reason, FGUARD_CLOSED_EXPIRED);
	assert_int_equal(closed.verdict, FGUARD_VERDICT_DENY);
	fake_stop(&fake, guard);
}

int run_question_tests(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_answer_arrives_as_it_was_given),
		cmocka_unit_test(an_answer_for_once_has_no_length),
		cmocka_unit_test(an_unknown_verdict_or_lifetime_is_not_sent),
		cmocka_unit_test(an_answer_that_comes_too_late_tells_so),
		cmocka_unit_test(questions_come_back_as_the_kernel_has_them),
		cmocka_unit_test(a_thousand_questions_are_fetched_once),
		cmocka_unit_test(a_list_that_failed_is_empty),
		cmocka_unit_test(questions_and_their_ends_are_read_as_they_come),
	};

	return cmocka_run_group_tests_name("question", tests, NULL, NULL);
}

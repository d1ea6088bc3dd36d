/* SPDX-License-Identifier: MIT */
#include "fake.h"

#include <errno.h>

static void put_process(struct nlmsghdr *head)
{
	struct nlattr *nest = mnl_attr_nest_start(head, FGUARD_A_REMEMBERED);

	mnl_attr_put_u64(head, FGUARD_REMEMBERED_A_ID, 1ULL << 40);
	mnl_attr_put_u32(head, FGUARD_REMEMBERED_A_RULE, 3);
	mnl_attr_put_u32(head, FGUARD_REMEMBERED_A_OPS, 5);
	mnl_attr_put_u8(head, FGUARD_REMEMBERED_A_VERDICT, FGUARD_VERDICT_DENY);
	mnl_attr_put_u8(head, FGUARD_REMEMBERED_A_LIFETIME, FGUARD_LIFETIME_PROCESS);
	mnl_attr_put_u32(head, FGUARD_REMEMBERED_A_PID, 12);
	mnl_attr_put_strz(head, FGUARD_REMEMBERED_A_COMM, "cat");
	mnl_attr_put_u32(head, 200, 1); /* of a newer module */
	mnl_attr_nest_end(head, nest);
}

static void put_script(struct nlmsghdr *head)
{
	struct nlattr *nest = mnl_attr_nest_start(head, FGUARD_A_REMEMBERED);

	mnl_attr_put_u64(head, FGUARD_REMEMBERED_A_ID, 2);
	mnl_attr_put_u8(head, FGUARD_REMEMBERED_A_LIFETIME, FGUARD_LIFETIME_TIME);
	mnl_attr_put_u64(head, FGUARD_REMEMBERED_A_TTL, 1000);
	mnl_attr_put_u64(head, FGUARD_REMEMBERED_A_GIVEN, 7);
	mnl_attr_put_u32(head, FGUARD_REMEMBERED_A_UID, 1000);
	mnl_attr_put_strz(head, FGUARD_REMEMBERED_A_EXE, "/bin/sh");
	mnl_attr_put_strz(head, FGUARD_REMEMBERED_A_SCRIPT, "/srv/a.sh");
	mnl_attr_nest_end(head, nest);
}

static void answer_two(struct fake *fake, const struct nlmsghdr *request)
{
	struct nlmsghdr *head = fake_message(fake, FAKE_FAMILY, NLM_F_MULTI,
					     request->nlmsg_seq, FGUARD_CMD_GET_ANSWERS);

	assert_int_equal(fake_command(request), FGUARD_CMD_GET_ANSWERS);
	put_process(head);
	fake_deliver(fake, head);
	head = fake_message(fake, FAKE_FAMILY, NLM_F_MULTI, request->nlmsg_seq,
			    FGUARD_CMD_GET_ANSWERS);
	put_script(head);
	fake_deliver(fake, head);
	fake_done(fake, request, 0, NULL);
}

static void answers_are_stepped_through(void **state)
{
	struct fguard_remembered answer;
	struct fake fake;
	struct fguard *guard = fake_open(&fake, answer_two);

	(void)state;
	assert_int_equal(fguard_list_answers(guard), 2);
	assert_int_equal(fguard_next_answer(guard, &answer), 1);
	assert_true(answer.id == 1ULL << 40 && answer.rule == 3 && answer.ops == 5);
	assert_int_equal(answer.verdict, FGUARD_VERDICT_DENY);
	assert_int_equal(answer.lifetime, FGUARD_LIFETIME_PROCESS);
	assert_int_equal(answer.pid, 12);
	assert_string_equal(answer.comm, "cat");
	assert_true(!answer.exe && !answer.script && !answer.ttl);
	assert_int_equal(fguard_next_answer(guard, &answer), 1);
	assert_true(answer.id == 2 && !answer.pid && answer.ttl == 1000);
	assert_true(answer.given == 7 && answer.uid == 1000);
	assert_string_equal(answer.exe, "/bin/sh");
	assert_string_equal(answer.script, "/srv/a.sh");
	assert_string_equal(answer.comm, "");
	assert_int_equal(fguard_next_answer(guard, &answer), 0);
	fake_stop(&fake, guard);
}

static void answer_without_id(struct fake *fake, const struct nlmsghdr *request)
{
	struct nlmsghdr *head = fake_message(fake, FAKE_FAMILY, NLM_F_MULTI,
					     request->nlmsg_seq, FGUARD_CMD_GET_ANSWERS);
	struct nlattr *nest = mnl_attr_nest_start(head, FGUARD_A_REMEMBERED);

	mnl_attr_put_u32(head, FGUARD_REMEMBERED_A_RULE, 3);
	mnl_attr_nest_end(head, nest);
	fake_deliver(fake, head);
	fake_done(fake, request, 0, NULL);
}

static void an_answer_without_its_id_is_not_understood(void **state)
{
	struct fguard_remembered answer;
	struct fake fake;
	struct fguard *guard = fake_open(&fake, answer_without_id);

	(void)state;
	assert_int_equal(fguard_list_answers(guard), 1);
	assert_int_equal(fguard_next_answer(guard, &answer), -EPROTO);
	fake_stop(&fake, guard);
}

static uint64_t id_at(const struct fake *fake, size_t number)
{
	const struct nlmsghdr *request = fake->requests[fake->n_requests - 1];

	assert_int_equal(fake_command(request), FGUARD_CMD_FORGET);
	return mnl_attr_get_u64(fake_find_nested(
		fake_find(request, FGUARD_A_REMEMBERED, number),
		FGUARD_REMEMBERED_A_ID, 0));
}

static void those_that_are_named_are_forgotten(void **state)
{
	const uint64_t ids[] = { 3, 1ULL << 40 };
	struct fake fake;
	struct fguard *guard = fake_open(&fake, fake_obey);

	(void)state;
	assert_int_equal(fguard_forget_answers(guard, ids, 2), 0);
	assert_true(id_at(&fake, 0) == 3 && id_at(&fake, 1) == 1ULL << 40);
	assert_int_equal(fguard_forget_all_answers(guard), 0);
	assert_true(id_at(&fake, 0) == 0);
	fake_stop(&fake, guard);
}

/* 0 would be all. */
static void an_id_of_0_is_not_sent(void **state)
{
	static const uint64_t many[FGUARD_FORGET_MAX + 1] = { 1, 0 };
	struct fake fake;
	struct fguard *guard = fake_open(&fake, fake_obey);

	(void)state;
	assert_int_equal(fguard_forget_answers(guard, many + 1, 1), -EINVAL);
	assert_int_equal(fguard_forget_answers(guard, many, 2), -EINVAL);
	assert_int_equal(fguard_forget_answers(guard, many, 0), 0);
	assert_int_equal(fake.n_requests, 0);
	fake_stop(&fake, guard);
}

int run_remembered_tests(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_are_stepped_through),
		cmocka_unit_test(an_answer_without_its_id_is_not_understood),
		cmocka_unit_test(those_that_are_named_are_forgotten),
		cmocka_unit_test(an_id_of_0_is_not_sent),
	};

	return cmocka_run_group_tests_name("remembered", tests, NULL, NULL);
}

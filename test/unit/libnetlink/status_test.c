/* SPDX-License-Identifier: MIT */
#include "fake.h"

#include <errno.h>

static void answer_status(struct fake *fake, const struct nlmsghdr *request)
{
	struct nlmsghdr *head = fake_message(fake, FAKE_FAMILY, 0,
					     request->nlmsg_seq,
					     FGUARD_CMD_GET_STATUS);
	struct nlattr *nest = mnl_attr_nest_start(head, FGUARD_A_STATUS);

	mnl_attr_put_strz(head, FGUARD_STATUS_A_VERSION, "0.1.0");
	mnl_attr_put_u32(head, FGUARD_STATUS_A_RULES, 10);
	mnl_attr_put_u32(head, FGUARD_STATUS_A_SUBSCRIBERS, 2);
	mnl_attr_put_u64(head, FGUARD_STATUS_A_ALLOWED, 1ULL << 33);
	mnl_attr_put_u64(head, FGUARD_STATUS_A_DENIED, 4);
	mnl_attr_put_u64(head, FGUARD_STATUS_A_EVENTS, 5);
	mnl_attr_put_u64(head, FGUARD_STATUS_A_LOST, 6);
	mnl_attr_put_u8(head, FGUARD_STATUS_A_LOCKED, 1);
	mnl_attr_put_u32(head, FGUARD_STATUS_A_ANSWERERS, 7);
	mnl_attr_put_u32(head, FGUARD_STATUS_A_WAITING, 8);
	mnl_attr_put_u64(head, FGUARD_STATUS_A_ASKED, 1ULL << 34);
	mnl_attr_put_u64(head, FGUARD_STATUS_A_EXPIRED, 9);
	fake_put_hook(head, "security_file_open", 3, FGUARD_HOOK_ACTIVE);
	fake_put_hook(head, "security_path_unlink", 16, FGUARD_HOOK_MISSING);
	fake_put_hook(head, "a_function_whose_name_is_longer_than_the_room_that_there_is_for_it",
		 1, FGUARD_HOOK_IDLE);
	mnl_attr_nest_end(head, nest);
	fake_deliver(fake, head);
	fake_ack(fake, request, 0, NULL);
}

static void the_status_is_what_the_module_told(void **state)
{
	struct fguard_status status;
	struct fguard_hook hooks[3];
	struct fake fake;
	struct fguard *guard = fake_open(&fake, answer_status);

	(void)state;
	assert_int_equal(fguard_get_status(guard, &status, hooks, 3), 0);
	assert_int_equal(fake_command(fake.requests[0]), FGUARD_CMD_GET_STATUS);
	assert_string_equal(status.version, "0.1.0");
	assert_int_equal(status.abi, FGUARD_GENL_VERSION);
	assert_int_equal(status.rules, 10);
	assert_int_equal(status.subscribers, 2);
	assert_int_equal(status.allowed, 1ULL << 33);
	assert_int_equal(status.denied, 4);
	assert_int_equal(status.events, 5);
	assert_int_equal(status.lost, 6);
	assert_int_equal(status.locked, 1);
	assert_int_equal(status.answerers, 7);
	assert_int_equal(status.waiting, 8);
	assert_int_equal(status.asked, 1ULL << 34);
	assert_int_equal(status.expired, 9);
	assert_int_equal(status.n_hooks, 3);
	assert_string_equal(hooks[0].function, "security_file_open");
	assert_int_equal(hooks[0].ops, 3);
	assert_int_equal(hooks[0].state, FGUARD_HOOK_ACTIVE);
	assert_int_equal(hooks[1].state, FGUARD_HOOK_MISSING);
	assert_string_equal(hooks[2].function,
			    "a_function_whose_name_is_longer_than_the_room_t");
	fake_stop(&fake, guard);
}

static void hooks_beyond_the_room_are_counted_and_not_written(void **state)
{
	struct fguard_status status;
	struct fguard_hook hooks[2] = { { .ops = 1 }, { .ops = 99 } };
	struct fake fake;
	struct fguard *guard = fake_open(&fake, answer_status);

	(void)state;
	assert_int_equal(fguard_get_status(guard, &status, hooks, 1), 0);
	assert_int_equal(status.n_hooks, 3);
	assert_int_equal(hooks[0].ops, 3);
	assert_int_equal(hooks[1].ops, 99);
	assert_int_equal(fguard_get_status(guard, &status, NULL, 0), 0);
	assert_int_equal(status.n_hooks, 3);
	fake_stop(&fake, guard);
}

static void an_acknowledgement_alone_is_no_status(void **state)
{
	struct fguard_status status;
	struct fake fake;
	struct fguard *guard = fake_open(&fake, fake_obey);

	(void)state;
	assert_int_equal(fguard_get_status(guard, &status, NULL, 0), -EPROTO);
	fake_stop(&fake, guard);
}

int run_status_tests(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_status_is_what_the_module_told),
		cmocka_unit_test(hooks_beyond_the_room_are_counted_and_not_written),
		cmocka_unit_test(an_acknowledgement_alone_is_no_status),
	};

	return cmocka_run_group_tests_name("status", tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
#include "fake.h"

#include <errno.h>

static void keys_name_a_rule_in_one_way(void **state)
{
	const struct fguard_rule_key keys[] = {
		{ .id = 9, .path = "/ignored" },
		{ .path = "/p", .name = "ignored" },
		{ .name = "n" },
	};
	struct fake fake;
	struct fguard *guard = fake_open(&fake, fake_obey);
	const struct nlattr *nest;

	(void)state;
	assert_int_equal(fguard_delete_rules(guard, keys, 3), 0);
	assert_int_equal(fake_command(fake.requests[0]), FGUARD_CMD_DEL_RULES);
	nest = fake_find(fake.requests[0], FGUARD_A_RULE, 0);
	assert_int_equal(mnl_attr_get_u32(fake_find_nested(
				 nest, FGUARD_RULE_A_ID, 0)), 9);
	assert_null(fake_find_nested(nest, FGUARD_RULE_A_PATH, 0));
	nest = fake_find(fake.requests[0], FGUARD_A_RULE, 1);
	assert_string_equal(mnl_attr_get_str(fake_find_nested(
				    nest, FGUARD_RULE_A_PATH, 0)), "/p");
	assert_null(fake_find_nested(nest, FGUARD_RULE_A_NAME, 0));
	nest = fake_find(fake.requests[0], FGUARD_A_RULE, 2);
	assert_string_equal(mnl_attr_get_str(fake_find_nested(
				    nest, FGUARD_RULE_A_NAME, 0)), "n");
	fake_stop(&fake, guard);
}

static void a_key_that_names_nothing_is_refused(void **state)
{
	const struct fguard_rule_key keys[] = { { .id = 1 }, { .id = 0 } };
	struct fake fake;
	struct fguard *guard = fake_open(&fake, fake_obey);

	(void)state;
	assert_int_equal(fguard_delete_rules(guard, keys, 2), -EINVAL);
	assert_string_equal(fguard_message(guard), "key 2 names no rule");
	assert_int_equal(fake.n_requests, 0);
	fake_stop(&fake, guard);
}

int run_rule_key_tests(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_name_a_rule_in_one_way),
		cmocka_unit_test(a_key_that_names_nothing_is_refused),
	};

	return cmocka_run_group_tests_name("rule key", tests, NULL, NULL);
}

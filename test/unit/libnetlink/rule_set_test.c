/* SPDX-License-Identifier: MIT */
#include "fake.h"

#include <errno.h>
#include <stdlib.h>

static struct fguard_rule *make_rules(size_t n)
{
	struct fguard_rule *rules = calloc(n, sizeof(*rules));

	assert_non_null(rules);
	for (size_t i = 0; i < n; i++)
		rules[i].path = "/srv/directory/of/some/length/file";
	return rules;
}

static void a_set_is_one_message_of_any_size(void **state)
{
	const size_t n = 100000;
	struct fguard_rule *rules = make_rules(n);
	struct fake fake;
	struct fguard *guard = fake_open(&fake, fake_obey);

	(void)state;
	assert_int_equal(fguard_set_rules(guard, rules, n), 0);
	assert_int_equal(fake.n_requests, 1);
	assert_int_equal(fake_command(fake.requests[0]), FGUARD_CMD_SET_RULES);
	assert_int_equal(fake_count(fake.requests[0], FGUARD_A_RULE), n);
	assert_int_equal(fake.send_room, fake.requests[0]->nlmsg_len);
	fake_stop(&fake, guard);
	free(rules);
}

static void a_set_too_large_for_an_unprivileged_buffer_says_so(void **state)
{
	struct fguard_rule *rules = make_rules(10000);
	struct fake fake;
	struct fguard *guard = fake_open(&fake, fake_obey);

	(void)state;
	fake.grow_error = -EPERM;
	assert_int_equal(fguard_set_rules(guard, rules, 10000), -EPERM);
	assert_non_null(strstr(fguard_message(guard), "CAP_NET_ADMIN"));
	fake_stop(&fake, guard);
	free(rules);
}

static void an_empty_set_is_sent(void **state)
{
	struct fake fake;
	struct fguard *guard = fake_open(&fake, fake_obey);

	(void)state;
	assert_int_equal(fguard_set_rules(guard, NULL, 0), 0);
	assert_int_equal(fake.n_requests, 1);
	assert_int_equal(fake_count(fake.requests[0], FGUARD_A_RULE), 0);
	fake_stop(&fake, guard);
}

int run_rule_set_tests(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_set_is_one_message_of_any_size),
		cmocka_unit_test(a_set_too_large_for_an_unprivileged_buffer_says_so),
		cmocka_unit_test(an_empty_set_is_sent),
	};

	return cmocka_run_group_tests_name("rule set", tests, NULL, NULL);
}

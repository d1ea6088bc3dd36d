/* SPDX-License-Identifier: MIT */
/* Single values of a listed rule, and which are understood. */
#include "fake.h"

#include <errno.h>

/* An attribute of a listed rule, and whether it is understood. */
struct value_case {
	uint16_t type;
	const char *value;
	uint16_t size;
	int result;
};

static const struct value_case cases[] = {
	{ FGUARD_RULE_A_PATH, "", 0, -EPROTO },
	{ FGUARD_RULE_A_PATH, "/a", 2, -EPROTO },
	{ FGUARD_RULE_A_SUFFIX, "", 0, -EPROTO },
	{ FGUARD_RULE_A_SUFFIX, ".a", 2, -EPROTO },
	{ FGUARD_RULE_A_SUFFIX, ".a", 3, 1 },
	{ FGUARD_RULE_A_FLAGS, "1234", 3, -EPROTO },
	{ FGUARD_RULE_A_FLAGS, "1234", 4, 1 },
	{ FGUARD_RULE_A_TTL, "12345678", 4, -EPROTO },
	{ FGUARD_RULE_A_TTL, "12345678", 7, -EPROTO },
	{ FGUARD_RULE_A_TTL, "12345678", 8, 1 },
	{ FGUARD_RULE_A_DEFAULT, "\0\0", 0, -EPROTO },
	{ FGUARD_RULE_A_DEFAULT, "\0\0", 1, 1 },
	{ FGUARD_RULE_A_DEFAULT, "\0\0", 2, -EPROTO },
	{ FGUARD_RULE_A_TIMEOUT, "12345678", 4, 1 },
	{ FGUARD_RULE_A_TIMEOUT, "12345678", 8, -EPROTO },
	{ FGUARD_RULE_A_ASKED, "12345678", 4, -EPROTO },
	{ FGUARD_RULE_A_ASKED, "12345678", 8, 1 },
	{ FGUARD_RULE_A_EXPIRED, "12345678", 4, -EPROTO },
	{ FGUARD_RULE_A_EXPIRED, "12345678", 8, 1 },
	{ FGUARD_RULE_A_UIDS, "12345678", 0, 1 },
	{ FGUARD_RULE_A_UIDS, "12345678", 3, -EPROTO },
	{ FGUARD_RULE_A_UIDS, "12345678", 4, 1 },
	{ FGUARD_RULE_A_UIDS, "12345678", 6, -EPROTO },
	{ FGUARD_RULE_A_UIDS, "12345678", 8, 1 },
	{ FGUARD_RULE_A_GIDS, "12345678", 7, -EPROTO },
	{ FGUARD_RULE_A_GIDS, "12345678", 8, 1 },
	{ FGUARD_RULE_A_LOGINUIDS, "12345678", 5, -EPROTO },
	{ FGUARD_RULE_A_LOGINUIDS, "12345678", 8, 1 },
	{ FGUARD_RULE_A_EXE, "", 0, -EPROTO },
	{ FGUARD_RULE_A_EXE, "/a", 2, -EPROTO },
	{ FGUARD_RULE_A_EXE, "/a", 3, 1 },
	{ FGUARD_RULE_A_CGROUP, "", 0, -EPROTO },
	{ FGUARD_RULE_A_CGROUP, "/a", 2, -EPROTO },
	{ FGUARD_RULE_A_CGROUP, "/a", 3, 1 },
};

/* The good value first, so that a wrong one is the second of its kind. */
static void answer_case(struct fake *fake, const struct nlmsghdr *request)
{
	const struct value_case *one = fake->context;
	struct nlmsghdr *head = fake_message(fake, FAKE_FAMILY, NLM_F_MULTI,
					     request->nlmsg_seq,
					     FGUARD_CMD_GET_RULES);
	struct nlattr *nest = mnl_attr_nest_start(head, FGUARD_A_RULE);

	mnl_attr_put_u32(head, FGUARD_RULE_A_ID, 1);
	mnl_attr_put_strz(head, FGUARD_RULE_A_PATH, "/srv");
	mnl_attr_put_strz(head, FGUARD_RULE_A_EXE, "/bin/a");
	mnl_attr_put_strz(head, FGUARD_RULE_A_CGROUP, "/x");
	mnl_attr_put(head, one->type, one->size, one->value);
	mnl_attr_nest_end(head, nest);
	fake_deliver(fake, head);
	fake_done(fake, request, 0, NULL);
}

static int list_case(const struct value_case *one)
{
	struct fguard_rule_info info;
	struct fake fake;
	struct fguard *guard = fake_open(&fake, answer_case);
	int result;

	fake.context = (void *)one;
	assert_int_equal(fguard_list_rules(guard), 1);
	result = fguard_next_rule(guard, &info);
	fake_stop(&fake, guard);
	return result;
}

static void values_of_a_wrong_size_are_not_understood(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (list_case(&cases[i]) != cases[i].result)
			fail_msg("type %u, size %u: not %d", cases[i].type,
				 cases[i].size, cases[i].result);
}

static void answer_with_nothing(struct fake *fake, const struct nlmsghdr *request)
{
	const struct value_case *one = fake->context;
	struct nlmsghdr *head = fake_message(fake, FAKE_FAMILY, NLM_F_MULTI,
					     request->nlmsg_seq,
					     FGUARD_CMD_GET_RULES);
	struct nlattr *nest = mnl_attr_nest_start(head, FGUARD_A_RULE);

	mnl_attr_put(head, one->type, one->size, one->value);
	mnl_attr_nest_end(head, nest);
	fake_deliver(fake, head);
	fake_done(fake, request, 0, NULL);
}

static void a_rule_without_id_or_object_is_not_understood(void **state)
{
	const struct value_case only[] = {
		{ FGUARD_RULE_A_ID, "\1\1\1\1", 4, -EPROTO },
		{ FGUARD_RULE_A_PATH, "/a", 3, -EPROTO },
		{ FGUARD_RULE_A_SUFFIX, ".a", 3, -EPROTO },
	};
	struct fguard_rule_info info;
	struct fake fake;
	struct fguard *guard = fake_open(&fake, answer_with_nothing);

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		fake.context = (void *)&only[i];
		assert_int_equal(fguard_list_rules(guard), 1);
		assert_int_equal(fguard_next_rule(guard, &info), -EPROTO);
	}
	fake_stop(&fake, guard);
}

int run_value_tests(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_of_a_wrong_size_are_not_understood),
		cmocka_unit_test(a_rule_without_id_or_object_is_not_understood),
	};

	return cmocka_run_group_tests_name("value", tests, NULL, NULL);
}

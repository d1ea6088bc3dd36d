/* SPDX-License-Identifier: MIT */
#include "fake.h"

#include <errno.h>

static const struct fguard_rule good_rule = { .path = "/good" };

static const uint32_t some[] = { 1, 2 };
static const char *const holed[] = { "/bin/a", NULL };

struct bad_rule {
	struct fguard_rule rule;
	int error;
	const char *message;
};

static const struct bad_rule cases[] = {
	{ { .name = "x" }, -EINVAL, "rule 2 has neither a path nor a suffix" },
	{ { .path = "/a", .else_action = 256 }, -ERANGE,
	  "rule 2 has an unknown else action: 256" },
	{ { .path = "/a", .n_pids = 1 }, -EINVAL,
	  "rule 2 has a number of pids but no array of them" },
	{ { .path = "/a", .n_pids = 1025, .pids = some }, -E2BIG,
	  "rule 2 has 1025 pids, more than 1024" },
	{ { .suffix = "a", .n_uids = 1 }, -EINVAL,
	  "rule 2 has a number of uids but no array of them" },
	{ { .suffix = "a", .n_uids = 1025, .uids = some }, -E2BIG,
	  "rule 2 has 1025 uids, more than 1024" },
	{ { .path = "/a", .n_gids = 1 }, -EINVAL,
	  "rule 2 has a number of gids but no array of them" },
	{ { .path = "/a", .n_gids = 1025, .gids = some }, -E2BIG,
	  "rule 2 has 1025 gids, more than 1024" },
	{ { .path = "/a", .n_loginuids = 1 }, -EINVAL,
	  "rule 2 has a number of login uids but no array of them" },
	{ { .path = "/a", .n_loginuids = UINT32_MAX, .loginuids = some }, -E2BIG,
	  "rule 2 has 4294967295 login uids, more than 1024" },
	{ { .path = "/a", .n_exes = 1 }, -EINVAL,
	  "rule 2 has a number of executables but no array of them" },
	{ { .path = "/a", .n_exes = 1025, .exes = holed }, -E2BIG,
	  "rule 2 has 1025 executables, more than 1024" },
	{ { .path = "/a", .n_exes = 2, .exes = holed }, -EINVAL,
	  "rule 2 has a null pointer among its executables" },
	{ { .path = "/a", .n_cgroups = 1 }, -EINVAL,
	  "rule 2 has a number of cgroups but no array of them" },
	{ { .path = "/a", .n_cgroups = 1025, .cgroups = holed }, -E2BIG,
	  "rule 2 has 1025 cgroups, more than 1024" },
	{ { .path = "/a", .n_cgroups = 2, .cgroups = holed }, -EINVAL,
	  "rule 2 has a null pointer among its cgroups" },
};

/* A rule that cannot be told to the kernel: nothing is sent, the good one neither. */
static void bad_rules_are_refused_before_anything_is_sent(void **state)
{
	struct fguard_added added[2];
	struct fake fake;
	struct fguard *guard = fake_open(&fake, fake_obey);

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct fguard_rule rules[] = { good_rule, cases[i].rule };

		assert_int_equal(fguard_add_rules(guard, rules, 2, added),
				 cases[i].error);
		assert_string_equal(fguard_message(guard), cases[i].message);
		assert_int_equal(fguard_set_rules(guard, rules, 2),
				 cases[i].error);
	}
	assert_int_equal(fake.n_requests, 0);
	fake_stop(&fake, guard);
}

static int add_rule(const struct fguard_rule *rule)
{
	struct fguard_added added;
	struct fake fake;
	struct fguard *guard = fake_open(&fake, fake_obey);
	int err = fguard_add_rules(guard, rule, 1, &added);

	if (err == -E2BIG)
		assert_string_equal(fguard_message(guard),
				    "rule 1 is longer than 65535 bytes");
	assert_int_equal(fake.n_requests, err == -E2BIG ? 0 : 1);
	fake_stop(&fake, guard);
	return err;
}

/* -EPROTO: it was sent, and merely acknowledged. */
static void a_rule_is_at_most_65535_bytes_long(void **state)
{
	const char *exes[FGUARD_SUBJECTS_MAX];
	char text[70001];
	struct fguard_rule rule = { .path = text };

	(void)state;
	memset(text, 'x', sizeof(text));
	text[70000] = '\0';
	assert_int_equal(add_rule(&rule), -E2BIG);

	/* the rule's head has 4 bytes, path and else 8 each, an executable 64 */
	text[59] = '\0';
	for (size_t i = 0; i < FGUARD_SUBJECTS_MAX; i++)
		exes[i] = text;
	rule = (struct fguard_rule){ .path = "/ab", .exes = exes };
	rule.n_exes = (65535 - 20) / 64;
	assert_int_equal(add_rule(&rule), -EPROTO);
	rule.n_exes++;
	assert_int_equal(add_rule(&rule), -E2BIG);
}

/* Points at the path of the second rule, as NL_SET_ERR_MSG_ATTR does. */
static void refuse_second_rule(struct fake *fake, const struct nlmsghdr *request)
{
	const struct nlattr *rule = fake_find(request, FGUARD_A_RULE, 1);
	struct nlmsghdr *head = fake_write_ack(fake, request, -EINVAL,
					       "rule path is not absolute");

	mnl_attr_put_u32(head, NLMSGERR_ATTR_OFFS,
			 (uint32_t)((const char *)rule + 4 -
				    (const char *)request));
	fake_deliver(fake, head);
}

static void the_sentence_tells_which_rule_was_refused(void **state)
{
	const struct fguard_rule blamed[] = {
		{ .path = "b", .name = "ignored" },
		{ .suffix = ".docx", .name = "ignored" },
		{ .suffix = ".docx", .path = "/b" },
	};
	const char *const messages[] = {
		"rule path is not absolute (rule for b)",
		"rule path is not absolute (rule for *.docx)",
		"rule path is not absolute (rule for *.docx below /b)",
	};
	struct fguard_rule_key keys[] = { { .id = 1 }, { .id = 23 } };
	struct fguard_added added[3];
	struct fake fake;
	struct fguard *guard = fake_open(&fake, refuse_second_rule);

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		const struct fguard_rule rules[] = { good_rule, blamed[i],
						     good_rule };

		assert_int_equal(fguard_add_rules(guard, rules, 3, added),
				 -EINVAL);
		assert_string_equal(fguard_message(guard), messages[i]);
	}
	assert_int_equal(fguard_delete_rules(guard, keys, 2), -EINVAL);
	assert_string_equal(fguard_message(guard),
			    "rule path is not absolute (rule 23)");
	fake_stop(&fake, guard);
}

int run_rule_refused_tests(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bad_rules_are_refused_before_anything_is_sent),
		cmocka_unit_test(a_rule_is_at_most_65535_bytes_long),
		cmocka_unit_test(the_sentence_tells_which_rule_was_refused),
	};

	return cmocka_run_group_tests_name("rule refused", tests, NULL, NULL);
}

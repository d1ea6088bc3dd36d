/* SPDX-License-Identifier: MIT */
/* What a rule says beyond rule_test.c: every attribute, as it was given. */
#include "fake.h"

#include <errno.h>

static const uint32_t pids[] = { 7 };
static const uint32_t uids[] = { 0, UINT32_MAX - 1 };
static const uint32_t gids[] = { 4, 24, 27 };
static const uint32_t loginuids[] = { FGUARD_NO_LOGIN };
static const char *const exes[] = { "/usr/bin/a", "/usr/bin/a name" };
static const char *const cgroups[] = { "/sys/fs/cgroup/x", "/", "/y" };

static const struct fguard_rule full_rule = {
	.path = "/srv",
	.suffix = ".docx",
	.flags = FGUARD_RULE_CHILDREN | FGUARD_RULE_STRICT | FGUARD_RULE_AGAINST,
	.else_action = FGUARD_ELSE_ASK,
	.ttl = 1ULL << 40,
	.default_allow = 1,
	.timeout = FGUARD_TIMEOUT_MAX,
	.pids = pids,
	.n_pids = 1,
	.uids = uids,
	.n_uids = 2,
	.gids = gids,
	.n_gids = 3,
	.loginuids = loginuids,
	.n_loginuids = 1,
	.exes = exes,
	.n_exes = 2,
	.cgroups = cgroups,
	.n_cgroups = 3,
};

static const struct nlattr *send_rule(struct fake *fake, struct fguard *guard,
				      const struct fguard_rule *rule)
{
	assert_int_equal(fguard_set_rules(guard, rule, 1), 0);
	return fake_find(fake->requests[fake->n_requests - 1], FGUARD_A_RULE, 0);
}

static const char *string_of(const struct nlattr *nest, uint16_t type, size_t number)
{
	return mnl_attr_get_str(fake_find_nested(nest, type, number));
}

static void check_numbers(const struct nlattr *nest, uint16_t type,
			  const void *values, size_t size)
{
	const struct nlattr *attr = fake_find_nested(nest, type, 0);

	assert_int_equal(mnl_attr_get_payload_len(attr), size);
	assert_memory_equal(mnl_attr_get_payload(attr), values, size);
	assert_null(fake_find_nested(nest, type, 1));
}

static void check_strings(const struct nlattr *nest, uint16_t type,
			  const char *const *values, size_t n)
{
	for (size_t i = 0; i < n; i++)
		assert_string_equal(string_of(nest, type, i), values[i]);
	assert_null(fake_find_nested(nest, type, n));
}

static void all_that_a_rule_says_is_sent(void **state)
{
	struct fake fake;
	struct fguard *guard = fake_open(&fake, fake_obey);
	const struct nlattr *nest = send_rule(&fake, guard, &full_rule);

	(void)state;
	assert_string_equal(string_of(nest, FGUARD_RULE_A_PATH, 0), "/srv");
	assert_string_equal(string_of(nest, FGUARD_RULE_A_SUFFIX, 0), ".docx");
	assert_int_equal(mnl_attr_get_u32(fake_find_nested(
				 nest, FGUARD_RULE_A_FLAGS, 0)),
			 full_rule.flags);
	assert_int_equal(mnl_attr_get_u64(fake_find_nested(
				 nest, FGUARD_RULE_A_TTL, 0)), 1ULL << 40);
	assert_int_equal(mnl_attr_get_u8(fake_find_nested(
				 nest, FGUARD_RULE_A_ELSE, 0)), FGUARD_ELSE_ASK);
	assert_int_equal(mnl_attr_get_u8(fake_find_nested(
				 nest, FGUARD_RULE_A_DEFAULT, 0)),
			 FGUARD_VERDICT_ALLOW);
	assert_int_equal(mnl_attr_get_u32(fake_find_nested(
				 nest, FGUARD_RULE_A_TIMEOUT, 0)),
			 FGUARD_TIMEOUT_MAX);
	check_numbers(nest, FGUARD_RULE_A_PIDS, pids, sizeof(pids));
	check_numbers(nest, FGUARD_RULE_A_UIDS, uids, sizeof(uids));
	check_numbers(nest, FGUARD_RULE_A_GIDS, gids, sizeof(gids));
	check_numbers(nest, FGUARD_RULE_A_LOGINUIDS, loginuids,
		      sizeof(loginuids));
	check_strings(nest, FGUARD_RULE_A_EXE, exes, 2);
	check_strings(nest, FGUARD_RULE_A_CGROUP, cgroups, 3);
	fake_stop(&fake, guard);
}

static void a_suffix_needs_no_path(void **state)
{
	const struct fguard_rule rule = { .suffix = ".key" };
	struct fake fake;
	struct fguard *guard = fake_open(&fake, fake_obey);
	const struct nlattr *nest = send_rule(&fake, guard, &rule);

	(void)state;
	assert_null(fake_find_nested(nest, FGUARD_RULE_A_PATH, 0));
	assert_string_equal(string_of(nest, FGUARD_RULE_A_SUFFIX, 0), ".key");
	fake_stop(&fake, guard);
}

/* What they are worth is the kernel's to say, newer flags and empty strings too. */
static void flags_and_strings_are_sent_unseen(void **state)
{
	const struct fguard_rule rule = { .path = "", .suffix = "", .name = "",
					  .flags = UINT32_MAX };
	struct fake fake;
	struct fguard *guard = fake_open(&fake, fake_obey);
	const struct nlattr *nest = send_rule(&fake, guard, &rule);

	(void)state;
	assert_string_equal(string_of(nest, FGUARD_RULE_A_PATH, 0), "");
	assert_string_equal(string_of(nest, FGUARD_RULE_A_SUFFIX, 0), "");
	assert_string_equal(string_of(nest, FGUARD_RULE_A_NAME, 0), "");
	assert_int_equal(mnl_attr_get_u32(fake_find_nested(
				 nest, FGUARD_RULE_A_FLAGS, 0)), UINT32_MAX);
	fake_stop(&fake, guard);
}

static void a_thousand_subjects_of_each_kind_are_sent(void **state)
{
	uint32_t numbers[FGUARD_SUBJECTS_MAX];
	const char *strings[FGUARD_SUBJECTS_MAX];
	const uint32_t n = FGUARD_SUBJECTS_MAX;
	const struct fguard_rule rule = {
		.path = "/a",
		.n_pids = n, .pids = numbers, .n_uids = n, .uids = numbers,
		.n_gids = n, .gids = numbers, .n_loginuids = n,
		.loginuids = numbers, .n_exes = n, .exes = strings,
		.n_cgroups = n, .cgroups = strings,
	};
	struct fake fake;
	struct fguard *guard = fake_open(&fake, fake_obey);
	const struct nlattr *nest;

	(void)state;
	for (uint32_t i = 0; i < n; i++) {
		numbers[i] = i;
		strings[i] = "/bin/a";
	}
	nest = send_rule(&fake, guard, &rule);
	check_numbers(nest, FGUARD_RULE_A_PIDS, numbers, sizeof(numbers));
	check_numbers(nest, FGUARD_RULE_A_LOGINUIDS, numbers, sizeof(numbers));
	check_strings(nest, FGUARD_RULE_A_EXE, strings, n);
	check_strings(nest, FGUARD_RULE_A_CGROUP, strings, n);
	fake_stop(&fake, guard);
}

int run_terms_tests(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_that_a_rule_says_is_sent),
		cmocka_unit_test(a_suffix_needs_no_path),
		cmocka_unit_test(flags_and_strings_are_sent_unseen),
		cmocka_unit_test(a_thousand_subjects_of_each_kind_are_sent),
	};

	return cmocka_run_group_tests_name("terms", tests, NULL, NULL);
}

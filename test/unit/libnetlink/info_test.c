/* SPDX-License-Identifier: MIT */
/* Rules that are listed, beyond list_test.c: every attribute. */
#include "fake.h"

#include <errno.h>

static const uint32_t uids[] = { 0, 1000 };
static const uint32_t gids[] = { 4, 24, 27 };
static const uint32_t loginuids[] = { 1000 };
static const char *const exes[] = { "/usr/bin/a", "/usr/bin/another" };
static const char *const cgroups[] = { "/sys/fs/cgroup/x" };

static const struct fguard_rule full_rule = {
	.path = "/srv",
	.suffix = ".docx",
	.name = "documents",
	.flags = FGUARD_RULE_STRICT | FGUARD_RULE_AGAINST,
	.ops = 1U << FGUARD_OP_MOUNT | 1U << FGUARD_OP_LIST | 1U << FGUARD_OP_ATTR,
	.else_action = FGUARD_ELSE_ASK,
	.error = EPERM,
	.ttl = 600000,
	.default_allow = 1,
	.timeout = 700,
	.uids = uids,
	.n_uids = 2,
	.gids = gids,
	.n_gids = 3,
	.loginuids = loginuids,
	.n_loginuids = 1,
	.exes = exes,
	.n_exes = 2,
	.cgroups = cgroups,
	.n_cgroups = 1,
};

/* Lists the rules of the request before, as if it kept them as they came. */
static void echo_rules(struct fake *fake, const struct nlmsghdr *request)
{
	const struct nlattr *attr, *nest;
	struct nlmsghdr *head;
	uint32_t id = 1;

	mnl_attr_for_each(nest, fake->requests[0], GENL_HDRLEN) {
		struct nlattr *rule;

		head = fake_message(fake, FAKE_FAMILY, NLM_F_MULTI,
				    request->nlmsg_seq, FGUARD_CMD_GET_RULES);
		rule = mnl_attr_nest_start(head, FGUARD_A_RULE);
		mnl_attr_put_u32(head, FGUARD_RULE_A_ID, id++);
		mnl_attr_for_each_nested(attr, nest)
			mnl_attr_put(head, mnl_attr_get_type(attr),
				     mnl_attr_get_payload_len(attr),
				     mnl_attr_get_payload(attr));
		mnl_attr_nest_end(head, rule);
		fake_deliver(fake, head);
	}
	fake_done(fake, request, 0, NULL);
}

static void keep_or_list(struct fake *fake, const struct nlmsghdr *request)
{
	if (fake_command(request) == FGUARD_CMD_GET_RULES)
		echo_rules(fake, request);
	else
		fake_obey(fake, request);
}

static void check_terms(const struct fguard_rule_info *info)
{
	assert_int_equal(info->id, 1);
	assert_string_equal(info->path, "/srv");
	assert_string_equal(info->suffix, ".docx");
	assert_string_equal(info->name, "documents");
	assert_int_equal(info->flags, full_rule.flags);
	assert_int_equal(info->ops, 0x700);
	assert_int_equal(info->else_action, FGUARD_ELSE_ASK);
	assert_int_equal(info->error, EPERM);
	assert_int_equal(info->ttl, 600000);
	assert_int_equal(info->default_allow, 1);
	assert_int_equal(info->timeout, 700);
}

static void check_subjects(const struct fguard_rule_info *info)
{
	assert_int_equal(info->n_grants, 0);
	assert_null(info->grants);
	assert_int_equal(info->n_uids, 2);
	assert_memory_equal(info->uids, uids, sizeof(uids));
	assert_int_equal(info->n_gids, 3);
	assert_memory_equal(info->gids, gids, sizeof(gids));
	assert_int_equal(info->n_loginuids, 1);
	assert_int_equal(info->loginuids[0], 1000);
	assert_int_equal(info->n_exes, 2);
	assert_string_equal(info->exes[0], exes[0]);
	assert_string_equal(info->exes[1], exes[1]);
	assert_int_equal(info->n_cgroups, 1);
	assert_string_equal(info->cgroups[0], cgroups[0]);
}

static void check_bare(const struct fguard_rule_info *info)
{
	/* what is usual is the kernel's to say */
	const struct fguard_rule_info bare = { .id = 2, .suffix = info->suffix };

	assert_string_equal(info->suffix, ".key");
	/* the last member ends before the struct does */
	assert_memory_equal(info, &bare,
			    offsetof(struct fguard_rule_info, n_cgroups) + 4);
}

static void rules_come_back_as_they_were_sent(void **state)
{
	const struct fguard_rule rules[] = { full_rule, { .suffix = ".key" } };
	struct fguard_rule_info first, second;
	struct fake fake;
	struct fguard *guard = fake_open(&fake, keep_or_list);

	(void)state;
	memset(&second, 0xff, sizeof(second));
	assert_int_equal(fguard_set_rules(guard, rules, 2), 0);
	assert_int_equal(fguard_list_rules(guard), 2);
	assert_int_equal(fguard_next_rule(guard, &first), 1);
	assert_int_equal(fguard_next_rule(guard, &second), 1);
	/* only now: what was given out holds until the next list */
	check_terms(&first);
	check_subjects(&first);
	check_bare(&second);
	fake_stop(&fake, guard);
}

int run_info_tests(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rules_come_back_as_they_were_sent),
	};

	return cmocka_run_group_tests_name("info", tests, NULL, NULL);
}

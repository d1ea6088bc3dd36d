/* SPDX-License-Identifier: MIT */
/* The answers that list rules: one as of old, one with all the rest. */
#include "answers.h"

#include <errno.h>

struct nlmsghdr *answer_list(struct fake *fake, uint32_t sequence)
{
	struct nlmsghdr *head = fake_message(fake, FAKE_FAMILY, NLM_F_MULTI,
					     sequence, FGUARD_CMD_GET_RULES);
	struct nlattr *nest = mnl_attr_nest_start(head, FGUARD_A_RULE);

	mnl_attr_put_u32(head, FGUARD_RULE_A_ID, 3);
	mnl_attr_put_strz(head, FGUARD_RULE_A_PATH, "/srv/a.db");
	mnl_attr_put_strz(head, FGUARD_RULE_A_NAME, "db");
	mnl_attr_put_u8(head, FGUARD_RULE_A_ELSE, 0);
	fake_put_grant(head, 12, "bash", 1);
	mnl_attr_put_u64(head, FGUARD_RULE_A_DENIED, 7);
	mnl_attr_nest_end(head, nest);
	return head;
}

struct nlmsghdr *answer_subjects(struct fake *fake, uint32_t sequence)
{
	const uint32_t numbers[] = { 1000, 1001, 1002 };
	struct nlmsghdr *head = fake_message(fake, FAKE_FAMILY, NLM_F_MULTI,
					     sequence, FGUARD_CMD_GET_RULES);
	struct nlattr *nest = mnl_attr_nest_start(head, FGUARD_A_RULE);

	mnl_attr_put_u32(head, FGUARD_RULE_A_ID, 3);
	mnl_attr_put_u32(head, FGUARD_RULE_A_FLAGS, FGUARD_RULE_STRICT);
	mnl_attr_put_strz(head, FGUARD_RULE_A_SUFFIX, ".docx");
	mnl_attr_put(head, FGUARD_RULE_A_UIDS, 12, numbers);
	mnl_attr_put(head, FGUARD_RULE_A_GIDS, 8, numbers);
	mnl_attr_put(head, FGUARD_RULE_A_LOGINUIDS, 4, numbers);
	mnl_attr_put_strz(head, FGUARD_RULE_A_EXE, "/bin/sh");
	mnl_attr_put_strz(head, FGUARD_RULE_A_EXE, "/bin/b");
	mnl_attr_put_u64(head, FGUARD_RULE_A_TTL, 60000);
	mnl_attr_put_strz(head, FGUARD_RULE_A_CGROUP, "/sys/fs/cgroup/x");
	mnl_attr_nest_end(head, nest);
	return head;
}

static size_t sum_numbers(const uint32_t *values, uint32_t n)
{
	size_t sum = 0;

	for (uint32_t i = 0; i < n; i++)
		sum += values[i];
	return sum;
}

static size_t sum_lengths(const char *const *strings, uint32_t n)
{
	size_t sum = 0;

	for (uint32_t i = 0; i < n; i++)
		sum += strlen(strings[i]);
	return sum;
}

static size_t sum_rule(const struct fguard_rule_info *info)
{
	size_t sum = 0;

	for (uint32_t i = 0; i < info->n_grants; i++)
		sum += strlen(info->grants[i].comm);
	return sum + (info->path ? strlen(info->path) : 0) +
	       (info->suffix ? strlen(info->suffix) : 0) +
	       (info->name ? strlen(info->name) : 0) +
	       sum_numbers(info->uids, info->n_uids) +
	       sum_numbers(info->gids, info->n_gids) +
	       sum_numbers(info->loginuids, info->n_loginuids) +
	       sum_lengths(info->exes, info->n_exes) +
	       sum_lengths(info->cgroups, info->n_cgroups);
}

int call_list(struct fguard *guard)
{
	struct fguard_rule_info info;
	ssize_t n = fguard_list_rules(guard);
	size_t seen = 0;
	int more;

	if (n < 0)
		return (int)n;
	while ((more = fguard_next_rule(guard, &info)) > 0)
		seen += sum_rule(&info);
	return more < 0 || !seen ? -EPROTO : 0;
}

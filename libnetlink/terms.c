/* SPDX-License-Identifier: MIT */
/*
 * A rule as attributes: written into a request, and read from a list. The only file
 * that knows which attribute belongs to which member.
 */
#include "internal.h"

#include <errno.h>
#include <stdlib.h>

/* ---- a rule as it is asked for ------------------------------------------ */

static void put_numbers(struct fguard_request *request, uint16_t type,
			const uint32_t *values, uint32_t n)
{
	if (n)
		fguard_put(request, type, values, n * sizeof(*values));
}

static void put_subjects(struct fguard_request *request,
			 const struct fguard_rule *rule)
{
	put_numbers(request, FGUARD_RULE_A_PIDS, rule->pids, rule->n_pids);
	put_numbers(request, FGUARD_RULE_A_UIDS, rule->uids, rule->n_uids);
	put_numbers(request, FGUARD_RULE_A_GIDS, rule->gids, rule->n_gids);
	put_numbers(request, FGUARD_RULE_A_LOGINUIDS, rule->loginuids,
		    rule->n_loginuids);
	fguard_put_strings(request, FGUARD_RULE_A_EXE, rule->exes, rule->n_exes);
	fguard_put_strings(request, FGUARD_RULE_A_CGROUP, rule->cgroups,
			   rule->n_cgroups);
}

void fguard_put_rule(struct fguard_request *request,
		     const struct fguard_rule *rule)
{
	size_t nest = fguard_nest(request, FGUARD_A_RULE);

	if (rule->path)
		fguard_put_string(request, FGUARD_RULE_A_PATH, rule->path);
	if (rule->suffix)
		fguard_put_string(request, FGUARD_RULE_A_SUFFIX, rule->suffix);
	if (rule->name)
		fguard_put_string(request, FGUARD_RULE_A_NAME, rule->name);
	if (rule->flags)
		fguard_put_u32(request, FGUARD_RULE_A_FLAGS, rule->flags);
	if (rule->ops)
		fguard_put_u32(request, FGUARD_RULE_A_OPS, rule->ops);
	fguard_put_u8(request, FGUARD_RULE_A_ELSE, (uint8_t)rule->else_action);
	if (rule->error)
		fguard_put_u32(request, FGUARD_RULE_A_ERRNO, rule->error);
	if (rule->ttl)
		fguard_put_u64(request, FGUARD_RULE_A_TTL, rule->ttl);
	if (rule->default_allow)
		fguard_put_u8(request, FGUARD_RULE_A_DEFAULT,
			      FGUARD_VERDICT_ALLOW);
	if (rule->timeout)
		fguard_put_u32(request, FGUARD_RULE_A_TIMEOUT, rule->timeout);
	put_subjects(request, rule);
	fguard_nest_end(request, nest);
}

bool fguard_has_strings(const char *const *values, uint32_t n)
{
	if (n && !values)
		return false;
	for (uint32_t i = 0; i < n; i++)
		if (!values[i])
			return false;
	return true;
}

static int check_count(struct fguard *guard, size_t number, const char *kind,
		       const void *values, uint32_t n)
{
	if (n && !values)
		return fguard_fail(guard, -EINVAL,
				   "rule %zu has a number of %s but no array of them",
				   number, kind);
	if (n > FGUARD_SUBJECTS_MAX)
		return fguard_fail(guard, -E2BIG,
				   "rule %zu has %u %s, more than %u", number, n,
				   kind, FGUARD_SUBJECTS_MAX);
	return 0;
}

static int check_strings(struct fguard *guard, size_t number, const char *kind,
			 const char *const *values, uint32_t n)
{
	int err = check_count(guard, number, kind, values, n);

	if (!err && !fguard_has_strings(values, n))
		err = fguard_fail(guard, -EINVAL,
				  "rule %zu has a null pointer among its %s", number, kind);
	return err;
}

static int check_subjects(struct fguard *guard, const struct fguard_rule *rule,
			  size_t number)
{
	int err;

	err = check_count(guard, number, "pids", rule->pids, rule->n_pids);
	if (!err)
		err = check_count(guard, number, "uids", rule->uids,
				  rule->n_uids);
	if (!err)
		err = check_count(guard, number, "gids", rule->gids,
				  rule->n_gids);
	if (!err)
		err = check_count(guard, number, "login uids", rule->loginuids,
				  rule->n_loginuids);
	if (!err)
		err = check_strings(guard, number, "executables", rule->exes,
				    rule->n_exes);
	if (!err)
		err = check_strings(guard, number, "cgroups", rule->cgroups,
				    rule->n_cgroups);
	return err;
}

int fguard_check_rule(struct fguard *guard, const struct fguard_rule *rule,
		      size_t number)
{
	if (!rule->path && !rule->suffix)
		return fguard_fail(guard, -EINVAL,
				   "rule %zu has neither a path nor a suffix",
				   number);
	if (rule->else_action >= __FGUARD_ELSE_MAX)
		return fguard_fail(guard, -ERANGE,
				   "rule %zu has an unknown else action: %u",
				   number, rule->else_action);
	return check_subjects(guard, rule, number);
}

/* ---- what a rule has several of, made arrays that last as long as the list  */

static int take_grant(const struct nlattr *nest, void *value)
{
	const struct nlattr *table[FGUARD_GRANT_A_MAX + 1];
	struct fguard_grant *grant = value;
	uint8_t alive = 0;

	*grant = (struct fguard_grant){ 0 };
	if (fguard_parse_nested(nest, table, FGUARD_GRANT_A_MAX) ||
	    !table[FGUARD_GRANT_A_PID] ||
	    fguard_get_u32(table[FGUARD_GRANT_A_PID], &grant->pid) ||
	    fguard_get_u8(table[FGUARD_GRANT_A_ALIVE], &alive) ||
	    fguard_copy_string(table[FGUARD_GRANT_A_COMM], grant->comm,
			       sizeof(grant->comm)))
		return -EPROTO;
	grant->alive = alive;
	return 0;
}

static int take_string(const struct nlattr *attr, void *value)
{
	return fguard_get_string(attr, value);
}

static const struct fguard_kind grants = {
	FGUARD_RULE_A_GRANT, sizeof(struct fguard_grant), take_grant
};
static const struct fguard_kind exes = {
	FGUARD_RULE_A_EXE, sizeof(const char *), take_string
};
static const struct fguard_kind cgroups = {
	FGUARD_RULE_A_CGROUP, sizeof(const char *), take_string
};

/* Gives the array, NULL if there are no values, and how many there are. */
static int make_array(struct fguard_list *list, const struct nlattr *rule,
		      const struct fguard_kind *kind, void **values, uint32_t *count)
{
	struct fguard_array *array;
	ssize_t n = fguard_take_values(rule, kind, NULL, 0);

	*values = NULL;
	*count = 0;
	if (n <= 0)
		return (int)n;
	array = malloc(sizeof(*array) + (size_t)n * kind->size);
	if (!array)
		return -ENOMEM;
	array->next = list->arrays;
	list->arrays = array;
	if (fguard_take_values(rule, kind, array->values, (size_t)n) < 0)
		return -EPROTO;
	*values = array->values;
	*count = (uint32_t)n;
	return 0;
}

static int read_arrays(struct fguard_list *list, const struct nlattr *rule,
		       struct fguard_rule_info *info)
{
	void *values;
	int err;

	err = make_array(list, rule, &grants, &values, &info->n_grants);
	info->grants = values;
	if (err)
		return err;
	err = make_array(list, rule, &exes, &values, &info->n_exes);
	info->exes = values;
	if (err)
		return err;
	err = make_array(list, rule, &cgroups, &values, &info->n_cgroups);
	info->cgroups = values;
	return err;
}

/* ---- a rule as the kernel tells it -------------------------------------- */

static int take_terms(const struct nlattr *const *table,
		      struct fguard_rule_info *info)
{
	uint8_t else_action = FGUARD_ELSE_DENY;
	uint8_t unanswered = FGUARD_VERDICT_DENY;

	if (fguard_get_u32(table[FGUARD_RULE_A_ID], &info->id) ||
	    fguard_get_u32(table[FGUARD_RULE_A_FLAGS], &info->flags) ||
	    fguard_get_string(table[FGUARD_RULE_A_PATH], &info->path) ||
	    fguard_get_string(table[FGUARD_RULE_A_SUFFIX], &info->suffix) ||
	    fguard_get_string(table[FGUARD_RULE_A_NAME], &info->name) ||
	    fguard_get_u32(table[FGUARD_RULE_A_OPS], &info->ops) ||
	    fguard_get_u8(table[FGUARD_RULE_A_ELSE], &else_action) ||
	    fguard_get_u32(table[FGUARD_RULE_A_ERRNO], &info->error) ||
	    fguard_get_u64(table[FGUARD_RULE_A_TTL], &info->ttl) ||
	    fguard_get_u8(table[FGUARD_RULE_A_DEFAULT], &unanswered) ||
	    fguard_get_u32(table[FGUARD_RULE_A_TIMEOUT], &info->timeout))
		return -EPROTO;
	info->else_action = else_action;
	info->default_allow = unanswered == FGUARD_VERDICT_ALLOW;
	return info->id && (info->path || info->suffix) ? 0 : -EPROTO;
}

static int take_counters(const struct nlattr *const *table,
			 struct fguard_rule_info *info)
{
	if (fguard_get_u64(table[FGUARD_RULE_A_ALLOWED], &info->allowed) ||
	    fguard_get_u64(table[FGUARD_RULE_A_DENIED], &info->denied) ||
	    fguard_get_u64(table[FGUARD_RULE_A_ASKED], &info->asked) ||
	    fguard_get_u64(table[FGUARD_RULE_A_EXPIRED], &info->expired))
		return -EPROTO;
	return 0;
}

static int take_numbers(const struct nlattr *const *table,
			struct fguard_rule_info *info)
{
	if (fguard_get_u32s(table[FGUARD_RULE_A_UIDS], &info->uids,
			    &info->n_uids) ||
	    fguard_get_u32s(table[FGUARD_RULE_A_GIDS], &info->gids,
			    &info->n_gids) ||
	    fguard_get_u32s(table[FGUARD_RULE_A_LOGINUIDS], &info->loginuids,
			    &info->n_loginuids))
		return -EPROTO;
	return 0;
}

int fguard_read_rule(struct fguard_list *list, const struct nlattr *rule,
		     struct fguard_rule_info *info)
{
	const struct nlattr *table[FGUARD_RULE_A_MAX + 1];

	*info = (struct fguard_rule_info){ 0 };
	if (fguard_parse_nested(rule, table, FGUARD_RULE_A_MAX) ||
	    take_terms(table, info) || take_counters(table, info) ||
	    take_numbers(table, info))
		return -EPROTO;
	return read_arrays(list, rule, info);
}

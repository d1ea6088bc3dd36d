/* SPDX-License-Identifier: MIT */
/* The rules as the kernel has them: fetched, and stepped through. */
#include "internal.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <stdlib.h>

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

/* ---- one rule, parsed only when it is asked for ------------------------- */

static int take_terms(const struct nlattr *const *table,
		      struct fguard_rule_info *info)
{
	uint8_t otherwise = FGUARD_ELSE_DENY;
	uint8_t unanswered = FGUARD_VERDICT_DENY;

	if (fguard_get_u32(table[FGUARD_RULE_A_ID], &info->id) ||
	    fguard_get_u32(table[FGUARD_RULE_A_FLAGS], &info->flags) ||
	    fguard_get_string(table[FGUARD_RULE_A_PATH], &info->path) ||
	    fguard_get_string(table[FGUARD_RULE_A_SUFFIX], &info->suffix) ||
	    fguard_get_string(table[FGUARD_RULE_A_NAME], &info->name) ||
	    fguard_get_u32(table[FGUARD_RULE_A_OPS], &info->ops) ||
	    fguard_get_u8(table[FGUARD_RULE_A_ELSE], &otherwise) ||
	    fguard_get_u32(table[FGUARD_RULE_A_ERRNO], &info->error) ||
	    fguard_get_u64(table[FGUARD_RULE_A_TTL], &info->ttl) ||
	    fguard_get_u8(table[FGUARD_RULE_A_DEFAULT], &unanswered) ||
	    fguard_get_u32(table[FGUARD_RULE_A_DEADLINE], &info->deadline))
		return -EPROTO;
	info->otherwise = otherwise;
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

static int read_rule(struct fguard_list *list, const struct nlattr *rule,
		     struct fguard_rule_info *info)
{
	const struct nlattr *table[FGUARD_RULE_A_MAX + 1];

	*info = (struct fguard_rule_info){
		.ops = FGUARD_OPS_ALL,
		.error = EACCES,
		.deadline = FGUARD_DEADLINE_DEFAULT,
	};
	if (fguard_parse_nested(rule, table, FGUARD_RULE_A_MAX) ||
	    take_terms(table, info) || take_counters(table, info) ||
	    take_numbers(table, info))
		return -EPROTO;
	return read_arrays(list, rule, info);
}

/* ---- the list ----------------------------------------------------------- */

/* A set that changes during each of so many dumps is given up on. */
#define DUMPS_MAX 16

static void empty_list(struct fguard_list *list)
{
	while (list->arrays) {
		struct fguard_array *next = list->arrays->next;

		free(list->arrays);
		list->arrays = next;
	}
	fguard_store_empty(&list->rules);
}

void fguard_drop_list(struct fguard *guard)
{
	empty_list(&guard->list);
	fguard_store_free(&guard->list.rules);
}

static int take_rules(const void *data, size_t size, void *context)
{
	const struct nlattr *attr;
	size_t at = 0;
	int more;

	while ((more = fguard_next_attr(data, size, &at, &attr)) > 0)
		if (mnl_attr_get_type(attr) == FGUARD_A_RULE &&
		    fguard_store_add(context, attr, mnl_attr_get_len(attr)))
			return -ENOMEM;
	return more;
}

static int dump_rules(struct fguard *guard, bool *changed)
{
	struct fguard_request request;
	int err;

	empty_list(&guard->list);
	fguard_request_begin(&request, guard->family, FGUARD_CMD_GET_RULES,
			     FGUARD_GENL_VERSION, NLM_F_DUMP);
	err = fguard_exchange(guard, &request, take_rules,
			      &guard->list.rules);
	*changed = request.changed;
	fguard_request_free(&request);
	return err;
}

ssize_t fguard_list_rules(struct fguard *guard)
{
	bool changed = true;
	int err = 0;

	for (int i = 0; i < DUMPS_MAX && changed && !err; i++)
		err = dump_rules(guard, &changed);
	if (!err && changed)
		err = fguard_fail(guard, -EAGAIN,
				  "the rules changed during each of %d attempts to list them",
				  DUMPS_MAX);
	if (err)
		empty_list(&guard->list);
	return err ? err : (ssize_t)guard->list.rules.count;
}

int fguard_next_rule(struct fguard *guard, struct fguard_rule_info *info)
{
	struct fguard_store *rules = &guard->list.rules;
	const struct nlattr *rule;
	int err;

	err = fguard_next_attr(rules->data, rules->used, &rules->at, &rule);
	if (err <= 0)
		return err;
	err = read_rule(&guard->list, rule, info);
	if (err == -EPROTO)
		return fguard_fail(guard, err,
				   "the kernel sent a malformed rule");
	return err ? fguard_fail_errno(guard, err) : 1;
}

/* SPDX-License-Identifier: MIT */
/* The rules as the kernel has them: fetched, and stepped through. */
#include "internal.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <stdlib.h>

/* ---- the list ----------------------------------------------------------- */

/* Give up if the rules change during each of this many dumps. */
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
	err = fguard_read_rule(&guard->list, rule, info);
	if (err == -EPROTO)
		return fguard_fail(guard, err,
				   "the kernel sent a malformed rule");
	return err ? fguard_fail_errno(guard, err) : 1;
}

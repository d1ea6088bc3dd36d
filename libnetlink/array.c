/* SPDX-License-Identifier: MIT */
/* What a rule has several of, made arrays that last as long as the list. */
#include "internal.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <stdlib.h>

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

int fguard_read_arrays(struct fguard_list *list, const struct nlattr *rule,
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

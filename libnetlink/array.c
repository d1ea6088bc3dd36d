/* SPDX-License-Identifier: MIT */
/* What a rule has several of, made arrays that last as long as the list. */
#include "internal.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <stdlib.h>

/**
 * struct kind - what can be repeated in a rule
 * @type: its attribute
 * @size: of a value in the array
 * @take: makes the attribute a value; 0 or -EPROTO
 */
struct kind {
	uint16_t type;
	size_t size;
	int (*take)(const struct nlattr *attr, void *value);
};

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

static const struct kind grants = { FGUARD_RULE_A_GRANT,
				    sizeof(struct fguard_grant), take_grant };
static const struct kind exes = { FGUARD_RULE_A_EXE, sizeof(const char *),
				  take_string };
static const struct kind cgroups = { FGUARD_RULE_A_CGROUP, sizeof(const char *),
				     take_string };

/* Return: how many, filling @array if it is not NULL; -EPROTO. */
static ssize_t take_values(const struct nlattr *rule, const struct kind *kind,
			   void *array)
{
	const struct nlattr *attr;
	char *place = array;
	ssize_t n = 0;
	size_t at = 0;
	int more;

	while ((more = fguard_next_attr(mnl_attr_get_payload(rule),
					mnl_attr_get_payload_len(rule), &at,
					&attr)) > 0) {
		if (mnl_attr_get_type(attr) != kind->type)
			continue;
		if (array && kind->take(attr, place + (size_t)n * kind->size))
			return -EPROTO;
		n++;
	}
	return more < 0 ? more : n;
}

/* Gives the array, NULL if there are no values, and how many there are. */
static int make_array(struct fguard_list *list, const struct nlattr *rule,
		      const struct kind *kind, void **values, uint32_t *count)
{
	struct fguard_array *array;
	ssize_t n = take_values(rule, kind, NULL);

	*values = NULL;
	*count = 0;
	if (n <= 0)
		return (int)n;
	array = malloc(sizeof(*array) + (size_t)n * kind->size);
	if (!array)
		return -ENOMEM;
	array->next = list->arrays;
	list->arrays = array;
	if (take_values(rule, kind, array->values) < 0)
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

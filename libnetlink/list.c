/* SPDX-License-Identifier: MIT */
/* The rules as the kernel has them: fetched, and stepped through. */
#include "internal.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <stdlib.h>
#include <string.h>

/* A set that changes during each of so many dumps is given up on. */
#define DUMPS_MAX 16

static void empty_list(struct fguard_list *list)
{
	while (list->arrays) {
		struct fguard_array *next = list->arrays->next;

		free(list->arrays);
		list->arrays = next;
	}
	list->used = 0;
	list->at = 0;
	list->count = 0;
}

void fguard_drop_list(struct fguard *guard)
{
	empty_list(&guard->list);
	free(guard->list.data);
	guard->list = (struct fguard_list){ 0 };
}

static int make_room(struct fguard_list *list, size_t more)
{
	size_t room = list->room ? list->room : 4096;
	unsigned char *data;

	while (room < list->used + more)
		room *= 2;
	if (room == list->room)
		return 0;
	data = realloc(list->data, room);
	if (!data)
		return -ENOMEM;
	list->data = data;
	list->room = room;
	return 0;
}

static int keep_rule(const struct nlattr *attr, struct fguard_list *list)
{
	size_t size = mnl_attr_get_len(attr);

	if (make_room(list, NLA_ALIGN(size)))
		return -ENOMEM;
	memcpy(list->data + list->used, attr, size);
	memset(list->data + list->used + size, 0, NLA_ALIGN(size) - size);
	list->used += NLA_ALIGN(size);
	list->count++;
	return 0;
}

static int take_rules(const void *data, size_t size, void *context)
{
	const struct nlattr *attr;
	size_t at = 0;
	int more;

	while ((more = fguard_next_attr(data, size, &at, &attr)) > 0)
		if (mnl_attr_get_type(attr) == FGUARD_A_RULE &&
		    keep_rule(attr, context))
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
	err = fguard_exchange(guard, &request, take_rules, &guard->list);
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
	return err ? err : (ssize_t)guard->list.count;
}

int fguard_next_rule(struct fguard *guard, struct fguard_rule_info *info)
{
	struct fguard_list *list = &guard->list;
	const struct nlattr *rule;
	int err;

	err = fguard_next_attr(list->data, list->used, &list->at, &rule);
	if (err <= 0)
		return err;
	err = fguard_read_rule(list, rule, info);
	if (err == -EPROTO)
		return fguard_fail(guard, err,
				   "the kernel sent a rule that is not understood");
	return err ? fguard_fail_errno(guard, err) : 1;
}

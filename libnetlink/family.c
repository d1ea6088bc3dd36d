/* SPDX-License-Identifier: MIT */
/* Generic netlink families, asked of the family that knows them all. */
#include "internal.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <string.h>

#define CONTROL_VERSION 2

struct search {
	const char *group;
	struct fguard_family *family;
};

static int take_group(const struct nlattr *nest, struct search *search)
{
	const struct nlattr *table[CTRL_ATTR_MCAST_GRP_MAX + 1];
	const char *name = "";
	uint32_t id = 0;

	if (fguard_parse_nested(nest, table, CTRL_ATTR_MCAST_GRP_MAX) ||
	    fguard_get_string(table[CTRL_ATTR_MCAST_GRP_NAME], &name) ||
	    fguard_get_u32(table[CTRL_ATTR_MCAST_GRP_ID], &id))
		return -EPROTO;
	if (!strcmp(name, search->group))
		search->family->group = id;
	return 0;
}

static int take_groups(const struct nlattr *nest, struct search *search)
{
	const struct nlattr *attr;
	size_t at = 0;
	int more;

	if (!nest || !search->group)
		return 0;
	while ((more = fguard_next_attr(mnl_attr_get_payload(nest),
					mnl_attr_get_payload_len(nest), &at,
					&attr)) > 0)
		if (take_group(attr, search))
			return -EPROTO;
	return more;
}

static int take_family(const void *data, size_t size, void *context)
{
	const struct nlattr *table[CTRL_ATTR_MAX + 1];
	struct search *search = context;

	if (fguard_parse(data, size, table, CTRL_ATTR_MAX) ||
	    !table[CTRL_ATTR_FAMILY_ID] || !table[CTRL_ATTR_VERSION] ||
	    fguard_get_u16(table[CTRL_ATTR_FAMILY_ID], &search->family->id) ||
	    fguard_get_u32(table[CTRL_ATTR_VERSION], &search->family->version))
		return -EPROTO;
	return take_groups(table[CTRL_ATTR_MCAST_GROUPS], search);
}

int fguard_find_family(struct fguard *guard, const char *name, const char *group,
		       struct fguard_family *family)
{
	struct search search = { group, family };
	struct fguard_request request;
	int err;

	fguard_request_begin(&request, GENL_ID_CTRL, CTRL_CMD_GETFAMILY,
			     CONTROL_VERSION, NLM_F_ACK);
	fguard_put_string(&request, CTRL_ATTR_FAMILY_NAME, name);
	err = fguard_exchange(guard, &request, take_family, &search);
	fguard_request_free(&request);
	if (!err && family->id < NLMSG_MIN_TYPE)
		err = fguard_fail(guard, -EPROTO,
				  "the kernel gave no number for family %s", name);
	return err;
}

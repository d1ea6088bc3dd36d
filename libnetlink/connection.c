/* SPDX-License-Identifier: MIT */
/* The handle: created, connected to the module's family, closed. */
#include "internal.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* ---- the family of generic netlink, asked of the one that knows them all  */

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
				  "the kernel did not give a number for family %s", name);
	return err;
}

/* ---- the handle --------------------------------------------------------- */

int fguard_create(struct fguard **guard)
{
	struct fguard *made = calloc(1, sizeof(*made));

	*guard = NULL;
	if (!made)
		return -ENOMEM;
	made->interrupt = -1;
	made->input = malloc(FGUARD_INPUT_SIZE);
	if (!made->input) {
		free(made);
		return -ENOMEM;
	}
	*guard = made;
	return 0;
}

static int find_module(struct fguard *guard)
{
	struct fguard_family family = { 0 };
	int err = fguard_find_family(guard, FGUARD_GENL_NAME, NULL, &family);

	if (err == -ENOENT)
		return fguard_fail(guard, err, "the fguard module is not loaded");
	if (err)
		return err;
	if (family.version != FGUARD_GENL_VERSION)
		return fguard_fail(guard, -EPROTO,
				   "the fguard module uses version %u of the protocol, this library version %u",
				   family.version, FGUARD_GENL_VERSION);
	guard->family = family.id;
	guard->version = family.version;
	return 0;
}

int fguard_connect(struct fguard *guard,
		   const struct fguard_transport *transport, void *carrier)
{
	guard->transport = transport;
	guard->carrier = carrier;
	guard->interrupt = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (guard->interrupt < 0)
		return fguard_fail_errno(guard, -errno);
	return find_module(guard);
}

int fguard_open(struct fguard **guard)
{
	void *carrier = NULL;
	int err;

	err = fguard_create(guard);
	if (err)
		return err;
	err = fguard_socket_open(&carrier);
	if (err)
		return fguard_fail_errno(*guard, err);
	return fguard_connect(*guard, &fguard_socket_transport, carrier);
}

void fguard_close(struct fguard *guard)
{
	if (!guard)
		return;
	if (guard->carrier)
		guard->transport->close(guard->carrier);
	if (guard->notices)
		guard->transport->close(guard->notices);
	if (guard->interrupt >= 0)
		close(guard->interrupt);
	fguard_drop_events(guard);
	fguard_drop_list(guard);
	fguard_store_free(&guard->questions);
	fguard_store_free(&guard->answers);
	free(guard->input);
	free(guard);
}

// SPDX-License-Identifier: GPL-2.0-only
#include <linux/netlink.h>
#include <linux/string.h>
#include <linux/tracepoint.h>

#include "ftrace/probe.h"

static void match_name(struct tracepoint *tracepoint, void *data)
{
	struct fguard_probe *probe = data;

	if (!strcmp(tracepoint->name, probe->name))
		probe->tracepoint = tracepoint;
}

int fguard_probe_begin(struct fguard_probe *probe, struct netlink_ext_ack *extack)
{
	int err;

	if (probe->active)
		return 0;
	if (!probe->tracepoint)
		for_each_kernel_tracepoint(match_name, probe);
	if (!probe->tracepoint) {
		NL_SET_ERR_MSG(extack, "this kernel does not tell of processes that begin or end");
		return -EOPNOTSUPP;
	}
	err = tracepoint_probe_register(probe->tracepoint, probe->function, NULL);
	probe->active = !err;
	return err;
}

void fguard_probe_end(struct fguard_probe *probe)
{
	if (!probe->active)
		return;
	tracepoint_probe_unregister(probe->tracepoint, probe->function, NULL);
	tracepoint_synchronize_unregister();
	probe->active = false;
}

// SPDX-License-Identifier: GPL-2.0-only
#include "enforce/hooks.h"

const struct fguard_hook_table *const fguard_hook_tables[] = {
	&fguard_open_hooks,
	&fguard_entry_hooks,
	&fguard_attr_hooks,
	&fguard_mount_hooks,
	&fguard_task_hooks,
	NULL,
};

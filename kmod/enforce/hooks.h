/* SPDX-License-Identifier: GPL-2.0-only */
/* The functions that are hooked, in a table for each file of callbacks. */
#ifndef _FGUARD_HOOKS_H
#define _FGUARD_HOOKS_H

#include "ftrace/hook.h"

extern const struct fguard_hook_table fguard_open_hooks;
extern const struct fguard_hook_table fguard_entry_hooks;
extern const struct fguard_hook_table fguard_attr_hooks;
extern const struct fguard_hook_table fguard_mount_hooks;
extern const struct fguard_hook_table fguard_task_hooks;

/* All of them; NULL after the last. */
extern const struct fguard_hook_table *const fguard_hook_tables[];

#endif

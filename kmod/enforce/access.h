/* SPDX-License-Identifier: GPL-2.0-only */
/* The table of hooked functions, and what a call of each means. */
#ifndef _FGUARD_ACCESS_H
#define _FGUARD_ACCESS_H

#include "ftrace/hook.h"

/* NULL after the last. */
extern const struct fguard_hook_table *const fguard_hook_tables[];

#endif

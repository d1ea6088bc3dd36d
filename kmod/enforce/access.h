/* SPDX-License-Identifier: GPL-2.0-only */
/* The table of hooked functions, and what a call of each means. */
#ifndef _FGUARD_ACCESS_H
#define _FGUARD_ACCESS_H

#include "ftrace/hook.h"

extern struct fguard_hook fguard_hook_table[];
extern const unsigned int fguard_hook_table_size;

#endif

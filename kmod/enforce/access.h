/* SPDX-License-Identifier: GPL-2.0-only */
/* The table of hooked functions, and what a call of each means. */
#ifndef _FGUARD_ACCESS_H
#define _FGUARD_ACCESS_H

#include "ftrace/hook.h"

/* Needs of rules beside the operations they are about. */
#define FGUARD_NEED_NAMES	BIT(25)	/* what becomes of names */
#define FGUARD_NEED_INODES	BIT(26)	/* inodes that are gone */
#define FGUARD_NEED_EXES	BIT(27)	/* that a process is what its executable says */
#define FGUARD_NEED_EXITS	BIT(28)	/* tasks that end */
#define FGUARD_NEED_FORKS	BIT(29)	/* processes that begin */
#define FGUARD_NEED_DESCRIPTORS	BIT(30)	/* use of descriptors opened earlier */
#define FGUARD_NEED_TRACING	BIT(31)	/* tracing of processes let in by pid */

extern struct fguard_hook fguard_hook_table[];
extern const unsigned int fguard_hook_table_size;

#endif

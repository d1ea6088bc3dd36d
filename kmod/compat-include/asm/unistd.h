/* SPDX-License-Identifier: GPL-2.0-only */
/* Calls that came later: their numbers are the same for all kinds of programs. */
#ifndef _FGUARD_COMPAT_ASM_UNISTD_H
#define _FGUARD_COMPAT_ASM_UNISTD_H

#include_next <asm/unistd.h>

#ifndef __NR_quotactl_fd
#define __NR_quotactl_fd 443	/* 5.14 */
#endif
#ifndef __NR_fchmodat2
#define __NR_fchmodat2 452	/* 6.6 */
#endif
#ifndef __NR_setxattrat
#define __NR_setxattrat 463	/* 6.13 */
#define __NR_removexattrat 466
#endif
#ifndef __NR_open_tree_attr
#define __NR_open_tree_attr 467	/* 6.15 */
#endif
#ifndef __NR_file_setattr
#define __NR_file_setattr 469	/* 6.17 */
#endif

#endif

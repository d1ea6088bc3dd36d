/* SPDX-License-Identifier: GPL-2.0-only */
/* exFAT has a number here since 5.13, FUSE since 5.16; the file systems are older. */
#ifndef _FGUARD_COMPAT_MAGIC_H
#define _FGUARD_COMPAT_MAGIC_H

#include_next <linux/magic.h>

#ifndef EXFAT_SUPER_MAGIC
#define EXFAT_SUPER_MAGIC	0x2011BAB0UL
#endif

#ifndef FUSE_SUPER_MAGIC
#define FUSE_SUPER_MAGIC	0x65735546
#endif

#endif

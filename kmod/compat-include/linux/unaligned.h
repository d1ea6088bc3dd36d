/* SPDX-License-Identifier: GPL-2.0-only */
/* Moved here from asm/ with 6.12. */
#ifndef _FGUARD_COMPAT_UNALIGNED_H
#define _FGUARD_COMPAT_UNALIGNED_H

#include <linux/version.h>

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
#include_next <linux/unaligned.h>
#else
#include <asm/unaligned.h>
#endif

#endif

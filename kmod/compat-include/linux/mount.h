/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Modules see whether a mount is shared until 6.16; with 6.17 the flag moved into
 * struct mount. It was a macro first, then a constant, so the version tells.
 */
#ifndef _FGUARD_COMPAT_MOUNT_H
#define _FGUARD_COMPAT_MOUNT_H

#include_next <linux/mount.h>
#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 17, 0)
#define FGUARD_HAVE_MNT_SHARED 1
#endif

#endif

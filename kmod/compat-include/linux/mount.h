/* SPDX-License-Identifier: GPL-2.0-only */
/* Whether a mount is shared can be seen by modules before 6.17 only. */
#ifndef _FGUARD_COMPAT_MOUNT_H
#define _FGUARD_COMPAT_MOUNT_H

#include_next <linux/mount.h>

/* What is mounted on a shared mount also appears on its peers. */
static inline bool fguard_mount_is_shared(const struct vfsmount *mnt)
{
#ifdef MNT_SHARED
	return mnt && (mnt->mnt_flags & MNT_SHARED);
#else
	return false;
#endif
}

#endif

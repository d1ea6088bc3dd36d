/* SPDX-License-Identifier: GPL-2.0-only */
/* exportfs_encode_inode_fh() takes flags since 6.5. */
#ifndef _FGUARD_COMPAT_EXPORTFS_H
#define _FGUARD_COMPAT_EXPORTFS_H

#include_next <linux/exportfs.h>
#include <linux/version.h>

static inline int fguard_encode_inode_fh(struct inode *inode, struct fid *fid,
					 int *length)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 5, 0)
	return exportfs_encode_inode_fh(inode, fid, length, NULL, 0);
#else
	return exportfs_encode_inode_fh(inode, fid, length, NULL);
#endif
}

#endif

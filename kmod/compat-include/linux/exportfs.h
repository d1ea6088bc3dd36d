/* SPDX-License-Identifier: GPL-2.0-only */
/* exportfs_encode_inode_fh() takes flags since 6.5. */
#ifndef _FGUARD_COMPAT_EXPORTFS_H
#define _FGUARD_COMPAT_EXPORTFS_H

#include_next <linux/exportfs.h>

typedef int fguard_encode_fn(struct inode *, struct fid *, int *, struct inode *);
typedef int fguard_encode_flags_fn(struct inode *, struct fid *, int *, struct inode *,
				   int);

static inline int fguard_encode_inode_fh(struct inode *inode, struct fid *fid,
					 int *length)
{
	/* By way of a pointer to anything, as the one that is not chosen must compile, too. */
	void *encode = exportfs_encode_inode_fh;

	if (__same_type(exportfs_encode_inode_fh, fguard_encode_fn))
		return ((fguard_encode_fn *)encode)(inode, fid, length, NULL);
	return ((fguard_encode_flags_fn *)encode)(inode, fid, length, NULL, 0);
}

#endif

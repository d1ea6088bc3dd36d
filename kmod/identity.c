// SPDX-License-Identifier: GPL-2.0-only
#include <linux/exportfs.h>

#include "identity.h"

/*
 * The number of a btrfs subvolume is private to btrfs, but it is part of the
 * file handles it makes: inode number, subvolume, generation.
 */
u64 fguard_btrfs_subvolume_of(const struct inode *inode)
{
	union {
		struct fid fid;
		u64 words[8];
	} handle = {};
	int length = sizeof(handle) / sizeof(u32);

	if (fguard_encode_inode_fh((struct inode *)inode, &handle.fid, &length) !=
	    FILEID_BTRFS_WITHOUT_PARENT)
		return 0;
	return handle.words[1];
}

void fguard_identity_take(struct fguard_identity *identity,
			  const struct inode *inode)
{
	identity->subvolume = fguard_subvolume_of(inode);
	identity->ino = inode->i_ino;
	identity->generation = inode->i_generation;
	identity->dev = inode->i_sb->s_dev;
	identity->uuid = inode->i_sb->s_uuid;
}

bool fguard_identity_equal(const struct fguard_identity *a,
			   const struct fguard_identity *b)
{
	return a->ino == b->ino && a->generation == b->generation &&
	       a->subvolume == b->subvolume &&
	       fguard_identity_on(a, b->dev, &b->uuid);
}

bool fguard_identity_shares_filesystem(const struct fguard_identity *identity,
				       const struct super_block *sb)
{
	return fguard_identity_on(identity, sb->s_dev, &sb->s_uuid);
}

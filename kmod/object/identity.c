// SPDX-License-Identifier: GPL-2.0-only
#include <linux/exportfs.h>
#include <linux/siphash.h>

#include "object/identity.h"

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

static bool is_served(const struct inode *inode)
{
	return inode->i_sb->s_magic == FUSE_SUPER_MAGIC ||
	       inode->i_sb->s_magic == NFS_SUPER_MAGIC;
}

/* The key keeps nobody out: whoever serves the files may make any handle he likes. */
u64 fguard_handle_of(const struct inode *inode)
{
	static const siphash_key_t key;
	u64 words[16] = {};
	int length = sizeof(words) / (sizeof(u32));
	int type;

	if (likely(!is_served(inode)))
		return fguard_subvolume_of(inode);
	if (!inode->i_sb->s_export_op)
		return 0;
	type = fguard_encode_inode_fh((struct inode *)inode, (struct fid *)words, &length);
	return type == FILEID_INVALID || type < 0 ? 0 : siphash(words, sizeof(words), &key);
}

void fguard_identity_take(struct fguard_identity *identity,
			  const struct inode *inode)
{
	identity->subvolume = fguard_subvolume_of(inode);
	identity->ino = inode->i_ino;
	identity->generation = inode->i_generation;
	identity->dev = inode->i_sb->s_dev;
	identity->uuid = *fguard_uuid_of(inode->i_sb);
}

void fguard_identity_take_original(struct fguard_identity *identity,
				   const struct inode *inode)
{
	fguard_identity_take(identity, inode);
	identity->subvolume = fguard_handle_of(inode);
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
	return fguard_identity_on(identity, sb->s_dev, fguard_uuid_of(sb));
}

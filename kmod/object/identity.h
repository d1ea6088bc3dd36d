/* SPDX-License-Identifier: GPL-2.0-only */
/* Which inode it is. Inline, since every guarded access compares one. */
#ifndef _FGUARD_IDENTITY_H
#define _FGUARD_IDENTITY_H

#include <linux/fs.h>
#include <linux/magic.h>
#include <linux/string.h>
#include <linux/user_namespace.h>
#include <linux/uuid.h>

/**
 * struct fguard_identity - an inode, without holding it
 * @ino: its number
 * @generation: tells a later inode of the same number apart
 * @dev: device of the filesystem while it is mounted
 * @uuid: of the filesystem, if it has one: the same after it is mounted again
 * @subvolume: of btrfs, whose subvolumes count inodes each for themselves; in an
 *	identity that is trusted, what a server's file handle tells besides
 */
struct fguard_identity {
	u64 ino;
	u32 generation;
	dev_t dev;
	uuid_t uuid;
	u64 subvolume;
};

/**
 * fguard_identity_take - note which inode this is
 * @identity: filled
 * @inode: the inode
 *
 * Context: any; the caller holds the inode, or RCU.
 */
void fguard_identity_take(struct fguard_identity *identity,
			  const struct inode *inode);

/**
 * fguard_identity_take_original - note which inode this is, to be trusted
 * @identity: filled
 * @inode: the inode
 *
 * Only for fguard_identity_is_original(), which see.
 *
 * Context: any; the caller holds the inode, or RCU.
 */
void fguard_identity_take_original(struct fguard_identity *identity,
				   const struct inode *inode);

/**
 * fguard_identity_is_unique - can an inode be told from a later one with its number?
 * @inode: the inode
 *
 * Context: any; the caller holds the inode, or RCU.
 * Return: false where generations are not counted, or by a server.
 */
static inline bool fguard_identity_is_unique(const struct inode *inode)
{
	return inode->i_generation && inode->i_sb->s_magic != FUSE_SUPER_MAGIC;
}

/**
 * fguard_btrfs_subvolume_of - the subvolume of an inode of btrfs
 * @inode: the inode
 *
 * Context: any; the caller holds the inode, or RCU.
 * Return: its number; 0 if it cannot be told.
 */
u64 fguard_btrfs_subvolume_of(const struct inode *inode);

/**
 * fguard_subvolume_of - the part of a filesystem that numbers inodes for itself
 * @inode: the inode
 *
 * Context: any; the caller holds the inode, or RCU.
 * Return: its number; 0 where a filesystem has no such parts.
 */
static inline u64 fguard_subvolume_of(const struct inode *inode)
{
	if (likely(inode->i_sb->s_magic != BTRFS_SUPER_MAGIC))
		return 0;
	return fguard_btrfs_subvolume_of(inode);
}

/**
 * fguard_handle_of - what a server's file handle tells of an inode
 * @inode: the inode
 *
 * Context: any; the caller holds the inode, or RCU.
 * Return: a hash of the handle on NFS and FUSE; otherwise fguard_subvolume_of().
 */
u64 fguard_handle_of(const struct inode *inode);

/**
 * fguard_uuid_half - half of a UUID
 * @uuid: the UUID
 * @which: 0 or 1
 *
 * A load, where memcmp() would be a call for every guarded access.
 *
 * Context: any.
 * Return: the half.
 */
static __always_inline u64 fguard_uuid_half(const uuid_t *uuid, unsigned int which)
{
	u64 half;

	memcpy(&half, uuid->b + which * sizeof(half), sizeof(half));
	return half;
}

/**
 * fguard_uuid_of - the UUID by which a filesystem is known
 * @sb: the filesystem
 *
 * Whoever mounts one in a user namespace of his own may give it any (overlayfs since
 * 6.6 reads it from an attribute): such a filesystem has none.
 *
 * Context: any.
 * Return: the UUID, zeroes if it has none.
 */
static __always_inline const uuid_t *fguard_uuid_of(const struct super_block *sb)
{
	return likely(sb->s_user_ns == &init_user_ns) ? &sb->s_uuid : &uuid_null;
}

/**
 * fguard_identity_is_at - is a filesystem the one of an identity, and no copy of it?
 * @identity: an identity that fits it otherwise
 * @sb: the filesystem
 *
 * btrfs has another number at each mount, but no two of one UUID at a time.
 *
 * Context: any.
 * Return: false also where it has been mounted anew, as another device.
 */
static __always_inline bool fguard_identity_is_at(const struct fguard_identity *identity,
						  const struct super_block *sb)
{
	return identity->dev == sb->s_dev || sb->s_magic == BTRFS_SUPER_MAGIC;
}

/**
 * fguard_identity_on - is an inode on this filesystem?
 * @identity: an identity taken earlier
 * @dev: device of the filesystem
 * @uuid: its UUID, zeroes if it has none
 *
 * Context: any.
 * Return: true if it is.
 */
static __always_inline bool fguard_identity_on(const struct fguard_identity *identity,
					       dev_t dev, const uuid_t *uuid)
{
	u64 first = fguard_uuid_half(&identity->uuid, 0);
	u64 second = fguard_uuid_half(&identity->uuid, 1);

	if (!first && !second)
		return identity->dev == dev;
	return first == fguard_uuid_half(uuid, 0) && second == fguard_uuid_half(uuid, 1);
}

/**
 * fguard_identity_is - is it this inode?
 * @identity: an identity taken earlier
 * @inode: the inode
 *
 * Context: any; the caller holds the inode, or RCU.
 * Return: true if it is.
 */
static __always_inline bool fguard_identity_is(const struct fguard_identity *identity,
					       const struct inode *inode)
{
	return identity->ino == inode->i_ino &&
	       identity->generation == inode->i_generation &&
	       fguard_identity_on(identity, inode->i_sb->s_dev,
				  fguard_uuid_of(inode->i_sb)) &&
	       identity->subvolume == fguard_subvolume_of(inode);
}

/**
 * fguard_identity_is_original - is it this inode, and not that of a copy?
 * @identity: from fguard_identity_take_original()
 * @inode: the inode
 *
 * In a copy of a filesystem each file is under the same UUID, number and generation.
 * To guard it is right, to trust it is not: then the device must be the same, too.
 *
 * Context: any; the caller holds the inode, or RCU.
 * Return: true if it is.
 */
static inline bool fguard_identity_is_original(const struct fguard_identity *identity,
					       const struct inode *inode)
{
	return identity->ino == inode->i_ino &&
	       identity->generation == inode->i_generation &&
	       fguard_identity_on(identity, inode->i_sb->s_dev,
				  fguard_uuid_of(inode->i_sb)) &&
	       fguard_identity_is_at(identity, inode->i_sb) &&
	       identity->subvolume == fguard_handle_of(inode);
}

/**
 * fguard_identity_equal - do two identities mean one inode?
 * @a: one
 * @b: the other
 *
 * Context: any.
 * Return: true if they do.
 */
bool fguard_identity_equal(const struct fguard_identity *a,
			   const struct fguard_identity *b);

/**
 * fguard_identity_shares_filesystem - is an inode on this filesystem?
 * @identity: an identity taken earlier
 * @sb: the filesystem
 *
 * Context: any.
 * Return: true if it is.
 */
bool fguard_identity_shares_filesystem(const struct fguard_identity *identity,
				       const struct super_block *sb);

#endif

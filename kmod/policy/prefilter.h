/* SPDX-License-Identifier: GPL-2.0-only */
/* Whether any rule can be about an object: what every unguarded access costs. */
#ifndef _FGUARD_PREFILTER_H
#define _FGUARD_PREFILTER_H

#include "policy/index.h"

/**
 * fguard_prefilter_key - may a key stand in the prefilter?
 * @index: the index
 * @key: an inode number, the hash of a suffix, or one of them salted
 *
 * Context: RCU read side.
 * Return: false if certainly not.
 */
static inline bool fguard_prefilter_key(const struct fguard_index *index, u64 key)
{
	u64 hash = key * GOLDEN_RATIO_64;
	unsigned long bits = fguard_filter_bits(hash);

	return (READ_ONCE(*fguard_filter_word(index, hash)) & bits) == bits;
}

/**
 * fguard_prefilter_inode - may any rule be about this inode, or a name in it?
 * @index: the index
 * @inode: the inode, or NULL
 *
 * Context: RCU read side.
 * Return: false if certainly not.
 */
static inline bool fguard_prefilter_inode(const struct fguard_index *index,
					  const struct inode *inode)
{
	return inode && fguard_prefilter_key(index, inode->i_ino);
}

/**
 * fguard_prefilter_device - may any rule be about a node of this block device?
 * @index: the index
 * @device: the device's number
 *
 * Context: RCU read side.
 * Return: false if certainly not.
 */
static inline bool fguard_prefilter_device(const struct fguard_index *index,
					   dev_t device)
{
	return fguard_prefilter_key(index, device ^ FGUARD_DEVICE_SALT);
}

/**
 * fguard_prefilter_node - may any rule be about another node of a block device?
 * @index: the index
 * @inode: a node, or anything else
 *
 * Context: RCU read side.
 * Return: false if certainly not.
 */
static inline bool fguard_prefilter_node(const struct fguard_index *index,
					 const struct inode *inode)
{
	return unlikely(S_ISBLK(inode->i_mode)) &&
	       fguard_prefilter_device(index, inode->i_rdev);
}

/**
 * fguard_prefilter_names - is a rule about this name, or maybe about a tree or a suffix?
 * @index: the index
 * @dentry: the object
 * @inode: its inode, or NULL
 *
 * Context: RCU read side.
 * Return: false if certainly not.
 */
bool fguard_prefilter_names(const struct fguard_index *index, struct dentry *dentry,
			    const struct inode *inode);

/**
 * fguard_prefilter_object - may any rule concern this object?
 * @index: the index
 * @dentry: the object
 * @inode: its inode, or NULL
 *
 * Context: RCU read side. The fast path of every unguarded access: two words of
 * the filter where there are rules about paths only.
 * Return: false if certainly not.
 */
static __always_inline bool fguard_prefilter_object(const struct fguard_index *index,
						    struct dentry *dentry,
						    const struct inode *inode)
{
	if (fguard_prefilter_inode(index, inode))
		return true;
	if (!fguard_prefilter_inode(index, d_inode_rcu(READ_ONCE(dentry->d_parent))) &&
	    !index->trees && !index->suffix_count)
		return false;
	return fguard_prefilter_names(index, dentry, inode);
}

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* What a file is, apart from how it is reached. */
#ifndef _FGUARD_OBJECT_H
#define _FGUARD_OBJECT_H

#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/hash.h>
#include <linux/limits.h>
#include <linux/netlink.h>
#include <linux/path.h>
#include <linux/stringhash.h>

#include "object/identity.h"

/**
 * struct fguard_name - a name in a directory
 * @directory: the directory
 * @name: the name, NUL-terminated; owned by whoever owns the structure
 * @length: its length in bytes
 * @hash: hash of directory and name
 * @folds: the directory takes several spellings for one name
 */
struct fguard_name {
	struct fguard_identity directory;
	const char *name;
	u32 length;
	u64 hash;
	bool folds;
};

/**
 * fguard_folds - does a directory take several spellings for one name?
 * @directory: the directory
 *
 * Context: any.
 * Return: true if its filesystem compares names by itself (FAT, casefolding).
 */
static inline bool fguard_folds(const struct dentry *directory)
{
	return directory->d_flags & DCACHE_OP_COMPARE;
}

/**
 * fguard_name_hash - the hash of a name in a directory
 * @ino: inode number of the directory
 * @folds: whether it folds names: then all have the same hash
 * @name: the name
 * @length: its length in bytes
 *
 * Context: any.
 * Return: the hash.
 */
static inline u64 fguard_name_hash(u64 ino, bool folds, const char *name, u32 length)
{
	return hash_64(ino, 64) ^ (folds ? 0 : full_name_hash(NULL, name, length));
}

/**
 * fguard_entry_hash_locked - the hash of the name of an entry in its directory
 * @dentry: the entry; its name cannot change, nor go, while it is locked
 *
 * Context: RCU read side, the entry's lock held.
 * Return: the hash; 0 if the directory is gone.
 */
static inline u64 fguard_entry_hash_locked(const struct dentry *dentry)
{
	const struct dentry *directory = dentry->d_parent;
	/* Without a reference to the entry its directory may go at any moment. */
	const struct inode *inode = d_inode_rcu(directory);

	if (unlikely(!inode))
		return 0;
	return fguard_name_hash(inode->i_ino, fguard_folds(directory), dentry->d_name.name,
				dentry->d_name.len);
}

/**
 * fguard_entry_hash - the same
 * @dentry: the entry
 *
 * Context: RCU read side; takes the entry's lock.
 * Return: as fguard_entry_hash_locked().
 */
static inline u64 fguard_entry_hash(struct dentry *dentry)
{
	u64 hash;

	spin_lock(&dentry->d_lock);
	hash = fguard_entry_hash_locked(dentry);
	spin_unlock(&dentry->d_lock);
	return hash;
}

/**
 * fguard_name_copy - copy the name of an entry
 * @to: room for NAME_MAX bytes; gets no NUL
 * @dentry: the entry
 *
 * A snapshot of a long name would count it, and under RCU alone its count may have
 * reached zero.
 *
 * Context: RCU read side, or the caller holds the entry; takes the entry's lock.
 * Return: the length in bytes.
 */
static inline u32 fguard_name_copy(char *to, struct dentry *dentry)
{
	u32 length;

	spin_lock(&dentry->d_lock);
	length = min_t(u32, dentry->d_name.len, NAME_MAX);
	memcpy(to, dentry->d_name.name, length);
	spin_unlock(&dentry->d_lock);
	return length;
}

/**
 * fguard_name_is - is it this name?
 * @name: a name resolved earlier
 * @dentry: an entry of a directory
 *
 * Context: RCU read side, the entry's lock held.
 * Return: true if it is.
 */
bool fguard_name_is(const struct fguard_name *name, const struct dentry *dentry);

/**
 * fguard_name_is_in - is it this name in this directory?
 * @name: a name resolved earlier
 * @directory: inode of the directory
 * @other: the name in it
 *
 * Context: RCU read side.
 * Return: true if it is, letter by letter.
 */
bool fguard_name_is_in(const struct fguard_name *name,
		       const struct inode *directory, const struct qstr *other);

/**
 * fguard_object_find_place - as fguard_object_place(), which see
 * @dentry: the object
 * @inode: its inode
 *
 * Context: as there.
 * Return: as there.
 */
struct dentry *fguard_object_find_place(struct dentry *dentry,
					const struct inode *inode);

/**
 * fguard_object_place - where an object hangs in its filesystem
 * @dentry: the object, as it was reached
 * @inode: its inode, or NULL; not that of @dentry where one filesystem opens a
 *	file of another under its own path (overlayfs)
 *
 * An object reached by its handle may hang nowhere.
 *
 * Context: RCU read side; the result is valid as long.
 * Return: an entry with a name and directories above it, or NULL.
 */
static inline struct dentry *fguard_object_place(struct dentry *dentry,
						 const struct inode *inode)
{
	if (likely((!inode || inode == d_inode_rcu(dentry)) &&
		   !(IS_ROOT(dentry) && (dentry->d_flags & DCACHE_DISCONNECTED))))
		return dentry;
	return fguard_object_find_place(dentry, inode);
}

/**
 * fguard_object_beneath - the inode of another filesystem that an object is made of
 * @dentry: the object
 *
 * Context: may sleep; the caller holds the dentry.
 * Return: on overlayfs the upper or lower inode that has the data; otherwise NULL.
 */
const struct inode *fguard_object_beneath(const struct dentry *dentry);

/**
 * fguard_object_beneath_now - the same, as far as it is known at once
 * @dentry: the object
 *
 * From 6.5 to 6.9 nothing is: overlayfs would sleep, to look up data in layers that
 * have nothing else. A file that comes to a guarded name there is guarded by the name
 * and its own inode, and what it is made of only when the rule is made anew.
 *
 * Context: RCU read side.
 * Return: on overlayfs the upper or lower inode, which may have the attributes only;
 * otherwise NULL.
 */
const struct inode *fguard_object_beneath_now(const struct dentry *dentry);

/**
 * fguard_object_check_directory - will a directory be known again?
 * @directory: the directory of an object that is to be guarded
 * @extack: receives the sentence if not
 *
 * Context: any.
 * Return: 0; -EOPNOTSUPP: its filesystem gives it no lasting identity.
 */
int fguard_object_check_directory(const struct dentry *directory,
				  struct netlink_ext_ack *extack);

/**
 * struct fguard_found - where a path leads
 * @last: its last name; points into the path
 * @directory: the directory of that name
 * @object: what has the name, if @exists
 * @exists: something has
 */
struct fguard_found {
	const char *last;
	struct path directory;
	struct path object;
	bool exists;
};

/**
 * fguard_object_find - look a path up
 * @path: absolute path; the last component is not followed
 * @found: filled; for fguard_object_release()
 * @extack: receives the sentence if refused
 *
 * Context: may sleep; resolves as the current task would.
 * Return: 0; -EINVAL: not absolute, or the end names no entry; -ENAMETOOLONG; or
 * what the lookup says.
 */
int fguard_object_find(const char *path, struct fguard_found *found,
		       struct netlink_ext_ack *extack);

/**
 * fguard_object_release - let go of what was found
 * @found: from fguard_object_find()
 *
 * Context: may sleep.
 */
void fguard_object_release(struct fguard_found *found);

/**
 * fguard_name_take - note a name, without holding its directory
 * @name: filled; its @name points into the path
 * @found: where it was found
 * @extack: receives the sentence if refused
 *
 * Context: may sleep.
 * Return: 0; -EOPNOTSUPP as fguard_object_check_directory().
 */
int fguard_name_take(struct fguard_name *name, const struct fguard_found *found,
		     struct netlink_ext_ack *extack);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What has happened to names, as opposed to what is tried: the functions by which the
 * kernel notes a rename, a creation or a removal once the filesystem has done it.
 */
#ifndef _FGUARD_NAMES_H
#define _FGUARD_NAMES_H

#include "policy/index.h"

/**
 * fguard_names_moved - an entry takes another one's name
 * @dentry: the entry
 * @object: the other one, which has the name for a moment yet
 * @exchange: the other one gets this one's
 *
 * Context: inside an ftrace callback; both directories are locked.
 */
void fguard_names_moved(struct dentry *dentry, struct dentry *object, bool exchange);

/**
 * fguard_names_filled - an entry gets an inode
 * @dentry: the entry, without one for a moment yet
 * @inode: the inode, or NULL
 *
 * Context: inside an ftrace callback.
 */
void fguard_names_filled(struct dentry *dentry, const struct inode *inode);

/**
 * fguard_names_emptied - an entry is removed
 * @dentry: the entry, which has its inode for a moment yet
 *
 * Context: inside an ftrace callback; the directory is locked.
 */
void fguard_names_emptied(struct dentry *dentry);

/**
 * fguard_names_used - an access by a guarded name is let through
 * @object: its object
 *
 * Context: RCU read side, no spinlock held.
 * Return: 0; -ENOMEM: the access must be refused.
 */
int fguard_names_used(const struct fguard_object *object);

/**
 * fguard_names_inode_freed - an inode leaves memory
 * @inode: the inode
 *
 * Context: inside an ftrace callback.
 */
void fguard_names_inode_freed(const struct inode *inode);

#endif

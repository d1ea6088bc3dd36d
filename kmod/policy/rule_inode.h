/* SPDX-License-Identifier: GPL-2.0-only */
/* The inodes that a rule about a name knows its object by. */
#ifndef _FGUARD_RULE_INODE_H
#define _FGUARD_RULE_INODE_H

#include "policy/rule.h"
#include "policy/index.h"

/**
 * fguard_rule_inode_new - note an inode that a rule is about
 * @rule: the rule, which owns it
 * @inode: the inode
 * @kind: why
 *
 * Context: may sleep; the rule is not in force yet.
 * Return: 0 or -ENOMEM.
 */
int fguard_rule_inode_new(struct fguard_rule *rule, const struct inode *inode,
			  enum fguard_rule_inode_kind kind);

/**
 * fguard_rule_inode_reserve - put memory for one more inode by
 * @rule: a rule that is not in force yet
 *
 * What has happened to a name cannot be refused any more when memory is short.
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int fguard_rule_inode_reserve(struct fguard_rule *rule);

/**
 * fguard_rule_inodes_free - forget the inodes of a rule
 * @rule: a rule that no reader can see
 *
 * Context: any.
 */
void fguard_rule_inodes_free(struct fguard_rule *rule);

/**
 * fguard_rule_inode_use - a rule's name is used: learn what has it
 * @rule: a rule about the name of an object
 * @object: an access to that object by its name, to be let through
 *
 * Context: RCU read side, no spinlock held.
 * Return: 0; -ENOMEM: the access must be refused.
 */
int fguard_rule_inode_use(struct fguard_rule *rule, const struct fguard_object *object);

/**
 * fguard_rule_inode_hold - something else has a rule's name from now on
 * @rule: the rule
 * @holder: the entry that has the name, or gets it, or NULL: nothing has it
 * @inode: its inode, or NULL
 * @leaving: the entry that had it, or NULL
 * @sb: the filesystem of the name: perhaps that of a copy
 *
 * Context: RCU read side, no spinlock held; the directory is locked.
 */
void fguard_rule_inode_hold(struct fguard_rule *rule, const struct dentry *holder,
			    const struct inode *inode, const struct dentry *leaving,
			    const struct super_block *sb);

/**
 * fguard_rule_inode_copied - an overlay has made a copy of what has a rule's name
 * @rule: the rule
 * @dentry: what has its name, if nobody gave that to something else meanwhile
 * @inode: the copy, on another filesystem
 *
 * Context: RCU read side, no spinlock held.
 */
void fguard_rule_inode_copied(struct fguard_rule *rule, struct dentry *dentry,
			      const struct inode *inode);

/**
 * fguard_rule_inodes_forget - an inode is gone for good
 * @inode: the inode
 *
 * Context: RCU read side, no spinlock held.
 */
void fguard_rule_inodes_forget(const struct inode *inode);

#endif

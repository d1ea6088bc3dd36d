/* SPDX-License-Identifier: GPL-2.0-only */
/* The inodes that a rule about a name follows. */
#ifndef _FGUARD_ALIAS_H
#define _FGUARD_ALIAS_H

#include <linux/list.h>
#include <linux/spinlock.h>

#include "object.h"
#include "store.h"

/**
 * struct fguard_alias - an inode that a rule is about
 * @links: links in the stores' tables of inodes
 * @siblings: link in the rule's list
 * @identity: the inode
 * @rule: the rule, which owns it
 * @keep: the inode has left the rule's name but lives on under another one, or
 *	is what an object of another filesystem is made of
 * @rcu: frees it after the last reader
 */
struct fguard_alias {
	struct hlist_node links[2];
	struct list_head siblings;
	struct fguard_identity identity;
	struct fguard_rule *rule;
	bool keep;
	struct rcu_head rcu;
};

/* Inodes of rules: their lists, the tables of inodes, and which store is in force. */
extern spinlock_t fguard_alias_lock;

/**
 * fguard_alias_new - note an inode that a rule is about
 * @rule: the rule, which owns it
 * @inode: the inode
 * @keep: whatever becomes of the name
 *
 * Context: may sleep; the rule is not in force yet.
 * Return: 0 or -ENOMEM.
 */
int fguard_alias_new(struct fguard_rule *rule, const struct inode *inode, bool keep);

/**
 * fguard_aliases_free - forget the inodes of a rule
 * @rule: a rule that no reader can see
 *
 * Context: any.
 */
void fguard_aliases_free(struct fguard_rule *rule);

/**
 * fguard_alias_link - enter an inode of a rule into a store
 * @store: the store
 * @alias: the inode
 *
 * Context: fguard_alias_lock held.
 */
void fguard_alias_link(struct fguard_store *store, struct fguard_alias *alias);

/**
 * fguard_alias_drop - a rule is not about an inode any more
 * @store: the store in force
 * @alias: the inode; freed after the last reader
 *
 * Context: fguard_alias_lock held.
 */
void fguard_alias_drop(const struct fguard_store *store, struct fguard_alias *alias);

/**
 * fguard_alias_follow - let a rule follow its name
 * @rule: a rule about the name of an object, or about a tree
 * @target: an access to that object, to be let through
 *
 * Context: RCU read side, no spinlock held.
 * Return: 0; -ENOMEM: the access must be refused.
 */
int fguard_alias_follow(struct fguard_rule *rule, const struct fguard_target *target);

#endif

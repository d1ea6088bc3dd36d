// SPDX-License-Identifier: GPL-2.0-only
#include <linux/dcache.h>
#include <linux/rculist.h>
#include <linux/slab.h>

#include "alias.h"
#include "rule.h"

static struct fguard_alias *alias_alloc(struct fguard_rule *rule,
					const struct inode *inode, bool keep,
					gfp_t gfp)
{
	struct fguard_alias *alias = kzalloc(sizeof(*alias), gfp | __GFP_NOWARN);

	if (alias) {
		alias->rule = rule;
		alias->keep = keep;
		fguard_identity_take(&alias->identity, inode);
	}
	return alias;
}

int fguard_alias_new(struct fguard_rule *rule, const struct inode *inode, bool keep)
{
	struct fguard_alias *alias = alias_alloc(rule, inode, keep, GFP_KERNEL);

	if (!alias)
		return -ENOMEM;
	list_add_rcu(&alias->siblings, &rule->aliases);
	return 0;
}

void fguard_aliases_free(struct fguard_rule *rule)
{
	struct fguard_alias *alias, *next;

	list_for_each_entry_safe(alias, next, &rule->aliases, siblings)
		kfree(alias);
}

static struct fguard_alias *alias_of(struct fguard_rule *rule,
				     const struct inode *inode)
{
	struct fguard_alias *alias;

	list_for_each_entry_rcu(alias, &rule->aliases, siblings,
				lockdep_is_held(&fguard_alias_lock))
		if (fguard_identity_is(&alias->identity, inode))
			return alias;
	return NULL;
}

/* Adds an inode to a rule in force. Takes over @spare if it is used. */
static void adopt(struct fguard_rule *rule, const struct inode *inode,
		  struct fguard_alias **spare)
{
	lockdep_assert_held(&fguard_alias_lock);
	if (alias_of(rule, inode))
		return;
	list_add_rcu(&(*spare)->siblings, &rule->aliases);
	fguard_alias_link(fguard_store_current(), *spare);
	*spare = NULL;
}

/*
 * The directory is locked, so what has the name now is certain: inodes that had
 * it before and have no other name are gone.
 */
static void forget_predecessors(struct fguard_rule *rule,
				const struct fguard_target *target)
{
	const struct inode *inode = target->inode;
	struct fguard_alias *alias, *next;

	lockdep_assert_held(&fguard_alias_lock);
	list_for_each_entry_safe(alias, next, &rule->aliases, siblings) {
		if (inode && fguard_identity_is(&alias->identity, inode))
			alias->keep |= target->moves || inode->i_nlink > 1;
		else if (!alias->keep)
			fguard_alias_drop(fguard_store_current(), alias);
	}
}

static bool directory_is_locked(const struct fguard_target *target)
{
	/* A dentry in lookup may still turn out to be there already. */
	return target->incoming || target->moves || target->dies ||
	       ((target->ops & BIT(FGUARD_OP_CREATE)) &&
		!d_in_lookup(target->dentry));
}

/* Adds an inode to a rule, and clears away its predecessors if that is sure. */
static int follow(struct fguard_rule *rule, const struct fguard_target *target,
		  const struct inode *inode, bool keep)
{
	struct fguard_alias *spare = NULL;

	if (inode && !alias_of(rule, inode)) {
		spare = alias_alloc(rule, inode, keep, GFP_ATOMIC);
		if (!spare)
			return -ENOMEM;
	} else if (!directory_is_locked(target)) {
		return 0;
	}

	spin_lock(&fguard_alias_lock);
	if (!rule->retired) {
		if (directory_is_locked(target))
			forget_predecessors(rule, target);
		if (spare)
			adopt(rule, inode, &spare);
	}
	spin_unlock(&fguard_alias_lock);
	kfree(spare);
	return 0;
}

int fguard_alias_follow(struct fguard_rule *rule, const struct fguard_target *target)
{
	const struct dentry *holder = target->incoming ?: target->dentry;
	const struct inode *beneath = fguard_object_beneath_now(holder);
	const struct inode *inode = target->inode;
	int err;

	if (target->incoming)
		inode = d_inode_rcu(target->incoming);
	err = follow(rule, target, inode, false);
	if (!err && beneath)
		err = follow(rule, target, beneath, true);
	return err;
}

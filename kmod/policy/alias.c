// SPDX-License-Identifier: GPL-2.0-only
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/dcache.h>
#include <linux/rculist.h>
#include <linux/slab.h>

#include "policy/alias.h"
#include "policy/rule.h"

/* overlayfs makes a file of an upper and a lower one, of which one may have the data only. */
#define BENEATH_MAX 4

/* Copies of the rule's filesystem, of which each has something by the rule's name. */
#define COPIES_MAX 4

static struct fguard_alias *alloc(struct fguard_rule *rule, gfp_t gfp)
{
	struct fguard_alias *alias = kzalloc(sizeof(*alias), gfp | __GFP_NOWARN);

	if (alias)
		alias->rule = rule;
	return alias;
}

static void fill(struct fguard_alias *alias, const struct inode *inode,
		 enum fguard_alias_kind kind)
{
	alias->kind = kind;
	alias->device = S_ISBLK(inode->i_mode) ? inode->i_rdev : 0;
	fguard_identity_take(&alias->identity, inode);
}

int fguard_alias_new(struct fguard_rule *rule, const struct inode *inode,
		     enum fguard_alias_kind kind)
{
	struct fguard_alias *alias = alloc(rule, GFP_KERNEL);

	if (!alias)
		return -ENOMEM;
	fill(alias, inode, kind);
	list_add_rcu(&alias->siblings, &rule->aliases);
	return 0;
}

int fguard_alias_reserve(struct fguard_rule *rule)
{
	rule->spare = alloc(rule, GFP_KERNEL);
	return rule->spare ? 0 : -ENOMEM;
}

void fguard_aliases_free(struct fguard_rule *rule)
{
	struct fguard_alias *alias, *next;

	list_for_each_entry_safe(alias, next, &rule->aliases, siblings)
		kfree(alias);
	kfree(rule->spare);
}

static struct fguard_alias *alias_of(const struct fguard_rule *rule,
				     const struct inode *inode)
{
	struct fguard_alias *alias;

	list_for_each_entry_rcu(alias, &rule->aliases, siblings,
				lockdep_is_held(&fguard_alias_lock))
		if (fguard_identity_is(&alias->identity, inode))
			return alias;
	return NULL;
}

/* ---- what has the name ----------------------------------------------------- */

/**
 * struct holder - what has a rule's name
 * @inode: the inode, or NULL: nothing has it
 * @beneath: what it is made of, or NULL
 * @sb: the filesystem of the name
 * @memory: for both
 */
struct holder {
	const struct inode *inode;
	const struct inode *beneath;
	const struct super_block *sb;
	struct fguard_alias *memory[2];
};

static struct fguard_alias *take_memory(struct holder *holder)
{
	unsigned int i = !holder->memory[0];
	struct fguard_alias *alias = holder->memory[i];

	holder->memory[i] = NULL;
	return alias;
}

static void add(struct fguard_rule *rule, struct holder *holder, const struct inode *inode,
		enum fguard_alias_kind kind)
{
	struct fguard_alias *alias;

	lockdep_assert_held(&fguard_alias_lock);
	if (!inode || alias_of(rule, inode))
		return;
	alias = take_memory(holder);
	if (!alias) {
		alias = rule->spare;
		rule->spare = NULL;
	}
	if (!alias) {
		pr_warn_ratelimited("no memory to follow what rule %u is about: other hard links of it are not guarded\n",
				    rule->terms.id);
		return;
	}
	fill(alias, inode, kind);
	list_add_tail_rcu(&alias->siblings, &rule->aliases);
	fguard_alias_link(fguard_index_current(), alias);
}

static struct fguard_alias *holder_on(const struct fguard_rule *rule,
				      const struct super_block *sb)
{
	struct fguard_alias *alias;

	list_for_each_entry(alias, &rule->aliases, siblings)
		if (alias->kind == FGUARD_ALIAS_HOLDER &&
		    fguard_identity_is_at(&alias->identity, sb))
			return alias;
	return NULL;
}

static bool holds(const struct fguard_rule *rule, const struct holder *holder)
{
	const struct fguard_alias *alias = holder_on(rule, holder->sb);

	if (!alias)
		return !holder->inode;
	return holder->inode && fguard_identity_is(&alias->identity, holder->inode);
}

static bool is_held(const struct fguard_rule *rule)
{
	const struct fguard_alias *alias;

	list_for_each_entry(alias, &rule->aliases, siblings)
		if (alias->kind == FGUARD_ALIAS_HOLDER)
			return true;
	return false;
}

/* What had the name on this filesystem, and what that was made of. */
static void drop_former(struct fguard_rule *rule, const struct super_block *sb)
{
	struct fguard_alias *alias = holder_on(rule, sb), *next;

	lockdep_assert_held(&fguard_alias_lock);
	if (alias)
		fguard_alias_drop(fguard_index_current(), alias);
	else if (is_held(rule))
		return;
	list_for_each_entry_safe(alias, next, &rule->aliases, siblings)
		if (alias->kind == FGUARD_ALIAS_BENEATH)
			fguard_alias_drop(fguard_index_current(), alias);
}

typedef bool (*alias_test)(const struct fguard_rule *rule, const struct fguard_alias *alias);

/* Never what the rule was made for. */
static bool is_copy(const struct fguard_rule *rule, const struct fguard_alias *alias)
{
	return alias->kind == FGUARD_ALIAS_HOLDER &&
	       alias->identity.dev != rule->name.directory.dev;
}

static bool is_beneath(const struct fguard_rule *rule, const struct fguard_alias *alias)
{
	return alias->kind == FGUARD_ALIAS_BENEATH;
}

/* For one more: the oldest goes. */
static void make_room(struct fguard_rule *rule, unsigned int most, alias_test is_such)
{
	struct fguard_alias *alias, *oldest = NULL;
	unsigned int count = 0;

	list_for_each_entry(alias, &rule->aliases, siblings) {
		if (!is_such(rule, alias))
			continue;
		oldest = oldest ?: alias;
		count++;
	}
	if (count >= most)
		fguard_alias_drop(fguard_index_current(), oldest);
}

static void hold_beneath(struct fguard_rule *rule, struct holder *holder)
{
	if (holder->beneath && !alias_of(rule, holder->beneath)) {
		/* A file is copied up once; more is the work of somebody below. */
		make_room(rule, BENEATH_MAX, is_beneath);
		add(rule, holder, holder->beneath, FGUARD_ALIAS_BENEATH);
	}
	if (!rule->spare)
		rule->spare = take_memory(holder);
}

static void hold(struct fguard_rule *rule, struct holder *holder)
{
	lockdep_assert_held(&fguard_alias_lock);
	if (!holds(rule, holder)) {
		drop_former(rule, holder->sb);
		if (holder->inode && holder->sb->s_dev != rule->name.directory.dev)
			make_room(rule, COPIES_MAX, is_copy);
		add(rule, holder, holder->inode, FGUARD_ALIAS_HOLDER);
	}
	hold_beneath(rule, holder);
}

static bool is_known(const struct fguard_rule *rule, const struct inode *inode)
{
	return !inode || alias_of(rule, inode);
}

/* Gives whether there is memory for all that is new. */
static bool get_memory(struct fguard_rule *rule, struct holder *holder)
{
	const bool inode = !is_known(rule, holder->inode);
	const bool beneath = !is_known(rule, holder->beneath);

	if (inode || !READ_ONCE(rule->spare))
		holder->memory[0] = alloc(rule, GFP_ATOMIC);
	if (beneath)
		holder->memory[1] = alloc(rule, GFP_ATOMIC);
	return (!inode || holder->memory[0]) && (!beneath || holder->memory[1]);
}

static void put_memory(struct holder *holder)
{
	kfree(holder->memory[0]);
	kfree(holder->memory[1]);
}

/* An entry that is on its way out, or has gone elsewhere, has the name no more. */
static bool has_name(const struct fguard_rule *rule, struct dentry *dentry)
{
	bool has;

	lockdep_assert_held(&fguard_alias_lock);
	/* An entry that was made anew may be at the same address. */
	if ((rule->leaving == dentry && rule->left == d_inode_rcu(dentry)) ||
	    d_unhashed(dentry))
		return false;
	spin_lock(&dentry->d_lock);
	has = fguard_name_is(&rule->name, dentry);
	spin_unlock(&dentry->d_lock);
	return has;
}

int fguard_alias_use(struct fguard_rule *rule, const struct fguard_object *object)
{
	struct dentry *dentry = object->dentry;
	struct holder holder = { .inode = d_inode_rcu(dentry), .sb = dentry->d_sb };
	bool enough;

	holder.beneath = object->inode == holder.inode ? fguard_object_beneath_now(dentry) :
							 object->inode;
	if (!holder.inode || (is_known(rule, holder.inode) && is_known(rule, holder.beneath)))
		return 0;
	enough = get_memory(rule, &holder);
	if (enough) {
		spin_lock(&fguard_alias_lock);
		if (!rule->retired && has_name(rule, dentry))
			hold(rule, &holder);
		spin_unlock(&fguard_alias_lock);
	}
	put_memory(&holder);
	return enough ? 0 : -ENOMEM;
}

void fguard_alias_hold(struct fguard_rule *rule, const struct dentry *dentry,
		       const struct inode *inode, const struct dentry *leaving,
		       const struct super_block *sb)
{
	struct holder holder = { .inode = inode, .sb = sb };

	if (inode && inode == d_inode_rcu(dentry))
		holder.beneath = fguard_object_beneath_now(dentry);
	get_memory(rule, &holder);
	spin_lock(&fguard_alias_lock);
	if (!rule->retired) {
		rule->leaving = leaving;
		rule->left = leaving ? d_inode_rcu(leaving) : NULL;
		hold(rule, &holder);
	}
	spin_unlock(&fguard_alias_lock);
	put_memory(&holder);
}

void fguard_alias_copied(struct fguard_rule *rule, struct dentry *dentry,
			 const struct inode *inode)
{
	struct holder holder = { .beneath = inode };

	get_memory(rule, &holder);
	spin_lock(&fguard_alias_lock);
	if (!rule->retired && has_name(rule, dentry))
		hold_beneath(rule, &holder);
	spin_unlock(&fguard_alias_lock);
	put_memory(&holder);
}

void fguard_aliases_forget(const struct inode *inode)
{
	struct fguard_alias *alias;
	struct hlist_node *next;
	struct fguard_index *index;

	spin_lock(&fguard_alias_lock);
	index = fguard_index_current();
	hlist_for_each_entry_safe(alias, next, fguard_alias_bucket(index, inode->i_ino),
				  links[index->links])
		if (fguard_identity_is(&alias->identity, inode) &&
		    fguard_identity_is_at(&alias->identity, inode->i_sb))
			fguard_alias_drop(index, alias);
	spin_unlock(&fguard_alias_lock);
}

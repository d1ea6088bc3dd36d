// SPDX-License-Identifier: GPL-2.0-only
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/dcache.h>
#include <linux/rculist.h>
#include <linux/slab.h>

#include "policy/rule_inode.h"
#include "policy/rule.h"

/* overlayfs makes a file of an upper and a lower one, of which one may have the data only. */
#define BENEATH_MAX 4

/* Copies of the rule's filesystem, of which each has something by the rule's name. */
#define COPIES_MAX 4

static struct fguard_rule_inode *alloc(struct fguard_rule *rule, gfp_t gfp)
{
	struct fguard_rule_inode *rule_inode = kzalloc(sizeof(*rule_inode), gfp | __GFP_NOWARN);

	if (rule_inode)
		rule_inode->rule = rule;
	return rule_inode;
}

static void fill(struct fguard_rule_inode *rule_inode, const struct inode *inode,
		 enum fguard_rule_inode_kind kind)
{
	rule_inode->kind = kind;
	rule_inode->device = S_ISBLK(inode->i_mode) ? inode->i_rdev : 0;
	fguard_identity_take(&rule_inode->identity, inode);
}

int fguard_rule_inode_new(struct fguard_rule *rule, const struct inode *inode,
			  enum fguard_rule_inode_kind kind)
{
	struct fguard_rule_inode *rule_inode = alloc(rule, GFP_KERNEL);

	if (!rule_inode)
		return -ENOMEM;
	fill(rule_inode, inode, kind);
	list_add_rcu(&rule_inode->siblings, &rule->inodes);
	return 0;
}

int fguard_rule_inode_reserve(struct fguard_rule *rule)
{
	rule->spare = alloc(rule, GFP_KERNEL);
	return rule->spare ? 0 : -ENOMEM;
}

void fguard_rule_inodes_free(struct fguard_rule *rule)
{
	struct fguard_rule_inode *rule_inode, *next;

	list_for_each_entry_safe(rule_inode, next, &rule->inodes, siblings)
		kfree(rule_inode);
	kfree(rule->spare);
}

static struct fguard_rule_inode *rule_inode_of(const struct fguard_rule *rule,
					       const struct inode *inode)
{
	struct fguard_rule_inode *rule_inode;

	list_for_each_entry_rcu(rule_inode, &rule->inodes, siblings,
				lockdep_is_held(&fguard_rule_inode_lock))
		if (fguard_identity_is(&rule_inode->identity, inode))
			return rule_inode;
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
	struct fguard_rule_inode *memory[2];
};

static struct fguard_rule_inode *take_memory(struct holder *holder)
{
	unsigned int i = !holder->memory[0];
	struct fguard_rule_inode *rule_inode = holder->memory[i];

	holder->memory[i] = NULL;
	return rule_inode;
}

static void add(struct fguard_rule *rule, struct holder *holder, const struct inode *inode,
		enum fguard_rule_inode_kind kind)
{
	struct fguard_rule_inode *rule_inode;

	lockdep_assert_held(&fguard_rule_inode_lock);
	if (!inode || rule_inode_of(rule, inode))
		return;
	rule_inode = take_memory(holder);
	if (!rule_inode) {
		rule_inode = rule->spare;
		rule->spare = NULL;
	}
	if (!rule_inode) {
		pr_warn_ratelimited("no memory to follow what rule %u is about: other hard links "
				    "of it are not guarded\n",
				    rule->terms.id);
		return;
	}
	fill(rule_inode, inode, kind);
	list_add_tail_rcu(&rule_inode->siblings, &rule->inodes);
	fguard_rule_inode_link(fguard_index_current(), rule_inode);
}

static struct fguard_rule_inode *holder_on(const struct fguard_rule *rule,
					   const struct super_block *sb)
{
	struct fguard_rule_inode *rule_inode;

	list_for_each_entry(rule_inode, &rule->inodes, siblings)
		if (rule_inode->kind == FGUARD_RULE_INODE_HOLDER &&
		    fguard_identity_is_at(&rule_inode->identity, sb))
			return rule_inode;
	return NULL;
}

static bool holds(const struct fguard_rule *rule, const struct holder *holder)
{
	const struct fguard_rule_inode *rule_inode = holder_on(rule, holder->sb);

	if (!rule_inode)
		return !holder->inode;
	return holder->inode && fguard_identity_is(&rule_inode->identity, holder->inode);
}

static bool is_held(const struct fguard_rule *rule)
{
	const struct fguard_rule_inode *rule_inode;

	list_for_each_entry(rule_inode, &rule->inodes, siblings)
		if (rule_inode->kind == FGUARD_RULE_INODE_HOLDER)
			return true;
	return false;
}

/* What had the name on this filesystem, and what that was made of. */
static void drop_former(struct fguard_rule *rule, const struct super_block *sb)
{
	struct fguard_rule_inode *rule_inode = holder_on(rule, sb), *next;

	lockdep_assert_held(&fguard_rule_inode_lock);
	if (rule_inode)
		fguard_rule_inode_drop(fguard_index_current(), rule_inode);
	else if (is_held(rule))
		return;
	list_for_each_entry_safe(rule_inode, next, &rule->inodes, siblings)
		if (rule_inode->kind == FGUARD_RULE_INODE_BENEATH)
			fguard_rule_inode_drop(fguard_index_current(), rule_inode);
}

typedef bool (*rule_inode_test)(const struct fguard_rule *rule,
				const struct fguard_rule_inode *rule_inode);

/* Never what the rule was made for. */
static bool is_copy(const struct fguard_rule *rule, const struct fguard_rule_inode *rule_inode)
{
	return rule_inode->kind == FGUARD_RULE_INODE_HOLDER &&
	       rule_inode->identity.dev != rule->entry.directory.dev;
}

static bool is_beneath(const struct fguard_rule *rule, const struct fguard_rule_inode *rule_inode)
{
	return rule_inode->kind == FGUARD_RULE_INODE_BENEATH;
}

/* For one more: the oldest goes. */
static void make_room(struct fguard_rule *rule, unsigned int most, rule_inode_test is_such)
{
	struct fguard_rule_inode *rule_inode, *oldest = NULL;
	unsigned int count = 0;

	list_for_each_entry(rule_inode, &rule->inodes, siblings) {
		if (!is_such(rule, rule_inode))
			continue;
		oldest = oldest ?: rule_inode;
		count++;
	}
	if (count >= most)
		fguard_rule_inode_drop(fguard_index_current(), oldest);
}

static void hold_beneath(struct fguard_rule *rule, struct holder *holder)
{
	if (holder->beneath && !rule_inode_of(rule, holder->beneath)) {
		/* A file is copied up once; more is the work of somebody below. */
		make_room(rule, BENEATH_MAX, is_beneath);
		add(rule, holder, holder->beneath, FGUARD_RULE_INODE_BENEATH);
	}
	if (!rule->spare)
		rule->spare = take_memory(holder);
}

static void hold(struct fguard_rule *rule, struct holder *holder)
{
	lockdep_assert_held(&fguard_rule_inode_lock);
	if (!holds(rule, holder)) {
		drop_former(rule, holder->sb);
		if (holder->inode && holder->sb->s_dev != rule->entry.directory.dev)
			make_room(rule, COPIES_MAX, is_copy);
		add(rule, holder, holder->inode, FGUARD_RULE_INODE_HOLDER);
	}
	hold_beneath(rule, holder);
}

static bool is_known(const struct fguard_rule *rule, const struct inode *inode)
{
	return !inode || rule_inode_of(rule, inode);
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

	lockdep_assert_held(&fguard_rule_inode_lock);
	/* An entry that was made anew may be at the same address. */
	if ((rule->leaving == dentry && rule->left == d_inode_rcu(dentry)) ||
	    d_unhashed(dentry))
		return false;
	spin_lock(&dentry->d_lock);
	has = fguard_name_is(&rule->entry, dentry);
	spin_unlock(&dentry->d_lock);
	return has;
}

int fguard_rule_inode_use(struct fguard_rule *rule, const struct fguard_object *object)
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
		spin_lock(&fguard_rule_inode_lock);
		if (!rule->retired && has_name(rule, dentry))
			hold(rule, &holder);
		spin_unlock(&fguard_rule_inode_lock);
	}
	put_memory(&holder);
	return enough ? 0 : -ENOMEM;
}

void fguard_rule_inode_hold(struct fguard_rule *rule, const struct dentry *dentry,
			    const struct inode *inode, const struct dentry *leaving,
			    const struct super_block *sb)
{
	struct holder holder = { .inode = inode, .sb = sb };

	if (inode && inode == d_inode_rcu(dentry))
		holder.beneath = fguard_object_beneath_now(dentry);
	get_memory(rule, &holder);
	spin_lock(&fguard_rule_inode_lock);
	if (!rule->retired) {
		rule->leaving = leaving;
		rule->left = leaving ? d_inode_rcu(leaving) : NULL;
		hold(rule, &holder);
	}
	spin_unlock(&fguard_rule_inode_lock);
	put_memory(&holder);
}

void fguard_rule_inode_copied(struct fguard_rule *rule, struct dentry *dentry,
			      const struct inode *inode)
{
	struct holder holder = { .beneath = inode };

	get_memory(rule, &holder);
	spin_lock(&fguard_rule_inode_lock);
	if (!rule->retired && has_name(rule, dentry))
		hold_beneath(rule, &holder);
	spin_unlock(&fguard_rule_inode_lock);
	put_memory(&holder);
}

void fguard_rule_inodes_forget(const struct inode *inode)
{
	struct fguard_rule_inode *rule_inode;
	struct hlist_node *next;
	struct fguard_index *index;

	spin_lock(&fguard_rule_inode_lock);
	index = fguard_index_current();
	hlist_for_each_entry_safe(rule_inode, next, fguard_rule_inode_bucket(index, inode->i_ino),
				  links[index->links])
		if (fguard_identity_is(&rule_inode->identity, inode) &&
		    fguard_identity_is_at(&rule_inode->identity, inode->i_sb))
			fguard_rule_inode_drop(index, rule_inode);
	spin_unlock(&fguard_rule_inode_lock);
}

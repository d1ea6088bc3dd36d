// SPDX-License-Identifier: GPL-2.0-only
#include <linux/dcache.h>
#include <linux/nsproxy.h>
#include <linux/rculist.h>
#include <linux/sched.h>

#include "alias.h"
#include "mount.h"
#include "rule.h"
#include "store.h"

/* ---- a name in a directory ------------------------------------------------ */

/**
 * struct entry - a directory entry as an access sees it
 * @snapshot: keeps its name, so that a rename cannot change it
 * @dentry: the entry, or NULL if there is only the name
 * @name: its name
 * @directory: inode of its directory
 * @hash: as in struct fguard_name
 */
struct entry {
	struct name_snapshot snapshot;
	const struct dentry *dentry;
	const struct qstr *name;
	const struct inode *directory;
	u64 hash;
};

static void entry_in(struct entry *entry, const struct dentry *directory,
		     const struct qstr *name)
{
	entry->dentry = NULL;
	entry->name = name;
	entry->directory = d_inode_rcu(directory);
	entry->hash = entry->directory ?
			      fguard_name_hash(entry->directory->i_ino,
					       fguard_folds(directory), name->name,
					       name->len) : 0;
}

static void entry_take(struct entry *entry, struct dentry *dentry)
{
	take_dentry_name_snapshot(&entry->snapshot, dentry);
	entry_in(entry, READ_ONCE(dentry->d_parent), &entry->snapshot.name);
	entry->dentry = dentry;
}

static void entry_release(struct entry *entry)
{
	release_dentry_name_snapshot(&entry->snapshot);
}

/* ---- the fast path --------------------------------------------------------- */

/*
 * Hashes and numbers only: who passes is judged with care. Not inlined, so that
 * what they need on the stack costs nothing where the filter says no.
 */
static noinline bool holds_name(const struct fguard_store *store, struct dentry *dentry)
{
	const struct fguard_rule *rule;
	const struct dentry *directory;
	u64 hash;

	spin_lock(&dentry->d_lock);
	directory = dentry->d_parent;
	hash = fguard_name_hash(d_inode_rcu(directory)->i_ino, fguard_folds(directory),
				dentry->d_name.name, dentry->d_name.len);
	spin_unlock(&dentry->d_lock);
	hlist_for_each_entry_rcu(rule, fguard_name_bucket(store, hash),
				 by_name[store->links])
		if (rule->name.hash == hash)
			return true;
	return false;
}

static noinline bool holds_inode(const struct fguard_store *store,
				 const struct inode *inode)
{
	const struct fguard_alias *alias;

	hlist_for_each_entry_rcu(alias, fguard_alias_bucket(store, inode->i_ino),
				 links[store->links])
		if (alias->identity.ino == inode->i_ino)
			return true;
	return false;
}

static bool may_hold_tree(const struct fguard_store *store, struct dentry *object)
{
	struct dentry *entry = object, *directory;
	const struct inode *inode;

	for (; !IS_ROOT(entry); entry = directory) {
		directory = READ_ONCE(entry->d_parent);
		inode = d_inode_rcu(directory);
		if (likely(!fguard_store_may_hold(store, inode)))
			continue;
		if (holds_inode(store, inode) ||
		    (entry != object && holds_name(store, entry)))
			return true;
	}
	return false;
}

static bool may_hold_suffix(const struct fguard_store *store,
			    const struct qstr *name)
{
	unsigned long length;

	for_each_set_bit(length, store->suffix_lengths, NAME_MAX + 1) {
		if (length > name->len)
			return false;
		if (fguard_store_may_hold_key(store,
				fguard_suffix_hash(name->name + name->len - length,
						   length)))
			return true;
	}
	return false;
}

static noinline bool may_end_in_suffix(const struct fguard_store *store,
				       struct dentry *dentry)
{
	struct name_snapshot snapshot;
	bool may_hold;

	take_dentry_name_snapshot(&snapshot, dentry);
	may_hold = may_hold_suffix(store, &snapshot.name);
	release_dentry_name_snapshot(&snapshot);
	return may_hold;
}

bool fguard_store_holds(const struct fguard_store *store, struct dentry *dentry,
			const struct inode *inode)
{
	if (fguard_store_may_hold(store, d_inode_rcu(READ_ONCE(dentry->d_parent))) &&
	    holds_name(store, dentry))
		return true;
	if (!store->trees && !store->suffix_count)
		return false;
	dentry = fguard_object_place(dentry, inode);
	if (!dentry)
		return true;
	return (store->trees && may_hold_tree(store, dentry)) ||
	       (store->suffix_count && may_end_in_suffix(store, dentry));
}

/* ---- deciding ------------------------------------------------------------ */

/**
 * struct match - an inquiry and the tables it goes through
 * @store: the tables
 * @inquiry: the inquiry
 * @place: where the object hangs, NULL if that cannot be told
 * @by_inode: a rule that was found by the object's inode
 */
struct match {
	const struct fguard_store *store;
	struct fguard_inquiry *inquiry;
	struct dentry *place;
	const struct fguard_rule *by_inode;
};

static void consider(struct match *match, struct fguard_rule *rule, u32 rank)
{
	struct fguard_inquiry *inquiry = match->inquiry;
	bool allowed;

	if (inquiry->target->strict && !(rule->flags & FGUARD_RULE_STRICT))
		return;
	/* Found by its inode and by its name; the rank is the same or lower. */
	if (rule == inquiry->decider && rank <= inquiry->decision.rank && !inquiry->seen)
		return;
	allowed = fguard_rule_allows(rule, inquiry->actor);
	if (inquiry->seen)
		inquiry->seen(inquiry, rule, rank, allowed);
	if (fguard_decide_consider(&inquiry->decision, &rule->terms, rank,
				   inquiry->target->ops, allowed))
		inquiry->decider = rule;
}

static bool entry_matches(const struct entry *entry, const struct fguard_rule *rule)
{
	if (rule->name.hash != entry->hash || !entry->directory)
		return false;
	return entry->dentry ?
		       fguard_name_is(&rule->name, entry->dentry, entry->name) :
		       fguard_name_is_in(&rule->name, entry->directory, entry->name);
}

/*
 * The rule knows this inode already, and the access changes nothing about that.
 * What is made of files of another filesystem may be made of others since.
 */
static bool is_known(const struct match *match, const struct fguard_rule *rule)
{
	const struct fguard_target *target = match->inquiry->target;

	return rule == match->by_inode && !target->incoming && !target->moves &&
	       !target->dies && !(target->ops & BIT(FGUARD_OP_CREATE)) &&
	       !(target->dentry->d_flags & DCACHE_OP_REAL);
}

/* Rules about a name; @steps above the object only those about trees. */
static void match_entry(struct match *match, const struct entry *entry, u32 steps)
{
	struct fguard_rule *rule;

	hlist_for_each_entry_rcu(rule, fguard_name_bucket(match->store, entry->hash),
				 by_name[match->store->links]) {
		if ((steps && !rule->tree) || !entry_matches(entry, rule))
			continue;
		if (!steps && !is_known(match, rule))
			match->inquiry->target->named = true;
		consider(match, rule, steps ? FGUARD_RANK_TREE - steps :
					      FGUARD_RANK_PATH);
	}
}

/* Not inlined: an entry is large, and the kernel clears what is on the stack. */
static noinline void match_name(struct match *match, struct dentry *dentry, u32 steps)
{
	struct entry entry;

	entry_take(&entry, dentry);
	match_entry(match, &entry, steps);
	entry_release(&entry);
}

static void match_inode(struct match *match, const struct inode *inode, u32 steps)
{
	struct fguard_alias *alias;

	hlist_for_each_entry_rcu(alias,
				 fguard_alias_bucket(match->store, inode->i_ino),
				 links[match->store->links]) {
		if ((steps && !alias->rule->tree) ||
		    !fguard_identity_is(&alias->identity, inode))
			continue;
		if (!steps)
			match->by_inode = alias->rule;
		consider(match, alias->rule, steps ? FGUARD_RANK_TREE - steps :
						     FGUARD_RANK_PATH);
	}
}

/* Nothing wins over a refusal by a rule about the object itself. */
static bool is_settled(const struct match *match)
{
	const struct fguard_inquiry *inquiry = match->inquiry;

	return !inquiry->seen && inquiry->decision.rank == FGUARD_RANK_PATH &&
	       inquiry->decision.outcome == FGUARD_OUTCOME_DENY;
}

static void match_at(struct match *match, struct dentry *dentry,
		     const struct inode *inode, u32 steps)
{
	const struct inode *directory = d_inode_rcu(READ_ONCE(dentry->d_parent));

	if (fguard_store_may_hold(match->store, inode))
		match_inode(match, inode, steps);
	if (!is_settled(match) && fguard_store_may_hold(match->store, directory))
		match_name(match, dentry, steps);
}

/* @steps: how far above the object @dentry already is. */
static void match_trees(struct match *match, struct dentry *dentry, u32 steps)
{
	if (steps)
		match_at(match, dentry, d_inode_rcu(dentry), steps);
	while (!IS_ROOT(dentry)) {
		dentry = READ_ONCE(dentry->d_parent);
		match_at(match, dentry, d_inode_rcu(dentry), ++steps);
	}
}

static bool is_inode(const struct fguard_identity *identity,
		     const struct dentry *dentry)
{
	const struct inode *inode = d_inode_rcu(dentry);

	return inode && fguard_identity_is(identity, inode);
}

static bool is_within(const struct fguard_rule *rule, const struct match *match)
{
	const struct fguard_target *target = match->inquiry->target;

	if (!rule->suffix.below)
		return true;
	if (target->name && is_inode(&rule->suffix.directory, match->place))
		return true;
	return fguard_object_is_below(match->place, &rule->suffix.directory);
}

static void match_suffix(struct match *match, const char *suffix, u32 length)
{
	u64 hash = fguard_suffix_hash(suffix, length);
	struct fguard_rule *rule;

	if (!fguard_store_may_hold_key(match->store, hash))
		return;
	hlist_for_each_entry_rcu(rule, fguard_suffix_bucket(match->store, hash),
				 by_suffix[match->store->links])
		if (rule->suffix.length == length &&
		    !memcmp(rule->suffix.string, suffix, length) &&
		    is_within(rule, match))
			consider(match, rule, FGUARD_RANK_SUFFIX);
}

static void match_suffixes(struct match *match, const struct qstr *name)
{
	unsigned long length;

	for_each_set_bit(length, match->store->suffix_lengths, NAME_MAX + 1) {
		if (length > name->len)
			break;
		match_suffix(match, name->name + name->len - length, length);
	}
}

/* ---- the way to a guarded path -------------------------------------------- */

static bool is_on_way(const struct fguard_rule *rule, const struct dentry *dentry)
{
	u32 i;

	for (i = 0; i < rule->pin_count; i++)
		if (is_inode(&rule->pins[i].identity, dentry))
			return true;
	return false;
}

/* Is this very place on the way, and not another where the same directory is? */
static bool leads_through(const struct fguard_rule *rule, const struct vfsmount *mnt,
			  const struct dentry *dentry)
{
	while (is_on_way(rule, dentry)) {
		if (dentry == mnt->mnt_root) {
			mnt = fguard_mount_parent(mnt, &dentry);
			if (!mnt)
				return true;
		} else if (IS_ROOT(dentry)) {
			return true;
		} else {
			dentry = READ_ONCE(dentry->d_parent);
		}
	}
	return false;
}

static bool is_in_namespace(const struct fguard_rule *rule)
{
	return current->nsproxy && rule->namespace == current->nsproxy->mnt_ns;
}

/* Something is mounted there. */
static bool hides(const struct fguard_rule *rule, const struct fguard_target *target)
{
	if (fguard_mount_is_shared(target->mnt))
		return true;
	if (!fguard_mounts_known())
		return is_in_namespace(rule);
	return fguard_mount_namespace(target->mnt) == rule->namespace &&
	       leads_through(rule, target->mnt, target->dentry);
}

/* A mount is taken away, and so is what its peers have in the same place. */
static bool reveals(const struct fguard_rule *rule, const struct fguard_target *target)
{
	const struct vfsmount *below;
	const struct dentry *place;

	if (!fguard_mounts_known())
		return is_in_namespace(rule);
	below = fguard_mount_parent(target->mnt, &place);
	if (below && fguard_mount_is_shared(below))
		return is_on_way(rule, place);
	return fguard_mount_namespace(target->mnt) == rule->namespace &&
	       leads_through(rule, target->mnt, target->dentry);
}

static bool pin_concerns(const struct fguard_pin *pin,
			 const struct fguard_target *target)
{
	if (target->ops & BIT(FGUARD_OP_RENAME))
		return true;
	return target->pins_only ? reveals(pin->rule, target) :
				   hides(pin->rule, target);
}

static void match_pins(struct match *match)
{
	const struct fguard_target *target = match->inquiry->target;
	struct fguard_pin *pin;

	hlist_for_each_entry_rcu(pin,
				 fguard_pin_bucket(match->store, target->inode->i_ino),
				 links[match->store->links])
		if (fguard_identity_is(&pin->identity, target->inode) &&
		    pin_concerns(pin, target))
			consider(match, pin->rule, FGUARD_RANK_PATH);
}

static void match_all_pins(struct match *match)
{
	struct fguard_pin *pin;
	u32 i;

	for (i = 0; i <= match->store->bucket_mask; i++)
		hlist_for_each_entry_rcu(pin, &match->store->pins[i],
					 links[match->store->links])
			if (pin->rule->crosses && is_in_namespace(pin->rule))
				consider(match, pin->rule, FGUARD_RANK_PATH);
}

/* ---- deciding about an object ---------------------------------------------- */

static noinline void match_end(struct match *match, struct dentry *dentry)
{
	struct entry entry;

	entry_take(&entry, dentry);
	match_suffixes(match, entry.name);
	entry_release(&entry);
}

/*
 * An object reached by its handle that hangs nowhere might be in any tree of its
 * filesystem, and have any name. Servers in the kernel reach most that way.
 */
static void match_lost(struct match *match)
{
	const struct super_block *sb = match->inquiry->target->dentry->d_sb;
	struct fguard_rule *rule;
	u32 i;

	if (current->flags & PF_KTHREAD)
		return;
	for (i = 0; i <= match->store->bucket_mask; i++) {
		hlist_for_each_entry_rcu(rule, &match->store->names[i],
					 by_name[match->store->links])
			if (rule->tree &&
			    fguard_identity_shares_filesystem(&rule->name.directory, sb))
				consider(match, rule, FGUARD_RANK_LOST);
		hlist_for_each_entry_rcu(rule, &match->store->suffixes[i],
					 by_suffix[match->store->links])
			if (!rule->suffix.below ||
			    fguard_identity_shares_filesystem(&rule->suffix.directory, sb))
				consider(match, rule, FGUARD_RANK_SUFFIX);
	}
}

/* The object is there, or its directory entry is about to be filled. */
static void match_object(struct match *match)
{
	struct fguard_target *target = match->inquiry->target;

	match_at(match, target->dentry, target->inode, 0);
	if (is_settled(match) || !(match->store->trees || match->store->suffix_count))
		return;
	match->place = fguard_object_place(target->dentry, target->inode);
	if (!match->place) {
		match_lost(match);
		return;
	}
	if (match->store->trees)
		match_trees(match, match->place, 0);
	if (match->store->suffix_count)
		match_end(match, match->place);
}

/* There is only a directory and a name. */
static noinline void match_missing(struct match *match)
{
	struct fguard_target *target = match->inquiry->target;
	struct entry entry;

	match->place = target->dentry;
	entry_in(&entry, target->dentry, target->name);
	match_entry(match, &entry, 0);
	match_trees(match, target->dentry, 1);
	match_suffixes(match, target->name);
}

void fguard_store_decide(struct fguard_inquiry *inquiry)
{
	const struct fguard_target *target = inquiry->target;
	struct match match = {
		.store = rcu_dereference(fguard_store),
		.inquiry = inquiry,
	};

	if (target->any_pin)
		match_all_pins(&match);
	else if (fguard_store_pinned(match.store, target))
		match_pins(&match);
	if (target->pins_only)
		return;
	if (target->name)
		match_missing(&match);
	else
		match_object(&match);
}

int fguard_store_follow(const struct fguard_target *target)
{
	const struct fguard_store *store = rcu_dereference(fguard_store);
	struct fguard_rule *rule;
	struct entry entry;
	int err = 0;

	entry_take(&entry, target->dentry);
	hlist_for_each_entry_rcu(rule, fguard_name_bucket(store, entry.hash),
				 by_name[store->links]) {
		if (entry_matches(&entry, rule))
			err = fguard_alias_follow(rule, target);
		if (err)
			break;
	}
	entry_release(&entry);
	return err;
}

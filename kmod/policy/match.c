// SPDX-License-Identifier: GPL-2.0-only
#include <linux/dcache.h>
#include <linux/nsproxy.h>
#include <linux/rculist.h>
#include <linux/sched.h>

#include "object/mount.h"
#include "policy/rule.h"
#include "policy/site.h"
#include "policy/store.h"

/* ---- deciding ------------------------------------------------------------ */

/*
 * A rule against some processes says nothing of others, and lifts no refusal for those:
 * what the closest of them says is joined to what else was decided.
 */
static noinline void bind(struct fguard_inquiry *inquiry, struct fguard_rule *rule, u32 rank)
{
	const struct fguard_terms *terms = inquiry->binder ? &inquiry->binder->terms : NULL;

	if (!(inquiry->target->ops & rule->terms.ops) ||
	    !fguard_decide_is_closer(terms, inquiry->binder_rank, &rule->terms, rank))
		return;
	inquiry->binder = rule;
	inquiry->binder_rank = rank;
}

static void join_layers(struct fguard_inquiry *inquiry)
{
	if (unlikely(inquiry->binder) &&
	    fguard_decide_consider(&inquiry->decision, &inquiry->binder->terms,
				   FGUARD_RANK_OTHER, inquiry->target->ops, false))
		inquiry->decider = inquiry->binder;
}

static __always_inline void have_say(struct fguard_inquiry *inquiry,
				     struct fguard_rule *rule, u32 rank)
{
	const struct fguard_target *target = inquiry->target;
	bool allowed;

	/* Found by its inode and by its name; the rank is the same or lower. */
	if (rule == inquiry->decider && rank <= inquiry->decision.rank && !inquiry->seen)
		return;
	allowed = fguard_rule_allows(rule, inquiry->actor);
	/* Others do not refuse what was opened before, but who may open may use it. */
	if (target->strict && !allowed && !(rule->flags & FGUARD_RULE_STRICT))
		return;
	if (inquiry->seen)
		inquiry->seen(inquiry, rule, rank, allowed);
	if (unlikely(rule->flags & FGUARD_RULE_AGAINST)) {
		if (!allowed)
			bind(inquiry, rule, rank);
		return;
	}
	if (fguard_decide_consider(&inquiry->decision, &rule->terms, rank, target->ops,
				   allowed))
		inquiry->decider = rule;
}

/* Not inlined where it is rare. */
static noinline void consider(struct fguard_inquiry *inquiry, struct fguard_rule *rule,
			      u32 rank)
{
	have_say(inquiry, rule, rank);
}

/* However deep: what is not a tree's rank would mean something else. */
static u32 tree_rank(u32 steps)
{
	return FGUARD_RANK_TREE - min_t(u32, steps, FGUARD_RANK_TREE - FGUARD_RANK_LOST - 1);
}

bool fguard_store_named(const struct fguard_store *store, struct dentry *dentry,
			struct fguard_named *named)
{
	struct fguard_rule *rule;
	u32 skip = named->seen;
	u64 hash;

	named->count = 0;
	spin_lock(&dentry->d_lock);
	hash = fguard_entry_hash_locked(dentry);
	hlist_for_each_entry_rcu(rule, fguard_name_bucket(store, hash),
				 by_name[store->links]) {
		if (rule->name.hash != hash || !fguard_name_is(&rule->name, dentry))
			continue;
		if (skip) {
			skip--;
			continue;
		}
		named->rules[named->count++] = rule;
		if (named->count == ARRAY_SIZE(named->rules))
			break;
	}
	spin_unlock(&dentry->d_lock);
	named->seen += named->count;
	return named->count;
}

/*
 * An access to what a rule knows already teaches it nothing. What is made of files of
 * another filesystem may be made of others since.
 */
static inline bool is_news(const struct fguard_inquiry *inquiry,
			   const struct fguard_rule *rule)
{
	return rule != inquiry->by_inode ||
	       (inquiry->target->dentry->d_flags & DCACHE_OP_REAL);
}

/* A rule about a name; @steps above the object only one about a tree. */
static void consider_named(struct fguard_inquiry *inquiry, struct fguard_rule *rule,
			   u32 steps)
{
	if (steps && !rule->tree)
		return;
	if (!steps && is_news(inquiry, rule))
		inquiry->target->named = true;
	consider(inquiry, rule, steps ? tree_rank(steps) : FGUARD_RANK_PATH);
}

static noinline void match_name(struct fguard_inquiry *inquiry, struct dentry *dentry,
				u32 steps)
{
	struct fguard_named named = {};
	u32 i;

	while (fguard_store_named(inquiry->store, dentry, &named))
		for (i = 0; i < named.count; i++)
			consider_named(inquiry, named.rules[i], steps);
}

/* There is only a directory and a name, which cannot change. */
static void match_name_in(struct fguard_inquiry *inquiry, const struct dentry *directory,
			  const struct qstr *name)
{
	const struct inode *inode = d_inode_rcu(directory);
	struct fguard_rule *rule;
	u64 hash;

	if (!inode)
		return;
	hash = fguard_name_hash(inode->i_ino, fguard_folds(directory), name->name, name->len);
	hlist_for_each_entry_rcu(rule, fguard_name_bucket(inquiry->store, hash),
				 by_name[inquiry->store->links])
		if (rule->name.hash == hash &&
		    fguard_name_is_in(&rule->name, inode, name))
			consider_named(inquiry, rule, 0);
}

static __always_inline bool is_by_one_name(const struct inode *inode)
{
	return inode->i_nlink <= 1 || S_ISDIR(inode->i_mode);
}

/*
 * An inode with one name is under the guarded one. Another name of it is refused
 * what the guarded one is, and is let in only by itself: and so is an inode that cannot
 * be told from a later one with its number, or from that of a copy.
 */
static __always_inline bool is_certain(const struct fguard_alias *alias,
				       const struct inode *inode)
{
	return is_by_one_name(inode) &&
	       (alias->kind != FGUARD_ALIAS_HOLDER ||
		(fguard_identity_is_unique(inode) &&
		 fguard_identity_is_at(&alias->identity, inode->i_sb)));
}

/* Rules about the object itself. */
static __always_inline void match_own_inode(struct fguard_inquiry *inquiry,
					    const struct inode *inode)
{
	const struct fguard_store *store = inquiry->store;
	struct fguard_alias *alias;

	/* It has other names, and there may be a rule for each. */
	if (unlikely(!is_by_one_name(inode))) {
		inquiry->uncertain = fguard_store_may_hold(store, inode);
		return;
	}
	hlist_for_each_entry_rcu(alias, fguard_alias_bucket(store, inode->i_ino),
				 links[store->links]) {
		if (!fguard_identity_is(&alias->identity, inode))
			continue;
		if (unlikely(!is_certain(alias, inode))) {
			inquiry->uncertain = true;
			continue;
		}
		inquiry->by_inode = alias->rule;
		have_say(inquiry, alias->rule, FGUARD_RANK_PATH);
	}
}

/* Nothing at this rank wins over a refusal at it, nor over a closer rule, but to take away. */
static bool is_settled_at(const struct fguard_inquiry *inquiry, u32 rank)
{
	const struct fguard_decision *decision = &inquiry->decision;
	const bool refused = decision->outcome == FGUARD_OUTCOME_DENY;

	if (inquiry->seen)
		return rank == FGUARD_RANK_OTHER && inquiry->seen_enough;
	if (rank == FGUARD_RANK_OTHER)
		return refused;
	if (unlikely(READ_ONCE(inquiry->store->against)))
		return refused && decision->rank >= rank;
	return decision->rank > rank || (decision->rank == rank && refused);
}

/* Last, since the strictest stands, however close the others are: the first that refuses. */
static noinline void match_uncertain(struct fguard_inquiry *inquiry,
				     const struct inode *inode)
{
	const struct fguard_store *store = inquiry->store;
	struct fguard_alias *alias;

	hlist_for_each_entry_rcu(alias, fguard_alias_bucket(store, inode->i_ino),
				 links[store->links]) {
		if (is_settled_at(inquiry, FGUARD_RANK_OTHER))
			return;
		if (!is_certain(alias, inode) && fguard_identity_is(&alias->identity, inode))
			consider(inquiry, alias->rule, FGUARD_RANK_OTHER);
	}
}

#define OPENING (BIT(FGUARD_OP_READ) | BIT(FGUARD_OP_WRITE))

/* Whatever node of a device is opened, or none at all, what is behind it is the same. */
static noinline void match_device(struct fguard_inquiry *inquiry, dev_t device)
{
	const struct fguard_store *store = inquiry->store;
	struct fguard_alias *alias;

	if (inquiry->target->ops & ~OPENING)
		return;
	hlist_for_each_entry_rcu(alias, fguard_device_bucket(store, device),
				 by_device[store->links])
		if (alias->device == device)
			consider(inquiry, alias->rule, FGUARD_RANK_OTHER);
}

/* Rules about a tree whose root this is. */
static void match_root(struct fguard_inquiry *inquiry, const struct inode *inode,
		       u32 steps)
{
	const struct fguard_store *store = inquiry->store;
	struct fguard_alias *alias;

	hlist_for_each_entry_rcu(alias, fguard_alias_bucket(store, inode->i_ino),
				 links[store->links])
		if (alias->rule->tree && fguard_identity_is(&alias->identity, inode))
			consider(inquiry, alias->rule, tree_rank(steps));
}

/* Nothing wins over a refusal by a rule about the object itself. */
static bool is_settled(const struct fguard_inquiry *inquiry)
{
	return !inquiry->seen && inquiry->decision.rank == FGUARD_RANK_PATH &&
	       inquiry->decision.outcome == FGUARD_OUTCOME_DENY;
}

static noinline bool is_named_by_others(const struct fguard_store *store,
					struct dentry *dentry,
					const struct fguard_rule *known)
{
	const struct fguard_rule *rule;
	u64 hash = fguard_entry_hash(dentry);

	hlist_for_each_entry_rcu(rule, fguard_name_bucket(store, hash),
				 by_name[store->links])
		if (rule->name.hash == hash && rule != known)
			return true;
	return false;
}

/*
 * Does a rule that was not found by the inode yet name the object, perhaps? Most that
 * is guarded is known by its inode, and is the only one in its directory.
 */
static inline bool may_be_named(const struct fguard_inquiry *inquiry,
				struct dentry *dentry)
{
	const struct inode *directory = d_inode_rcu(READ_ONCE(dentry->d_parent));
	const struct fguard_store *store = inquiry->store;
	const struct fguard_rule *known = inquiry->by_inode;

	if (!known || (dentry->d_flags & DCACHE_OP_REAL))
		return fguard_store_may_hold(store, directory);
	if (directory && directory->i_ino == known->name.directory.ino &&
	    fguard_store_names_in(store, directory->i_ino) == 1)
		return false;
	return fguard_store_may_hold(store, directory) &&
	       is_named_by_others(store, dentry, known);
}

/* The object itself, and its name. Returns false if nothing more matters. */
static inline bool match_itself(struct fguard_inquiry *inquiry)
{
	const struct fguard_target *target = inquiry->target;

	if (target->inode)
		match_own_inode(inquiry, target->inode);
	if (is_settled(inquiry))
		return false;
	if (may_be_named(inquiry, target->dentry))
		match_name(inquiry, target->dentry, 0);
	return inquiry->store->trees || inquiry->store->suffix_count;
}

/* A directory above the object, and its name. */
static noinline void match_above(struct fguard_inquiry *inquiry,
				 struct dentry *directory, u32 steps)
{
	const struct inode *inode = d_inode_rcu(directory);

	if (fguard_store_may_hold(inquiry->store, inode))
		match_root(inquiry, inode, steps);
	if (!is_settled(inquiry) &&
	    fguard_store_may_hold(inquiry->store,
				  d_inode_rcu(READ_ONCE(directory->d_parent))))
		match_name(inquiry, directory, steps);
}

/* @steps: how far above the object @dentry already is. */
static noinline void match_trees(struct fguard_inquiry *inquiry, struct dentry *dentry,
				 u32 steps)
{
	if (steps)
		match_above(inquiry, dentry, steps);
	while (!IS_ROOT(dentry)) {
		dentry = READ_ONCE(dentry->d_parent);
		match_above(inquiry, dentry, ++steps);
	}
}

static bool is_inode(const struct fguard_identity *identity,
		     const struct dentry *dentry)
{
	const struct inode *inode = d_inode_rcu(dentry);

	return inode && fguard_identity_is(identity, inode);
}

/* Is there only a directory and a name? */
static inline bool is_missing(const struct fguard_target *target)
{
	return target->name && !target->moves;
}

static bool is_suffix(const struct fguard_suffix *suffix, const char *end, u32 length,
		      const struct inode *directory)
{
	return suffix->length == length && !memcmp(suffix->string, end, length) &&
	       suffix->below == !!directory &&
	       (!directory || fguard_identity_is(&suffix->directory, directory));
}

/* Rules about this suffix below a directory, or if that is NULL, everywhere. */
static void match_suffix(struct fguard_inquiry *inquiry, const struct qstr *name, u32 length,
			 const struct inode *directory)
{
	const char *end = name->name + name->len - length;
	u64 hash = fguard_suffix_hash(end, length);
	struct fguard_rule *rule;

	if (directory)
		hash = fguard_suffix_hash_below(hash, directory->i_ino);
	hlist_for_each_entry_rcu(rule, fguard_suffix_bucket(inquiry->store, hash),
				 by_suffix[inquiry->store->links])
		if (is_suffix(&rule->suffix, end, length, directory))
			consider(inquiry, rule, FGUARD_RANK_SUFFIX);
}

/* Gives which suffixes of a name count below some directory, perhaps. */
static bool match_everywhere(struct fguard_inquiry *inquiry, const struct qstr *name,
			     unsigned long *below)
{
	const struct fguard_store *store = inquiry->store;
	unsigned long length;
	bool any = false;
	u64 hash;

	for_each_set_bit(length, store->suffix_lengths, NAME_MAX + 1) {
		if (length > name->len)
			break;
		hash = fguard_suffix_hash(name->name + name->len - length, length);
		if (!fguard_store_may_hold_key(store, hash))
			continue;
		match_suffix(inquiry, name, length, NULL);
		if (!fguard_store_may_hold_key(store, hash ^ FGUARD_BELOW_SALT))
			continue;
		set_bit(length, below);
		any = true;
	}
	return any;
}

/* Below one directory only the rules about what is below it count, however many there are. */
static void match_below(struct fguard_inquiry *inquiry, const struct qstr *name,
			const unsigned long *below, const struct dentry *directory)
{
	const struct inode *inode = d_inode_rcu(directory);
	unsigned long length;

	if (likely(!inode || !fguard_store_may_hold_key(inquiry->store,
							inode->i_ino ^ FGUARD_BELOW_SALT)))
		return;
	for_each_set_bit(length, below, NAME_MAX + 1)
		match_suffix(inquiry, name, length, inode);
}

/* From the object to the root once, whoever chose how far that is. */
static void match_suffixes(struct fguard_inquiry *inquiry, const struct qstr *name)
{
	DECLARE_BITMAP(below, NAME_MAX + 1) = {};
	const struct dentry *directory = inquiry->place;

	if (!match_everywhere(inquiry, name, below))
		return;
	if (is_missing(inquiry->target))
		match_below(inquiry, name, below, directory);
	while (!IS_ROOT(directory) && !is_settled_at(inquiry, FGUARD_RANK_SUFFIX)) {
		directory = READ_ONCE(directory->d_parent);
		match_below(inquiry, name, below, directory);
	}
}

/* ---- the way to a guarded path -------------------------------------------- */

/* The directory itself, or one above it when the rules were made. */
static bool is_on_way(const struct fguard_site *site, const struct dentry *dentry)
{
	for (; site; site = site->above)
		if (is_inode(&site->identity, dentry))
			return true;
	return false;
}

/* Is this very place on the way, and not another where the same directory is? */
static bool leads_through(const struct fguard_site *site, const struct vfsmount *mnt,
			  const struct dentry *dentry)
{
	while (is_on_way(site, dentry)) {
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

static bool is_in_namespace(const struct fguard_site *site)
{
	return current->nsproxy && site->namespace == current->nsproxy->mnt_ns;
}

/* Something is mounted there. */
static bool hides(const struct fguard_site *site, const struct fguard_target *target)
{
	if (fguard_mount_is_shared(target->mnt))
		return true;
	if (!fguard_mounts_known())
		return is_in_namespace(site);
	return fguard_mount_namespace(target->mnt) == site->namespace &&
	       leads_through(site, target->mnt, target->dentry);
}

/* A mount is taken away, and so is what its peers have in the same place. */
static bool reveals(const struct fguard_site *site, const struct fguard_target *target)
{
	const struct vfsmount *below;
	const struct dentry *place;

	if (!fguard_mounts_known())
		return is_in_namespace(site);
	below = fguard_mount_parent(target->mnt, &place);
	if (below && fguard_mount_is_shared(below))
		return is_on_way(site, place);
	return fguard_mount_namespace(target->mnt) == site->namespace &&
	       leads_through(site, target->mnt, target->dentry);
}

static bool way_concerns(const struct fguard_site *site, const struct fguard_target *target)
{
	if (!(target->ops & BIT(FGUARD_OP_MOUNT)))
		return true;
	return target->way_only ? reveals(site, target) : hides(site, target);
}

/* A rule speaks against it for others that are too many to be heard, whoever it is. */
static void object_to(struct fguard_inquiry *inquiry, struct fguard_rule *rule, u32 rank)
{
	if (inquiry->seen)
		inquiry->seen(inquiry, rule, rank, false);
	if (fguard_decide_consider(&inquiry->decision, &rule->terms, rank,
				   inquiry->target->ops, false))
		inquiry->decider = rule;
}

/* @is_meant: which rules count, or NULL: all */
static void hear(struct fguard_inquiry *inquiry, const struct fguard_site *site, u32 rank,
		 bool (*is_meant)(const struct fguard_rule *rule,
				  const struct fguard_inquiry *inquiry))
{
	const struct fguard_target *target = inquiry->target;
	struct fguard_voice *voice;
	struct fguard_rule *rule;

	list_for_each_entry_rcu(voice, &site->voices, node) {
		if (is_settled_at(inquiry, rank))
			return;
		rule = fguard_voice_rule(voice);
		if (rule && (!is_meant || is_meant(rule, inquiry)))
			consider(inquiry, rule, rank);
	}
	rule = fguard_site_rest(site, target->ops, target->strict);
	if (rule && !is_settled_at(inquiry, rank))
		object_to(inquiry, rule, rank);
}

static void match_places(struct fguard_inquiry *inquiry)
{
	const struct fguard_target *target = inquiry->target;
	const struct fguard_site *site;

	hlist_for_each_entry_rcu(site, fguard_site_bucket(FGUARD_SITE_WAY,
							  target->inode->i_ino), node)
		if (site->kind == FGUARD_SITE_WAY &&
		    fguard_identity_is(&site->identity, target->inode) &&
		    way_concerns(site, target))
			hear(inquiry, site, FGUARD_RANK_OTHER, NULL);
}

static void match_crossings(struct fguard_inquiry *inquiry)
{
	const void *namespace = current->nsproxy ? current->nsproxy->mnt_ns : NULL;
	const struct fguard_site *site;

	hlist_for_each_entry_rcu(site, fguard_site_bucket(FGUARD_SITE_CROSSING,
							  (unsigned long)namespace), node)
		if (site->kind == FGUARD_SITE_CROSSING && is_in_namespace(site))
			hear(inquiry, site, FGUARD_RANK_OTHER, NULL);
}

static bool starts_here(const struct fguard_rule *rule, const struct fguard_inquiry *inquiry)
{
	return rule->suffix.below && is_inode(&rule->suffix.directory, inquiry->place);
}

/* Rules about a suffix below this directory. */
static void match_left(struct fguard_inquiry *inquiry, struct dentry *directory)
{
	const struct inode *inode = d_inode_rcu(directory);
	const struct fguard_site *site;

	if (!inode || !fguard_store_may_hold_key(inquiry->store,
						 inode->i_ino ^ FGUARD_BELOW_SALT))
		return;
	inquiry->place = directory;
	hlist_for_each_entry_rcu(site, fguard_site_bucket(FGUARD_SITE_WAY, inode->i_ino), node)
		if (site->kind == FGUARD_SITE_WAY &&
		    fguard_identity_is(&site->identity, inode))
			hear(inquiry, site, FGUARD_RANK_SUFFIX, starts_here);
}

static u32 depth_of(const struct dentry *dentry)
{
	u32 depth = 0;

	for (; !IS_ROOT(dentry); dentry = READ_ONCE(dentry->d_parent))
		depth++;
	return depth;
}

/* The lowest directory that both are below; NULL: none. */
static const struct dentry *common_directory(const struct dentry *one,
					     const struct dentry *other)
{
	u32 depth, depth_of_other;

	if (IS_ROOT(one) || IS_ROOT(other))
		return NULL;
	one = READ_ONCE(one->d_parent);
	other = READ_ONCE(other->d_parent);
	depth = depth_of(one);
	depth_of_other = depth_of(other);
	for (; depth > depth_of_other; depth--)
		one = READ_ONCE(one->d_parent);
	for (; depth_of_other > depth; depth_of_other--)
		other = READ_ONCE(other->d_parent);
	for (; one != other && depth; depth--) {
		one = READ_ONCE(one->d_parent);
		other = READ_ONCE(other->d_parent);
	}
	return one == other ? one : NULL;
}

/*
 * A directory takes the files along that a rule is about only where they are: below what
 * its new place is not below.
 */
static void match_leaving(struct fguard_inquiry *inquiry)
{
	const struct fguard_target *target = inquiry->target;
	struct dentry *directory = target->dentry;
	const struct dentry *common;

	if (!target->moves || !target->inode || !S_ISDIR(target->inode->i_mode) ||
	    !inquiry->store->suffix_count)
		return;
	common = common_directory(directory, target->destination);
	while (!IS_ROOT(directory)) {
		directory = READ_ONCE(directory->d_parent);
		if (directory == common)
			break;
		match_left(inquiry, directory);
	}
}

/*
 * What is on the way to a guarded path may be renamed, removed, covered or taken away.
 * Last: whom a rule about something below lets in, others may refuse.
 */
static noinline void match_way(struct fguard_inquiry *inquiry)
{
	const struct inode *inode = inquiry->target->inode;

	if (inquiry->target->any_crossing)
		match_crossings(inquiry);
	if (inode && fguard_store_may_hold_key(inquiry->store,
					       inode->i_ino ^ FGUARD_WAY_SALT))
		match_places(inquiry);
}

/* ---- deciding about an object ---------------------------------------------- */

/* Not inlined: the name is large, and the kernel clears what is on the stack. */
static noinline void match_end(struct fguard_inquiry *inquiry, struct dentry *dentry)
{
	char text[NAME_MAX + 1];
	const struct qstr name = QSTR_INIT(text, fguard_name_copy(text, dentry));

	match_suffixes(inquiry, &name);
}

/*
 * An object reached by its handle that hangs nowhere might be in any tree of its
 * filesystem, and have any name: no rule lifts what another refuses. Servers in the
 * kernel reach most that way.
 */
static noinline void match_lost(struct fguard_inquiry *inquiry)
{
	const struct super_block *sb = inquiry->target->dentry->d_sb;
	const struct fguard_site *site;
	unsigned int turn;

	if (current->flags & PF_KTHREAD)
		return;
	for (turn = 0; turn < FGUARD_SITE_TURNS; turn++) {
		site = fguard_site_of_filesystem(FGUARD_SITE_TREES, sb, turn);
		if (site)
			hear(inquiry, site, FGUARD_RANK_LOST, NULL);
		site = fguard_site_of_filesystem(FGUARD_SITE_SUFFIXES, sb, turn);
		if (site)
			hear(inquiry, site, FGUARD_RANK_LOST, NULL);
	}
}

/* What it is in, and how its name ends. */
static noinline void match_surroundings(struct fguard_inquiry *inquiry)
{
	const struct fguard_target *target = inquiry->target;

	inquiry->place = fguard_object_place(target->dentry, target->inode);
	if (!inquiry->place) {
		match_lost(inquiry);
		return;
	}
	if (inquiry->store->trees)
		match_trees(inquiry, inquiry->place, 0);
	if (inquiry->store->suffix_count)
		match_end(inquiry, inquiry->place);
}

/* The object is there, or its directory entry is about to be filled. */
static inline void match_object(struct fguard_inquiry *inquiry)
{
	const struct inode *inode = inquiry->target->inode;

	if (match_itself(inquiry))
		match_surroundings(inquiry);
	if (unlikely(inquiry->uncertain))
		match_uncertain(inquiry, inode);
	if (inode && unlikely(S_ISBLK(inode->i_mode)))
		match_device(inquiry, inode->i_rdev);
}

/* There is only a directory and a name. */
static noinline void match_missing(struct fguard_inquiry *inquiry)
{
	const struct fguard_target *target = inquiry->target;

	inquiry->place = target->dentry;
	match_name_in(inquiry, target->dentry, target->name);
	match_trees(inquiry, target->dentry, 1);
	match_suffixes(inquiry, target->name);
}

void fguard_store_look_at(struct fguard_inquiry *inquiry)
{
	inquiry->store = rcu_dereference(fguard_store);
	match_leaving(inquiry);
	match_object(inquiry);
	join_layers(inquiry);
}

void fguard_store_look_inside(struct fguard_inquiry *inquiry)
{
	inquiry->store = rcu_dereference(fguard_store);
	match_trees(inquiry, inquiry->target->dentry, 1);
	join_layers(inquiry);
}

#define WAY_OPS (BIT(FGUARD_OP_DELETE) | BIT(FGUARD_OP_RENAME) | BIT(FGUARD_OP_MOUNT) | \
		 FGUARD_OPS_IDENTITY)

void fguard_store_decide(struct fguard_inquiry *inquiry)
{
	const struct fguard_target *target = inquiry->target;

	inquiry->store = rcu_dereference(fguard_store);
	if (unlikely(target->device)) {
		match_device(inquiry, target->device);
		join_layers(inquiry);
		return;
	}
	if (target->moves)
		match_leaving(inquiry);
	if (unlikely(is_missing(target)))
		match_missing(inquiry);
	else if (!target->way_only)
		match_object(inquiry);
	if (target->ops & WAY_OPS)
		match_way(inquiry);
	join_layers(inquiry);
}

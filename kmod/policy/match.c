// SPDX-License-Identifier: GPL-2.0-only
#include <linux/dcache.h>
#include <linux/nsproxy.h>
#include <linux/rculist.h>
#include <linux/sched.h>

#include "object/mount.h"
#include "policy/prefilter.h"
#include "policy/rule.h"
#include "policy/site.h"
#include "policy/index.h"

/* ---- deciding ------------------------------------------------------------ */

/*
 * A rule against some processes says nothing of others, and lifts no refusal for those:
 * what the closest of them says is joined to what else was decided.
 */
static noinline void bind(struct fguard_match_context *context, struct fguard_rule *rule,
			  u32 rank)
{
	const struct fguard_terms *terms = context->binder ? &context->binder->terms : NULL;

	if (!(context->object->ops & fguard_evaluate_ops(&rule->terms, rank, false)) ||
	    !fguard_evaluate_is_closer(terms, context->binder_rank, &rule->terms, rank))
		return;
	context->binder = rule;
	context->binder_rank = rank;
}

static void join_layers(struct fguard_match_context *context)
{
	if (unlikely(context->binder) &&
	    fguard_evaluate_consider(&context->decision, &context->binder->terms,
				     max_t(u32, context->binder_rank, FGUARD_RANK_OTHER),
				     context->object->ops, false))
		context->decider = context->binder;
}

static __always_inline void have_say(struct fguard_match_context *context,
				     struct fguard_rule *rule, u32 rank)
{
	const struct fguard_object *object = context->object;
	bool allowed;

	/* Found by its inode and by its name; the rank is the same or lower. */
	if (rule == context->decider && rank <= context->decision.rank && !context->seen)
		return;
	allowed = fguard_rule_allows(rule, context->subject);
	/* Others do not refuse what was opened before, but who may open may use it. */
	if (object->strict && !allowed && !(rule->flags & FGUARD_RULE_STRICT))
		return;
	if (context->seen)
		context->seen(context, rule, rank, allowed);
	if (unlikely(rule->flags & FGUARD_RULE_AGAINST)) {
		if (!allowed)
			bind(context, rule, rank);
		return;
	}
	if (fguard_evaluate_consider(&context->decision, &rule->terms, rank, object->ops,
				     allowed))
		context->decider = rule;
}

/* Not inlined where it is rare. */
static noinline void consider(struct fguard_match_context *context, struct fguard_rule *rule,
			      u32 rank)
{
	have_say(context, rule, rank);
}

/* However deep: what is not a tree's rank would mean something else. */
static u32 tree_rank(u32 steps)
{
	return FGUARD_RANK_TREE - min_t(u32, steps, FGUARD_RANK_TREE - FGUARD_RANK_LOST - 1);
}

bool fguard_index_named(const struct fguard_index *index, struct dentry *dentry,
			struct fguard_named *named)
{
	struct fguard_rule *rule;
	u32 skip = named->seen;
	u64 hash;

	named->count = 0;
	spin_lock(&dentry->d_lock);
	hash = fguard_entry_hash_locked(dentry);
	hlist_for_each_entry_rcu(rule, fguard_name_bucket(index, hash),
				 by_entry[index->links]) {
		if (rule->entry.hash != hash || !fguard_name_is(&rule->entry, dentry))
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
static inline bool is_news(const struct fguard_match_context *context,
			   const struct fguard_rule *rule)
{
	return rule != context->by_inode ||
	       (context->object->dentry->d_flags & DCACHE_OP_REAL);
}

/* A rule about a name; @steps above the object only one about a tree. */
static void consider_named(struct fguard_match_context *context, struct fguard_rule *rule,
			   u32 steps)
{
	if (steps && !rule->tree)
		return;
	if (!steps && is_news(context, rule))
		context->object->named = true;
	consider(context, rule, steps ? tree_rank(steps) : FGUARD_RANK_PATH);
}

static noinline void match_name(struct fguard_match_context *context, struct dentry *dentry,
				u32 steps)
{
	struct fguard_named named = {};
	u32 i;

	while (fguard_index_named(context->index, dentry, &named))
		for (i = 0; i < named.count; i++)
			consider_named(context, named.rules[i], steps);
}

/* There is only a directory and a name, which cannot change. */
static void match_name_in(struct fguard_match_context *context, const struct dentry *directory,
			  const struct qstr *name)
{
	const struct inode *inode = d_inode_rcu(directory);
	struct fguard_rule *rule;
	u64 hash;

	if (!inode)
		return;
	hash = fguard_name_hash(inode->i_ino, fguard_folds(directory), name->name, name->len);
	hlist_for_each_entry_rcu(rule, fguard_name_bucket(context->index, hash),
				 by_entry[context->index->links])
		if (rule->entry.hash == hash &&
		    fguard_name_is_in(&rule->entry, inode, name))
			consider_named(context, rule, 0);
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
static __always_inline bool is_certain(const struct fguard_rule_inode *rule_inode,
				       const struct inode *inode)
{
	return is_by_one_name(inode) &&
	       (rule_inode->kind != FGUARD_RULE_INODE_HOLDER ||
		(fguard_identity_is_unique(inode) &&
		 fguard_identity_is_at(&rule_inode->identity, inode->i_sb)));
}

/* Rules about the object itself. */
static __always_inline void match_own_inode(struct fguard_match_context *context,
					    const struct inode *inode)
{
	const struct fguard_index *index = context->index;
	struct fguard_rule_inode *rule_inode;

	/* It has other names, and there may be a rule for each. */
	if (unlikely(!is_by_one_name(inode))) {
		context->uncertain = fguard_prefilter_inode(index, inode);
		return;
	}
	hlist_for_each_entry_rcu(rule_inode, fguard_rule_inode_bucket(index, inode->i_ino),
				 links[index->links]) {
		if (!fguard_identity_is(&rule_inode->identity, inode))
			continue;
		if (unlikely(!is_certain(rule_inode, inode))) {
			context->uncertain = true;
			continue;
		}
		context->by_inode = rule_inode->rule;
		have_say(context, rule_inode->rule, FGUARD_RANK_PATH);
	}
}

/* Nothing at this rank wins over a refusal at it, nor over a closer rule, but to take away. */
static bool is_settled_at(const struct fguard_match_context *context, u32 rank)
{
	const struct fguard_decision *decision = &context->decision;
	const bool refused = decision->outcome == FGUARD_OUTCOME_DENY;

	if (context->seen)
		return rank >= FGUARD_RANK_OTHER && context->seen_enough;
	if (rank >= FGUARD_RANK_OTHER)
		return refused;
	if (unlikely(READ_ONCE(context->index->against)))
		return refused && decision->rank >= rank;
	return decision->rank > rank || (decision->rank == rank && refused);
}

/* Last, since the strictest stands, however close the others are: the first that refuses. */
static noinline void match_uncertain(struct fguard_match_context *context,
				     const struct inode *inode)
{
	const struct fguard_index *index = context->index;
	struct fguard_rule_inode *rule_inode;

	hlist_for_each_entry_rcu(rule_inode, fguard_rule_inode_bucket(index, inode->i_ino),
				 links[index->links]) {
		if (is_settled_at(context, FGUARD_RANK_OTHER))
			return;
		if (!is_certain(rule_inode, inode) &&
		    fguard_identity_is(&rule_inode->identity, inode))
			consider(context, rule_inode->rule, FGUARD_RANK_OTHER);
	}
}

#define OPENING (BIT(FGUARD_OP_READ) | BIT(FGUARD_OP_WRITE))

/* Whatever node of a device is opened, or none at all, what is behind it is the same. */
static noinline void match_device(struct fguard_match_context *context, dev_t device)
{
	const struct fguard_index *index = context->index;
	struct fguard_rule_inode *rule_inode;

	if (context->object->ops & ~OPENING)
		return;
	hlist_for_each_entry_rcu(rule_inode, fguard_device_bucket(index, device),
				 by_device[index->links])
		if (rule_inode->device == device)
			consider(context, rule_inode->rule, FGUARD_RANK_OTHER);
}

/* Rules about a tree whose root this is. */
static void match_root(struct fguard_match_context *context, const struct inode *inode,
		       u32 steps)
{
	const struct fguard_index *index = context->index;
	struct fguard_rule_inode *rule_inode;

	hlist_for_each_entry_rcu(rule_inode, fguard_rule_inode_bucket(index, inode->i_ino),
				 links[index->links])
		if (rule_inode->rule->tree && fguard_identity_is(&rule_inode->identity, inode))
			consider(context, rule_inode->rule, tree_rank(steps));
}

/* Nothing wins over a refusal by a rule about the object itself. */
static bool is_settled(const struct fguard_match_context *context)
{
	return !context->seen && context->decision.rank == FGUARD_RANK_PATH &&
	       context->decision.outcome == FGUARD_OUTCOME_DENY;
}

static noinline bool is_named_by_others(const struct fguard_index *index,
					struct dentry *dentry,
					const struct fguard_rule *known)
{
	const struct fguard_rule *rule;
	u64 hash = fguard_entry_hash(dentry);

	hlist_for_each_entry_rcu(rule, fguard_name_bucket(index, hash),
				 by_entry[index->links])
		if (rule->entry.hash == hash && rule != known)
			return true;
	return false;
}

/*
 * Does a rule that was not found by the inode yet name the object, perhaps? Most that
 * is guarded is known by its inode, and is the only one in its directory.
 */
static inline bool may_be_named(const struct fguard_match_context *context,
				struct dentry *dentry)
{
	const struct inode *directory = d_inode_rcu(READ_ONCE(dentry->d_parent));
	const struct fguard_index *index = context->index;
	const struct fguard_rule *known = context->by_inode;

	if (!known || (dentry->d_flags & DCACHE_OP_REAL))
		return fguard_prefilter_inode(index, directory);
	if (directory && directory->i_ino == known->entry.directory.ino &&
	    fguard_index_names_in(index, directory->i_ino) == 1)
		return false;
	return fguard_prefilter_inode(index, directory) &&
	       is_named_by_others(index, dentry, known);
}

/* The object itself, and its name. Returns false if nothing more matters. */
static inline bool match_itself(struct fguard_match_context *context)
{
	const struct fguard_object *object = context->object;

	if (object->inode)
		match_own_inode(context, object->inode);
	if (is_settled(context))
		return false;
	if (may_be_named(context, object->dentry))
		match_name(context, object->dentry, 0);
	return context->index->trees || context->index->suffix_count;
}

/* A directory above the object, and its name. */
static noinline void match_above(struct fguard_match_context *context,
				 struct dentry *directory, u32 steps)
{
	const struct inode *inode = d_inode_rcu(directory);

	if (fguard_prefilter_inode(context->index, inode))
		match_root(context, inode, steps);
	if (!is_settled(context) &&
	    fguard_prefilter_inode(context->index,
				   d_inode_rcu(READ_ONCE(directory->d_parent))))
		match_name(context, directory, steps);
}

/* @steps: how far above the object @dentry already is. */
static noinline void match_trees(struct fguard_match_context *context, struct dentry *dentry,
				 u32 steps)
{
	if (steps)
		match_above(context, dentry, steps);
	while (!IS_ROOT(dentry)) {
		dentry = READ_ONCE(dentry->d_parent);
		match_above(context, dentry, ++steps);
	}
}

static bool is_inode(const struct fguard_identity *identity,
		     const struct dentry *dentry)
{
	const struct inode *inode = d_inode_rcu(dentry);

	return inode && fguard_identity_is(identity, inode);
}

/* Is there only a directory and a name? */
static inline bool is_missing(const struct fguard_object *object)
{
	return object->name && object->change != FGUARD_CHANGE_NAME;
}

static bool is_suffix(const struct fguard_suffix *suffix, const char *end, u32 length,
		      const struct inode *directory)
{
	return suffix->length == length && !memcmp(suffix->string, end, length) &&
	       suffix->below == !!directory &&
	       (!directory || fguard_identity_is(&suffix->directory, directory));
}

/* Rules about this suffix below a directory, or if that is NULL, everywhere. */
static void match_suffix(struct fguard_match_context *context, const struct qstr *name,
			 u32 length, const struct inode *directory)
{
	const char *end = name->name + name->len - length;
	u64 hash = fguard_suffix_hash(end, length);
	struct fguard_rule *rule;

	if (directory)
		hash = fguard_suffix_hash_below(hash, directory->i_ino);
	hlist_for_each_entry_rcu(rule, fguard_suffix_bucket(context->index, hash),
				 by_suffix[context->index->links])
		if (is_suffix(&rule->suffix, end, length, directory))
			consider(context, rule, FGUARD_RANK_SUFFIX);
}

/* Gives which suffixes of a name count below some directory, perhaps. */
static bool match_everywhere(struct fguard_match_context *context, const struct qstr *name,
			     unsigned long *below)
{
	const struct fguard_index *index = context->index;
	unsigned long length;
	bool any = false;
	u64 hash;

	for_each_set_bit(length, index->suffix_lengths, NAME_MAX + 1) {
		if (length > name->len)
			break;
		hash = fguard_suffix_hash(name->name + name->len - length, length);
		if (!fguard_prefilter_key(index, hash))
			continue;
		match_suffix(context, name, length, NULL);
		if (!fguard_prefilter_key(index, hash ^ FGUARD_BELOW_SALT))
			continue;
		set_bit(length, below);
		any = true;
	}
	return any;
}

/* Below one directory only the rules about what is below it count, however many there are. */
static void match_below(struct fguard_match_context *context, const struct qstr *name,
			const unsigned long *below, const struct dentry *directory)
{
	const struct inode *inode = d_inode_rcu(directory);
	unsigned long length;

	if (likely(!inode || !fguard_prefilter_key(context->index,
						   inode->i_ino ^ FGUARD_BELOW_SALT)))
		return;
	for_each_set_bit(length, below, NAME_MAX + 1)
		match_suffix(context, name, length, inode);
}

/* From the object to the root once, whoever chose how far that is. */
static void match_suffixes(struct fguard_match_context *context, const struct qstr *name)
{
	DECLARE_BITMAP(below, NAME_MAX + 1) = {};
	const struct dentry *directory = context->place;

	if (!match_everywhere(context, name, below))
		return;
	if (is_missing(context->object))
		match_below(context, name, below, directory);
	while (!IS_ROOT(directory) && !is_settled_at(context, FGUARD_RANK_SUFFIX)) {
		directory = READ_ONCE(directory->d_parent);
		match_below(context, name, below, directory);
	}
}

/* ---- the way to a guarded path -------------------------------------------- */

/* The directory itself, or one above it when the rules were made. */
static bool is_ancestor(const struct fguard_site *site, const struct dentry *dentry)
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
	while (is_ancestor(site, dentry)) {
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
static bool hides(const struct fguard_site *site, const struct fguard_object *object)
{
	if (fguard_mount_is_shared(object->mnt))
		return true;
	if (!fguard_mounts_known())
		return is_in_namespace(site);
	return fguard_mount_namespace(object->mnt) == site->namespace &&
	       leads_through(site, object->mnt, object->dentry);
}

/* A mount is taken away, and so is what its peers have in the same place. */
static bool reveals(const struct fguard_site *site, const struct fguard_object *object)
{
	const struct vfsmount *below;
	const struct dentry *place;

	if (!fguard_mounts_known())
		return is_in_namespace(site);
	below = fguard_mount_parent(object->mnt, &place);
	if (below && fguard_mount_is_shared(below))
		return is_ancestor(site, place);
	return fguard_mount_namespace(object->mnt) == site->namespace &&
	       leads_through(site, object->mnt, object->dentry);
}

static bool ancestor_concerns(const struct fguard_site *site, const struct fguard_object *object)
{
	if (!(object->ops & BIT(FGUARD_OP_MOUNT)))
		return true;
	return object->change == FGUARD_CHANGE_UNMOUNT ? reveals(site, object) :
							 hides(site, object);
}

/* A rule speaks against it for others that are too many to be heard, whoever it is. */
static void object_to(struct fguard_match_context *context, struct fguard_rule *rule, u32 rank)
{
	if (context->seen)
		context->seen(context, rule, rank, false);
	if (fguard_evaluate_consider(&context->decision, &rule->terms, rank,
				     context->object->ops, false))
		context->decider = rule;
}

static u32 rank_at(const struct fguard_site *site, const struct fguard_rule *rule, u32 rank)
{
	return fguard_site_is_object(site, rule) ? FGUARD_RANK_OTHER : rank;
}

static void hear_rest(struct fguard_match_context *context, const struct fguard_site *site,
		      u32 rank)
{
	const unsigned long ops = context->object->ops;
	struct fguard_rule *rule;
	unsigned int op;

	for_each_set_bit(op, &ops, __FGUARD_OP_MAX) {
		rule = fguard_site_rest(site, op, context->object->strict);
		if (rule && !is_settled_at(context, rank))
			object_to(context, rule, rank_at(site, rule, rank));
	}
}

/* @is_meant: which rules count, or NULL: all */
static void hear(struct fguard_match_context *context, const struct fguard_site *site, u32 rank,
		 bool (*is_meant)(const struct fguard_rule *rule,
				  const struct fguard_match_context *context))
{
	struct fguard_voice *voice;
	struct fguard_rule *rule;

	list_for_each_entry_rcu(voice, &site->voices, node) {
		if (is_settled_at(context, rank))
			return;
		rule = fguard_voice_rule(voice);
		if (rule && (!is_meant || is_meant(rule, context)))
			consider(context, rule, rank_at(site, rule, rank));
	}
	hear_rest(context, site, rank);
}

/* A mount that goes leaves what it holds what it is. */
static void match_places(struct fguard_match_context *context)
{
	const struct fguard_object *object = context->object;
	const struct fguard_site *site;

	hlist_for_each_entry_rcu(site, fguard_site_bucket(FGUARD_SITE_ANCESTOR,
							  object->inode->i_ino), node)
		if (site->kind == FGUARD_SITE_ANCESTOR &&
		    fguard_identity_is(&site->identity, object->inode) &&
		    ancestor_concerns(site, object))
			hear(context, site, FGUARD_RANK_ANCESTOR, NULL);
}

static void match_crossings(struct fguard_match_context *context)
{
	const void *namespace = current->nsproxy ? current->nsproxy->mnt_ns : NULL;
	const struct fguard_site *site;

	hlist_for_each_entry_rcu(site, fguard_site_bucket(FGUARD_SITE_CROSSING,
							  (unsigned long)namespace), node)
		if (site->kind == FGUARD_SITE_CROSSING && is_in_namespace(site))
			hear(context, site, FGUARD_RANK_OTHER, NULL);
}

static bool starts_here(const struct fguard_rule *rule,
			const struct fguard_match_context *context)
{
	return rule->suffix.below && is_inode(&rule->suffix.directory, context->place);
}

/* Rules about a suffix below this directory. */
static void match_left(struct fguard_match_context *context, struct dentry *directory)
{
	const struct inode *inode = d_inode_rcu(directory);
	const struct fguard_site *site;

	if (!inode || !fguard_prefilter_key(context->index,
					    inode->i_ino ^ FGUARD_BELOW_SALT))
		return;
	context->place = directory;
	hlist_for_each_entry_rcu(site, fguard_site_bucket(FGUARD_SITE_ANCESTOR, inode->i_ino), node)
		if (site->kind == FGUARD_SITE_ANCESTOR &&
		    fguard_identity_is(&site->identity, inode))
			hear(context, site, FGUARD_RANK_SUFFIX, starts_here);
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
static void match_leaving(struct fguard_match_context *context)
{
	const struct fguard_object *object = context->object;
	struct dentry *directory = object->dentry;
	const struct dentry *common;

	if (object->change != FGUARD_CHANGE_NAME || !object->inode ||
	    !S_ISDIR(object->inode->i_mode) || !context->index->suffix_count)
		return;
	common = common_directory(directory, object->destination);
	while (!IS_ROOT(directory)) {
		directory = READ_ONCE(directory->d_parent);
		if (directory == common)
			break;
		match_left(context, directory);
	}
}

/*
 * What is on the way to a guarded path may be renamed, removed, covered or taken away.
 * Last: whom a rule about something below lets in, others may refuse.
 */
static noinline void match_ancestors(struct fguard_match_context *context)
{
	const struct inode *inode = context->object->inode;

	if (context->object->change == FGUARD_CHANGE_MOVE_MOUNT)
		match_crossings(context);
	if (inode && fguard_prefilter_key(context->index,
					  inode->i_ino ^ FGUARD_ANCESTOR_SALT))
		match_places(context);
}

/* ---- deciding about an object ---------------------------------------------- */

/* Not inlined: the name is large, and the kernel clears what is on the stack. */
static noinline void match_end(struct fguard_match_context *context, struct dentry *dentry)
{
	char text[NAME_MAX + 1];
	const struct qstr name = QSTR_INIT(text, fguard_name_copy(text, dentry));

	match_suffixes(context, &name);
}

/*
 * An object reached by its handle that hangs nowhere might be in any tree of its
 * filesystem, and have any name: no rule lifts what another refuses. Servers in the
 * kernel reach most that way.
 */
static noinline void match_lost(struct fguard_match_context *context)
{
	const struct super_block *sb = context->object->dentry->d_sb;
	const struct fguard_site *site;
	unsigned int turn;

	if (current->flags & PF_KTHREAD)
		return;
	for (turn = 0; turn < FGUARD_SITE_TURNS; turn++) {
		site = fguard_site_of_filesystem(FGUARD_SITE_TREES, sb, turn);
		if (site)
			hear(context, site, FGUARD_RANK_LOST, NULL);
		site = fguard_site_of_filesystem(FGUARD_SITE_SUFFIXES, sb, turn);
		if (site)
			hear(context, site, FGUARD_RANK_LOST, NULL);
	}
}

/* What it is in, and how its name ends. */
static noinline void match_surroundings(struct fguard_match_context *context)
{
	const struct fguard_object *object = context->object;

	context->place = fguard_object_place(object->dentry, object->inode);
	if (!context->place) {
		match_lost(context);
		return;
	}
	if (context->index->trees)
		match_trees(context, context->place, 0);
	if (context->index->suffix_count)
		match_end(context, context->place);
}

/* The object is there, or its directory entry is about to be filled. */
static inline void match_object(struct fguard_match_context *context)
{
	const struct inode *inode = context->object->inode;

	if (match_itself(context))
		match_surroundings(context);
	if (unlikely(context->uncertain))
		match_uncertain(context, inode);
	if (inode && unlikely(S_ISBLK(inode->i_mode)))
		match_device(context, inode->i_rdev);
}

/* There is only a directory and a name. */
static noinline void match_missing(struct fguard_match_context *context)
{
	const struct fguard_object *object = context->object;

	context->place = object->dentry;
	match_name_in(context, object->dentry, object->name);
	match_trees(context, object->dentry, 1);
	match_suffixes(context, object->name);
}

void fguard_index_look_at(struct fguard_match_context *context)
{
	context->index = rcu_dereference(fguard_index);
	match_leaving(context);
	match_object(context);
	join_layers(context);
}

void fguard_index_look_inside(struct fguard_match_context *context)
{
	context->index = rcu_dereference(fguard_index);
	match_trees(context, context->object->dentry, 1);
	join_layers(context);
}

#define ANCESTOR_OPS (FGUARD_ANCESTOR_OPS | BIT(FGUARD_OP_MOUNT) | FGUARD_OPS_IDENTITY)

void fguard_index_evaluate(struct fguard_match_context *context)
{
	const struct fguard_object *object = context->object;

	context->index = rcu_dereference(fguard_index);
	if (unlikely(object->device)) {
		match_device(context, object->device);
		join_layers(context);
		return;
	}
	if (object->change == FGUARD_CHANGE_NAME)
		match_leaving(context);
	if (unlikely(is_missing(object)))
		match_missing(context);
	else if (object->change != FGUARD_CHANGE_UNMOUNT)
		match_object(context);
	if (object->ops & ANCESTOR_OPS)
		match_ancestors(context);
	join_layers(context);
}

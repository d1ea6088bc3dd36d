// SPDX-License-Identifier: GPL-2.0-only
#include <linux/dcache.h>
#include <linux/log2.h>
#include <linux/rculist.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "policy/rule.h"
#include "policy/site.h"
#include "policy/index.h"

#define FILTER_BITS_PER_RULE 32

struct fguard_index __rcu *fguard_index;

DEFINE_SPINLOCK(fguard_rule_inode_lock);

struct fguard_index *fguard_index_new(u32 capacity, unsigned int links)
{
	struct fguard_index *index = kzalloc(sizeof(*index), GFP_KERNEL);
	u32 words;

	if (!index)
		return NULL;
	capacity = roundup_pow_of_two(max(capacity, 64U));
	words = capacity / BITS_PER_LONG * FILTER_BITS_PER_RULE;
	index->links = links;
	index->capacity = capacity;
	index->bucket_mask = capacity - 1;
	index->filter_mask = words - 1;
	index->names_in = kvcalloc(capacity, sizeof(*index->names_in), GFP_KERNEL);
	index->names = kvcalloc(capacity, sizeof(*index->names), GFP_KERNEL);
	index->inodes = kvcalloc(capacity, sizeof(*index->inodes), GFP_KERNEL);
	index->suffixes = kvcalloc(capacity, sizeof(*index->suffixes), GFP_KERNEL);
	index->devices = kcalloc(1 << FGUARD_DEVICE_BITS, sizeof(*index->devices),
				 GFP_KERNEL);
	index->filter = kvcalloc(words, sizeof(*index->filter), GFP_KERNEL);
	if (!index->names_in || !index->names || !index->inodes || !index->suffixes ||
	    !index->devices || !index->filter) {
		fguard_index_free(index);
		return NULL;
	}
	return index;
}

void fguard_index_free(struct fguard_index *index)
{
	if (!index)
		return;
	kvfree(index->names_in);
	kvfree(index->names);
	kvfree(index->inodes);
	kfree(index->devices);
	kvfree(index->suffixes);
	kvfree(index->filter);
	kfree(index);
}

struct fguard_index *fguard_index_current(void)
{
	/* Only the caller replaces it. */
	return rcu_dereference_protected(fguard_index, true);
}

static void filter_add(struct fguard_index *index, u64 key)
{
	u64 hash = key * GOLDEN_RATIO_64;
	unsigned long *word = fguard_filter_word(index, hash);

	/* Names are added under the mutex, inodes under the spinlock. */
	set_bit((hash >> 58) % BITS_PER_LONG, word);
	set_bit((hash >> 52) % BITS_PER_LONG, word);
}

/* ---- inodes -------------------------------------------------------------- */

void fguard_rule_inode_link(struct fguard_index *index, struct fguard_rule_inode *rule_inode)
{
	lockdep_assert_held(&fguard_rule_inode_lock);
	filter_add(index, rule_inode->identity.ino);
	hlist_add_head_rcu(&rule_inode->links[index->links],
			   fguard_rule_inode_bucket(index, rule_inode->identity.ino));
	if (rule_inode->device) {
		filter_add(index, rule_inode->device ^ FGUARD_DEVICE_SALT);
		hlist_add_head_rcu(&rule_inode->by_device[index->links],
				   fguard_device_bucket(index, rule_inode->device));
	}
}

void fguard_rule_inode_drop(const struct fguard_index *index,
			    struct fguard_rule_inode *rule_inode)
{
	lockdep_assert_held(&fguard_rule_inode_lock);
	hlist_del_rcu(&rule_inode->links[index->links]);
	if (rule_inode->device)
		hlist_del_rcu(&rule_inode->by_device[index->links]);
	list_del_rcu(&rule_inode->siblings);
	kfree_rcu(rule_inode, rcu);
}

/* ---- rules --------------------------------------------------------------- */

static const struct fguard_identity *directory_of(const struct fguard_rule *rule)
{
	return rule->suffix.length ? &rule->suffix.directory : &rule->entry.directory;
}

bool fguard_index_is_copy(const struct fguard_rule *a, const struct fguard_rule *b)
{
	const struct fguard_identity *one = directory_of(a), *other = directory_of(b);

	return one->dev != other->dev && !one->subvolume && a->path && b->path &&
	       strcmp(a->path, b->path);
}

static bool same_path(const struct fguard_rule *a, const struct fguard_rule *b)
{
	return a->path && b->path && !strcmp(a->path, b->path);
}

/* Of copies of a filesystem two may be like one that comes; the one of its path is it. */
static bool is_liker(const struct fguard_rule *rule, const struct fguard_rule *than,
		     const struct fguard_rule *like)
{
	return !rule->replaced && !fguard_index_is_copy(rule, like) &&
	       (!than || (same_path(rule, like) && !same_path(than, like)));
}

static struct fguard_rule *find_name(const struct fguard_index *index,
				     const struct fguard_rule *like)
{
	const struct fguard_name *name = &like->entry;
	struct fguard_rule *rule, *found = NULL;

	hlist_for_each_entry(rule, fguard_name_bucket(index, name->hash),
			     by_entry[index->links])
		if (rule->entry.hash == name->hash &&
		    rule->entry.length == name->length &&
		    !memcmp(rule->entry.name, name->name, name->length) &&
		    fguard_identity_equal(&rule->entry.directory, &name->directory) &&
		    is_liker(rule, found, like))
			found = rule;
	return found;
}

static struct hlist_head *suffix_bucket(const struct fguard_index *index,
					const struct fguard_suffix *suffix)
{
	return fguard_suffix_bucket(index, !suffix->below ? suffix->hash :
		fguard_suffix_hash_below(suffix->hash, suffix->directory.ino));
}

static struct fguard_rule *find_suffix(const struct fguard_index *index,
				       const struct fguard_rule *like)
{
	const struct fguard_suffix *suffix = &like->suffix;
	struct fguard_rule *rule, *found = NULL;

	hlist_for_each_entry(rule, suffix_bucket(index, suffix), by_suffix[index->links])
		if (rule->suffix.length == suffix->length &&
		    !memcmp(rule->suffix.string, suffix->string, suffix->length) &&
		    rule->suffix.below == suffix->below &&
		    fguard_identity_equal(&rule->suffix.directory, &suffix->directory) &&
		    is_liker(rule, found, like))
			found = rule;
	return found;
}

struct fguard_rule *fguard_index_find(const struct fguard_rule *like)
{
	struct fguard_index *index = fguard_index_current();

	return like->suffix.length ? find_suffix(index, like) : find_name(index, like);
}

static void count_name(struct fguard_index *index, const struct fguard_rule *rule, int by)
{
	u32 bucket = hash_64(rule->entry.directory.ino, 32) & index->bucket_mask;

	WRITE_ONCE(index->names_in[bucket], index->names_in[bucket] + by);
}

static void link_name(struct fguard_index *index, struct fguard_rule *rule)
{
	struct fguard_rule_inode *rule_inode;

	filter_add(index, rule->entry.directory.ino);
	count_name(index, rule, 1);
	hlist_add_head_rcu(&rule->by_entry[index->links],
			   fguard_name_bucket(index, rule->entry.hash));
	list_for_each_entry(rule_inode, &rule->inodes, siblings)
		fguard_rule_inode_link(index, rule_inode);
}

static void link_suffix(struct fguard_index *index, struct fguard_rule *rule)
{
	filter_add(index, rule->suffix.hash);
	if (rule->suffix.below) {
		filter_add(index, rule->suffix.hash ^ FGUARD_BELOW_SALT);
		filter_add(index, rule->suffix.directory.ino ^ FGUARD_BELOW_SALT);
	}
	hlist_add_head_rcu(&rule->by_suffix[index->links],
			   suffix_bucket(index, &rule->suffix));
	set_bit(rule->suffix.length, index->suffix_lengths);
	WRITE_ONCE(index->suffix_count, index->suffix_count + 1);
}

static void note_ancestors(struct fguard_index *index, const struct fguard_rule *rule)
{
	u32 i;

	for (i = 0; i < rule->ancestor_count; i++)
		filter_add(index, rule->seats[i].site->identity.ino ^ FGUARD_ANCESTOR_SALT);
}

static void link_rule(struct fguard_index *index, struct fguard_rule *rule)
{
	lockdep_assert_held(&fguard_rule_inode_lock);
	if (rule->entry.name)
		link_name(index, rule);
	if (rule->suffix.length)
		link_suffix(index, rule);
	if (rule->tree)
		WRITE_ONCE(index->trees, index->trees + 1);
	if (fguard_rule_is_partial(rule))
		WRITE_ONCE(index->partial, index->partial + 1);
	if (rule->flags & FGUARD_RULE_AGAINST)
		WRITE_ONCE(index->against, index->against + 1);
	note_ancestors(index, rule);
}

static void unlink_rule(struct fguard_index *index, struct fguard_rule *rule)
{
	struct fguard_rule_inode *rule_inode, *next;

	if (rule->entry.name) {
		hlist_del_rcu(&rule->by_entry[index->links]);
		count_name(index, rule, -1);
	}
	list_for_each_entry_safe(rule_inode, next, &rule->inodes, siblings)
		fguard_rule_inode_drop(index, rule_inode);
	if (rule->suffix.length) {
		hlist_del_rcu(&rule->by_suffix[index->links]);
		WRITE_ONCE(index->suffix_count, index->suffix_count - 1);
	}
	if (rule->tree)
		WRITE_ONCE(index->trees, index->trees - 1);
	if (fguard_rule_is_partial(rule))
		WRITE_ONCE(index->partial, index->partial - 1);
	if (rule->flags & FGUARD_RULE_AGAINST)
		WRITE_ONCE(index->against, index->against - 1);
}

void fguard_index_insert(struct fguard_index *index, struct fguard_rule *rule)
{
	spin_lock(&fguard_rule_inode_lock);
	link_rule(index, rule);
	spin_unlock(&fguard_rule_inode_lock);
}

void fguard_index_remove(struct fguard_rule *rule)
{
	spin_lock(&fguard_rule_inode_lock);
	rule->retired = true;
	unlink_rule(fguard_index_current(), rule);
	spin_unlock(&fguard_rule_inode_lock);
}

int fguard_index_resize(struct xarray *rules, u32 capacity)
{
	struct fguard_index *old = fguard_index_current();
	struct fguard_index *index = fguard_index_new(capacity, !old->links);
	struct fguard_rule *rule;
	unsigned long id;

	if (!index)
		return -ENOMEM;
	spin_lock(&fguard_rule_inode_lock);
	xa_for_each(rules, id, rule)
		link_rule(index, rule);
	rcu_assign_pointer(fguard_index, index);
	spin_unlock(&fguard_rule_inode_lock);

	synchronize_rcu();
	fguard_index_free(old);
	return 0;
}

void fguard_index_switch(struct fguard_index *index,
			 struct fguard_rule **retired, u32 count)
{
	struct fguard_index *old = fguard_index_current();
	u32 i;

	spin_lock(&fguard_rule_inode_lock);
	for (i = 0; i < count; i++)
		retired[i]->retired = true;
	rcu_assign_pointer(fguard_index, index);
	spin_unlock(&fguard_rule_inode_lock);

	synchronize_rcu();
	fguard_index_free(old);
}

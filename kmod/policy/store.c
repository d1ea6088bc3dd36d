// SPDX-License-Identifier: GPL-2.0-only
#include <linux/dcache.h>
#include <linux/log2.h>
#include <linux/rculist.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "policy/rule.h"
#include "policy/site.h"
#include "policy/store.h"

#define FILTER_BITS_PER_RULE 32

struct fguard_store __rcu *fguard_store;

DEFINE_SPINLOCK(fguard_alias_lock);

struct fguard_store *fguard_store_new(u32 capacity, unsigned int links)
{
	struct fguard_store *store = kzalloc(sizeof(*store), GFP_KERNEL);
	u32 words;

	if (!store)
		return NULL;
	capacity = roundup_pow_of_two(max(capacity, 64U));
	words = capacity / BITS_PER_LONG * FILTER_BITS_PER_RULE;
	store->links = links;
	store->capacity = capacity;
	store->bucket_mask = capacity - 1;
	store->filter_mask = words - 1;
	store->names_in = kvcalloc(capacity, sizeof(*store->names_in), GFP_KERNEL);
	store->names = kvcalloc(capacity, sizeof(*store->names), GFP_KERNEL);
	store->aliases = kvcalloc(capacity, sizeof(*store->aliases), GFP_KERNEL);
	store->suffixes = kvcalloc(capacity, sizeof(*store->suffixes), GFP_KERNEL);
	store->devices = kcalloc(1 << FGUARD_DEVICE_BITS, sizeof(*store->devices),
				 GFP_KERNEL);
	store->filter = kvcalloc(words, sizeof(*store->filter), GFP_KERNEL);
	if (!store->names_in || !store->names || !store->aliases || !store->suffixes ||
	    !store->devices || !store->filter) {
		fguard_store_free(store);
		return NULL;
	}
	return store;
}

void fguard_store_free(struct fguard_store *store)
{
	if (!store)
		return;
	kvfree(store->names_in);
	kvfree(store->names);
	kvfree(store->aliases);
	kfree(store->devices);
	kvfree(store->suffixes);
	kvfree(store->filter);
	kfree(store);
}

struct fguard_store *fguard_store_current(void)
{
	/* Only the caller replaces it. */
	return rcu_dereference_protected(fguard_store, true);
}

static void filter_add(struct fguard_store *store, u64 key)
{
	u64 hash = key * GOLDEN_RATIO_64;
	unsigned long *word = fguard_filter_word(store, hash);

	/* Names are added under the mutex, inodes under the spinlock. */
	set_bit((hash >> 58) % BITS_PER_LONG, word);
	set_bit((hash >> 52) % BITS_PER_LONG, word);
}

/* ---- inodes -------------------------------------------------------------- */

void fguard_alias_link(struct fguard_store *store, struct fguard_alias *alias)
{
	lockdep_assert_held(&fguard_alias_lock);
	filter_add(store, alias->identity.ino);
	hlist_add_head_rcu(&alias->links[store->links],
			   fguard_alias_bucket(store, alias->identity.ino));
	if (alias->device) {
		filter_add(store, alias->device ^ FGUARD_DEVICE_SALT);
		hlist_add_head_rcu(&alias->by_device[store->links],
				   fguard_device_bucket(store, alias->device));
	}
}

void fguard_alias_drop(const struct fguard_store *store, struct fguard_alias *alias)
{
	lockdep_assert_held(&fguard_alias_lock);
	hlist_del_rcu(&alias->links[store->links]);
	if (alias->device)
		hlist_del_rcu(&alias->by_device[store->links]);
	list_del_rcu(&alias->siblings);
	kfree_rcu(alias, rcu);
}

/* ---- rules --------------------------------------------------------------- */

static const struct fguard_identity *directory_of(const struct fguard_rule *rule)
{
	return rule->suffix.length ? &rule->suffix.directory : &rule->name.directory;
}

bool fguard_store_is_copy(const struct fguard_rule *a, const struct fguard_rule *b)
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
	return !rule->replaced && !fguard_store_is_copy(rule, like) &&
	       (!than || (same_path(rule, like) && !same_path(than, like)));
}

static struct fguard_rule *find_name(const struct fguard_store *store,
				     const struct fguard_rule *like)
{
	const struct fguard_name *name = &like->name;
	struct fguard_rule *rule, *found = NULL;

	hlist_for_each_entry(rule, fguard_name_bucket(store, name->hash),
			     by_name[store->links])
		if (rule->name.hash == name->hash &&
		    rule->name.length == name->length &&
		    !memcmp(rule->name.name, name->name, name->length) &&
		    fguard_identity_equal(&rule->name.directory, &name->directory) &&
		    is_liker(rule, found, like))
			found = rule;
	return found;
}

static struct hlist_head *suffix_bucket(const struct fguard_store *store,
					const struct fguard_suffix *suffix)
{
	return fguard_suffix_bucket(store, !suffix->below ? suffix->hash :
		fguard_suffix_hash_below(suffix->hash, suffix->directory.ino));
}

static struct fguard_rule *find_suffix(const struct fguard_store *store,
				       const struct fguard_rule *like)
{
	const struct fguard_suffix *suffix = &like->suffix;
	struct fguard_rule *rule, *found = NULL;

	hlist_for_each_entry(rule, suffix_bucket(store, suffix), by_suffix[store->links])
		if (rule->suffix.length == suffix->length &&
		    !memcmp(rule->suffix.string, suffix->string, suffix->length) &&
		    rule->suffix.below == suffix->below &&
		    fguard_identity_equal(&rule->suffix.directory, &suffix->directory) &&
		    is_liker(rule, found, like))
			found = rule;
	return found;
}

struct fguard_rule *fguard_store_find(const struct fguard_rule *like)
{
	struct fguard_store *store = fguard_store_current();

	return like->suffix.length ? find_suffix(store, like) : find_name(store, like);
}

static void count_name(struct fguard_store *store, const struct fguard_rule *rule, int by)
{
	u32 bucket = hash_64(rule->name.directory.ino, 32) & store->bucket_mask;

	WRITE_ONCE(store->names_in[bucket], store->names_in[bucket] + by);
}

static void link_name(struct fguard_store *store, struct fguard_rule *rule)
{
	struct fguard_alias *alias;

	filter_add(store, rule->name.directory.ino);
	count_name(store, rule, 1);
	hlist_add_head_rcu(&rule->by_name[store->links],
			   fguard_name_bucket(store, rule->name.hash));
	list_for_each_entry(alias, &rule->aliases, siblings)
		fguard_alias_link(store, alias);
}

static void link_suffix(struct fguard_store *store, struct fguard_rule *rule)
{
	filter_add(store, rule->suffix.hash);
	if (rule->suffix.below) {
		filter_add(store, rule->suffix.hash ^ FGUARD_BELOW_SALT);
		filter_add(store, rule->suffix.directory.ino ^ FGUARD_BELOW_SALT);
	}
	hlist_add_head_rcu(&rule->by_suffix[store->links],
			   suffix_bucket(store, &rule->suffix));
	set_bit(rule->suffix.length, store->suffix_lengths);
	WRITE_ONCE(store->suffix_count, store->suffix_count + 1);
}

static void note_way(struct fguard_store *store, const struct fguard_rule *rule)
{
	u32 i;

	for (i = 0; i < rule->way_count; i++)
		filter_add(store, rule->seats[i].site->identity.ino ^ FGUARD_WAY_SALT);
}

static void link_rule(struct fguard_store *store, struct fguard_rule *rule)
{
	lockdep_assert_held(&fguard_alias_lock);
	if (rule->name.name)
		link_name(store, rule);
	if (rule->suffix.length)
		link_suffix(store, rule);
	if (rule->tree)
		WRITE_ONCE(store->trees, store->trees + 1);
	if (fguard_rule_is_partial(rule))
		WRITE_ONCE(store->partial, store->partial + 1);
	if (rule->flags & FGUARD_RULE_AGAINST)
		WRITE_ONCE(store->against, store->against + 1);
	note_way(store, rule);
}

static void unlink_rule(struct fguard_store *store, struct fguard_rule *rule)
{
	struct fguard_alias *alias, *next;

	if (rule->name.name) {
		hlist_del_rcu(&rule->by_name[store->links]);
		count_name(store, rule, -1);
	}
	list_for_each_entry_safe(alias, next, &rule->aliases, siblings)
		fguard_alias_drop(store, alias);
	if (rule->suffix.length) {
		hlist_del_rcu(&rule->by_suffix[store->links]);
		WRITE_ONCE(store->suffix_count, store->suffix_count - 1);
	}
	if (rule->tree)
		WRITE_ONCE(store->trees, store->trees - 1);
	if (fguard_rule_is_partial(rule))
		WRITE_ONCE(store->partial, store->partial - 1);
	if (rule->flags & FGUARD_RULE_AGAINST)
		WRITE_ONCE(store->against, store->against - 1);
}

void fguard_store_insert(struct fguard_store *store, struct fguard_rule *rule)
{
	spin_lock(&fguard_alias_lock);
	link_rule(store, rule);
	spin_unlock(&fguard_alias_lock);
}

void fguard_store_remove(struct fguard_rule *rule)
{
	spin_lock(&fguard_alias_lock);
	rule->retired = true;
	unlink_rule(fguard_store_current(), rule);
	spin_unlock(&fguard_alias_lock);
}

int fguard_store_resize(struct xarray *rules, u32 capacity)
{
	struct fguard_store *old = fguard_store_current();
	struct fguard_store *store = fguard_store_new(capacity, !old->links);
	struct fguard_rule *rule;
	unsigned long id;

	if (!store)
		return -ENOMEM;
	spin_lock(&fguard_alias_lock);
	xa_for_each(rules, id, rule)
		link_rule(store, rule);
	rcu_assign_pointer(fguard_store, store);
	spin_unlock(&fguard_alias_lock);

	synchronize_rcu();
	fguard_store_free(old);
	return 0;
}

void fguard_store_switch(struct fguard_store *store,
			 struct fguard_rule **retired, u32 count)
{
	struct fguard_store *old = fguard_store_current();
	u32 i;

	spin_lock(&fguard_alias_lock);
	for (i = 0; i < count; i++)
		retired[i]->retired = true;
	rcu_assign_pointer(fguard_store, store);
	spin_unlock(&fguard_alias_lock);

	synchronize_rcu();
	fguard_store_free(old);
}

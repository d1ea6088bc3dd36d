/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The tables in which an access finds its rules. Readers hold RCU only. The
 * names change under the mutex of rule.c; the inodes that rules follow change
 * also while an access is decided, so they have a spinlock, alias_lock.
 */
#ifndef _FGUARD_STORE_H
#define _FGUARD_STORE_H

#include <linux/bitmap.h>
#include <linux/bits.h>
#include <linux/dcache.h>
#include <linux/hash.h>
#include <linux/limits.h>
#include <linux/rcupdate.h>
#include <linux/xarray.h>

#include "object/object.h"
#include "policy/decide.h"

struct fguard_actor;
struct fguard_alias;
struct fguard_rule;

#define FGUARD_DEVICE_BITS 6

/**
 * struct fguard_store - the tables in which an access finds its rules
 * @links: which of the two links of each entry this store uses; a resized store
 *	uses the other, so that readers of the old one are not disturbed
 * @bucket_mask: buckets of each table, less 1
 * @filter_mask: words of the filter, less 1
 * @capacity: rules it is made for
 * @names_in: how many rules name entries of a directory, by its number; of all
 *	directories that share a bucket, together
 * @names: table of rules by directory and name
 * @aliases: table of rules by inode
 * @devices: table of rules by block device
 * @suffixes: table of rules by suffix, and the directory if it counts only below one
 * @filter: Bloom filter over the inodes of all objects and their directories, over
 *	suffixes and what they count below, and the ways to guarded paths; two bits
 *	for each, in one word
 * @trees: rules about trees; without any, no ancestors are looked at
 * @partial: rules that leave some operations to others, and do not only log
 * @against: rules against those whom they name
 * @suffix_lengths: which lengths suffixes have
 * @suffix_count: rules about suffixes
 */
struct fguard_store {
	unsigned int links;
	u32 bucket_mask;
	u32 filter_mask;
	u32 capacity;
	u32 *names_in;
	struct hlist_head *names;
	struct hlist_head *aliases;
	struct hlist_head *devices;
	struct hlist_head *suffixes;
	unsigned long *filter;
	u32 trees;
	u32 partial;
	u32 against;
	u32 suffix_count;
	DECLARE_BITMAP(suffix_lengths, NAME_MAX + 1);
};

extern struct fguard_store __rcu *fguard_store;

/**
 * fguard_filter_word - the word of a filter in which a hash stands
 * @store: the store
 * @hash: the hash
 *
 * Context: any.
 * Return: the word.
 */
static inline unsigned long *fguard_filter_word(const struct fguard_store *store,
						u64 hash)
{
	return &store->filter[(hash >> 16) & store->filter_mask];
}

/**
 * fguard_filter_bits - the bits of that word
 * @hash: the hash
 *
 * Context: any.
 * Return: two bits, which may be one.
 */
static inline unsigned long fguard_filter_bits(u64 hash)
{
	return BIT((hash >> 58) % BITS_PER_LONG) | BIT((hash >> 52) % BITS_PER_LONG);
}

/**
 * fguard_suffix_hash - the hash of the last bytes of a name
 * @suffix: the bytes
 * @length: how many
 *
 * Context: any.
 * Return: the hash.
 */
static inline u64 fguard_suffix_hash(const char *suffix, u32 length)
{
	return ((u64)length << 32) | full_name_hash(NULL, suffix, length);
}

/**
 * fguard_suffix_hash_below - the same, below a directory
 * @hash: the hash of the suffix
 * @ino: number of the directory's inode
 *
 * Rules about one suffix below many directories are apart from each other.
 *
 * Context: any.
 * Return: the hash.
 */
static inline u64 fguard_suffix_hash_below(u64 hash, u64 ino)
{
	return hash ^ hash_64(ino, 32);
}

/* Keys of what stands in a filter beside inode numbers. */
#define FGUARD_BELOW_SALT 0x62656c6f775f7361ULL
#define FGUARD_WAY_SALT 0x70696e5f73616c74ULL
#define FGUARD_DEVICE_SALT 0x6465765f73616c74ULL

/**
 * fguard_store_may_hold_key - may a key stand in the filter?
 * @store: the store
 * @key: an inode number, the hash of a suffix, or one of them salted
 *
 * Context: RCU read side.
 * Return: false if certainly not.
 */
static inline bool fguard_store_may_hold_key(const struct fguard_store *store, u64 key)
{
	u64 hash = key * GOLDEN_RATIO_64;
	unsigned long bits = fguard_filter_bits(hash);

	return (READ_ONCE(*fguard_filter_word(store, hash)) & bits) == bits;
}

/**
 * fguard_store_may_hold - may any rule be about this inode, or a name in it?
 * @store: the store
 * @inode: the inode, or NULL
 *
 * Context: RCU read side.
 * Return: false if certainly not.
 */
static inline bool fguard_store_may_hold(const struct fguard_store *store,
					 const struct inode *inode)
{
	return inode && fguard_store_may_hold_key(store, inode->i_ino);
}

/**
 * fguard_store_may_hold_device - may any rule be about a node of this block device?
 * @store: the store
 * @device: the device's number
 *
 * Context: RCU read side.
 * Return: false if certainly not.
 */
static inline bool fguard_store_may_hold_device(const struct fguard_store *store,
						dev_t device)
{
	return fguard_store_may_hold_key(store, device ^ FGUARD_DEVICE_SALT);
}

/**
 * fguard_store_may_hold_node - may any rule be about another node of a block device?
 * @store: the store
 * @inode: a node, or anything else
 *
 * Context: RCU read side.
 * Return: false if certainly not.
 */
static inline bool fguard_store_may_hold_node(const struct fguard_store *store,
					      const struct inode *inode)
{
	return unlikely(S_ISBLK(inode->i_mode)) &&
	       fguard_store_may_hold_device(store, inode->i_rdev);
}

/**
 * fguard_store_holds - is a rule about this name, or maybe about a tree or a suffix?
 * @store: the store
 * @dentry: the object
 * @inode: its inode, or NULL
 *
 * Context: RCU read side.
 * Return: false if certainly not.
 */
bool fguard_store_holds(const struct fguard_store *store, struct dentry *dentry,
			const struct inode *inode);

/**
 * fguard_store_concerns - may any rule concern this object?
 * @store: the store
 * @dentry: the object
 * @inode: its inode, or NULL
 *
 * Context: RCU read side. The fast path of every unguarded access: two words of
 * the filter where there are rules about paths only.
 * Return: false if certainly not.
 */
static __always_inline bool fguard_store_concerns(const struct fguard_store *store,
						  struct dentry *dentry,
						  const struct inode *inode)
{
	if (fguard_store_may_hold(store, inode))
		return true;
	if (!fguard_store_may_hold(store, d_inode_rcu(READ_ONCE(dentry->d_parent))) &&
	    !store->trees && !store->suffix_count)
		return false;
	return fguard_store_holds(store, dentry, inode);
}

/**
 * fguard_name_bucket - where rules about a name stand
 * @store: the store
 * @hash: hash of directory and name
 *
 * Context: any.
 * Return: the bucket.
 */
static inline struct hlist_head *
fguard_name_bucket(const struct fguard_store *store, u64 hash)
{
	return &store->names[hash & store->bucket_mask];
}

/**
 * fguard_store_names_in - how many rules name entries of a directory
 * @store: the store
 * @ino: number of the directory's inode
 *
 * Context: RCU read side.
 * Return: their number, or more.
 */
static inline u32 fguard_store_names_in(const struct fguard_store *store, u64 ino)
{
	return READ_ONCE(store->names_in[hash_64(ino, 32) & store->bucket_mask]);
}

/**
 * fguard_alias_bucket - where rules about an inode stand
 * @store: the store
 * @ino: its number
 *
 * Context: any.
 * Return: the bucket.
 */
static inline struct hlist_head *
fguard_alias_bucket(const struct fguard_store *store, u64 ino)
{
	return &store->aliases[hash_64(ino, 32) & store->bucket_mask];
}

/**
 * fguard_device_bucket - where rules about a block device stand
 * @store: the store
 * @device: its number
 *
 * Context: any.
 * Return: the bucket.
 */
static inline struct hlist_head *
fguard_device_bucket(const struct fguard_store *store, dev_t device)
{
	return &store->devices[hash_32(device, FGUARD_DEVICE_BITS)];
}

/**
 * fguard_suffix_bucket - where rules about a suffix stand
 * @store: the store
 * @hash: its hash, or that with the directory below which they count
 *
 * Context: any.
 * Return: the bucket.
 */
static inline struct hlist_head *
fguard_suffix_bucket(const struct fguard_store *store, u64 hash)
{
	return &store->suffixes[hash & store->bucket_mask];
}

/* In the mask of what is done, beside operations: the object ceases to be known. */
#define FGUARD_OPS_IDENTITY BIT(31)

/**
 * struct fguard_target - one object of an access
 * @device: the number of a block device, which is all that is known of the object
 * @dentry: the object, or where it would be
 * @name: its name if @dentry is only the directory in which it would be
 * @destination: the name that it goes to, if it @moves
 * @inode: the object, or NULL; not that of @dentry where one filesystem opens
 *	a file of another under its own path (overlayfs)
 * @mnt: a mount through which it is reached, for its path
 * @ops: mask of what is done to it
 * @moves: the object is about to leave this name for another one
 * @named: set by fguard_store_decide(): a rule is about this very name, and does not
 *	know yet what has it
 * @strict: only strict rules count
 * @any_crossing: a mount goes away, nobody says which
 * @way_only: a mount goes away: only what it holds concerns anybody
 */
struct fguard_target {
	dev_t device;
	struct dentry *dentry;
	union {
		const struct qstr *name;
		const struct dentry *destination;
	};
	const struct inode *inode;
	struct vfsmount *mnt;
	u32 ops;
	bool moves : 1;
	bool named : 1;
	bool strict : 1;
	bool any_crossing : 1;
	bool way_only : 1;
};

/**
 * struct fguard_inquiry - one object on its way through the tables
 * @target: the object and what is done to it
 * @actor: who does it
 * @decision: zeroed; what was decided
 * @decider: the rule that decided, or NULL
 * @binder: the closest of the rules against the actor, or NULL; it can only take away
 * @binder_rank: how close that is
 * @store: the tables
 * @by_inode: a rule that was found by the object's inode, or NULL
 * @uncertain: rules were found by its inode that may know it under another name
 * @place: where the object hangs, NULL if that cannot be told
 * @seen: called for each rule about the object, if not NULL: how closely it
 *	names the object, and whether it allows the actor
 * @seen_enough: set by that: a rule that lifts no refusal changes nothing any more
 */
struct fguard_inquiry {
	struct fguard_target *target;
	const struct fguard_actor *actor;
	struct fguard_decision decision;
	struct fguard_rule *decider;
	struct fguard_rule *binder;
	u32 binder_rank;
	const struct fguard_store *store;
	const struct fguard_rule *by_inode;
	bool uncertain;
	struct dentry *place;
	void (*seen)(struct fguard_inquiry *inquiry, struct fguard_rule *rule, u32 rank,
		     bool allowed);
	bool seen_enough;
};

/**
 * fguard_store_decide - what the rules say about one object
 * @inquiry: the object and the rest; filled
 *
 * Does not count the hit of the rule that decides, because another object may
 * still refuse.
 *
 * Context: RCU read side, no spinlock held.
 */
void fguard_store_decide(struct fguard_inquiry *inquiry);

/**
 * fguard_store_look_at - the same, about an object that would be elsewhere
 * @inquiry: the object and the rest; filled
 *
 * What is on the way to other objects does not count, but what a directory would take
 * along from below another.
 *
 * Context: as fguard_store_decide().
 */
void fguard_store_look_at(struct fguard_inquiry *inquiry);

/**
 * fguard_store_look_inside - what trees say about whatever is in a directory
 * @inquiry: the directory and the rest; filled
 *
 * Context: as fguard_store_decide().
 */
void fguard_store_look_inside(struct fguard_inquiry *inquiry);

/**
 * fguard_store_is_partial - may somebody be refused one operation and not another?
 * @store: the store
 *
 * Context: RCU read side.
 * Return: false if every rule is about all operations, or logs only.
 */
static inline bool fguard_store_is_partial(const struct fguard_store *store)
{
	return READ_ONCE(store->partial);
}

/**
 * struct fguard_named - rules that name an entry of a directory, some at a time
 * @count: how many are in @rules
 * @seen: how many there were so far; zeroed before the first call
 * @rules: they
 */
struct fguard_named {
	u32 count;
	u32 seen;
	struct fguard_rule *rules[4];
};

/**
 * fguard_store_named - find the next rules that name an entry
 * @store: the store
 * @dentry: the entry; its name and directory are read at once
 * @named: what was found so far
 *
 * Context: RCU read side; takes the entry's lock.
 * Return: false if there are no more.
 */
bool fguard_store_named(const struct fguard_store *store, struct dentry *dentry,
			struct fguard_named *named);

/**
 * fguard_store_new - make empty tables
 * @capacity: rules to make room for
 * @links: which of the two links of each entry to use
 *
 * Context: may sleep.
 * Return: the store, or NULL.
 */
struct fguard_store *fguard_store_new(u32 capacity, unsigned int links);

/**
 * fguard_store_free - free tables that no reader can see
 * @store: the store, or NULL
 *
 * Context: may sleep.
 */
void fguard_store_free(struct fguard_store *store);

/**
 * fguard_store_current - the tables in force
 *
 * Context: the caller is the one that changes the set.
 * Return: the store.
 */
struct fguard_store *fguard_store_current(void);

/* Inodes of rules: their lists, the tables of inodes, and which store is in force. */
extern spinlock_t fguard_alias_lock;

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
 * fguard_store_find - the rule in force about the same object as another
 * @like: the other
 *
 * Context: the caller is the one that changes the set.
 * Return: the rule, or NULL.
 */
struct fguard_rule *fguard_store_find(const struct fguard_rule *like);

/**
 * fguard_store_is_copy - are two rules about a filesystem and a copy of it?
 * @a: a rule
 * @b: another, about what has the same identity
 *
 * A copy is known by the same UUID, but is elsewhere, and another device. Of btrfs,
 * which tells a subvolume, there is none.
 *
 * Context: any.
 * Return: false also where one filesystem is mounted anew, as another device.
 */
bool fguard_store_is_copy(const struct fguard_rule *a, const struct fguard_rule *b);

/**
 * fguard_store_insert - enter a rule, not yet in any store, into a store
 * @store: the store in force, or one that no reader can see yet
 * @rule: the rule
 *
 * Context: the caller is the one that changes the set.
 */
void fguard_store_insert(struct fguard_store *store, struct fguard_rule *rule);

/**
 * fguard_store_remove - take a rule out of the store in force
 * @rule: the rule; readers may see it until a grace period later
 *
 * Context: the caller is the one that changes the set.
 */
void fguard_store_remove(struct fguard_rule *rule);

/**
 * fguard_store_resize - put the rules in force into tables of another size
 * @rules: all rules, by id
 * @capacity: rules to make room for
 *
 * Context: may sleep; the caller is the one that changes the set.
 * Return: 0 or -ENOMEM.
 */
int fguard_store_resize(struct xarray *rules, u32 capacity);

/**
 * fguard_store_switch - put other tables in force
 * @store: the new ones
 * @retired: the rules of the old ones, which follow nothing from now on
 * @count: how many
 *
 * Waits until no reader sees the old tables, and frees them.
 *
 * Context: may sleep; the caller is the one that changes the set.
 */
void fguard_store_switch(struct fguard_store *store,
			 struct fguard_rule **retired, u32 count);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The tables in which an access finds its rules. Readers hold RCU only. The
 * names change under the mutex of rule.c; the inodes that rules follow change
 * also while an access is decided, so they have a spinlock, rule_inode_lock.
 */
#ifndef _FGUARD_INDEX_H
#define _FGUARD_INDEX_H

#include <linux/bitmap.h>
#include <linux/bits.h>
#include <linux/dcache.h>
#include <linux/hash.h>
#include <linux/limits.h>
#include <linux/rcupdate.h>
#include <linux/xarray.h>

#include "object/object.h"
#include "policy/evaluate.h"

struct fguard_subject;
struct fguard_rule_inode;
struct fguard_rule;

#define FGUARD_DEVICE_BITS 6

/**
 * struct fguard_index - the tables in which an access finds its rules
 * @links: which of the two links of each entry this index uses; a resized index
 *	uses the other, so that readers of the old one are not disturbed
 * @bucket_mask: buckets of each table, less 1
 * @filter_mask: words of the filter, less 1
 * @capacity: rules it is made for
 * @names_in: how many rules name entries of a directory, by its number; of all
 *	directories that share a bucket, together
 * @names: table of rules by directory and name
 * @inodes: table of rules by inode
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
struct fguard_index {
	unsigned int links;
	u32 bucket_mask;
	u32 filter_mask;
	u32 capacity;
	u32 *names_in;
	struct hlist_head *names;
	struct hlist_head *inodes;
	struct hlist_head *devices;
	struct hlist_head *suffixes;
	unsigned long *filter;
	u32 trees;
	u32 partial;
	u32 against;
	u32 suffix_count;
	DECLARE_BITMAP(suffix_lengths, NAME_MAX + 1);
};

extern struct fguard_index __rcu *fguard_index;

/**
 * fguard_filter_word - the word of a filter in which a hash stands
 * @index: the index
 * @hash: the hash
 *
 * Context: any.
 * Return: the word.
 */
static inline unsigned long *fguard_filter_word(const struct fguard_index *index,
						u64 hash)
{
	return &index->filter[(hash >> 16) & index->filter_mask];
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
#define FGUARD_ANCESTOR_SALT 0x70696e5f73616c74ULL
#define FGUARD_DEVICE_SALT 0x6465765f73616c74ULL

/**
 * fguard_name_bucket - where rules about a name stand
 * @index: the index
 * @hash: hash of directory and name
 *
 * Context: any.
 * Return: the bucket.
 */
static inline struct hlist_head *
fguard_name_bucket(const struct fguard_index *index, u64 hash)
{
	return &index->names[hash & index->bucket_mask];
}

/**
 * fguard_index_names_in - how many rules name entries of a directory
 * @index: the index
 * @ino: number of the directory's inode
 *
 * Context: RCU read side.
 * Return: their number, or more.
 */
static inline u32 fguard_index_names_in(const struct fguard_index *index, u64 ino)
{
	return READ_ONCE(index->names_in[hash_64(ino, 32) & index->bucket_mask]);
}

/**
 * fguard_rule_inode_bucket - where rules about an inode stand
 * @index: the index
 * @ino: its number
 *
 * Context: any.
 * Return: the bucket.
 */
static inline struct hlist_head *
fguard_rule_inode_bucket(const struct fguard_index *index, u64 ino)
{
	return &index->inodes[hash_64(ino, 32) & index->bucket_mask];
}

/**
 * fguard_device_bucket - where rules about a block device stand
 * @index: the index
 * @device: its number
 *
 * Context: any.
 * Return: the bucket.
 */
static inline struct hlist_head *
fguard_device_bucket(const struct fguard_index *index, dev_t device)
{
	return &index->devices[hash_32(device, FGUARD_DEVICE_BITS)];
}

/**
 * fguard_suffix_bucket - where rules about a suffix stand
 * @index: the index
 * @hash: its hash, or that with the directory below which they count
 *
 * Context: any.
 * Return: the bucket.
 */
static inline struct hlist_head *
fguard_suffix_bucket(const struct fguard_index *index, u64 hash)
{
	return &index->suffixes[hash & index->bucket_mask];
}

/* In the mask of what is done, beside operations: the object ceases to be known. */
#define FGUARD_OPS_IDENTITY BIT(31)

/* What becomes of the way to an object. */
enum fguard_change {
	FGUARD_CHANGE_NONE,
	FGUARD_CHANGE_NAME,	/* it leaves its name for another one */
	FGUARD_CHANGE_UNMOUNT,	/* a mount goes: only what that holds concerns anybody */
	FGUARD_CHANGE_MOVE_MOUNT, /* a mount comes there from elsewhere, nobody says whence */
};

/**
 * struct fguard_object - one object of an access
 * @device: the number of a block device, which is all that is known of the object
 * @dentry: the object, or where it would be
 * @name: its name if @dentry is only the directory in which it would be
 * @destination: the name that it goes to, with FGUARD_CHANGE_NAME
 * @inode: the object, or NULL; not that of @dentry where one filesystem opens
 *	a file of another under its own path (overlayfs)
 * @mnt: a mount through which it is reached, for its path
 * @ops: mask of what is done to it
 * @change: enum fguard_change
 * @named: set by fguard_index_evaluate(): a rule is about this very name, and does not
 *	know yet what has it
 * @strict: only strict rules count
 */
struct fguard_object {
	dev_t device;
	struct dentry *dentry;
	union {
		const struct qstr *name;
		const struct dentry *destination;
	};
	const struct inode *inode;
	struct vfsmount *mnt;
	u32 ops;
	u8 change;
	bool named;
	bool strict;
};

/**
 * struct fguard_match_context - one object on its way through the tables
 * @object: the object and what is done to it
 * @subject: who does it
 * @decision: zeroed; what was decided
 * @decider: the rule that decided, or NULL
 * @binder: the closest of the rules against the subject, or NULL; it can only take away
 * @binder_rank: how close that is
 * @index: the tables
 * @by_inode: a rule that was found by the object's inode, or NULL
 * @uncertain: rules were found by its inode that may know it under another name
 * @place: where the object hangs, NULL if that cannot be told
 * @seen: called for each rule about the object, if not NULL: how closely it
 *	names the object, and whether it allows the subject
 * @seen_enough: set by that: a rule that lifts no refusal changes nothing any more
 */
struct fguard_match_context {
	struct fguard_object *object;
	const struct fguard_subject *subject;
	struct fguard_decision decision;
	struct fguard_rule *decider;
	struct fguard_rule *binder;
	u32 binder_rank;
	const struct fguard_index *index;
	const struct fguard_rule *by_inode;
	bool uncertain;
	struct dentry *place;
	void (*seen)(struct fguard_match_context *context, struct fguard_rule *rule, u32 rank,
		     bool allowed);
	bool seen_enough;
};

/**
 * fguard_index_evaluate - what the rules say about one object
 * @context: the object and the rest; filled
 *
 * Does not count the hit of the rule that decides, because another object may
 * still refuse.
 *
 * Context: RCU read side, no spinlock held.
 */
void fguard_index_evaluate(struct fguard_match_context *context);

/**
 * fguard_index_look_at - the same, about an object that would be elsewhere
 * @context: the object and the rest; filled
 *
 * What is on the way to other objects does not count, but what a directory would take
 * along from below another.
 *
 * Context: as fguard_index_evaluate().
 */
void fguard_index_look_at(struct fguard_match_context *context);

/**
 * fguard_index_look_inside - what trees say about whatever is in a directory
 * @context: the directory and the rest; filled
 *
 * Context: as fguard_index_evaluate().
 */
void fguard_index_look_inside(struct fguard_match_context *context);

/**
 * fguard_index_is_partial - may somebody be refused one operation and not another?
 * @index: the index
 *
 * Context: RCU read side.
 * Return: false if every rule is about all operations, or logs only.
 */
static inline bool fguard_index_is_partial(const struct fguard_index *index)
{
	return READ_ONCE(index->partial);
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
 * fguard_index_named - find the next rules that name an entry
 * @index: the index
 * @dentry: the entry; its name and directory are read at once
 * @named: what was found so far
 *
 * Context: RCU read side; takes the entry's lock.
 * Return: false if there are no more.
 */
bool fguard_index_named(const struct fguard_index *index, struct dentry *dentry,
			struct fguard_named *named);

/**
 * fguard_index_new - make empty tables
 * @capacity: rules to make room for
 * @links: which of the two links of each entry to use
 *
 * Context: may sleep.
 * Return: the index, or NULL.
 */
struct fguard_index *fguard_index_new(u32 capacity, unsigned int links);

/**
 * fguard_index_free - free tables that no reader can see
 * @index: the index, or NULL
 *
 * Context: may sleep.
 */
void fguard_index_free(struct fguard_index *index);

/**
 * fguard_index_current - the tables in force
 *
 * Context: the caller is the one that changes the ruleset.
 * Return: the index.
 */
struct fguard_index *fguard_index_current(void);

/* Inodes of rules: their lists, the tables of inodes, and which index is in force. */
extern spinlock_t fguard_rule_inode_lock;

/**
 * fguard_rule_inode_link - enter an inode of a rule into an index
 * @index: the index
 * @rule_inode: the inode
 *
 * Context: fguard_rule_inode_lock held.
 */
void fguard_rule_inode_link(struct fguard_index *index, struct fguard_rule_inode *rule_inode);

/**
 * fguard_rule_inode_drop - a rule is not about an inode any more
 * @index: the index in force
 * @rule_inode: the inode; freed after the last reader
 *
 * Context: fguard_rule_inode_lock held.
 */
void fguard_rule_inode_drop(const struct fguard_index *index,
			    struct fguard_rule_inode *rule_inode);

/**
 * fguard_index_find - the rule in force about the same object as another
 * @like: the other
 *
 * Context: the caller is the one that changes the ruleset.
 * Return: the rule, or NULL.
 */
struct fguard_rule *fguard_index_find(const struct fguard_rule *like);

/**
 * fguard_index_is_copy - are two rules about a filesystem and a copy of it?
 * @a: a rule
 * @b: another, about what has the same identity
 *
 * A copy is known by the same UUID, but is elsewhere, and another device. Of btrfs,
 * which tells a subvolume, there is none.
 *
 * Context: any.
 * Return: false also where one filesystem is mounted anew, as another device.
 */
bool fguard_index_is_copy(const struct fguard_rule *a, const struct fguard_rule *b);

/**
 * fguard_index_insert - enter a rule, not yet in any index, into an index
 * @index: the index in force, or one that no reader can see yet
 * @rule: the rule
 *
 * Context: the caller is the one that changes the ruleset.
 */
void fguard_index_insert(struct fguard_index *index, struct fguard_rule *rule);

/**
 * fguard_index_remove - take a rule out of the index in force
 * @rule: the rule; readers may see it until a grace period later
 *
 * Context: the caller is the one that changes the ruleset.
 */
void fguard_index_remove(struct fguard_rule *rule);

/**
 * fguard_index_resize - put the rules in force into tables of another size
 * @rules: all rules, by id
 * @capacity: rules to make room for
 *
 * Context: may sleep; the caller is the one that changes the ruleset.
 * Return: 0 or -ENOMEM.
 */
int fguard_index_resize(struct xarray *rules, u32 capacity);

/**
 * fguard_index_switch - put other tables in force
 * @index: the new ones
 * @retired: the rules of the old ones, which follow nothing from now on
 * @count: how many
 *
 * Waits until no reader sees the old tables, and frees them.
 *
 * Context: may sleep; the caller is the one that changes the ruleset.
 */
void fguard_index_switch(struct fguard_index *index,
			 struct fguard_rule **retired, u32 count);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* One rule: what it is about, who is allowed, what it says. make.h makes it. */
#ifndef _FGUARD_RULE_H
#define _FGUARD_RULE_H

#include <linux/atomic.h>
#include <linux/list.h>
#include <linux/rbtree.h>
#include <linux/rcupdate.h>

#include "object/object.h"
#include "policy/evaluate.h"
#include "subject/subject.h"

/* Why a rule is about an inode. */
enum fguard_rule_inode_kind {
	FGUARD_RULE_INODE_HOLDER,	/* it has the rule's name now; one on a filesystem */
	FGUARD_RULE_INODE_BENEATH,	/* the holder is made of it, on another filesystem */
	FGUARD_RULE_INODE_MOUNTED,	/* it was mounted on the name when the rule was made */
};

/**
 * struct fguard_rule_inode - an inode that a rule is about
 * @links: links in the indexes' tables of inodes
 * @siblings: link in the rule's list
 * @by_device: links in the indexes' tables of block devices, if it is a node of one
 * @device: the number of that, or 0
 * @identity: the inode
 * @rule: the rule, which owns it
 * @kind: enum fguard_rule_inode_kind
 * @rcu: frees it after the last reader
 */
struct fguard_rule_inode {
	struct hlist_node links[2];
	struct list_head siblings;
	struct hlist_node by_device[2];
	dev_t device;
	struct fguard_identity identity;
	struct fguard_rule *rule;
	u8 kind;
	struct rcu_head rcu;
};

/**
 * struct fguard_suffix - the end of file names
 * @string: the suffix; owned by the rule
 * @length: its length, 0 if the rule is not about a suffix
 * @hash: its hash
 * @below: only below @directory
 * @directory: that directory
 */
struct fguard_suffix {
	char *string;
	u32 length;
	u64 hash;
	bool below;
	struct fguard_identity directory;
};

/**
 * struct fguard_keeper - a socket with which a rule ends
 * @node: link in the rule's list; ruleset_lock
 * @socket: the socket, held: by its death it is known, not by its port
 * @port: that it had when it came to keep the rule
 */
struct fguard_keeper {
	struct list_head node;
	struct sock *socket;
	u32 port;
};

/**
 * struct fguard_rule - a rule; never changes but for what is said below
 * @terms: what it says
 * @path: as it was given, or NULL
 * @entry: the entry it is about; points into @path; none for a suffix
 * @tree: it is about all below that name, too
 * @suffix: the suffix it is about
 * @name: the rule's name, or NULL
 * @flags: FGUARD_RULE_*
 * @expires: when it ends, nanoseconds since boot, 0: never
 * @mount_path: where the mount of @path is, and
 * @mount_root: which directory of the filesystem is there: how the path of an
 *	object is told to people where the kernel does not say the mount
 * @subjects: who is allowed; shared
 * @ancestors: all that is on the way to @path, and first what is mounted on that, while it
 *	is not in force
 * @ancestor_count: how many
 * @seats: where it has a say beside its object, first on the way, from the root on
 * @seat_count: how many
 * @mounted: it is about what is mounted on @path
 * @layered: @path is on a filesystem made of others' files
 * @namespace: the mount namespace of @path; never followed, only compared
 * @crosses: a mount that can be moved away is on the way
 * @by_entry: links in the indexes' tables of names
 * @by_suffix: links in the indexes' tables of suffixes
 * @inodes: inodes it is about, struct fguard_rule_inode; RCU, fguard_rule_inode_lock
 * @spare: memory for one more of them, or NULL; fguard_rule_inode_lock
 * @leaving: an entry that has just lost the rule's name, or loses it; never followed;
 *	fguard_rule_inode_lock
 * @left: its inode, likewise
 * @retired: not in force any more; fguard_rule_inode_lock
 * @replaced: a rule that comes takes its place, and no other; ruleset_lock
 * @by_path: link in the ruleset's table of paths and suffixes; ruleset_lock
 * @by_name: link in the ruleset's table of rule names; ruleset_lock
 * @by_subjects: link in the list of those that let its subjects in, or that are against
 *	them; RCU, ruleset_lock
 * @by_asking: link in the list of those that ask; RCU, ruleset_lock
 * @by_ending: link in the list of those that end with its subjects; ruleset_lock
 * @by_end: link in the ruleset's tree of those that end at a time; ruleset_lock
 * @keepers: sockets with which it ends, struct fguard_keeper, if it does; ruleset_lock
 * @by_keepers: link in the ruleset's list of those that do; ruleset_lock
 * @serial: never another rule's
 * @cache: answers it remembers, or NULL; RCU, fguard_question_lock
 * @silent: it is gone and asks nothing more; fguard_question_lock
 * @allowed: accesses let in by a grant or only logged
 * @denied: accesses refused
 * @asked: questions
 * @expired: those that nobody answered in time
 * @rcu: frees it after the last reader
 */
struct fguard_rule {
	struct fguard_terms terms;
	char *path;
	struct fguard_name entry;
	bool tree;
	struct fguard_suffix suffix;
	char *name;
	u32 flags;
	u64 expires;
	char *mount_path;
	char *mount_root;
	struct fguard_subjects *subjects;
	struct fguard_identity *ancestors;
	u32 ancestor_count;
	struct fguard_seat *seats;
	u32 seat_count;
	bool mounted;
	bool layered;
	const void *namespace;
	bool crosses;
	struct hlist_node by_entry[2];
	struct hlist_node by_suffix[2];
	struct list_head inodes;
	struct fguard_rule_inode *spare;
	const struct dentry *leaving;
	const struct inode *left;
	bool retired;
	bool replaced;
	struct hlist_node by_path;
	struct hlist_node by_name;
	struct list_head by_subjects;
	struct list_head by_asking;
	struct list_head by_ending;
	struct rb_node by_end;
	struct list_head keepers;
	struct list_head by_keepers;
	u64 serial;
	struct fguard_answer_cache __rcu *cache;
	bool silent;
	atomic64_t allowed;
	atomic64_t denied;
	atomic64_t asked;
	atomic64_t expired;
	struct rcu_head rcu;
};

/**
 * fguard_rule_count - count an access in the statistics of its rule
 * @rule: the rule that decided
 * @outcome: enum fguard_outcome
 *
 * Context: RCU read side.
 */
static inline void fguard_rule_count(struct fguard_rule *rule,
				     enum fguard_outcome outcome)
{
	if (outcome == FGUARD_OUTCOME_DENY)
		atomic64_inc(&rule->denied);
	else
		atomic64_inc(&rule->allowed);
}

/**
 * fguard_rule_is_partial - does it leave some operations to others?
 * @rule: the rule
 *
 * Of a rule that asks, answers may.
 *
 * Context: any.
 * Return: true if so, and if it refuses anything or asks.
 */
static inline bool fguard_rule_is_partial(const struct fguard_rule *rule)
{
	return rule->terms.else_action == FGUARD_ELSE_ASK ||
	       (rule->terms.else_action == FGUARD_ELSE_DENY &&
		rule->terms.ops != FGUARD_OPS_ALL);
}

/**
 * fguard_rule_lets_in - does it let anybody in whom it names?
 * @rule: the rule
 *
 * Context: any.
 * Return: false if it names nobody, or is against those it names.
 */
static inline bool fguard_rule_lets_in(const struct fguard_rule *rule)
{
	return !(rule->flags & FGUARD_RULE_AGAINST) &&
	       fguard_subjects_name_anybody(rule->subjects);
}

/**
 * fguard_rule_binds - does it keep whom it names from something?
 * @rule: the rule
 *
 * Context: any.
 * Return: false if it names nobody, lets those in whom it names, or only logs.
 */
static inline bool fguard_rule_binds(const struct fguard_rule *rule)
{
	return (rule->flags & FGUARD_RULE_AGAINST) &&
	       rule->terms.else_action != FGUARD_ELSE_LOG &&
	       fguard_subjects_name_anybody(rule->subjects);
}

/**
 * fguard_rule_asks - does it ask about whom it does not let in?
 * @rule: the rule
 *
 * Context: any.
 * Return: true if so.
 */
static inline bool fguard_rule_asks(const struct fguard_rule *rule)
{
	return rule->terms.else_action == FGUARD_ELSE_ASK;
}

/**
 * fguard_rule_allows - does it let a task in?
 * @rule: the rule
 * @subject: the task
 *
 * Context: RCU read side; may take task_lock() of a tracer.
 * Return: true if it does.
 */
static inline bool fguard_rule_allows(const struct fguard_rule *rule,
				      const struct fguard_subject *subject)
{
	if (unlikely(rule->flags & FGUARD_RULE_AGAINST))
		return !fguard_subjects_hold(rule->subjects, subject);
	return fguard_subjects_allow(rule->subjects, subject);
}

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* Which events a subscriber wants. */
#ifndef _FGUARD_FILTER_H
#define _FGUARD_FILTER_H

#include <linux/list.h>
#include <linux/netlink.h>
#include <linux/rcupdate.h>

#include "policy/evaluate.h"

struct fguard_request;

/* Values of one kind combine with "or"; kinds with "and". */
enum fguard_filter_kind {
	FGUARD_FILTER_OBJECT,	/* paths, trees and suffixes are one kind */
	FGUARD_FILTER_PID,
	FGUARD_FILTER_EXE,
	FGUARD_FILTER_UID,
	__FGUARD_FILTER_MAX,
};

struct fguard_criterion;

#define FGUARD_FILTER_TREE_BITS 8

/**
 * struct fguard_filter - what a subscription delivers
 * @flags: FGUARD_SUBSCRIBE_*
 * @ops: mask of enum fguard_op
 * @verdicts: mask of enum fguard_verdict
 * @kinds: criteria of each kind; an empty kind lets everything pass
 * @count: how many there are of each kind
 * @trees: those that are trees, once more, by the inode of their root
 * @has_trees: there are any
 * @rcu: frees it after the last reader
 */
struct fguard_filter {
	u32 flags;
	u32 ops;
	u32 verdicts;
	struct fguard_criterion *kinds[__FGUARD_FILTER_MAX];
	u32 count[__FGUARD_FILTER_MAX];
	struct hlist_head trees[1 << FGUARD_FILTER_TREE_BITS];
	bool has_trees;
	struct rcu_head rcu;
};

/**
 * fguard_filter_new - a filter that lets everything pass
 *
 * Context: may sleep.
 * Return: the filter, or NULL.
 */
struct fguard_filter *fguard_filter_new(void);

/**
 * fguard_filter_add - add a criterion
 * @filter: the filter, not yet in use
 * @type: enum fguard_subscription_attr: path, tree, suffix, pid, exe or uid
 * @string: the value of path, tree, suffix and exe
 * @number: the value of pid and uid
 * @extack: receives the sentence if refused
 *
 * Context: may sleep; resolves as the current task would.
 * Return: 0; -E2BIG; -ENOMEM; -ESRCH; or what the lookup of a path says.
 */
int fguard_filter_add(struct fguard_filter *filter, int type, const char *string,
		      u32 number, struct netlink_ext_ack *extack);

/**
 * fguard_filter_needs_all - does it want accesses that no rule concerns?
 * @filter: the filter
 *
 * Context: any.
 * Return: true if it does.
 */
bool fguard_filter_needs_all(const struct fguard_filter *filter);

/**
 * fguard_filter_is_plain - does it let everything pass that a rule concerns?
 * @filter: the filter
 *
 * Context: any.
 * Return: true if it does.
 */
bool fguard_filter_is_plain(const struct fguard_filter *filter);

/**
 * fguard_filter_passes - does the filter let an access pass?
 * @filter: the filter
 * @request: the request, by the current task
 * @decision: what was decided
 *
 * Context: RCU read side.
 * Return: true if it does.
 */
bool fguard_filter_passes(const struct fguard_filter *filter,
			  const struct fguard_request *request,
			  const struct fguard_decision *decision);

/**
 * fguard_filter_free - free a filter that no reader can see
 * @filter: the filter, or NULL
 *
 * Context: any.
 */
void fguard_filter_free(struct fguard_filter *filter);

/**
 * fguard_filter_retire - free a filter after its last reader
 * @filter: the filter
 *
 * Context: any.
 */
void fguard_filter_retire(struct fguard_filter *filter);

#endif

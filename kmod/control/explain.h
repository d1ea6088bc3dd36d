/* SPDX-License-Identifier: GPL-2.0-only */
/* Which rule would decide, and why: the same decision without an access. */
#ifndef _FGUARD_EXPLAIN_H
#define _FGUARD_EXPLAIN_H

#include <linux/netlink.h>

#include "policy/evaluate.h"

#define FGUARD_MATCHES_MAX 256

/**
 * struct fguard_match - a rule that is about an object
 * @rule: its id
 * @distance: directories from the object up to the root of the rule's tree
 * @kind: enum fguard_match_kind
 * @concerned: it is about the operation
 * @allowed: it allows the process
 */
struct fguard_match {
	u32 rule;
	u32 distance;
	u8 kind;
	bool concerned;
	bool allowed;
};

/**
 * struct fguard_explanation - what would be decided, and what was considered
 * @decision: what would be decided
 * @count: how many rules are about the object
 * @matches: the first FGUARD_MATCHES_MAX of them
 */
struct fguard_explanation {
	struct fguard_decision decision;
	u32 count;
	struct fguard_match matches[FGUARD_MATCHES_MAX];
};

/**
 * fguard_explain - decide without an access
 * @path: absolute path of an object that need not exist
 * @op: what would be done to it
 * @pid: number of the process, in the current pid namespace, or 0: a process
 *	that no rule allows
 * @explanation: zeroed; filled
 * @extack: receives the sentence if refused
 *
 * Context: may sleep; resolves as the current task would.
 * Return: 0; -ESRCH: no such process; -EINVAL, or what the lookup of the
 * directory says.
 */
int fguard_explain(const char *path, enum fguard_op op, u32 pid,
		   struct fguard_explanation *explanation,
		   struct netlink_ext_ack *extack);

#endif

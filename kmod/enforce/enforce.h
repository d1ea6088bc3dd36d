/* SPDX-License-Identifier: GPL-2.0-only */
/* From an access to its outcome. */
#ifndef _FGUARD_ENFORCE_H
#define _FGUARD_ENFORCE_H

#include <linux/ftrace.h>

#include "events/subscription.h"
#include "policy/prefilter.h"
#include "policy/request.h"
#include "policy/index.h"

/**
 * fguard_enforce_prefilter - may anybody care about what is done to an object?
 * @dentry: the object
 * @inode: its inode, or NULL
 *
 * Context: RCU read side. The fast path of every unguarded access.
 * Return: false if certainly not.
 */
static __always_inline bool fguard_enforce_prefilter(struct dentry *dentry,
						     const struct inode *inode)
{
	return fguard_prefilter_object(rcu_dereference(fguard_index), dentry, inode) ||
	       unlikely(fguard_events_of_all());
}

/**
 * fguard_enforce - decide an access, refuse it or let it wait if so decided, and
 *	report it
 * @request: the request, by the current task
 * @fregs: the registers that the callback was given
 *
 * Context: inside an ftrace callback, RCU read side, no spinlock held.
 */
void fguard_enforce(const struct fguard_request *request, struct ftrace_regs *fregs);

/**
 * fguard_enforce_part - what opening a file is to what the task was asked for
 * @file: the file
 *
 * Context: RCU read side.
 * Return: FGUARD_PART_INNER if a filesystem opens it to carry out another access, or
 * FGUARD_PART_WHOLE.
 */
enum fguard_part fguard_enforce_part(const struct file *file);

/**
 * fguard_enforce_open - the same, about a file that is being opened
 * @file: the file
 * @ops: mask of what is done to it
 * @flags: O_*, or 0 if it is open and something else is done to it
 * @fregs: the registers that the callback was given
 *
 * Context: as fguard_enforce().
 */
void fguard_enforce_open(struct file *file, u32 ops, u32 flags, struct ftrace_regs *fregs);

/**
 * fguard_enforce_descriptor - the same, about a file that was opened earlier
 * @file: the file
 * @ops: mask of what is done to it
 * @use: what it is reached by, not FGUARD_USE_NAME
 * @fregs: the registers that the callback was given
 *
 * Context: as fguard_enforce().
 */
void fguard_enforce_descriptor(struct file *file, u32 ops, enum fguard_use use,
			       struct ftrace_regs *fregs);

#endif

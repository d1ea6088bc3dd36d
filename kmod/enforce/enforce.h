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
 * fguard_enforce_is_behind - did a filesystem open the file, to carry out an access?
 * @file: the file
 *
 * Context: RCU read side.
 * Return: true if so.
 */
bool fguard_enforce_is_behind(const struct file *file);

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

/* What a file that was opened earlier is used by. */
enum fguard_use {
	FGUARD_USE_DESCRIPTOR,	/* the task's own */
	FGUARD_USE_RECEIVED,	/* another's: the message is taken already */
	FGUARD_USE_ADVISED,	/* a mapping: process_madvise() would begin anew in place */
	FGUARD_USE_FAULT,	/* a page of a mapping: the task is in no call */
	FGUARD_USE_COPY,	/* a mapping with its pages: the task forks */
};

/**
 * fguard_enforce_descriptor - the same, about a file that was opened earlier
 * @file: the file
 * @ops: mask of what is done to it
 * @use: what it is used by
 * @fregs: the registers that the callback was given
 *
 * Context: as fguard_enforce().
 */
void fguard_enforce_descriptor(struct file *file, u32 ops, enum fguard_use use,
			       struct ftrace_regs *fregs);

#endif

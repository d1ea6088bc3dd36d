/* SPDX-License-Identifier: GPL-2.0-only */
/* Descendants of processes that are let in with their children. */
#ifndef _FGUARD_DESCENDANTS_H
#define _FGUARD_DESCENDANTS_H

#include <linux/types.h>

struct fguard_subjects;
struct pid;
struct task_struct;

/**
 * fguard_descendants_begin - follow the descendants of processes from now on
 * @subjects: the processes; with @children
 *
 * Context: may sleep; the caller has the hooks of FGUARD_NEED_FORKS.
 * Return: 0 or -ENOMEM.
 */
int fguard_descendants_begin(struct fguard_subjects *subjects);

/**
 * fguard_descendants_is_fresh - would to follow them from now on mean the same descendants?
 * @subjects: the processes
 *
 * Context: any.
 * Return: true if so, or if they are not followed.
 */
bool fguard_descendants_is_fresh(const struct fguard_subjects *subjects);

/**
 * fguard_descendants_visit - those of whom a process is a descendant
 * @pid: the process
 * @visit: called for the @descendants_id of each, until it returns true
 * @context: given to @visit
 *
 * Context: RCU read side.
 * Return: what @visit returned last; false if it was not called.
 */
bool fguard_descendants_visit(const struct pid *pid,
			      bool (*visit)(u64 descendants_id, void *context), void *context);

/**
 * fguard_descendants_end - follow them no longer
 * @subjects: the processes; readers may see them until a grace period later
 *
 * Context: may sleep.
 */
void fguard_descendants_end(struct fguard_subjects *subjects);

/**
 * fguard_descendants_fork - a process begins
 * @child: a task of it, made by the current one
 *
 * Context: inside an ftrace callback, no lock held.
 * Return: false if there was no memory to note whose descendant it is.
 */
bool fguard_descendants_fork(struct task_struct *child);

/**
 * fguard_descendants_holds - does a process descend from one of these?
 * @subjects: the processes
 * @pid: the process
 *
 * Context: RCU read side.
 * Return: true if it does.
 */
bool fguard_descendants_holds(const struct fguard_subjects *subjects,
			      const struct pid *pid);

/**
 * fguard_descendants_exit - stop following altogether
 *
 * Context: may sleep; no rule is left, and no hook.
 */
void fguard_descendants_exit(void);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* Rules that keep a task from what is no access to an object that they name. */
#ifndef _FGUARD_AGAINST_H
#define _FGUARD_AGAINST_H

#include "policy/rule.h"

/**
 * fguard_against_tracing - a rule that keeps one task from tracing another
 * @tracer: the one
 * @tracee: the other
 * @by_exe: only rules that name executables count
 *
 * Context: RCU read side; looks up no executables.
 * Return: a rule that lets @tracee in and @tracer not, or that is against @tracer and
 * not against @tracee; NULL if there is none.
 */
struct fguard_rule *fguard_against_tracing(const struct fguard_subject *tracer,
					   const struct fguard_subject *tracee,
					   bool by_exe);

/**
 * fguard_against_tracer - a rule that keeps a task from tracing any whom it lets in
 * @tracer: the task
 *
 * Context: as fguard_against_tracing().
 * Return: a rule that does not let @tracer in, or is against him; NULL if there is none.
 */
struct fguard_rule *fguard_against_tracer(const struct fguard_subject *tracer);

/**
 * fguard_against_task - is a rule against a task?
 * @subject: the task
 *
 * Context: RCU read side.
 * Return: a rule that is; NULL if there is none.
 */
struct fguard_rule *fguard_against_task(const struct fguard_subject *subject);

/**
 * fguard_against_masquerading - a rule that keeps a task from another executable
 * @old: the executable that it has, or NULL
 * @new: the one that it would have without running it; NULL: any
 *
 * Context: RCU read side.
 * Return: a rule that lets in whoever has @new, unless it lets in whoever has @old, too;
 * or one that asks; NULL if there is none.
 */
struct fguard_rule *fguard_against_masquerading(const struct file *old,
						const struct file *new);

/**
 * fguard_against_any - a rule that keeps a task from an object that is not known
 * @sb: the filesystem that it is on
 * @op: what would be done to it
 * @strict: by a descriptor that was opened earlier: only strict rules count
 * @subject: the task
 *
 * Context: RCU read side.
 * Return: a rule about something on that filesystem that refuses the task; NULL if
 * there is none.
 */
struct fguard_rule *fguard_against_any(const struct super_block *sb, enum fguard_op op,
				       bool strict, const struct fguard_subject *subject);

#endif

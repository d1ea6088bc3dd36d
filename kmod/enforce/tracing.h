/* SPDX-License-Identifier: GPL-2.0-only */
/* Whoever is let in is not traced by who is not, who does not pass for him either. */
#ifndef _FGUARD_TRACING_H
#define _FGUARD_TRACING_H

#include "ftrace/hook.h"
#include "subject/subject.h"

/**
 * fguard_tracing_enforce - refuse, if so it must be, that a task traces another or
 *	writes its memory, and report it
 * @tracer: the one
 * @tracee: the other; the current task is one of the two
 * @fregs: the registers that the callback was given
 *
 * Context: inside an ftrace callback; spinlocks may be held and interrupts off.
 */
void fguard_tracing_enforce(const struct fguard_subject *tracer,
			    const struct fguard_subject *tracee, struct ftrace_regs *fregs);

/**
 * fguard_tracing_enforce_exec - refuse, if so it must be, that the current task, which is
 *	traced, runs a program, and report it
 * @exe: the file of the program
 * @fregs: the registers that the callback was given
 *
 * Whoever traces a program from its beginning may make it fork, or change it, and let
 * it go: what it is then is let in, and does what he likes.
 *
 * Context: inside an ftrace callback.
 */
void fguard_tracing_enforce_exec(struct file *exe, struct ftrace_regs *fregs);

/**
 * fguard_tracing_enforce_masquerading - refuse, if so it must be, that the current task takes
 *	another executable without running it, and report it
 * @exe: the file of the executable, or NULL
 * @certain: it will be that one; otherwise it might be any
 * @fregs: the registers that the callback was given
 *
 * Context: inside an ftrace callback.
 */
void fguard_tracing_enforce_masquerading(struct file *exe, bool certain,
					 struct ftrace_regs *fregs);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* Accesses of which nobody can tell the object. */
#ifndef _FGUARD_ANY_H
#define _FGUARD_ANY_H

#include <linux/path.h>

#include "ftrace/hook.h"
#include "policy/evaluate.h"

/**
 * fguard_any_enforce - refuse what might be done to anything of a filesystem, to whom
 *	any rule about something there refuses it, and report it
 * @path: what the call was given; the object is told as this
 * @op: what might be done: attributes changed, strictly written, or read, with which
 *	listing goes
 * @strict: only strict rules count
 * @fregs: the registers that the callback was given
 *
 * Context: inside an ftrace callback, RCU read side, no spinlock held.
 */
void fguard_any_enforce(const struct path *path, enum fguard_op op, bool strict,
			struct ftrace_regs *fregs);

#endif

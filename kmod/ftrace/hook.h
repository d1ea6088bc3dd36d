/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The ftrace engine: registers callbacks on kernel functions while somebody
 * needs them, and turns a call into a refusal. Knows no policy.
 */
#ifndef _FGUARD_HOOK_H
#define _FGUARD_HOOK_H

#include <linux/ftrace.h>
#include <linux/netlink.h>

#include "uapi/fguard.h"

/* What may be needed beside the operations of enum fguard_op. */
#define FGUARD_NEED_LOGINS	BIT(24)	/* who says that he is logged in */
#define FGUARD_NEED_NAMES	BIT(25)	/* what becomes of names */
#define FGUARD_NEED_INODES	BIT(26)	/* inodes that are gone */
#define FGUARD_NEED_EXES	BIT(27)	/* that a process is what its executable says */
#define FGUARD_NEED_EXITS	BIT(28)	/* tasks that end */
#define FGUARD_NEED_FORKS	BIT(29)	/* processes that begin */
#define FGUARD_NEED_DESCRIPTORS	BIT(30)	/* use of descriptors opened earlier */
#define FGUARD_NEED_TRACING	BIT(31)	/* tracing of, and by, whom rules name */

/**
 * struct fguard_hook - one hooked function
 * @function: its name
 * @refusal: what a person is told if ftrace refuses the hook
 * @needs: mask of what needs it: enum fguard_op, FGUARD_NEED_*
 * @trace: the callback, and ftrace's own state; one for each function, because
 *	a shared one would make ftrace look the function up on every call
 * @address: where the function is
 * @missing: this kernel has no such function
 * @registered: ftrace knows it; hook_lock
 * @active: it is on its function; hook_lock
 */
struct fguard_hook {
	const char *function;
	const char *refusal;
	u32 needs;
	struct ftrace_ops trace;
	unsigned long address;
	bool missing;
	bool registered;
	bool active;
};

/* A row of the table. IPMODIFY keeps others that redirect calls away, and
 * PERMANENT keeps the sysctl kernel.ftrace_enabled from switching us off.
 */
#define FGUARD_HOOK(name, mask) FGUARD_HOOK_WITH(name, mask, FTRACE_OPS_FL_IPMODIFY)

/* One that only notes what happens: others may redirect the function. */
#define FGUARD_NOTE(name, mask) FGUARD_HOOK_WITH(name, mask, 0)

#define FGUARD_HOOK_WITH(name, mask, with)				\
	{								\
		.function = #name,					\
		.refusal = "ftrace refuses to hook " #name		\
			   ": another user redirects it, or kernel.ftrace_enabled is 0", \
		.needs = (mask),						\
		.trace = {						\
			.func = on_##name,				\
			.flags = FTRACE_OPS_FL_PERMANENT |		\
				 FGUARD_OPS_FLAGS | (with),		\
		},							\
	}

/**
 * struct fguard_hook_table - hooked functions that belong together
 * @rows: the functions
 * @count: how many
 */
struct fguard_hook_table {
	struct fguard_hook *rows;
	unsigned int count;
};

#define FGUARD_HOOK_TABLE(rows) { (rows), ARRAY_SIZE(rows) }

/**
 * fguard_hook_refuse - make the hooked function return an error at once
 * @fregs: the registers that the callback was given
 * @error: -EACCES, -EPERM, -ENOENT or -ENOMEM; -EFAULT where the function returns
 *	a vm_fault_t
 *
 * Context: inside an ftrace callback.
 */
void fguard_hook_refuse(struct ftrace_regs *fregs, int error);

/**
 * fguard_hook_restart - make the hooked function return at once, so that the
 *	system call ends without effect and begins anew
 * @fregs: the registers that the callback was given
 *
 * Context: inside an ftrace callback of a task that has a task work pending.
 */
void fguard_hook_restart(struct ftrace_regs *fregs);

/**
 * fguard_hooks_get - need some hooks from now on
 * @needs: mask of what is needed
 * @extack: receives the sentence if refused
 *
 * Context: may sleep.
 * Return: 0; -EOPNOTSUPP: this kernel lacks a function; or ftrace's own error,
 * -EBUSY if another user redirects a function.
 */
int fguard_hooks_get(u32 needs, struct netlink_ext_ack *extack);

/**
 * fguard_hooks_need - does anybody need this now?
 * @need: one of FGUARD_NEED_*
 *
 * A hook stays behind the last rule that needs it.
 *
 * Context: any.
 * Return: true if so.
 */
bool fguard_hooks_need(u32 need);

/**
 * fguard_hooks_put - do not need them any longer
 * @needs: the mask given to fguard_hooks_get()
 *
 * Hooks that nobody needs go away a little later, so that the caller does not
 * wait, and a rule that is made anew finds them in place.
 *
 * Context: may sleep.
 */
void fguard_hooks_put(u32 needs);

/**
 * fguard_hook_count - how many functions are hooked, or could be
 *
 * Context: any.
 * Return: the rows of all tables.
 */
unsigned int fguard_hook_count(void);

/**
 * fguard_hook_at - one of the hooks
 * @number: less than fguard_hook_count()
 *
 * Context: any.
 * Return: the hook.
 */
const struct fguard_hook *fguard_hook_at(unsigned int number);

/**
 * fguard_hook_state - is a hook in force?
 * @hook: the hook
 *
 * Context: any.
 * Return: enum fguard_hook_state.
 */
enum fguard_hook_state fguard_hook_state(const struct fguard_hook *hook);

/**
 * fguard_hooks_init - look up the functions of all tables
 * @tables: the tables; NULL after the last
 * @test: called before the first hook: does redirecting a call work? As fguard_selftest()
 *
 * Context: may sleep.
 * Return: 0 or a negative errno.
 */
int fguard_hooks_init(const struct fguard_hook_table *const *tables, int (*test)(void));

/**
 * fguard_hooks_exit - unregister all, and wait until no task is in a callback
 *
 * Context: may sleep.
 */
void fguard_hooks_exit(void);

#endif

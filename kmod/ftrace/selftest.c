// SPDX-License-Identifier: GPL-2.0-only
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/mm_types.h>

#include "ftrace/hook.h"
#include "ftrace/selftest.h"

/* As many as registers hold; no hook reads more. */
static const unsigned long arguments[] = {0x11, 0x22, 0x33, 0x44, 0x55, 0x66};

#define UNTOUCHED (0x11 + 0x22 + 0x33 + 0x44 + 0x55 + 0x66)

/**
 * struct outcome - what a callback may make of a call
 * @error: what it gives to fguard_hook_refuse(), or -ERESTARTNOINTR to go back, or 0
 * @returned: what the caller gets then
 */
struct outcome {
	int error;
	int returned;
};

static const struct outcome outcomes[] = {
	{0, UNTOUCHED},
	{-EACCES, -EACCES},
	{-EPERM, -EPERM},
	{-ENOENT, -ENOENT},
	{-ENOMEM, -ENOMEM},
	{-EFAULT, (__force int)VM_FAULT_SIGBUS},
	{-ERESTARTNOINTR, -ERESTARTNOINTR},
};

/* What the callback does, and what it saw. */
static int wanted;
static bool arrived;

typedef int hooked_fn(unsigned long, unsigned long, unsigned long, unsigned long,
		      unsigned long, unsigned long);

static noinline int hooked(unsigned long a, unsigned long b, unsigned long c,
			   unsigned long d, unsigned long e, unsigned long f)
{
	return a + b + c + d + e + f;
}

static void notrace on_hooked(unsigned long ip, unsigned long parent_ip,
			      struct ftrace_ops *ops, struct ftrace_regs *fregs)
{
	unsigned int n;

	arrived = true;
	for (n = 0; n < ARRAY_SIZE(arguments); n++)
		if (ftrace_regs_get_argument(fregs, n) != arguments[n])
			arrived = false;
	if (wanted == -ERESTARTNOINTR)
		fguard_hook_restart(fregs);
	else if (wanted)
		fguard_hook_refuse(fregs, wanted);
}

static const struct fguard_hook pattern = FGUARD_HOOK(hooked, 0);
static struct fguard_hook hook;

static int call(int error)
{
	hooked_fn *function = hooked;

	wanted = error;
	arrived = false;
	/* Or the compiler would know what comes back. */
	OPTIMIZER_HIDE_VAR(function);
	return function(arguments[0], arguments[1], arguments[2], arguments[3],
			arguments[4], arguments[5]);
}

static int try_outcomes(void)
{
	unsigned int i;
	int returned;

	for (i = 0; i < ARRAY_SIZE(outcomes); i++) {
		returned = call(outcomes[i].error);
		if (!arrived) {
			pr_err("the arguments of a call cannot be read on this kernel: nothing could be guarded\n");
			return -EOPNOTSUPP;
		}
		if (returned != outcomes[i].returned) {
			pr_err("redirecting a call has no effect on this kernel (%d instead of %d): nothing could be refused\n",
			       returned, outcomes[i].returned);
			return -EOPNOTSUPP;
		}
	}
	return 0;
}

static int begin(void)
{
	int err;

	hook = pattern;
	err = ftrace_set_filter_ip(&hook.trace, (unsigned long)hooked, 0, 1);
	if (!err)
		err = register_ftrace_function(&hook.trace);
	if (err != -EINVAL)
		return err;
	pr_err("ftrace does not trace the functions of modules on this kernel: nothing could be proved\n");
	return -EOPNOTSUPP;
}

int fguard_selftest(void)
{
	int err = begin();

	if (!err) {
		hook.registered = true;
		err = try_outcomes();
	}
	if (err)
		fguard_selftest_end();
	return err;
}

void fguard_selftest_end(void)
{
	if (hook.registered)
		WARN_ON_ONCE(unregister_ftrace_function(&hook.trace));
	ftrace_free_filter(&hook.trace);
	/* ftrace does not forget a filter that it freed. */
	hook = pattern;
}

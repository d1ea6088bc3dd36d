// SPDX-License-Identifier: MIT OR GPL-2.0-only
/*
 * Somebody else who redirects a function of the kernel, as a live patch does. It
 * changes nothing: the kernel lets nobody beside it by what it might.
 */
#include <linux/ftrace.h>
#include <linux/module.h>
#include <linux/string.h>
#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 11, 0)
#define ftrace_regs pt_regs
#define FLAGS (FTRACE_OPS_FL_IPMODIFY | FTRACE_OPS_FL_SAVE_REGS)
#else
#define FLAGS FTRACE_OPS_FL_IPMODIFY
#endif

static char *function = "";
module_param(function, charp, 0444);
MODULE_PARM_DESC(function, "whose calls it redirects");

static void notrace redirect(unsigned long ip, unsigned long parent_ip,
			     struct ftrace_ops *ops, struct ftrace_regs *regs)
{
}

static struct ftrace_ops trace = {
	.func = redirect,
	.flags = FLAGS,
};

/* ftrace_free_filter() is not for modules before 6.2; this leaves nothing either. */
static void forget(void)
{
	ftrace_set_filter(&trace, NULL, 0, 1);
}

static int __init redirect_init(void)
{
	int err = ftrace_set_filter(&trace, function, strlen(function), 1);

	if (err)
		return err;
	err = register_ftrace_function(&trace);
	if (err)
		forget();
	return err;
}

static void __exit redirect_exit(void)
{
	unregister_ftrace_function(&trace);
	forget();
}

module_init(redirect_init);
module_exit(redirect_exit);

MODULE_DESCRIPTION("Redirects a function, for the tests of fguard");
MODULE_LICENSE("Dual MIT/GPL");

// SPDX-License-Identifier: MIT OR GPL-2.0-only
/*
 * Lets the machine have slept: what it does when it wakes and learns for how long. The
 * machines of the tests cannot be suspended, since their files are shared with the host.
 */
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/time64.h>

static unsigned int seconds;
module_param(seconds, uint, 0444);
MODULE_PARM_DESC(seconds, "for how long");

static int __init slept_init(void)
{
	struct kprobe probe = {
		.symbol_name = "timekeeping_inject_sleeptime64",
		.flags = KPROBE_FLAG_DISABLED,
	};
	const struct timespec64 time = { .tv_sec = seconds };
	void (*inject)(const struct timespec64 *time);
	int err = register_kprobe(&probe);

	if (err)
		return err;
	inject = (void *)probe.addr;
	unregister_kprobe(&probe);
	inject(&time);
	return 0;
}

static void __exit slept_exit(void)
{
}

module_init(slept_init);
module_exit(slept_exit);

MODULE_DESCRIPTION("Lets the machine have slept, for the tests of fguard");
MODULE_LICENSE("Dual MIT/GPL");

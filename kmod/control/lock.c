// SPDX-License-Identifier: GPL-2.0-only
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/rculist.h>

#include "control/lock.h"

/*
 * The way back in, for whoever locks rules at each boot that lock himself out:
 * fguard.nolock=1 on the kernel's command line, which needs the console.
 */
static bool nolock;
module_param(nolock, bool, 0444);
MODULE_PARM_DESC(nolock, "Refuse to lock the rules until restart");

static DEFINE_MUTEX(lock_mutex);
static bool locked;

#ifdef CONFIG_MODULE_UNLOAD
/*
 * That one module uses another: struct module_use of the kernel, which newer
 * ones keep to themselves, but have not changed. /proc/modules
 * shows it, which a test reads on each kernel.
 */
struct use {
	struct list_head source_list;
	struct list_head target_list;
	struct module *source;
	struct module *target;
};

/*
 * A reference alone does not stop rmmod --force; being used by another module
 * does, so this one uses itself.
 */
static struct use use_of_itself = {
	.target_list = LIST_HEAD_INIT(use_of_itself.target_list),
	.source = THIS_MODULE,
	.target = THIS_MODULE,
};

static void pin(void)
{
	list_add_rcu(&use_of_itself.source_list, &THIS_MODULE->source_list);
}
#else
static void pin(void)
{
}
#endif

static int lock_now(struct netlink_ext_ack *extack)
{
	lockdep_assert_held(&lock_mutex);
	if (locked)
		return 0;
	if (nolock) {
		NL_SET_ERR_MSG(extack, "locking is switched off: the module was loaded with nolock=1");
		return -EPERM;
	}
	/* Never put. */
	if (!try_module_get(THIS_MODULE)) {
		NL_SET_ERR_MSG(extack, "the module is being removed");
		return -ENODEV;
	}
	pin();
	WRITE_ONCE(locked, true);
	pr_info("rules and module are locked until restart\n");
	return 0;
}

int fguard_lock(struct netlink_ext_ack *extack)
{
	int err;

	mutex_lock(&lock_mutex);
	err = lock_now(extack);
	mutex_unlock(&lock_mutex);
	return err;
}

int fguard_lock_check(struct netlink_ext_ack *extack)
{
	if (!fguard_is_locked())
		return 0;
	NL_SET_ERR_MSG(extack, "the rules are locked until the machine restarts");
	return -EPERM;
}

bool fguard_is_locked(void)
{
	return READ_ONCE(locked);
}

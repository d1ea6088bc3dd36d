// SPDX-License-Identifier: GPL-2.0-only
#include <linux/module.h>

#include "ask/question.h"
#include "control/expire.h"
#include "control/netlink.h"
#include "control/ruleset.h"
#include "enforce/hooks.h"
#include "enforce/mapping.h"
#include "events/event.h"
#include "events/subscription.h"
#include "ftrace/hook.h"
#include "ftrace/selftest.h"
#include "object/mount.h"
#include "object/program.h"
#include "subject/descendants.h"
#include "subject/script.h"

static int __init fguard_init(void)
{
	int err;

	fguard_mounts_init();
	fguard_programs_init();
	err = fguard_ruleset_init();
	if (err)
		return err;
	fguard_questions_init();
	err = fguard_events_init();
	if (err)
		goto ruleset_exit;
	err = fguard_subscriptions_init(fguard_netlink_events);
	if (err)
		goto events_exit;
	err = fguard_expire_init(&fguard_set_expiry);
	if (err)
		goto subscriptions_exit;
	err = fguard_hooks_init(fguard_hook_tables, fguard_selftest);
	if (err)
		goto expire_exit;
	/* Last, so that no command arrives before the guard stands. */
	err = fguard_netlink_init();
	if (err)
		goto hooks_exit;
	return 0;

hooks_exit:
	fguard_hooks_exit();
expire_exit:
	fguard_selftest_end();
	fguard_expire_exit();
subscriptions_exit:
	fguard_subscriptions_exit();
events_exit:
	fguard_events_exit();
ruleset_exit:
	fguard_ruleset_exit();
	return err;
}

static void __exit fguard_exit(void)
{
	fguard_netlink_exit();
	fguard_expire_exit();
	fguard_mappings_exit();
	fguard_subscriptions_exit();
	fguard_hooks_exit();
	fguard_selftest_end();
	fguard_descendants_exit();
	fguard_scripts_exit();
	fguard_questions_exit();
	fguard_events_exit();
	fguard_ruleset_exit();
}

module_init(fguard_init);
module_exit(fguard_exit);

MODULE_DESCRIPTION("File-access guard");
MODULE_AUTHOR("The fguard authors");
MODULE_VERSION(FGUARD_VERSION);
MODULE_LICENSE("GPL");

// SPDX-License-Identifier: GPL-2.0-only
#include <linux/jiffies.h>
#include <linux/mutex.h>
#include <linux/netlink.h>
#include <linux/notifier.h>
#include <linux/sched.h>
#include <linux/timekeeping.h>
#include <linux/workqueue.h>

#include "control/expire.h"
#include "ftrace/probe.h"
#include "policy/roster.h"

static void look(struct work_struct *work);

static DECLARE_DELAYED_WORK(look_work, look);
static const struct fguard_expiry *expiry;

/* When look_work runs next, and how many need to know of processes that end. */
static DEFINE_SPINLOCK(expire_lock);
static u64 next_look;
static DEFINE_MUTEX(watch_lock);
static unsigned int watchers;

void fguard_expire_at(u64 time)
{
	u64 now = ktime_get_boottime_ns();

	spin_lock(&expire_lock);
	if (!next_look || time < next_look) {
		next_look = time;
		/* Rounded up, so that it is over when we look. */
		mod_delayed_work(system_percpu_wq, &look_work,
				 time > now ? nsecs_to_jiffies(time - now) + 1 : 0);
	}
	spin_unlock(&expire_lock);
}

static void look(struct work_struct *work)
{
	u64 next;

	spin_lock(&expire_lock);
	next_look = 0;
	spin_unlock(&expire_lock);
	next = expiry->over(ktime_get_boottime_ns());
	if (next)
		fguard_expire_at(next);
}

/* Tracepoint sched_process_free: nobody finds the task by its pid any more. */
static void on_free(void *data, struct task_struct *task)
{
	if (thread_group_leader(task) && fguard_roster_ending(task->tgid))
		mod_delayed_work(system_percpu_wq, &look_work, 0);
}

static struct fguard_probe free_probe = {
	.name = "sched_process_free",
	.function = on_free,
};

int fguard_expire_watch(struct netlink_ext_ack *extack)
{
	int err = 0;

	mutex_lock(&watch_lock);
	if (!watchers)
		err = fguard_probe_begin(&free_probe, extack);
	if (!err)
		watchers++;
	mutex_unlock(&watch_lock);
	return err;
}

void fguard_expire_unwatch(void)
{
	mutex_lock(&watch_lock);
	if (!--watchers)
		fguard_probe_end(&free_probe);
	mutex_unlock(&watch_lock);
}

static int socket_closed(struct notifier_block *block, unsigned long event, void *data)
{
	const struct netlink_notify *notify = data;

	if (event == NETLINK_URELEASE && notify->protocol == NETLINK_GENERIC)
		expiry->closed();
	return NOTIFY_DONE;
}

static struct notifier_block socket_notifier = { .notifier_call = socket_closed };

int fguard_expire_init(const struct fguard_expiry *of_rules)
{
	expiry = of_rules;
	return netlink_register_notifier(&socket_notifier);
}

void fguard_expire_exit(void)
{
	netlink_unregister_notifier(&socket_notifier);
	mutex_lock(&watch_lock);
	fguard_probe_end(&free_probe);
	mutex_unlock(&watch_lock);
	cancel_delayed_work_sync(&look_work);
}

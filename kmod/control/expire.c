// SPDX-License-Identifier: GPL-2.0-only
#include <linux/mutex.h>
#include <linux/netlink.h>
#include <linux/notifier.h>
#include <linux/sched.h>
#include <linux/timekeeping.h>

#include "base/alarm.h"
#include "control/expire.h"
#include "ftrace/probe.h"
#include "policy/roster.h"

static const struct fguard_expiry *expiry;

/* When it rings next, whether sockets were closed, and how many look for processes that end. */
static DEFINE_SPINLOCK(expire_lock);
static struct fguard_alarm alarm;
static u64 next_look;
static bool closed;
static DEFINE_MUTEX(watch_lock);
static unsigned int watchers;

void fguard_expire_at(u64 time)
{
	spin_lock(&expire_lock);
	if (!next_look || time < next_look) {
		next_look = time;
		fguard_alarm_set(&alarm, time);
	}
	spin_unlock(&expire_lock);
}

static void look(struct work_struct *work)
{
	u64 next;

	spin_lock(&expire_lock);
	next_look = 0;
	spin_unlock(&expire_lock);
	next = expiry->over(ktime_get_boottime_ns(), xchg(&closed, false));
	if (next)
		fguard_expire_at(next);
}

/* Tracepoint sched_process_free: nobody finds the task by its pid any more. */
static void on_free(void *data, struct task_struct *task)
{
	if (thread_group_leader(task) && fguard_roster_ending(task->tgid))
		fguard_alarm_now(&alarm);
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

/* Of whatever process: it does not wait for who changes rules. */
static int socket_closed(struct notifier_block *block, unsigned long event, void *data)
{
	const struct netlink_notify *notify = data;

	if (event == NETLINK_URELEASE && notify->protocol == NETLINK_GENERIC &&
	    expiry->may_close(notify->portid)) {
		xchg(&closed, true);
		fguard_alarm_now(&alarm);
	}
	return NOTIFY_DONE;
}

static struct notifier_block socket_notifier = { .notifier_call = socket_closed };

int fguard_expire_init(const struct fguard_expiry *of_rules)
{
	expiry = of_rules;
	fguard_alarm_init(&alarm, look);
	return netlink_register_notifier(&socket_notifier);
}

void fguard_expire_settle(void)
{
	fguard_alarm_settle(&alarm);
}

void fguard_expire_exit(void)
{
	netlink_unregister_notifier(&socket_notifier);
	mutex_lock(&watch_lock);
	fguard_probe_end(&free_probe);
	mutex_unlock(&watch_lock);
	fguard_alarm_end(&alarm);
}

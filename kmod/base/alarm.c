// SPDX-License-Identifier: GPL-2.0-only
#include <linux/ktime.h>

#include "base/alarm.h"

#define TOGETHER (4 * NSEC_PER_MSEC)

static enum hrtimer_restart ring(struct hrtimer *timer)
{
	fguard_alarm_now(container_of(timer, struct fguard_alarm, timer));
	return HRTIMER_NORESTART;
}

void fguard_alarm_init(struct fguard_alarm *alarm, work_func_t function)
{
	INIT_WORK(&alarm->work, function);
	hrtimer_setup(&alarm->timer, ring, CLOCK_BOOTTIME, HRTIMER_MODE_ABS_SOFT);
}

/* What is to be done at nearly the same time is done together. */
static ktime_t round_up_time(u64 time)
{
	time = min_t(u64, time, KTIME_MAX - TOGETHER);
	return ns_to_ktime(roundup(time, TOGETHER));
}

void fguard_alarm_set(struct fguard_alarm *alarm, u64 time)
{
	if (!READ_ONCE(alarm->closed))
		hrtimer_start(&alarm->timer, round_up_time(time), HRTIMER_MODE_ABS_SOFT);
}

void fguard_alarm_now(struct fguard_alarm *alarm)
{
	if (!READ_ONCE(alarm->closed))
		queue_work(system_dfl_wq, &alarm->work);
}

void fguard_alarm_settle(struct fguard_alarm *alarm)
{
	flush_work(&alarm->work);
}

static void silence(struct fguard_alarm *alarm)
{
	hrtimer_cancel(&alarm->timer);
	cancel_work_sync(&alarm->work);
}

void fguard_alarm_end(struct fguard_alarm *alarm)
{
	WRITE_ONCE(alarm->closed, true);
	silence(alarm);
	/* Work that ran meanwhile may have set it before it saw that. */
	silence(alarm);
}

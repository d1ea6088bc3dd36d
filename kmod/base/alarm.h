/* SPDX-License-Identifier: GPL-2.0-only */
/* Work at a time since boot. What the machine sleeps counts, which jiffies leave out. */
#ifndef _FGUARD_ALARM_H
#define _FGUARD_ALARM_H

#include <linux/hrtimer.h>
#include <linux/workqueue.h>

/**
 * struct fguard_alarm - work at a time since boot
 * @timer: the clock
 * @work: what is done
 * @closed: it is not done any more
 */
struct fguard_alarm {
	struct hrtimer timer;
	struct work_struct work;
	bool closed;
};

/**
 * fguard_alarm_init - prepare an alarm
 * @alarm: the alarm
 * @function: what is done
 *
 * Context: any.
 */
void fguard_alarm_init(struct fguard_alarm *alarm, work_func_t function);

/**
 * fguard_alarm_set - do the work at a time, instead of at the one set before
 * @alarm: the alarm
 * @time: nanoseconds since boot, up to some milliseconds late; one that is past is now
 *
 * Context: any; callers keep each other out.
 */
void fguard_alarm_set(struct fguard_alarm *alarm, u64 time);

/**
 * fguard_alarm_now - do the work now, and also when the alarm is set for
 * @alarm: the alarm
 *
 * Context: any.
 */
void fguard_alarm_now(struct fguard_alarm *alarm);

/**
 * fguard_alarm_settle - wait for the work that is under way, or was to be done now
 * @alarm: the alarm
 *
 * Context: may sleep.
 */
void fguard_alarm_settle(struct fguard_alarm *alarm);

/**
 * fguard_alarm_end - do it no more, and wait until nobody does it
 * @alarm: the alarm; it may still be set, in vain
 *
 * Context: may sleep.
 */
void fguard_alarm_end(struct fguard_alarm *alarm);

#endif

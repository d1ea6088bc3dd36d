/* SPDX-License-Identifier: GPL-2.0-only */
/* A timer is set up with its function since 6.13. */
#ifndef _FGUARD_COMPAT_HRTIMER_H
#define _FGUARD_COMPAT_HRTIMER_H

#include_next <linux/hrtimer.h>

#ifndef FGUARD_HAVE_HRTIMER_SETUP
static inline void hrtimer_setup(struct hrtimer *timer,
				 enum hrtimer_restart (*function)(struct hrtimer *),
				 clockid_t clock, enum hrtimer_mode mode)
{
	hrtimer_init(timer, clock, mode);
	timer->function = function;
}
#endif

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How long an answer for once is kept for who does not come for it: pure, so that it also
 * compiles and is tested in user space.
 */
#ifndef _FGUARD_PENDING_H
#define _FGUARD_PENDING_H

#ifdef __KERNEL__
#include <linux/types.h>
#else
#include <stdbool.h>
#include <stdint.h>
typedef uint64_t u64;
#endif

/* Nanoseconds. Who does not come back, because a signal took him elsewhere, is asked anew later. */
#define FGUARD_PENDING_LIFE 10000000000ULL

/* Whoever is stopped, or makes his call again and again, is asked anew after this. */
#define FGUARD_PENDING_AGE 60000000000ULL

/**
 * fguard_pending_is_over - is an answer kept too long?
 * @settled: when it was given, nanoseconds since boot
 * @kept: when its waiter last made his call again, or could not
 * @now: now
 *
 * Context: any.
 * Return: true if so: then it is none.
 */
static inline bool fguard_pending_is_over(u64 settled, u64 kept, u64 now)
{
	const u64 since = kept > settled ? kept : settled;

	return since + FGUARD_PENDING_LIFE <= now || settled + FGUARD_PENDING_AGE <= now;
}

#endif

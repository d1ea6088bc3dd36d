/* SPDX-License-Identifier: GPL-2.0-only */
/* The end of rules that end by themselves: by time, with their last pid or socket. */
#ifndef _FGUARD_EXPIRE_H
#define _FGUARD_EXPIRE_H

#include <linux/types.h>

struct netlink_ext_ack;

/**
 * fguard_expire_at - look for rules that are over at a given time
 * @time: nanoseconds since boot
 *
 * Context: any.
 */
void fguard_expire_at(u64 time);

/**
 * fguard_expire_watch - look also when processes end
 * @extack: receives the sentence if refused
 *
 * Context: may sleep.
 * Return: 0; -EOPNOTSUPP: this kernel does not tell of it.
 */
int fguard_expire_watch(struct netlink_ext_ack *extack);

/**
 * fguard_expire_unwatch - one who called fguard_expire_watch() does not need it
 *	any longer
 *
 * Context: may sleep.
 */
void fguard_expire_unwatch(void);

/**
 * struct fguard_expiry - how rules end
 * @over: ends those whose time, in nanoseconds since boot, is over, or whose last process
 *	is gone, or, if sockets were closed, whose last socket was; returns when the next
 *	one's time is over, 0: none's; may sleep
 * @may_close: whether a socket of this port that is closed may end one; in any context
 */
struct fguard_expiry {
	u64 (*over)(u64 now, bool closed);
	bool (*may_close)(u32 port);
};

/**
 * fguard_expire_init - look when sockets are closed
 * @expiry: what to call
 *
 * Context: may sleep.
 * Return: 0 or a negative errno.
 */
int fguard_expire_init(const struct fguard_expiry *expiry);

/**
 * fguard_expire_settle - wait until what was to end by now has ended
 *
 * Context: may sleep.
 */
void fguard_expire_settle(void);

/**
 * fguard_expire_exit - look no more
 *
 * Context: may sleep; nobody adds rules any more.
 */
void fguard_expire_exit(void);

#endif

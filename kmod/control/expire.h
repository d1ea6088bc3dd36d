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
 * fguard_expire_init - look when sockets are closed
 *
 * Context: may sleep.
 * Return: 0 or a negative errno.
 */
int fguard_expire_init(void);

/**
 * fguard_expire_exit - look no more
 *
 * Context: may sleep; nobody adds rules any more.
 */
void fguard_expire_exit(void);

#endif

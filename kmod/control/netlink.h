/* SPDX-License-Identifier: GPL-2.0-only */
/* The generic netlink family. */
#ifndef _FGUARD_NETLINK_H
#define _FGUARD_NETLINK_H

#include <linux/types.h>

#include "version.h"

struct sk_buff;
struct sock;

/**
 * fguard_netlink_events - make a message of a batch of records
 * @sender: whom its memory is charged to; waited for until that has room
 * @records: the records, packed, at least one
 * @size: their size
 * @err: set if it fails: -EPIPE: @sender is shut down; -ENOBUFS: no memory
 *
 * Context: may sleep.
 * Return: the message, or NULL.
 */
struct sk_buff *fguard_netlink_events(struct sock *sender, const void *records, u32 size,
				      int *err);

/**
 * fguard_netlink_init - begin to take commands
 *
 * Context: may sleep.
 * Return: 0 or a negative errno.
 */
int fguard_netlink_init(void);

/**
 * fguard_netlink_exit - take no more commands, and wait for those under way
 *
 * Context: may sleep.
 */
void fguard_netlink_exit(void);

#endif

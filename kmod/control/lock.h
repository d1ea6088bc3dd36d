/* SPDX-License-Identifier: GPL-2.0-only */
/* Rules that nobody changes, and a module that nobody removes, until restart. */
#ifndef _FGUARD_LOCK_H
#define _FGUARD_LOCK_H

#include <linux/netlink.h>
#include <linux/types.h>

/**
 * fguard_lock - refuse every change of the rules, and the module's removal, from now on
 * @extack: receives the sentence if refused
 *
 * Changes that are under way may go on until fguard_ruleset_settle() returns. Rules still
 * end by themselves, questions are asked and answered, events are watched.
 *
 * Context: may sleep.
 * Return: 0, also if it was locked before; -EPERM: the module was loaded with
 * nolock=1; -ENODEV: the module is being removed.
 */
int fguard_lock(struct netlink_ext_ack *extack);

/**
 * fguard_lock_check - may rules be changed?
 * @extack: receives the sentence if not
 *
 * Context: any; held back by fguard_lock() only with the ruleset's own lock held.
 * Return: 0; -EPERM: they are locked.
 */
int fguard_lock_check(struct netlink_ext_ack *extack);

/**
 * fguard_is_locked - for the status
 *
 * Context: any.
 * Return: true once locked.
 */
bool fguard_is_locked(void);

#endif

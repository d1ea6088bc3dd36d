/* SPDX-License-Identifier: GPL-2.0-only */
/* Descendants of processes that are let in with their children. */
#ifndef _FGUARD_FAMILY_H
#define _FGUARD_FAMILY_H

#include <linux/types.h>

struct fguard_subjects;
struct netlink_ext_ack;
struct pid;

/**
 * fguard_family_begin - follow the descendants of processes from now on
 * @subjects: the processes; with @children
 * @extack: receives the sentence if refused
 *
 * Context: may sleep.
 * Return: 0; -EOPNOTSUPP: this kernel does not tell of forks; -ENOMEM.
 */
int fguard_family_begin(struct fguard_subjects *subjects,
			struct netlink_ext_ack *extack);

/**
 * fguard_family_end - follow them no longer
 * @subjects: the processes; readers may see them until a grace period later
 *
 * Context: may sleep.
 */
void fguard_family_end(struct fguard_subjects *subjects);

/**
 * fguard_family_holds - does a process descend from one of these?
 * @subjects: the processes
 * @pid: the process
 *
 * Context: RCU read side.
 * Return: true if it does.
 */
bool fguard_family_holds(const struct fguard_subjects *subjects,
			 const struct pid *pid);

/**
 * fguard_family_exit - stop following altogether
 *
 * Context: may sleep; no rule is left.
 */
void fguard_family_exit(void);

#endif

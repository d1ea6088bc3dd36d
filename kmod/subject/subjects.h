/* SPDX-License-Identifier: GPL-2.0-only */
/* Whom a rule lets in. */
#ifndef _FGUARD_SUBJECTS_H
#define _FGUARD_SUBJECTS_H

#include <linux/list.h>
#include <linux/sched.h>
#include <linux/uidgid.h>

struct fguard_entries;
struct fguard_exe;
struct fguard_descendants;
struct pid;

/* Rules let in whom they name, or are against him. */
enum fguard_side {
	FGUARD_SIDE_FOR,
	FGUARD_SIDE_AGAINST,
	FGUARD_SIDES
};

/**
 * struct fguard_grant - a process that is let in
 * @pid: its thread group; held, so that the structure is never another's
 * @comm: its name when it was granted
 */
struct fguard_grant {
	struct pid *pid;
	char comm[TASK_COMM_LEN];
};

/**
 * struct fguard_place - an executable or a cgroup that is let in
 * @path: as it was given
 * @name: of a cgroup, where it is in the hierarchy: a unit that is started again is
 *	a new cgroup in the old one's place
 * @exe: the executable
 * @id: the cgroup's id
 */
struct fguard_place {
	char *path;
	char *name;
	struct fguard_exe *exe;
	u64 id;
};

/**
 * struct fguard_subjects - who is allowed: one of each kind that is given; shared by
 *	rules that name the same
 * @node: link in the table by which they are shared
 * @hash: of who they are
 * @users: how many share them
 * @n_pids: how many processes
 * @n_uids: how many uids
 * @n_gids: how many groups
 * @n_loginuids: how many login uids
 * @n_exes: how many executables
 * @n_cgroups: how many cgroups
 * @children: descendants of @pids too
 * @anybody: one is given at all
 * @others: one is given that is no process
 * @traced: somebody was traced when they were let in: then each thread is looked at,
 *	since later nobody who is let in gets a tracer who is not
 * @pids: in the order of their pid pointers
 * @uids: real uids
 * @gids: groups, real or supplementary
 * @loginuids: login uids
 * @exes: executables
 * @cgroups: cgroups, with those below them
 * @descendants: whose descendants are let in with @children, NULL while they are not followed
 * @descendants_id: tells these descendants from those of others, 0: not followed
 * @since: only descendants by later children than this are meant
 * @following: rules that have them followed
 * @rules: rules in force that let them in, and that are against them; RCU, ruleset_lock
 * @entries: by which roster.c finds them then, for each of both; ruleset_lock
 * @ending: rules in force that end with them; ruleset_lock
 * @endings: by which roster.c finds them then; ruleset_lock
 * @ends: there are such rules
 * @ended: link in the list of those of whom somebody has ended
 */
struct fguard_subjects {
	struct hlist_node node;
	u32 hash;
	u32 users;
	u32 n_pids;
	u32 n_uids;
	u32 n_gids;
	u32 n_loginuids;
	u32 n_exes;
	u32 n_cgroups;
	bool children;
	bool anybody;
	bool others;
	bool traced;
	struct fguard_grant *pids;
	kuid_t *uids;
	kgid_t *gids;
	kuid_t *loginuids;
	struct fguard_place *exes;
	struct fguard_place *cgroups;
	struct fguard_descendants *descendants;
	u64 descendants_id;
	u64 since;
	u32 following;
	struct list_head rules[FGUARD_SIDES];
	struct fguard_entries *entries[FGUARD_SIDES];
	struct list_head ending;
	struct fguard_entries *endings;
	bool ends;
	struct list_head ended;
};

#endif

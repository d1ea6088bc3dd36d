/* SPDX-License-Identifier: GPL-2.0-only */
/* Who acts: processes by identity, never by number. */
#ifndef _FGUARD_SUBJECT_H
#define _FGUARD_SUBJECT_H

#include <linux/netlink.h>
#include <linux/pid.h>
#include <linux/sched.h>
#include <linux/uidgid.h>

#include "object/object.h"
#include "object/program.h"
#include "subject/subjects.h"

struct group_info;

/**
 * struct fguard_subjects_spec - who is allowed, as it was asked for
 * @pids: numbers of processes, in the current pid namespace
 * @n_pids: how many
 * @children: their descendants too, from now on
 * @uids: real uids, initial user namespace
 * @n_uids: how many
 * @gids: groups
 * @n_gids: how many
 * @loginuids: login uids
 * @n_loginuids: how many
 * @paths: executables and directories of cgroups
 * @n_exes: how many executables; they come first
 * @n_cgroups: how many cgroups
 */
struct fguard_subjects_spec {
	const u32 *pids;
	u32 n_pids;
	bool children;
	const u32 *uids;
	u32 n_uids;
	const u32 *gids;
	u32 n_gids;
	const u32 *loginuids;
	u32 n_loginuids;
	const char **paths;
	u32 n_exes;
	u32 n_cgroups;
};

/**
 * struct fguard_subject - the task that acts
 * @task: the task, or NULL: one that no rule allows
 * @exe: its executable, if @exe_known
 * @exe_known: otherwise @task is the current task and it is looked up when needed
 */
struct fguard_subject {
	struct task_struct *task;
	struct file *exe;
	bool exe_known;
};

/**
 * fguard_subject_pid - the process that a number means to the current task
 * @nr: the number, in the current pid namespace
 *
 * Context: any.
 * Return: the thread group's pid, held; NULL if there is no such process.
 */
struct pid *fguard_subject_pid(u32 nr);

/**
 * fguard_subject_exe - the executable of the current task
 *
 * Context: task context.
 * Return: its file, to be given to fput(); NULL for kernel threads.
 */
struct file *fguard_subject_exe(void);

/**
 * fguard_subject_exe_locked - the executable of a task
 * @task: the task
 *
 * Context: task_lock() of the task is held, or it is the current one.
 * Return: as fguard_subject_exe().
 */
struct file *fguard_subject_exe_locked(struct task_struct *task);

/**
 * fguard_subject_exe_of - the executable of a task
 * @task: the task, held, or seen under RCU
 *
 * Context: any that may take task_lock().
 * Return: as fguard_subject_exe().
 */
struct file *fguard_subject_exe_of(struct task_struct *task);

/**
 * fguard_subject_exe_identity - note the executable of the current task
 * @identity: filled
 *
 * Context: task context.
 * Return: false if there is none, or none that could be told from others.
 */
bool fguard_subject_exe_identity(struct fguard_identity *identity);

/**
 * fguard_subject_exe_is - is an executable the one that was noted?
 * @exe: its file
 * @program: the one that was noted
 *
 * Context: RCU read side.
 * Return: true if it is, and is still there.
 */
bool fguard_subject_exe_is(const struct file *exe, const struct fguard_program *program);

/**
 * fguard_subjects_new - note who is allowed
 * @spec: as it was asked for
 * @extack: receives the sentence if refused
 *
 * Context: may sleep; resolves as the current task would.
 * Return: subjects for fguard_subjects_put(); ERR_PTR(-ESRCH): a number names
 * no process; ERR_PTR(-EINVAL): no cgroup; ERR_PTR(-ENOMEM); or what the lookup
 * of a path says.
 */
struct fguard_subjects *fguard_subjects_new(const struct fguard_subjects_spec *spec,
					    struct netlink_ext_ack *extack);

/**
 * fguard_subjects_get - share subjects
 * @subjects: the subjects
 *
 * Context: any but a hard interrupt.
 */
void fguard_subjects_get(struct fguard_subjects *subjects);

/**
 * fguard_subjects_put - forget who is allowed, if nobody else shares it
 * @subjects: the subjects, or NULL; of a rule that no reader can see
 *
 * Context: any but a hard interrupt.
 */
void fguard_subjects_put(struct fguard_subjects *subjects);

/**
 * fguard_subject_anybody_traced - is any process traced at the moment?
 *
 * Looks at all of them.
 *
 * Context: any.
 * Return: true if so.
 */
bool fguard_subject_anybody_traced(void);

/**
 * fguard_subjects_hold_pid - is a process one of those named by pid?
 * @subjects: the subjects
 * @pid: the process
 *
 * Context: any.
 * Return: true if it is.
 */
bool fguard_subjects_hold_pid(const struct fguard_subjects *subjects,
			      const struct pid *pid);

/**
 * fguard_subjects_include - is a process let in by its pid, or by descent?
 * @subjects: the subjects
 * @pid: the process
 *
 * Context: RCU read side.
 * Return: true if it is.
 */
bool fguard_subjects_include(const struct fguard_subjects *subjects,
			     const struct pid *pid);

/**
 * fguard_subjects_name_anybody - is anybody named at all?
 * @subjects: the subjects
 *
 * Context: any.
 * Return: true if so.
 */
static inline bool fguard_subjects_name_anybody(const struct fguard_subjects *subjects)
{
	return subjects->anybody;
}

/**
 * fguard_subjects_lack_exe - is an executable that is named not there?
 * @subjects: the subjects
 *
 * Context: any.
 * Return: true if so.
 */
bool fguard_subjects_lack_exe(const struct fguard_subjects *subjects);

/**
 * fguard_subjects_include_task - is a task one of the subjects?
 * @subjects: the subjects; they name somebody
 * @subject: the task, not NULL
 *
 * Context: RCU read side.
 * Return: true if one of each kind that is given holds.
 */
bool fguard_subjects_include_task(const struct fguard_subjects *subjects,
				  const struct fguard_subject *subject);

/**
 * fguard_subjects_hold - is a task one of the subjects?
 * @subjects: the subjects
 * @subject: the task
 *
 * Context: RCU read side.
 * Return: true if one of each kind that is given holds, and one is given.
 */
static inline bool fguard_subjects_hold(const struct fguard_subjects *subjects,
					const struct fguard_subject *subject)
{
	/* A rule that names nobody allows nobody. */
	return subjects->anybody && subject->task &&
	       fguard_subjects_include_task(subjects, subject);
}

/**
 * fguard_subjects_led - is a task traced by somebody who is none of the subjects, or
 *	another thread of its process?
 * @subjects: the subjects
 * @task: the task
 *
 * Whoever traces a task does what he likes with it, and with the memory of its process.
 *
 * Context: RCU read side; may take task_lock() of tracers.
 * Return: true if so.
 */
bool fguard_subjects_led(const struct fguard_subjects *subjects,
			 struct task_struct *task);

/**
 * fguard_subjects_allow - is a task let in?
 * @subjects: the subjects
 * @subject: the task
 *
 * Context: RCU read side; may take task_lock() of a tracer.
 * Return: true if it is one of the subjects, and so is whoever traces it.
 */
static inline bool fguard_subjects_allow(const struct fguard_subjects *subjects,
					 const struct fguard_subject *subject)
{
	return fguard_subjects_hold(subjects, subject) &&
	       (likely(!READ_ONCE(subject->task->ptrace) &&
		       !READ_ONCE(subjects->traced)) ||
		!fguard_subjects_led(subjects, subject->task));
}

/**
 * fguard_subjects_gain_exe - would another executable make one of the subjects?
 * @subjects: the subjects
 * @old: the executable that it has, or NULL
 * @new: the one that it would have, one without a name might get one, and
 *	counts; NULL: any
 *
 * Whatever else is asked for: that may change later.
 *
 * Context: RCU read side.
 * Return: true if so, and the old one is not one of theirs.
 */
bool fguard_subjects_gain_exe(const struct fguard_subjects *subjects,
			      const struct file *old, const struct file *new);

/**
 * fguard_subjects_gone - have all processes named by pid ended?
 * @subjects: the subjects
 *
 * Context: any.
 * Return: true if so; false if none was named.
 */
bool fguard_subjects_gone(const struct fguard_subjects *subjects);

/**
 * fguard_groups_have() - whether a group is among supplementary groups
 * @groups: them, sorted as the kernel has them; there may be 65536
 * @gid: the group
 *
 * As in_group_p(), which is about current alone.
 *
 * Context: any.
 * Return: true if so.
 */
bool fguard_groups_have(const struct group_info *groups, kgid_t gid);

#endif

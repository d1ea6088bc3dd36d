/* SPDX-License-Identifier: GPL-2.0-only */
/* What the callbacks of hooked functions have in common; for them alone. */
#ifndef _FGUARD_CALLBACK_H
#define _FGUARD_CALLBACK_H

#include <linux/cred.h>
#include <linux/dcache.h>
#include <linux/ftrace.h>
#include <linux/hash.h>
#include <linux/sched/task_stack.h>
#include <asm/syscall.h>

#include "enforce/enforce.h"
#include "policy/index.h"
#include "policy/prefilter.h"

#define ON(name)							\
	static void notrace on_##name(unsigned long ip,			\
				      unsigned long parent_ip,		\
				      struct ftrace_ops *trace,		\
				      struct ftrace_regs *fregs)

/*
 * The same for one that takes locks: whoever sleeps on them, in a real-time kernel, is
 * waited for by RCU when the code goes, and by nothing else.
 */
#define ON_IN_RCU(name)							\
	static __always_inline void in_rcu_##name(struct ftrace_regs *fregs); \
	ON(name)							\
	{								\
		rcu_read_lock();					\
		in_rcu_##name(fregs);					\
		rcu_read_unlock();					\
	}								\
	static __always_inline void in_rcu_##name(struct ftrace_regs *fregs)

#define ARGUMENT(type, n) ((type)ftrace_regs_get_argument(fregs, n))

/**
 * object_of - what is done to an entry
 * @dentry: the entry
 * @mnt: a mount through which it is reached, or NULL
 * @ops: mask of what is done to it
 *
 * Context: RCU read side, or the caller holds the entry.
 * Return: the object.
 */
static __always_inline struct fguard_object
object_of(struct dentry *dentry, struct vfsmount *mnt, u32 ops)
{
	return (struct fguard_object){
		.dentry = dentry,
		.inode = d_inode_rcu(dentry),
		.mnt = mnt,
		.ops = ops,
	};
}

/* ---- what is checked already ---------------------------------------------- */

/*
 * What a system call does to a name comes by security_path_NAME, which knows the
 * mount, and then by security_inode_NAME, which others reach alone. So the former
 * leaves a mark for the latter: task, call, operation and entry in one word, in a slot
 * of the task. If another task's replaces it there, the access is checked twice.
 */
#define MARK_BITS 10

extern unsigned long fguard_marks[1 << MARK_BITS];

/**
 * mark_of - what stands for an access of the current task
 * @task: the task's hash
 * @object: the entry, or whatever the mark is about
 * @op: what is done to it
 *
 * Context: any, inside a system call.
 * Return: the mark.
 */
static __always_inline unsigned long mark_of(u64 task, const void *object,
					     enum fguard_op op)
{
	u64 call = syscall_get_nr(current, task_pt_regs(current));

	return task ^ (unsigned long)object ^ (call << 52 | (u64)op << 48);
}

/**
 * mark_slot - where a task leaves its mark
 * @task: the task's hash
 *
 * Context: any.
 * Return: the place.
 */
static __always_inline unsigned long *mark_slot(u64 task)
{
	return &fguard_marks[task >> (64 - MARK_BITS)];
}

/**
 * mark - note that an access is checked
 * @object: what it is to
 * @op: what is done to it
 *
 * Context: any, inside a system call.
 */
static __always_inline void mark(const void *object, enum fguard_op op)
{
	u64 task = (unsigned long)current * GOLDEN_RATIO_64;

	WRITE_ONCE(*mark_slot(task), mark_of(task, object, op));
}

/**
 * take_mark - was this access checked already?
 * @object: what it is to
 * @op: what is done to it
 *
 * Context: any, inside a system call.
 * Return: true if it was, by the last check of this task; then no longer.
 */
static __always_inline bool take_mark(const void *object, enum fguard_op op)
{
	u64 task = (unsigned long)current * GOLDEN_RATIO_64;

	if (READ_ONCE(*mark_slot(task)) != mark_of(task, object, op))
		return false;
	WRITE_ONCE(*mark_slot(task), 0);
	return true;
}

/* ---- entries ------------------------------------------------------------ */

/**
 * fguard_enforce_dentry - enforce rules on an entry of a directory
 * @dentry: the entry
 * @mnt: a mount through which it is reached, or NULL
 * @op: what is done to it
 * @part: what it is to what the task was asked for
 * @fregs: the registers that the callback was given
 *
 * Context: as fguard_enforce().
 */
void fguard_enforce_dentry(struct dentry *dentry, struct vfsmount *mnt, enum fguard_op op,
			   enum fguard_part part, struct ftrace_regs *fregs);

/**
 * enforce_entry - the same, if any rule can be about the entry
 * @dentry: the entry
 * @mnt: a mount through which it is reached, or NULL
 * @op: what is done to it
 * @part: what it is to what the task was asked for
 * @fregs: the registers that the callback was given
 *
 * Context: as fguard_enforce(), without the RCU read side.
 */
static __always_inline void enforce_entry(struct dentry *dentry, struct vfsmount *mnt,
					  enum fguard_op op, enum fguard_part part,
					  struct ftrace_regs *fregs)
{
	rcu_read_lock();
	if (fguard_enforce_prefilter(dentry, d_inode_rcu(dentry)))
		fguard_enforce_dentry(dentry, mnt, op, part, fregs);
	rcu_read_unlock();
}

/**
 * is_ancestor - may a directory be on the way to what a rule is about?
 * @dentry: the entry
 *
 * Context: RCU read side.
 * Return: false if certainly not.
 */
static inline bool is_ancestor(const struct dentry *dentry)
{
	const struct inode *inode = d_inode_rcu(dentry);

	return inode && S_ISDIR(inode->i_mode) &&
	       fguard_prefilter_key(rcu_dereference(fguard_index),
				    inode->i_ino ^ FGUARD_ANCESTOR_SALT);
}

/**
 * is_inner - does a filesystem that stores in another act?
 *
 * Such as overlayfs, which acts as somebody else.
 *
 * Context: any.
 * Return: true if so.
 */
static inline bool is_inner(void)
{
	return !(current->flags & PF_KTHREAD) && current_cred() != current_real_cred();
}

/**
 * acts_for_another - is it somebody else's access that the task carries out?
 *
 * Servers in the kernel, such as nfsd, and filesystems that store in another, such
 * as overlayfs, go past the security_path functions. The latter act as somebody
 * else, and what they do is part of what they were asked for. As the caller itself
 * act message queues, a mount that clears its working directory, and ecryptfs.
 *
 * Context: any.
 * Return: true if so.
 */
static inline bool acts_for_another(void)
{
	return (current->flags & PF_KTHREAD) || is_inner();
}

/**
 * current_part - what an access of the current task is to what it was asked for
 *
 * Context: any.
 * Return: FGUARD_PART_INNER if a filesystem that stores in another acts, or
 * FGUARD_PART_WHOLE.
 */
static inline enum fguard_part current_part(void)
{
	return is_inner() ? FGUARD_PART_INNER : FGUARD_PART_WHOLE;
}

/**
 * is_unchecked - has nobody checked an access to an entry before?
 * @dentry: the entry
 * @op: what is done to it
 *
 * Context: inside an ftrace callback of security_inode_NAME.
 * Return: true if nobody has.
 */
static __always_inline bool is_unchecked(const struct dentry *dentry, enum fguard_op op)
{
	return acts_for_another() || !take_mark(dentry, op);
}

#endif

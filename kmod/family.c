// SPDX-License-Identifier: GPL-2.0-only
#include <linux/hash.h>
#include <linux/mutex.h>
#include <linux/pid.h>
#include <linux/rculist.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "family.h"
#include "subject.h"

#define BUCKET_BITS 8

/**
 * struct member - a descendant
 * @node: link in members; RCU, member_lock
 * @pid: its thread group, held
 * @family: whose descendant
 * @rcu: frees it after the last reader
 */
struct member {
	struct hlist_node node;
	struct pid *pid;
	u64 family;
	struct rcu_head rcu;
};

/* Whose descendants are followed. */
static DEFINE_MUTEX(family_lock);
static LIST_HEAD(families);
static u64 last_family; /* never used again, so that no member is mistaken */

static DEFINE_SPINLOCK(member_lock);
static struct hlist_head members[1 << BUCKET_BITS];

static struct hlist_head *bucket_of(const struct pid *pid)
{
	return &members[hash_ptr((void *)pid, BUCKET_BITS)];
}

bool fguard_family_holds(const struct fguard_subjects *subjects,
			 const struct pid *pid)
{
	struct member *member;

	hlist_for_each_entry_rcu(member, bucket_of(pid), node)
		if (member->pid == pid && member->family == subjects->family_id)
			return true;
	return false;
}

static void member_free(struct rcu_head *head)
{
	struct member *member = container_of(head, struct member, rcu);

	put_pid(member->pid);
	kfree(member);
}

static void member_drop(struct member *member)
{
	lockdep_assert_held(&member_lock);
	hlist_del_rcu(&member->node);
	call_rcu(&member->rcu, member_free);
}

/* Whoever adds clears away those of the bucket who have ended. */
static void bucket_add(struct hlist_head *bucket, struct member *member)
{
	struct member *other;
	struct hlist_node *next;

	spin_lock(&member_lock);
	hlist_for_each_entry_safe(other, next, bucket, node)
		if (!pid_has_task(other->pid, PIDTYPE_TGID))
			member_drop(other);
	hlist_add_head_rcu(&member->node, bucket);
	spin_unlock(&member_lock);
}

static void join(const struct fguard_subjects *subjects, struct pid *pid)
{
	struct member *member = kmalloc(sizeof(*member), GFP_ATOMIC | __GFP_NOWARN);

	/* Without memory the child is not let in: refusing is the safe side. */
	if (!member)
		return;
	member->pid = get_pid(pid);
	member->family = subjects->family_id;
	bucket_add(bucket_of(pid), member);
}

void fguard_family_fork(struct task_struct *child)
{
	struct fguard_subjects *subjects;
	const struct pid *parent = task_tgid(current);

	if (task_tgid(child) == parent)
		return;
	rcu_read_lock();
	list_for_each_entry_rcu(subjects, &families, family)
		if (fguard_subjects_hold_pid(subjects, parent) ||
		    fguard_family_holds(subjects, parent))
			join(subjects, task_tgid(child));
	rcu_read_unlock();
}

static void forget_members(void)
{
	struct member *member;
	struct hlist_node *next;
	unsigned int i;

	spin_lock(&member_lock);
	for (i = 0; i < ARRAY_SIZE(members); i++)
		hlist_for_each_entry_safe(member, next, &members[i], node)
			member_drop(member);
	spin_unlock(&member_lock);
}

void fguard_family_begin(struct fguard_subjects *subjects)
{
	mutex_lock(&family_lock);
	subjects->family_id = ++last_family;
	list_add_tail_rcu(&subjects->family, &families);
	mutex_unlock(&family_lock);
}

void fguard_family_end(struct fguard_subjects *subjects)
{
	mutex_lock(&family_lock);
	list_del_rcu(&subjects->family);
	/* Who joins at this moment is of no family any more, and cleared away later. */
	if (list_empty(&families))
		forget_members();
	mutex_unlock(&family_lock);
}

void fguard_family_exit(void)
{
	forget_members();
	rcu_barrier(); /* member_free() */
}

// SPDX-License-Identifier: GPL-2.0-only
#include <linux/hash.h>
#include <linux/hashtable.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/pid.h>
#include <linux/rculist.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "subject/family.h"
#include "subject/subjects.h"

#define MEMBER_BITS 12

/**
 * struct member - a descendant
 * @node: link in members; RCU, member_lock
 * @pid: its thread group, held
 * @family: whose descendant
 * @since: the number of the child by which it descends
 * @rcu: frees it after the last reader
 */
struct member {
	struct hlist_node node;
	struct pid *pid;
	u64 family;
	u64 since;
	struct rcu_head rcu;
};

/**
 * struct root - a process whose descendants are followed
 * @node: link in roots; RCU, family_lock
 * @pid: the process, held
 * @kin: with which others
 */
struct root {
	struct hlist_node node;
	struct pid *pid;
	struct fguard_kin *kin;
};

/**
 * struct fguard_kin - processes whose descendants are followed together
 * @node: link in families; RCU, family_lock
 * @id: tells their descendants from those of others; never used again
 * @children: how many children they have had since
 * @users: subjects that name them; family_lock
 * @rcu: frees them after the last reader
 * @count: how many they are
 * @roots: they
 */
struct fguard_kin {
	struct hlist_node node;
	u64 id;
	atomic64_t children;
	u32 users;
	struct rcu_head rcu;
	u32 count;
	struct root roots[];
};

static DEFINE_MUTEX(family_lock);
static DEFINE_HASHTABLE(families, 10);
static DEFINE_HASHTABLE(roots, 10);
static u64 last_family;

static DEFINE_SPINLOCK(member_lock);
static struct hlist_head members[1 << MEMBER_BITS];

/* ---- descendants --------------------------------------------------------- */

static struct hlist_head *bucket_of(const struct pid *pid)
{
	return &members[hash_ptr((void *)pid, MEMBER_BITS)];
}

bool fguard_family_holds(const struct fguard_subjects *subjects,
			 const struct pid *pid)
{
	const u64 family = READ_ONCE(subjects->family);
	struct member *member;

	hlist_for_each_entry_rcu(member, bucket_of(pid), node)
		if (member->pid == pid && member->family == family &&
		    member->since > READ_ONCE(subjects->since))
			return true;
	return false;
}

bool fguard_family_visit(const struct pid *pid, bool (*visit)(u64 family, void *context),
			 void *context)
{
	struct member *member;

	hlist_for_each_entry_rcu(member, bucket_of(pid), node)
		if (member->pid == pid && visit(member->family, context))
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

static bool join(u64 family, u64 since, struct pid *pid)
{
	struct member *member = kmalloc(sizeof(*member),
					GFP_ATOMIC | __GFP_NOWARN | __GFP_ACCOUNT);

	if (!member)
		return false;
	member->pid = get_pid(pid);
	member->family = family;
	member->since = since;
	bucket_add(bucket_of(pid), member);
	return true;
}

static bool join_parent(const struct pid *parent, struct pid *child)
{
	struct root *root;
	bool all = true;

	hash_for_each_possible_rcu(roots, root, node, (unsigned long)parent)
		if (root->pid == parent)
			all &= join(root->kin->id,
				    atomic64_inc_return(&root->kin->children), child);
	return all;
}

static bool is_followed(u64 family)
{
	struct fguard_kin *kin;

	hash_for_each_possible_rcu(families, kin, node, family)
		if (kin->id == family)
			return true;
	return false;
}

static bool is_root(const struct pid *pid, u64 family)
{
	struct root *root;

	hash_for_each_possible_rcu(roots, root, node, (unsigned long)pid)
		if (root->pid == pid && root->kin->id == family)
			return true;
	return false;
}

static bool join_ancestors(const struct pid *parent, struct pid *child)
{
	struct member *member;
	bool all = true;

	hlist_for_each_entry_rcu(member, bucket_of(parent), node)
		if (member->pid == parent && is_followed(member->family) &&
		    !is_root(parent, member->family))
			all &= join(member->family, member->since, child);
	return all;
}

bool fguard_family_fork(struct task_struct *child)
{
	const struct pid *parent = task_tgid(current);
	bool all;

	if (task_tgid(child) == parent)
		return true;
	rcu_read_lock();
	all = join_parent(parent, task_tgid(child));
	all &= join_ancestors(parent, task_tgid(child));
	rcu_read_unlock();
	return all;
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

/* ---- those who are followed ---------------------------------------------- */

static bool is_of(const struct fguard_kin *kin, const struct fguard_subjects *subjects)
{
	u32 i;

	if (kin->count != subjects->n_pids)
		return false;
	for (i = 0; i < kin->count; i++)
		if (kin->roots[i].pid != subjects->pids[i].pid)
			return false;
	return true;
}

static struct fguard_kin *find_kin(const struct fguard_subjects *subjects)
{
	struct root *root;

	lockdep_assert_held(&family_lock);
	hash_for_each_possible(roots, root, node, (unsigned long)subjects->pids[0].pid)
		if (is_of(root->kin, subjects))
			return root->kin;
	return NULL;
}

static struct fguard_kin *make_kin(const struct fguard_subjects *subjects)
{
	struct fguard_kin *kin;
	u32 i;

	lockdep_assert_held(&family_lock);
	kin = kvzalloc(struct_size(kin, roots, subjects->n_pids), GFP_KERNEL);
	if (!kin)
		return NULL;
	kin->id = ++last_family;
	kin->count = subjects->n_pids;
	hash_add_rcu(families, &kin->node, kin->id);
	for (i = 0; i < kin->count; i++) {
		kin->roots[i].pid = get_pid(subjects->pids[i].pid);
		kin->roots[i].kin = kin;
		hash_add_rcu(roots, &kin->roots[i].node, (unsigned long)kin->roots[i].pid);
	}
	return kin;
}

static void kin_free(struct rcu_head *head)
{
	struct fguard_kin *kin = container_of(head, struct fguard_kin, rcu);
	u32 i;

	for (i = 0; i < kin->count; i++)
		put_pid(kin->roots[i].pid);
	kvfree(kin);
}

static void drop_kin(struct fguard_kin *kin)
{
	u32 i;

	lockdep_assert_held(&family_lock);
	for (i = 0; i < kin->count; i++)
		hash_del_rcu(&kin->roots[i].node);
	hash_del_rcu(&kin->node);
	call_rcu(&kin->rcu, kin_free);
}

static int follow(struct fguard_subjects *subjects)
{
	struct fguard_kin *kin = find_kin(subjects) ?: make_kin(subjects);

	if (!kin)
		return -ENOMEM;
	kin->users++;
	WRITE_ONCE(subjects->since, atomic64_read(&kin->children));
	WRITE_ONCE(subjects->kin, kin);
	/* Nobody takes the descendants of these for those of others. */
	smp_store_release(&subjects->family, kin->id);
	return 0;
}

int fguard_family_begin(struct fguard_subjects *subjects)
{
	int err = 0;

	mutex_lock(&family_lock);
	if (!subjects->following)
		err = follow(subjects);
	if (!err)
		subjects->following++;
	mutex_unlock(&family_lock);
	return err;
}

void fguard_family_end(struct fguard_subjects *subjects)
{
	struct fguard_kin *kin;

	mutex_lock(&family_lock);
	if (!--subjects->following) {
		kin = subjects->kin;
		WRITE_ONCE(subjects->family, 0);
		WRITE_ONCE(subjects->kin, NULL);
		if (!--kin->users)
			drop_kin(kin);
	}
	/* Who joins at this moment is of no family any more, and cleared away later. */
	if (hash_empty(families))
		forget_members();
	mutex_unlock(&family_lock);
}

bool fguard_family_is_fresh(const struct fguard_subjects *subjects)
{
	const struct fguard_kin *kin;
	bool fresh;

	rcu_read_lock();
	kin = READ_ONCE(subjects->kin);
	fresh = !kin || READ_ONCE(subjects->since) == atomic64_read(&kin->children);
	rcu_read_unlock();
	return fresh;
}

void fguard_family_exit(void)
{
	forget_members();
	rcu_barrier(); /* member_free(), kin_free() */
}

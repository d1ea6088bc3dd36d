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

#include "subject/descendants.h"
#include "subject/subjects.h"

#define MEMBER_BITS 12

/**
 * struct member - a descendant
 * @node: link in members; RCU, member_lock
 * @pid: its thread group, held
 * @descendants_id: whose descendant
 * @since: the number of the child by which it descends
 * @rcu: frees it after the last reader
 */
struct member {
	struct hlist_node node;
	struct pid *pid;
	u64 descendants_id;
	u64 since;
	struct rcu_head rcu;
};

/**
 * struct root - a process whose descendants are followed
 * @node: link in roots; RCU, descendants_lock
 * @pid: the process, held
 * @descendants: with which others
 */
struct root {
	struct hlist_node node;
	struct pid *pid;
	struct fguard_descendants *descendants;
};

/**
 * struct fguard_descendants - processes whose descendants are followed together
 * @node: link in followed; RCU, descendants_lock
 * @id: tells their descendants from those of others; never used again
 * @children: how many children they have had since
 * @users: subjects that name them; descendants_lock
 * @rcu: frees them after the last reader
 * @count: how many they are
 * @roots: they
 */
struct fguard_descendants {
	struct hlist_node node;
	u64 id;
	atomic64_t children;
	u32 users;
	struct rcu_head rcu;
	u32 count;
	struct root roots[];
};

static DEFINE_MUTEX(descendants_lock);
static DEFINE_HASHTABLE(followed, 10);
static DEFINE_HASHTABLE(roots, 10);
static u64 last_id;

static DEFINE_SPINLOCK(member_lock);
static struct hlist_head members[1 << MEMBER_BITS];

/* ---- descendants --------------------------------------------------------- */

static struct hlist_head *bucket_of(const struct pid *pid)
{
	return &members[hash_ptr((void *)pid, MEMBER_BITS)];
}

bool fguard_descendants_holds(const struct fguard_subjects *subjects,
			      const struct pid *pid)
{
	const u64 descendants_id = READ_ONCE(subjects->descendants_id);
	struct member *member;

	hlist_for_each_entry_rcu(member, bucket_of(pid), node)
		if (member->pid == pid && member->descendants_id == descendants_id &&
		    member->since > READ_ONCE(subjects->since))
			return true;
	return false;
}

bool fguard_descendants_visit(const struct pid *pid,
			      bool (*visit)(u64 descendants_id, void *context), void *context)
{
	struct member *member;

	hlist_for_each_entry_rcu(member, bucket_of(pid), node)
		if (member->pid == pid && visit(member->descendants_id, context))
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

static bool join(u64 descendants_id, u64 since, struct pid *pid)
{
	struct member *member = kmalloc(sizeof(*member),
					GFP_ATOMIC | __GFP_NOWARN | __GFP_ACCOUNT);

	if (!member)
		return false;
	member->pid = get_pid(pid);
	member->descendants_id = descendants_id;
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
			all &= join(root->descendants->id,
				    atomic64_inc_return(&root->descendants->children), child);
	return all;
}

static bool is_followed(u64 descendants_id)
{
	struct fguard_descendants *descendants;

	hash_for_each_possible_rcu(followed, descendants, node, descendants_id)
		if (descendants->id == descendants_id)
				return true;
	return false;
}

static bool is_root(const struct pid *pid, u64 descendants_id)
{
	struct root *root;

	hash_for_each_possible_rcu(roots, root, node, (unsigned long)pid)
		if (root->pid == pid && root->descendants->id == descendants_id)
			return true;
	return false;
}

static bool join_ancestors(const struct pid *parent, struct pid *child)
{
	struct member *member;
	bool all = true;

	hlist_for_each_entry_rcu(member, bucket_of(parent), node)
		if (member->pid == parent && is_followed(member->descendants_id) &&
		    !is_root(parent, member->descendants_id))
			all &= join(member->descendants_id, member->since, child);
	return all;
}

bool fguard_descendants_fork(struct task_struct *child)
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

static bool is_of(const struct fguard_descendants *descendants,
		  const struct fguard_subjects *subjects)
{
	u32 i;

	if (descendants->count != subjects->n_pids)
		return false;
	for (i = 0; i < descendants->count; i++)
		if (descendants->roots[i].pid != subjects->pids[i].pid)
				return false;
	return true;
}

static struct fguard_descendants *find_descendants(const struct fguard_subjects *subjects)
{
	struct root *root;

	lockdep_assert_held(&descendants_lock);
	hash_for_each_possible(roots, root, node, (unsigned long)subjects->pids[0].pid)
		if (is_of(root->descendants, subjects))
			return root->descendants;
	return NULL;
}

static struct fguard_descendants *make_descendants(const struct fguard_subjects *subjects)
{
	struct fguard_descendants *descendants;
	u32 i;

	lockdep_assert_held(&descendants_lock);
	descendants = kvzalloc(struct_size(descendants, roots, subjects->n_pids), GFP_KERNEL);
	if (!descendants)
		return NULL;
	descendants->id = ++last_id;
	descendants->count = subjects->n_pids;
	hash_add_rcu(followed, &descendants->node, descendants->id);
	for (i = 0; i < descendants->count; i++) {
		descendants->roots[i].pid = get_pid(subjects->pids[i].pid);
		descendants->roots[i].descendants = descendants;
		hash_add_rcu(roots, &descendants->roots[i].node,
			     (unsigned long)descendants->roots[i].pid);
	}
	return descendants;
}

static void descendants_free(struct rcu_head *head)
{
	struct fguard_descendants *descendants =
		container_of(head, struct fguard_descendants, rcu);
	u32 i;

	for (i = 0; i < descendants->count; i++)
		put_pid(descendants->roots[i].pid);
	kvfree(descendants);
}

static void drop_descendants(struct fguard_descendants *descendants)
{
	u32 i;

	lockdep_assert_held(&descendants_lock);
	for (i = 0; i < descendants->count; i++)
		hash_del_rcu(&descendants->roots[i].node);
	hash_del_rcu(&descendants->node);
	call_rcu(&descendants->rcu, descendants_free);
}

static int follow(struct fguard_subjects *subjects)
{
	struct fguard_descendants *descendants =
		find_descendants(subjects) ?: make_descendants(subjects);

	if (!descendants)
		return -ENOMEM;
	descendants->users++;
	WRITE_ONCE(subjects->since, atomic64_read(&descendants->children));
	WRITE_ONCE(subjects->descendants, descendants);
	/* Nobody takes the descendants of these for those of others. */
	smp_store_release(&subjects->descendants_id, descendants->id);
	return 0;
}

int fguard_descendants_begin(struct fguard_subjects *subjects)
{
	int err = 0;

	mutex_lock(&descendants_lock);
	if (!subjects->following)
		err = follow(subjects);
	if (!err)
		subjects->following++;
	mutex_unlock(&descendants_lock);
	return err;
}

void fguard_descendants_end(struct fguard_subjects *subjects)
{
	struct fguard_descendants *descendants;

	mutex_lock(&descendants_lock);
	if (!--subjects->following) {
		descendants = subjects->descendants;
		WRITE_ONCE(subjects->descendants_id, 0);
		WRITE_ONCE(subjects->descendants, NULL);
		if (!--descendants->users)
			drop_descendants(descendants);
	}
	/* Who joins at this moment descends from nobody any more, and cleared away later. */
	if (hash_empty(followed))
		forget_members();
	mutex_unlock(&descendants_lock);
}

bool fguard_descendants_is_fresh(const struct fguard_subjects *subjects)
{
	const struct fguard_descendants *descendants;
	bool fresh;

	rcu_read_lock();
	descendants = READ_ONCE(subjects->descendants);
	fresh = !descendants ||
		READ_ONCE(subjects->since) == atomic64_read(&descendants->children);
	rcu_read_unlock();
	return fresh;
}

void fguard_descendants_exit(void)
{
	forget_members();
	rcu_barrier(); /* member_free(), descendants_free() */
}

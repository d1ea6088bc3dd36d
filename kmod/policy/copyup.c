// SPDX-License-Identifier: GPL-2.0-only
#include <linux/hashtable.h>
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/task_work.h>
#include <linux/workqueue.h>

#include "object/object.h"
#include "policy/rule_inode.h"
#include "policy/copyup.h"
#include "policy/index.h"
#include "policy/prefilter.h"

/* Who has no end of a call is looked after at growing intervals, for half a minute or so. */
#define LOOKS 11

/**
 * struct copyup - an object of an overlay that is being copied up
 * @link: in awaited, until the copy is there or the call is over; or in looked_after
 * @task: who copies it; never followed
 * @dentry: the object, which is held, and so is its filesystem
 * @at_end: runs when the system call is over, whatever came of it
 * @later: looks after the copy of a task without such an end
 * @looks: how often it did
 * @beneath: what the object was made of then; never followed
 */
struct copyup {
	struct hlist_node link;
	const struct task_struct *task;
	struct dentry *dentry;
	union {
		struct callback_head at_end;
		struct delayed_work later;
	};
	unsigned int looks;
	const struct inode *beneath;
};

static DEFINE_HASHTABLE(awaited, 6);
static DEFINE_HASHTABLE(looked_after, 6); /* by object */
static DEFINE_SPINLOCK(awaited_lock); /* both, and how often was looked */

static bool is_named(struct dentry *dentry)
{
	const struct fguard_index *index;
	struct fguard_named named = {};
	bool is;

	if (!d_is_reg(dentry))
		return false;
	rcu_read_lock();
	index = rcu_dereference(fguard_index);
	is = fguard_prefilter_inode(index, d_inode_rcu(READ_ONCE(dentry->d_parent))) &&
	     fguard_index_named(index, dentry, &named);
	rcu_read_unlock();
	return is;
}

static void learn(struct dentry *dentry, const struct inode *copy)
{
	const struct fguard_index *index;
	struct fguard_named named = {};
	u32 i;

	rcu_read_lock();
	index = rcu_dereference(fguard_index);
	while (fguard_index_named(index, dentry, &named))
		for (i = 0; i < named.count; i++)
			fguard_rule_inode_copied(named.rules[i], dentry, copy);
	rcu_read_unlock();
}

/* Who renamed it meanwhile has noted what it is made of. */
static const struct inode *look(struct copyup *copyup)
{
	const struct inode *beneath = fguard_object_beneath_now(copyup->dentry) ?:
				      fguard_object_beneath(copyup->dentry);

	if (beneath)
		learn(copyup->dentry, beneath);
	return beneath;
}

static void end(struct copyup *copyup)
{
	struct super_block *sb = copyup->dentry->d_sb;

	dput(copyup->dentry);
	deactivate_super(sb);
	kfree(copyup);
	module_put(THIS_MODULE);
}

static void at_end(struct callback_head *work)
{
	struct copyup *copyup = container_of(work, struct copyup, at_end);

	spin_lock(&awaited_lock);
	hash_del(&copyup->link);
	spin_unlock(&awaited_lock);
	look(copyup);
	end(copyup);
}

static void queue(struct copyup *copyup, unsigned int looks)
{
	queue_delayed_work(system_dfl_wq, &copyup->later, (HZ / 100 + 1) << looks);
}

static void later(struct work_struct *work)
{
	struct copyup *copyup = container_of(to_delayed_work(work), struct copyup, later);
	const struct inode *before = copyup->beneath;
	unsigned int looks;
	bool is_over;

	copyup->beneath = look(copyup);
	spin_lock(&awaited_lock);
	looks = ++copyup->looks;
	is_over = (before && before != copyup->beneath) || looks == LOOKS;
	if (is_over)
		hash_del(&copyup->link);
	spin_unlock(&awaited_lock);
	if (is_over)
		end(copyup);
	else
		queue(copyup, looks);
}

static void look_later(struct copyup *copyup)
{
	INIT_DELAYED_WORK(&copyup->later, later);
	spin_lock(&awaited_lock);
	hash_add(looked_after, &copyup->link, (unsigned long)copyup->dentry);
	spin_unlock(&awaited_lock);
	queue(copyup, 0);
}

/* One is enough for an object, however many copies of it fail. */
static bool is_looked_after(const struct dentry *dentry)
{
	struct copyup *copyup;
	bool is = false;

	spin_lock(&awaited_lock);
	hash_for_each_possible(looked_after, copyup, link, (unsigned long)dentry)
		if (copyup->dentry == dentry) {
			copyup->looks = 0;
			is = true;
		}
	spin_unlock(&awaited_lock);
	return is;
}

/*
 * Threads of the kernel, such as nfsd's, and those that carry out requests of io_uring
 * go on to other files without an end of a call.
 */
static bool has_no_end(void)
{
	return current->flags & (PF_KTHREAD | PF_IO_WORKER);
}

/*
 * What a task makes before its call is over is the copy, for a call that cannot copy
 * ends. What others have made is seen afterwards, and so is what a call has made that
 * goes on to other files: a copy that failed would be taken for the next one.
 */
static void follow(struct copyup *copyup, bool is_for_one)
{
	if (!has_no_end()) {
		init_task_work(&copyup->at_end, at_end);
		if (!task_work_add(current, &copyup->at_end, TWA_RESUME)) {
			if (!is_for_one)
				return;
			spin_lock(&awaited_lock);
			hash_add(awaited, &copyup->link, (unsigned long)current);
			spin_unlock(&awaited_lock);
			return;
		}
	}
	look_later(copyup);
}

int fguard_copyup_begin(struct dentry *dentry, bool is_for_one)
{
	struct copyup *copyup;

	if (likely(!is_named(dentry)) || (has_no_end() && is_looked_after(dentry)) ||
	    !try_module_get(THIS_MODULE))
		return 0;
	copyup = kzalloc(sizeof(*copyup), GFP_ATOMIC | __GFP_NOWARN);
	if (!copyup) {
		module_put(THIS_MODULE);
		return -ENOMEM;
	}
	copyup->task = current;
	copyup->dentry = dget(dentry);
	atomic_inc(&dentry->d_sb->s_active);
	follow(copyup, is_for_one);
	return 0;
}

/* Gives the object whose copy is there, held. */
static struct dentry *take_awaited(void)
{
	struct dentry *dentry = NULL;
	struct copyup *copyup;

	spin_lock(&awaited_lock);
	hash_for_each_possible(awaited, copyup, link, (unsigned long)current)
		if (copyup->task == current) {
			dentry = copyup->dentry;
			hash_del(&copyup->link);
			break;
		}
	spin_unlock(&awaited_lock);
	return dentry;
}

void fguard_copyup_made(const struct inode *inode)
{
	struct dentry *dentry = take_awaited();

	if (dentry)
		learn(dentry, inode);
}

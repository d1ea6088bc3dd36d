// SPDX-License-Identifier: GPL-2.0-only
#include <linux/cred.h>
#include <linux/err.h>
#include <linux/pid.h>
#include <linux/rculist.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <linux/user_namespace.h>
#include <linux/workqueue.h>

#include "ask/listener.h"
#include "ask/share.h"
#include "events/subscription.h"
#include "ftrace/hook.h"
#include "subject/descendants.h"
#include "subject/subject.h"

#define LATER (HZ / 100 ?: 1)

/* Users make them, and each is a step for whoever is asked about. */
#define GENERATIONS_MAX 64

/**
 * struct fguard_listener - a listener
 * @node: link in listeners; RCU, question_lock
 * @subscription: how it is told
 * @process: the process that subscribed, held
 * @uid: its effective user then
 * @namespace: its user namespace then, held
 * @descendants: that process and its descendants from now on
 * @rcu: frees it after the last reader
 */
struct fguard_listener {
	struct list_head node;
	struct fguard_subscription *subscription;
	struct pid *process;
	kuid_t uid;
	struct user_namespace *namespace;
	struct fguard_subjects *descendants;
	struct rcu_head rcu;
};

static LIST_HEAD(listeners);
static u32 listener_count;
static const struct fguard_answering *answering;

u32 fguard_listeners_present(void)
{
	return READ_ONCE(listener_count);
}

/* ---- relations ---------------------------------------------------------------- */

/* Is a process among the ancestors of a task that are near, or its own? */
static bool descends_from(struct task_struct *task, const struct pid *process)
{
	unsigned int generation;

	for (generation = 0; task && task->pid && generation < GENERATIONS_MAX; generation++) {
		if (task_tgid(task) == process)
			return true;
		task = rcu_dereference(task->real_parent);
	}
	return false;
}

static bool traces(struct task_struct *task, const struct pid *process)
{
	return READ_ONCE(task->ptrace) && task_tgid(rcu_dereference(task->parent)) == process;
}

/* One that has ended may have left its socket to its children. */
static bool is_of_user(const struct fguard_listener *listener,
		       const struct task_struct *process)
{
	const struct cred *mine = current_real_cred(), *its;

	/* A set-user-ID program's child that has given that up is its caller's to trace. */
	if (!process)
		return uid_eq(mine->uid, listener->uid) && uid_eq(mine->euid, listener->uid) &&
		       uid_eq(mine->suid, listener->uid) &&
		       mine->user_ns == listener->namespace;
	its = __task_cred(process);
	return uid_eq(mine->uid, its->uid) && uid_eq(mine->euid, its->euid) &&
	       uid_eq(mine->suid, its->suid) && mine->user_ns == its->user_ns;
}

/*
 * Of what descends from it, only what is of its user counts as it: another user may
 * trace the rest, or owns its namespace, and would get in by that.
 */
static enum fguard_relation relation_to(const struct fguard_listener *listener)
{
	struct task_struct *task = pid_task(listener->process, PIDTYPE_TGID);
	struct pid *mine = task_tgid(current);

	if (mine == listener->process)
		return FGUARD_RELATION_OWN;
	if (fguard_subjects_include(listener->descendants, mine) ||
	    descends_from(current, listener->process))
		return is_of_user(listener, task) ? FGUARD_RELATION_OWN :
						    FGUARD_RELATION_NEEDED;
	if (task && (descends_from(task, mine) || traces(task, mine)))
		return FGUARD_RELATION_NEEDED;
	return FGUARD_RELATION_NONE;
}

enum fguard_relation fguard_listeners_relation(void)
{
	enum fguard_relation relation, closest = FGUARD_RELATION_NONE;
	const struct fguard_listener *listener;

	list_for_each_entry_rcu(listener, &listeners, node) {
		relation = relation_to(listener);
		if (relation == FGUARD_RELATION_OWN)
			return relation;
		if (relation != FGUARD_RELATION_NONE)
			closest = relation;
	}
	return closest;
}

/* ---- telling ------------------------------------------------------------------ */

bool fguard_listeners_have_room(const struct fguard_record *record)
{
	const struct fguard_listener *listener;

	lockdep_assert_held(&fguard_question_lock);
	list_for_each_entry(listener, &listeners, node)
		if (fguard_subscription_takes(listener->subscription, record))
			return true;
	return false;
}

u32 fguard_listeners_tell(const struct fguard_record *record)
{
	const struct fguard_listener *listener;
	u64 now = ktime_get_real_ns();
	u32 told = 0;

	lockdep_assert_held(&fguard_question_lock);
	list_for_each_entry(listener, &listeners, node)
		told += fguard_subscription_queue(listener->subscription, now, record);
	return told;
}

static void tell_now(struct work_struct *work)
{
	const struct fguard_listener *listener;

	spin_lock(&fguard_question_lock);
	list_for_each_entry(listener, &listeners, node)
		fguard_subscription_flush(listener->subscription);
	spin_unlock(&fguard_question_lock);
}

static DECLARE_DELAYED_WORK(later_work, tell_now);

void fguard_listeners_tell_later(const struct fguard_record *record)
{
	const struct fguard_listener *listener;
	u64 now = ktime_get_real_ns();

	lockdep_assert_held(&fguard_question_lock);
	list_for_each_entry(listener, &listeners, node)
		fguard_subscription_add(listener->subscription, now, record);
	queue_delayed_work(system_dfl_wq, &later_work, LATER);
}

/* ---- life --------------------------------------------------------------------- */

/* Of waiters that end, and of the listener's children. */
#define NEEDS (FGUARD_NEED_EXITS | FGUARD_NEED_FORKS)

static int take_descendants(struct fguard_listener *listener, struct netlink_ext_ack *extack)
{
	const u32 number = task_tgid_vnr(current);
	const struct fguard_subjects_spec spec = {
		.pids = &number, .n_pids = 1, .children = true,
	};
	int err;

	listener->descendants = fguard_subjects_new(&spec, extack);
	if (IS_ERR(listener->descendants))
		return PTR_ERR(listener->descendants);
	err = fguard_descendants_begin(listener->descendants);
	if (err)
		fguard_subjects_put(listener->descendants);
	return err;
}

static void enter(struct fguard_listener *listener)
{
	spin_lock(&fguard_question_lock);
	answering->comes(listener->subscription);
	list_add_tail_rcu(&listener->node, &listeners);
	WRITE_ONCE(listener_count, listener_count + 1);
	spin_unlock(&fguard_question_lock);
}

static void *begin(struct fguard_subscription *subscription, struct netlink_ext_ack *extack)
{
	struct fguard_listener *listener = kzalloc(sizeof(*listener), GFP_KERNEL);
	int err;

	if (!listener)
		return ERR_PTR(-ENOMEM);
	err = fguard_hooks_get(NEEDS, extack);
	if (err)
		goto free;
	err = take_descendants(listener, extack);
	if (err)
		goto put_hooks;
	listener->subscription = subscription;
	listener->process = get_pid(task_tgid(current));
	listener->uid = current_real_cred()->euid;
	listener->namespace = get_user_ns(current_real_cred()->user_ns);
	enter(listener);
	return listener;

put_hooks:
	fguard_hooks_put(NEEDS);
free:
	kfree(listener);
	return ERR_PTR(err);
}

static void listener_free(struct rcu_head *head)
{
	struct fguard_listener *listener = container_of(head, struct fguard_listener, rcu);

	fguard_subjects_put(listener->descendants);
	put_pid(listener->process);
	put_user_ns(listener->namespace);
	kfree(listener);
}

static void end(void *fed)
{
	struct fguard_listener *listener = fed;

	spin_lock(&fguard_question_lock);
	list_del_rcu(&listener->node);
	WRITE_ONCE(listener_count, listener_count - 1);
	if (!listener_count)
		answering->last_goes();
	spin_unlock(&fguard_question_lock);
	fguard_descendants_end(listener->descendants);
	fguard_hooks_put(NEEDS);
	call_rcu(&listener->rcu, listener_free);
}

static void has_room(void)
{
	answering->has_room();
}

const struct fguard_feed fguard_questions_feed = {
	.begin = begin,
	.end = end,
	.has_room = has_room,
};

void fguard_listeners_init(const struct fguard_answering *told)
{
	answering = told;
}

void fguard_listeners_exit(void)
{
	cancel_delayed_work_sync(&later_work);
}

// SPDX-License-Identifier: GPL-2.0-only
#include <linux/hash.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/task_work.h>
#include <linux/timekeeping.h>

#include "ask/listener.h"
#include "ask/waiter.h"
#include "ask/question.h"
#include "ask/answer_cache.h"
#include "ask/share.h"
#include "ftrace/syscall.h"

#define BUCKET_BITS 8

/* Questions of one task at a time: a file may be replaced while it waits. */
#define PENDING_MAX 32

/**
 * struct pending - a waiter's question
 * @node: link in the waiter's list
 * @question: the question; a reference is held
 * @share: who pays for it
 * @call: the call that asked
 * @used: its answer was applied in this try of the call, and covers what follows in it
 * @again: it was, in the try before, and is kept for the next
 * @kept: since when it is kept for the next try, nanoseconds since boot
 */
struct pending {
	struct list_head node;
	struct fguard_question *question;
	struct fguard_share *share;
	struct fguard_call call;
	bool used;
	bool again;
	u64 kept;
};

/**
 * struct waiter - a task that asked; all under question_lock
 * @node: link in waiters
 * @task: the task, held so that the structure is never another's
 * @work: runs on the way back to user mode
 * @queued: it will; then the module is held, too
 * @waiting: the pending request that this call waits for
 * @interrupted: the error with which the call was left that those @again are of, if
 *	a handler may yet end it; else 0
 * @pending: all
 * @count: how many
 */
struct waiter {
	struct hlist_node node;
	struct task_struct *task;
	struct callback_head work;
	bool queued;
	struct pending *waiting;
	long interrupted;
	struct list_head pending;
	u32 count;
};

static struct hlist_head waiters[1 << BUCKET_BITS];
static u32 waiter_count;

u32 fguard_waiters_present(void)
{
	return READ_ONCE(waiter_count);
}

static struct hlist_head *bucket_of(const struct task_struct *task)
{
	return &waiters[hash_ptr((void *)task, BUCKET_BITS)];
}

static struct waiter *find_waiter(const struct task_struct *task)
{
	struct waiter *waiter;

	hlist_for_each_entry(waiter, bucket_of(task), node)
		if (waiter->task == task)
			return waiter;
	return NULL;
}

/* ---- pending requests ------------------------------------------------------- */

static void pending_drop(struct waiter *waiter, struct pending *pending)
{
	struct fguard_question *question = pending->question;

	if (waiter->waiting == pending)
		waiter->waiting = NULL;
	list_del(&pending->node);
	waiter->count--;
	pending->share->pending_count--;
	fguard_share_put(pending->share);
	kfree(pending);
	if (!--question->pending)
		fguard_question_settle(question, question->default_verdict,
				       FGUARD_REASON_DEFAULT, FGUARD_DETAIL_NONE,
				       FGUARD_CLOSED_GONE);
	fguard_question_put(question);
}

static void pending_drop_all(struct waiter *waiter)
{
	struct pending *pending, *next;

	list_for_each_entry_safe(pending, next, &waiter->pending, node)
		pending_drop(waiter, pending);
}

static bool is_settled(const struct pending *pending)
{
	return pending->question->state == FGUARD_QUESTION_SETTLED;
}

static bool is_stale(const struct pending *pending, u64 now)
{
	return !pending->used && is_settled(pending) &&
	       fguard_pending_is_over(pending->question->settled, pending->kept, now);
}

/* What was used is of this very call, though execve() may have changed its looks. */
static bool is_of_call(const struct pending *pending, const struct fguard_call *call)
{
	return pending->used || fguard_syscall_same(&pending->call, call);
}

/* The same question first, and then what covers it. */
static struct pending *find_pending(const struct waiter *waiter, const struct fguard_key *key)
{
	struct pending *pending, *covers = NULL;
	u64 now = ktime_get_boottime_ns();
	struct fguard_call call;

	fguard_syscall_identify(&call);
	list_for_each_entry(pending, &waiter->pending, node) {
		if (is_stale(pending, now) || !is_of_call(pending, &call))
			continue;
		if (fguard_key_equal(&pending->question->key, key))
			return pending;
		if (!covers && pending->used && fguard_key_covers(&pending->question->key, key))
			covers = pending;
	}
	return covers;
}

static void waiter_free(struct waiter *waiter)
{
	hlist_del(&waiter->node);
	WRITE_ONCE(waiter_count, waiter_count - 1);
	put_task_struct(waiter->task);
	kfree(waiter);
}

static void free_unused(struct waiter *waiter)
{
	if (list_empty(&waiter->pending) && !waiter->queued)
		waiter_free(waiter);
}

/* ---- on the way back to user mode ---------------------------------------------- */

/* The call ended with something else: whatever it asked in this try is over. */
static void end_call(struct waiter *waiter)
{
	struct pending *pending, *next;

	list_for_each_entry_safe(pending, next, &waiter->pending, node)
		if (pending->used || pending == waiter->waiting)
			pending_drop(waiter, pending);
}

static void keep(struct pending *pending)
{
	pending->again = pending->used;
	pending->used = false;
	pending->kept = ktime_get_boottime_ns();
}

/* What was used will be used again; what is waited for is handed to the caller. */
static struct fguard_question *begin_anew(struct waiter *waiter, long error)
{
	struct fguard_question *question = NULL;
	struct pending *pending;

	list_for_each_entry(pending, &waiter->pending, node)
		if (pending->used || pending == waiter->waiting)
			keep(pending);
	waiter->interrupted = error == -ERESTARTNOINTR ? 0 : error;
	if (waiter->waiting) {
		question = waiter->waiting->question;
		refcount_inc(&question->refs);
		waiter->waiting = NULL;
	}
	return question;
}

static bool is_ending(void)
{
	return (current->flags & PF_EXITING) || fatal_signal_pending(current);
}

/*
 * What the task work begins with. Where a handler may end the call, it must be told of:
 * nobody tells without a listener.
 */
static struct fguard_question *leave(struct waiter *waiter, long error)
{
	struct fguard_question *question = NULL;

	spin_lock(&fguard_question_lock);
	waiter->queued = false;
	if (error == -ERESTARTNOINTR ||
	    (error && !waiter->waiting && fguard_listeners_present()))
		question = begin_anew(waiter, error);
	else
		end_call(waiter);
	free_unused(waiter);
	spin_unlock(&fguard_question_lock);
	return question;
}

/* A task that is killed does not come back. */
static void forget_current(void)
{
	struct waiter *waiter;

	spin_lock(&fguard_question_lock);
	waiter = find_waiter(current);
	if (waiter && !waiter->queued) {
		pending_drop_all(waiter);
		waiter_free(waiter);
	}
	spin_unlock(&fguard_question_lock);
}

static void wait_for(struct fguard_question *question)
{
	fguard_question_announce(question);
	/* It was for us; another one wakes us. */
	clear_tsk_thread_flag(current, TIF_NOTIFY_SIGNAL);
	/* Pairs with task_work_add(): work first, then the flag. */
	smp_mb__after_atomic();
	/* Whose flag that was cannot wait for us; we are back when it is done. */
	if (!READ_ONCE(current->task_works))
		fguard_question_wait(question);
	fguard_question_put(question);
}

static void go_back(struct callback_head *work)
{
	struct waiter *waiter = container_of(work, struct waiter, work);
	long error = is_ending() ? 0 : fguard_syscall_restart();
	bool restarts = error == -ERESTARTNOINTR;
	struct fguard_question *question;

	/* Let those behind us go first: they would have to wait, too. */
	if (restarts && READ_ONCE(work->next) && !task_work_add(current, work, TWA_RESUME))
		return;
	question = leave(waiter, error);
	if (question)
		wait_for(question);
	if (is_ending())
		forget_current();
	/* ptrace() may have taken the flag by which the call is made again. */
	if (restarts)
		set_tsk_thread_flag(current, TIF_NOTIFY_SIGNAL);
	module_put(THIS_MODULE);
}

/* ---- signals ------------------------------------------------------------------------ */

/* Does a handler end the call that was left with this error? */
static bool ends(long error, bool restarts)
{
	return error == -ERESTARTNOHAND || (error == -ERESTARTSYS && !restarts);
}

static void end_interrupted(struct waiter *waiter)
{
	struct pending *pending, *next;

	list_for_each_entry_safe(pending, next, &waiter->pending, node)
		if (pending->again)
			pending_drop(waiter, pending);
}

void fguard_waiter_signal(bool restarts)
{
	struct waiter *waiter;

	if (!fguard_waiters_present())
		return;
	spin_lock(&fguard_question_lock);
	waiter = find_waiter(current);
	if (waiter && waiter->interrupted && !waiter->queued) {
		if (ends(waiter->interrupted, restarts))
			end_interrupted(waiter);
		/* Others come on top of this one. */
		waiter->interrupted = 0;
		free_unused(waiter);
	}
	spin_unlock(&fguard_question_lock);
}

/* ---- those who end ----------------------------------------------------------------- */

/*
 * Who jumped out of a handler, or dies of a signal that dumps core, is not known to end
 * when he leaves go_back().
 */
void fguard_waiter_exit(void)
{
	forget_current();
}

/* ---- inside the call ------------------------------------------------------------- */

static bool queue_work_of(struct waiter *waiter)
{
	if (waiter->queued)
		return true;
	if (!try_module_get(THIS_MODULE))
		return false;
	init_task_work(&waiter->work, go_back);
	waiter->interrupted = 0;
	if (task_work_add(current, &waiter->work, TWA_RESUME)) {
		module_put(THIS_MODULE);
		return false;
	}
	waiter->queued = true;
	return true;
}

/* What this try asked before, and was let through in spite of it, is void. */
static bool wait_with(struct waiter *waiter, struct pending *pending)
{
	if (!queue_work_of(waiter))
		return false;
	if (waiter->waiting && waiter->waiting != pending)
		pending_drop(waiter, waiter->waiting);
	waiter->waiting = pending;
	set_tsk_thread_flag(current, TIF_NOTIFY_SIGNAL);
	return true;
}

static void apply(struct waiter *waiter, struct pending *pending,
		  struct fguard_decision *decision)
{
	const struct fguard_question *question = pending->question;

	if (is_settled(pending)) {
		pending->used = queue_work_of(waiter);
		pending->again = false;
		fguard_evaluate_settle(decision, question->verdict, question->reason,
				       question->detail);
	} else if (!wait_with(waiter, pending)) {
		fguard_evaluate_settle(decision, question->default_verdict,
				       FGUARD_REASON_UNASKABLE, FGUARD_DETAIL_NONE);
	}
}

bool fguard_waiter_recall(const struct fguard_key *key, bool may_wait,
			  struct fguard_decision *decision)
{
	struct pending *pending = NULL;
	struct waiter *waiter;

	spin_lock(&fguard_question_lock);
	waiter = find_waiter(current);
	if (waiter)
		pending = find_pending(waiter, key);
	if (pending && !may_wait && !pending->used)
		pending = NULL;
	if (pending)
		apply(waiter, pending, decision);
	spin_unlock(&fguard_question_lock);
	return pending;
}

static struct waiter *waiter_of_current(struct waiter **spare)
{
	struct waiter *waiter = find_waiter(current);

	if (waiter)
		return waiter;
	waiter = *spare;
	*spare = NULL;
	waiter->task = get_task_struct(current);
	INIT_LIST_HEAD(&waiter->pending);
	hlist_add_head(&waiter->node, bucket_of(current));
	WRITE_ONCE(waiter_count, waiter_count + 1);
	return waiter;
}

/* The same thread group may ask the same already, by another thread. */
static struct fguard_question *merge(struct fguard_question *question)
{
	struct fguard_question *other;

	other = fguard_question_find(&question->key, question->process);
	if (other) {
		refcount_inc(&other->refs);
		return other;
	}
	if (!fguard_question_enter(question))
		return NULL;
	refcount_inc(&question->refs);
	return question;
}

static bool pending_add(struct waiter *waiter, struct pending *pending,
			struct fguard_question *question)
{
	struct fguard_share *share = fguard_share_of(fguard_share_payer());

	if (!share)
		return false;
	if (share->pending_count >= FGUARD_PENDING_SHARE) {
		fguard_share_put(share);
		return false;
	}
	share->pending_count++;
	if (waiter->count >= PENDING_MAX)
		pending_drop(waiter, list_first_entry(&waiter->pending, struct pending, node));
	pending->share = share;
	pending->question = question;
	fguard_syscall_identify(&pending->call);
	question->pending++;
	waiter->count++;
	list_add_tail(&pending->node, &waiter->pending);
	return true;
}

/* Nobody asks it: not even who was about to. */
static void give_up(struct fguard_question *question)
{
	if (!question->pending)
		fguard_question_settle(question, question->default_verdict, FGUARD_REASON_DEFAULT,
				       FGUARD_DETAIL_NONE, FGUARD_CLOSED_GONE);
	fguard_question_put(question);
}

static int ask_locked(struct fguard_question *question, struct waiter **spare,
		      struct pending **pending)
{
	struct fguard_question *mine;
	struct waiter *waiter;
	u8 verdict;
	int err = 0;

	/* Since we looked, without the lock, somebody may have answered. */
	if (fguard_answer_cache_find_for(question, &verdict))
		return -EEXIST;
	mine = merge(question);
	if (!mine)
		return -EBUSY;
	waiter = waiter_of_current(spare);
	if (!pending_add(waiter, *pending, mine)) {
		give_up(mine);
		err = -EBUSY;
	} else if (!wait_with(waiter, *pending)) {
		pending_drop(waiter, *pending);
		*pending = NULL;
		err = -ESRCH;
	} else {
		*pending = NULL;
	}
	free_unused(waiter);
	return err;
}

static void note_locked(struct fguard_question *question, struct waiter **spare,
			struct pending **pending)
{
	struct waiter *waiter = waiter_of_current(spare);

	refcount_inc(&question->refs);
	if (!pending_add(waiter, *pending, question)) {
		fguard_question_put(question);
	} else {
		(*pending)->used = queue_work_of(waiter);
		if (!(*pending)->used)
			pending_drop(waiter, *pending);
		*pending = NULL;
	}
	free_unused(waiter);
}

void fguard_waiter_note(struct fguard_question *question)
{
	struct waiter *spare = kzalloc(sizeof(*spare), FGUARD_GFP_ASKING);
	struct pending *pending = kzalloc(sizeof(*pending), FGUARD_GFP_ASKING);

	if (spare && pending) {
		spin_lock(&fguard_question_lock);
		note_locked(question, &spare, &pending);
		spin_unlock(&fguard_question_lock);
	}
	kfree(spare);
	kfree(pending);
	fguard_question_put(question);
}

int fguard_waiter_ask(struct fguard_question *question)
{
	struct waiter *spare = kzalloc(sizeof(*spare), FGUARD_GFP_ASKING);
	struct pending *pending = kzalloc(sizeof(*pending), FGUARD_GFP_ASKING);
	int err = -ENOMEM;

	if (spare && pending) {
		spin_lock(&fguard_question_lock);
		err = ask_locked(question, &spare, &pending);
		spin_unlock(&fguard_question_lock);
	}
	kfree(spare);
	kfree(pending);
	fguard_question_put(question);
	return err;
}

/* ---- forgetting -------------------------------------------------------------------- */

/* It could not come back yet. */
static bool is_held(const struct task_struct *task)
{
#ifdef CONFIG_CGROUPS
	if (task->frozen)
		return true;
#endif
	return READ_ONCE(task->ptrace) || (READ_ONCE(task->signal->flags) & SIGNAL_STOP_STOPPED);
}

static u64 sweep(struct waiter *waiter, u64 now)
{
	bool held = is_held(waiter->task);
	struct pending *pending, *next;

	list_for_each_entry_safe(pending, next, &waiter->pending, node) {
		if (held)
			pending->kept = now;
		if (is_stale(pending, now))
			pending_drop(waiter, pending);
	}
	if (!list_empty(&waiter->pending))
		return now + FGUARD_PENDING_LIFE / 2;
	waiter_free(waiter);
	return 0;
}

u64 fguard_waiters_sweep(u64 now)
{
	struct hlist_node *next;
	struct waiter *waiter;
	unsigned int i;
	u64 again = 0;

	lockdep_assert_held(&fguard_question_lock);
	for (i = 0; i < ARRAY_SIZE(waiters); i++)
		hlist_for_each_entry_safe(waiter, next, &waiters[i], node)
			if (waiter->queued || sweep(waiter, now))
				again = now + FGUARD_PENDING_LIFE / 2;
	return again;
}

/*
 * As task_work_cancel(), which modules cannot call: a task that sleeps in its call, or
 * is held at its end, would keep the module for as long as it likes.
 */
static bool take_back(struct task_struct *task, struct callback_head *work)
{
	struct callback_head **at = &task->task_works, *found;
	unsigned long flags;

	raw_spin_lock_irqsave(&task->pi_lock, flags);
	while ((found = READ_ONCE(*at))) {
		if (found != work)
			at = &found->next;
		else if (cmpxchg(at, found, found->next) == found)
			break;
	}
	raw_spin_unlock_irqrestore(&task->pi_lock, flags);
	return found;
}

static void retire(struct waiter *waiter, u64 rule)
{
	struct pending *pending, *next;

	list_for_each_entry_safe(pending, next, &waiter->pending, node)
		if (pending->question->key.rule == rule)
			pending_drop(waiter, pending);
	if (!list_empty(&waiter->pending))
		return;
	if (waiter->queued) {
		/* Else it runs already, or is about to. */
		if (!take_back(waiter->task, &waiter->work))
			return;
		waiter->queued = false;
		module_put(THIS_MODULE);
	}
	waiter_free(waiter);
}

void fguard_waiters_retire(u64 rule)
{
	struct hlist_node *next;
	struct waiter *waiter;
	unsigned int i;

	lockdep_assert_held(&fguard_question_lock);
	if (!waiter_count)
		return;
	for (i = 0; i < ARRAY_SIZE(waiters); i++)
		hlist_for_each_entry_safe(waiter, next, &waiters[i], node)
			retire(waiter, rule);
}

/* Nobody tells any more whether a handler ends what they were interrupted in. */
void fguard_waiters_abandon(void)
{
	struct hlist_node *next;
	struct waiter *waiter;
	unsigned int i;

	lockdep_assert_held(&fguard_question_lock);
	for (i = 0; i < ARRAY_SIZE(waiters); i++) {
		hlist_for_each_entry_safe(waiter, next, &waiters[i], node) {
			if (!waiter->interrupted)
				continue;
			end_interrupted(waiter);
			waiter->interrupted = 0;
			free_unused(waiter);
		}
	}
}

void fguard_waiters_exit(void)
{
	struct hlist_node *next;
	struct waiter *waiter;
	unsigned int i;

	spin_lock(&fguard_question_lock);
	for (i = 0; i < ARRAY_SIZE(waiters); i++) {
		hlist_for_each_entry_safe(waiter, next, &waiters[i], node) {
			pending_drop_all(waiter);
			waiter_free(waiter);
		}
	}
	spin_unlock(&fguard_question_lock);
	/* A task may still be in the last instructions of go_back(). */
	synchronize_rcu_tasks();
}

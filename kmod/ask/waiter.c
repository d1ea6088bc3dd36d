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

#include "ask/answerer.h"
#include "ask/waiter.h"
#include "ask/question.h"
#include "ask/remember.h"
#include "ask/share.h"
#include "ftrace/syscall.h"

#define BUCKET_BITS 8

/* Questions of one task at a time: a file may be replaced while it waits. */
#define CLAIMS_MAX 32

/**
 * struct claim - a waiter's question
 * @node: link in the waiter's list
 * @question: the question; a reference is held
 * @share: who pays for it
 * @call: the call that asked
 * @used: its answer was applied in this try of the call, and covers what follows in it
 * @again: it was, in the try before, and is kept for the next
 * @kept: since when it is kept for the next try, nanoseconds since boot
 */
struct claim {
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
 * @waiting: the claim that this call waits for
 * @interrupted: the error with which the call was left that @again claims are of, if
 *	a handler may yet end it; else 0
 * @claims: all
 * @count: how many
 */
struct waiter {
	struct hlist_node node;
	struct task_struct *task;
	struct callback_head work;
	bool queued;
	struct claim *waiting;
	long interrupted;
	struct list_head claims;
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

/* ---- claims ------------------------------------------------------------------ */

static void claim_drop(struct waiter *waiter, struct claim *claim)
{
	struct fguard_question *question = claim->question;

	if (waiter->waiting == claim)
		waiter->waiting = NULL;
	list_del(&claim->node);
	waiter->count--;
	claim->share->claim_count--;
	fguard_share_put(claim->share);
	kfree(claim);
	if (!--question->claims)
		fguard_question_settle(question, question->fallback,
				       FGUARD_REASON_DEFAULT, FGUARD_DETAIL_NONE,
				       FGUARD_CLOSED_GONE);
	fguard_question_put(question);
}

static void claim_all_drop(struct waiter *waiter)
{
	struct claim *claim, *next;

	list_for_each_entry_safe(claim, next, &waiter->claims, node)
		claim_drop(waiter, claim);
}

static bool is_settled(const struct claim *claim)
{
	return claim->question->state == FGUARD_QUESTION_SETTLED;
}

static bool is_stale(const struct claim *claim, u64 now)
{
	return !claim->used && is_settled(claim) &&
	       fguard_claim_is_over(claim->question->settled, claim->kept, now);
}

/* What was used is of this very call, though execve() may have changed its looks. */
static bool is_of_call(const struct claim *claim, const struct fguard_call *call)
{
	return claim->used || fguard_syscall_same(&claim->call, call);
}

/* The same question first, and then what covers it. */
static struct claim *find_claim(const struct waiter *waiter, const struct fguard_key *key)
{
	struct claim *claim, *covers = NULL;
	u64 now = ktime_get_boottime_ns();
	struct fguard_call call;

	fguard_syscall_identify(&call);
	list_for_each_entry(claim, &waiter->claims, node) {
		if (is_stale(claim, now) || !is_of_call(claim, &call))
			continue;
		if (fguard_key_equal(&claim->question->key, key))
			return claim;
		if (!covers && claim->used && fguard_key_covers(&claim->question->key, key))
			covers = claim;
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
	if (list_empty(&waiter->claims) && !waiter->queued)
		waiter_free(waiter);
}

/* ---- on the way back to user mode ---------------------------------------------- */

/* The call ended with something else: whatever it asked in this try is over. */
static void end_call(struct waiter *waiter)
{
	struct claim *claim, *next;

	list_for_each_entry_safe(claim, next, &waiter->claims, node)
		if (claim->used || claim == waiter->waiting)
			claim_drop(waiter, claim);
}

static void keep(struct claim *claim)
{
	claim->again = claim->used;
	claim->used = false;
	claim->kept = ktime_get_boottime_ns();
}

/* What was used will be used again; what is waited for is handed to the caller. */
static struct fguard_question *begin_anew(struct waiter *waiter, long error)
{
	struct fguard_question *question = NULL;
	struct claim *claim;

	list_for_each_entry(claim, &waiter->claims, node)
		if (claim->used || claim == waiter->waiting)
			keep(claim);
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
 * nobody tells without an answerer.
 */
static struct fguard_question *leave(struct waiter *waiter, long error)
{
	struct fguard_question *question = NULL;

	spin_lock(&fguard_question_lock);
	waiter->queued = false;
	if (error == -ERESTARTNOINTR ||
	    (error && !waiter->waiting && fguard_answerers_present()))
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
		claim_all_drop(waiter);
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
	struct claim *claim, *next;

	list_for_each_entry_safe(claim, next, &waiter->claims, node)
		if (claim->again)
			claim_drop(waiter, claim);
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
static bool wait_with(struct waiter *waiter, struct claim *claim)
{
	if (!queue_work_of(waiter))
		return false;
	if (waiter->waiting && waiter->waiting != claim)
		claim_drop(waiter, waiter->waiting);
	waiter->waiting = claim;
	set_tsk_thread_flag(current, TIF_NOTIFY_SIGNAL);
	return true;
}

static void apply(struct waiter *waiter, struct claim *claim, struct fguard_decision *decision)
{
	const struct fguard_question *question = claim->question;

	if (is_settled(claim)) {
		claim->used = queue_work_of(waiter);
		claim->again = false;
		fguard_evaluate_settle(decision, question->verdict, question->reason,
				       question->detail);
	} else if (!wait_with(waiter, claim)) {
		fguard_evaluate_settle(decision, question->fallback,
				       FGUARD_REASON_UNASKABLE, FGUARD_DETAIL_NONE);
	}
}

bool fguard_waiter_recall(const struct fguard_key *key, bool may_wait,
			  struct fguard_decision *decision)
{
	struct claim *claim = NULL;
	struct waiter *waiter;

	spin_lock(&fguard_question_lock);
	waiter = find_waiter(current);
	if (waiter)
		claim = find_claim(waiter, key);
	if (claim && !may_wait && !claim->used)
		claim = NULL;
	if (claim)
		apply(waiter, claim, decision);
	spin_unlock(&fguard_question_lock);
	return claim;
}

static struct waiter *waiter_of_current(struct waiter **spare)
{
	struct waiter *waiter = find_waiter(current);

	if (waiter)
		return waiter;
	waiter = *spare;
	*spare = NULL;
	waiter->task = get_task_struct(current);
	INIT_LIST_HEAD(&waiter->claims);
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

static bool claim_add(struct waiter *waiter, struct claim *claim,
		      struct fguard_question *question)
{
	struct fguard_share *share = fguard_share_of(fguard_share_payer());

	if (!share)
		return false;
	if (share->claim_count >= FGUARD_CLAIMS_SHARE) {
		fguard_share_put(share);
		return false;
	}
	share->claim_count++;
	if (waiter->count >= CLAIMS_MAX)
		claim_drop(waiter, list_first_entry(&waiter->claims, struct claim, node));
	claim->share = share;
	claim->question = question;
	fguard_syscall_identify(&claim->call);
	question->claims++;
	waiter->count++;
	list_add_tail(&claim->node, &waiter->claims);
	return true;
}

/* Nobody asks it: not even who was about to. */
static void give_up(struct fguard_question *question)
{
	if (!question->claims)
		fguard_question_settle(question, question->fallback, FGUARD_REASON_DEFAULT,
				       FGUARD_DETAIL_NONE, FGUARD_CLOSED_GONE);
	fguard_question_put(question);
}

static int ask_locked(struct fguard_question *question, struct waiter **spare,
		      struct claim **claim)
{
	struct fguard_question *mine;
	struct waiter *waiter;
	u8 verdict;
	int err = 0;

	/* Since we looked, without the lock, somebody may have answered. */
	if (fguard_recall_for(question, &verdict))
		return -EEXIST;
	mine = merge(question);
	if (!mine)
		return -EBUSY;
	waiter = waiter_of_current(spare);
	if (!claim_add(waiter, *claim, mine)) {
		give_up(mine);
		err = -EBUSY;
	} else if (!wait_with(waiter, *claim)) {
		claim_drop(waiter, *claim);
		*claim = NULL;
		err = -ESRCH;
	} else {
		*claim = NULL;
	}
	free_unused(waiter);
	return err;
}

static void note_locked(struct fguard_question *question, struct waiter **spare,
			struct claim **claim)
{
	struct waiter *waiter = waiter_of_current(spare);

	refcount_inc(&question->refs);
	if (!claim_add(waiter, *claim, question)) {
		fguard_question_put(question);
	} else {
		(*claim)->used = queue_work_of(waiter);
		if (!(*claim)->used)
			claim_drop(waiter, *claim);
		*claim = NULL;
	}
	free_unused(waiter);
}

void fguard_waiter_note(struct fguard_question *question)
{
	struct waiter *spare = kzalloc(sizeof(*spare), FGUARD_GFP_ASKING);
	struct claim *claim = kzalloc(sizeof(*claim), FGUARD_GFP_ASKING);

	if (spare && claim) {
		spin_lock(&fguard_question_lock);
		note_locked(question, &spare, &claim);
		spin_unlock(&fguard_question_lock);
	}
	kfree(spare);
	kfree(claim);
	fguard_question_put(question);
}

int fguard_waiter_ask(struct fguard_question *question)
{
	struct waiter *spare = kzalloc(sizeof(*spare), FGUARD_GFP_ASKING);
	struct claim *claim = kzalloc(sizeof(*claim), FGUARD_GFP_ASKING);
	int err = -ENOMEM;

	if (spare && claim) {
		spin_lock(&fguard_question_lock);
		err = ask_locked(question, &spare, &claim);
		spin_unlock(&fguard_question_lock);
	}
	kfree(spare);
	kfree(claim);
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
	struct claim *claim, *next;

	list_for_each_entry_safe(claim, next, &waiter->claims, node) {
		if (held)
			claim->kept = now;
		if (is_stale(claim, now))
			claim_drop(waiter, claim);
	}
	if (!list_empty(&waiter->claims))
		return now + FGUARD_CLAIM_LIFE / 2;
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
				again = now + FGUARD_CLAIM_LIFE / 2;
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
	struct claim *claim, *next;

	list_for_each_entry_safe(claim, next, &waiter->claims, node)
		if (claim->question->key.rule == rule)
			claim_drop(waiter, claim);
	if (!list_empty(&waiter->claims))
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
			claim_all_drop(waiter);
			waiter_free(waiter);
		}
	}
	spin_unlock(&fguard_question_lock);
	/* A task may still be in the last instructions of go_back(). */
	synchronize_rcu_tasks();
}

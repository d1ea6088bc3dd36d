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
#include "ask/asker.h"
#include "ask/question.h"
#include "ask/remember.h"
#include "ask/share.h"
#include "ftrace/syscall.h"

#define BUCKET_BITS 8

/* Questions of one task at a time: a file may be replaced while it waits. */
#define CLAIMS_MAX 32

/**
 * struct claim - an asker's question
 * @node: link in the asker's list
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
 * struct asker - a task that asked; all under question_lock
 * @node: link in askers
 * @task: the task, held so that the structure is never another's
 * @work: runs on the way back to user mode
 * @queued: it will; then the module is held, too
 * @waiting: the claim that this call waits for
 * @interrupted: the error with which the call was left that @again claims are of, if
 *	a handler may yet end it; else 0
 * @claims: all
 * @count: how many
 */
struct asker {
	struct hlist_node node;
	struct task_struct *task;
	struct callback_head work;
	bool queued;
	struct claim *waiting;
	long interrupted;
	struct list_head claims;
	u32 count;
};

static struct hlist_head askers[1 << BUCKET_BITS];
static u32 asker_count;

u32 fguard_askers_present(void)
{
	return READ_ONCE(asker_count);
}

static struct hlist_head *bucket_of(const struct task_struct *task)
{
	return &askers[hash_ptr((void *)task, BUCKET_BITS)];
}

static struct asker *find_asker(const struct task_struct *task)
{
	struct asker *asker;

	hlist_for_each_entry(asker, bucket_of(task), node)
		if (asker->task == task)
			return asker;
	return NULL;
}

/* ---- claims ------------------------------------------------------------------ */

static void claim_drop(struct asker *asker, struct claim *claim)
{
	struct fguard_question *question = claim->question;

	if (asker->waiting == claim)
		asker->waiting = NULL;
	list_del(&claim->node);
	asker->count--;
	claim->share->claim_count--;
	fguard_share_put(claim->share);
	kfree(claim);
	if (!--question->claims)
		fguard_question_settle(question, question->fallback,
				       FGUARD_REASON_DEFAULT, FGUARD_DETAIL_NONE,
				       FGUARD_CLOSED_GONE);
	fguard_question_put(question);
}

static void claim_all_drop(struct asker *asker)
{
	struct claim *claim, *next;

	list_for_each_entry_safe(claim, next, &asker->claims, node)
		claim_drop(asker, claim);
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
static struct claim *find_claim(const struct asker *asker, const struct fguard_key *key)
{
	struct claim *claim, *covers = NULL;
	u64 now = ktime_get_boottime_ns();
	struct fguard_call call;

	fguard_syscall_identify(&call);
	list_for_each_entry(claim, &asker->claims, node) {
		if (is_stale(claim, now) || !is_of_call(claim, &call))
			continue;
		if (fguard_key_equal(&claim->question->key, key))
			return claim;
		if (!covers && claim->used && fguard_key_covers(&claim->question->key, key))
			covers = claim;
	}
	return covers;
}

static void asker_free(struct asker *asker)
{
	hlist_del(&asker->node);
	WRITE_ONCE(asker_count, asker_count - 1);
	put_task_struct(asker->task);
	kfree(asker);
}

static void free_unused(struct asker *asker)
{
	if (list_empty(&asker->claims) && !asker->queued)
		asker_free(asker);
}

/* ---- on the way back to user mode ---------------------------------------------- */

/* The call ended with something else: whatever it asked in this try is over. */
static void end_call(struct asker *asker)
{
	struct claim *claim, *next;

	list_for_each_entry_safe(claim, next, &asker->claims, node)
		if (claim->used || claim == asker->waiting)
			claim_drop(asker, claim);
}

static void keep(struct claim *claim)
{
	claim->again = claim->used;
	claim->used = false;
	claim->kept = ktime_get_boottime_ns();
}

/* What was used will be used again; what is waited for is handed to the caller. */
static struct fguard_question *begin_anew(struct asker *asker, long error)
{
	struct fguard_question *question = NULL;
	struct claim *claim;

	list_for_each_entry(claim, &asker->claims, node)
		if (claim->used || claim == asker->waiting)
			keep(claim);
	asker->interrupted = error == -ERESTARTNOINTR ? 0 : error;
	if (asker->waiting) {
		question = asker->waiting->question;
		refcount_inc(&question->refs);
		asker->waiting = NULL;
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
static struct fguard_question *leave(struct asker *asker, long error)
{
	struct fguard_question *question = NULL;

	spin_lock(&fguard_question_lock);
	asker->queued = false;
	if (error == -ERESTARTNOINTR ||
	    (error && !asker->waiting && fguard_answerers_present()))
		question = begin_anew(asker, error);
	else
		end_call(asker);
	free_unused(asker);
	spin_unlock(&fguard_question_lock);
	return question;
}

/* A task that is killed does not come back. */
static void forget_current(void)
{
	struct asker *asker;

	spin_lock(&fguard_question_lock);
	asker = find_asker(current);
	if (asker && !asker->queued) {
		claim_all_drop(asker);
		asker_free(asker);
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
	struct asker *asker = container_of(work, struct asker, work);
	long error = is_ending() ? 0 : fguard_syscall_restart();
	bool restarts = error == -ERESTARTNOINTR;
	struct fguard_question *question;

	/* Let those behind us go first: they would have to wait, too. */
	if (restarts && READ_ONCE(work->next) && !task_work_add(current, work, TWA_RESUME))
		return;
	question = leave(asker, error);
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

static void end_interrupted(struct asker *asker)
{
	struct claim *claim, *next;

	list_for_each_entry_safe(claim, next, &asker->claims, node)
		if (claim->again)
			claim_drop(asker, claim);
}

void fguard_asker_signal(bool restarts)
{
	struct asker *asker;

	if (!fguard_askers_present())
		return;
	spin_lock(&fguard_question_lock);
	asker = find_asker(current);
	if (asker && asker->interrupted && !asker->queued) {
		if (ends(asker->interrupted, restarts))
			end_interrupted(asker);
		/* Others come on top of this one. */
		asker->interrupted = 0;
		free_unused(asker);
	}
	spin_unlock(&fguard_question_lock);
}

/* ---- those who end ----------------------------------------------------------------- */

/*
 * Who jumped out of a handler, or dies of a signal that dumps core, is not known to end
 * when he leaves go_back().
 */
void fguard_asker_exit(void)
{
	forget_current();
}

/* ---- inside the call ------------------------------------------------------------- */

static bool queue_work_of(struct asker *asker)
{
	if (asker->queued)
		return true;
	if (!try_module_get(THIS_MODULE))
		return false;
	init_task_work(&asker->work, go_back);
	asker->interrupted = 0;
	if (task_work_add(current, &asker->work, TWA_RESUME)) {
		module_put(THIS_MODULE);
		return false;
	}
	asker->queued = true;
	return true;
}

/* What this try asked before, and was let through in spite of it, is void. */
static bool wait_with(struct asker *asker, struct claim *claim)
{
	if (!queue_work_of(asker))
		return false;
	if (asker->waiting && asker->waiting != claim)
		claim_drop(asker, asker->waiting);
	asker->waiting = claim;
	set_tsk_thread_flag(current, TIF_NOTIFY_SIGNAL);
	return true;
}

static void apply(struct asker *asker, struct claim *claim, struct fguard_decision *decision)
{
	const struct fguard_question *question = claim->question;

	if (is_settled(claim)) {
		claim->used = queue_work_of(asker);
		claim->again = false;
		fguard_evaluate_settle(decision, question->verdict, question->reason,
				       question->detail);
	} else if (!wait_with(asker, claim)) {
		fguard_evaluate_settle(decision, question->fallback,
				       FGUARD_REASON_UNASKABLE, FGUARD_DETAIL_NONE);
	}
}

bool fguard_asker_recall(const struct fguard_key *key, bool may_wait,
			 struct fguard_decision *decision)
{
	struct claim *claim = NULL;
	struct asker *asker;

	spin_lock(&fguard_question_lock);
	asker = find_asker(current);
	if (asker)
		claim = find_claim(asker, key);
	if (claim && !may_wait && !claim->used)
		claim = NULL;
	if (claim)
		apply(asker, claim, decision);
	spin_unlock(&fguard_question_lock);
	return claim;
}

static struct asker *asker_of_current(struct asker **spare)
{
	struct asker *asker = find_asker(current);

	if (asker)
		return asker;
	asker = *spare;
	*spare = NULL;
	asker->task = get_task_struct(current);
	INIT_LIST_HEAD(&asker->claims);
	hlist_add_head(&asker->node, bucket_of(current));
	WRITE_ONCE(asker_count, asker_count + 1);
	return asker;
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

static bool claim_add(struct asker *asker, struct claim *claim,
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
	if (asker->count >= CLAIMS_MAX)
		claim_drop(asker, list_first_entry(&asker->claims, struct claim, node));
	claim->share = share;
	claim->question = question;
	fguard_syscall_identify(&claim->call);
	question->claims++;
	asker->count++;
	list_add_tail(&claim->node, &asker->claims);
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

static int ask_locked(struct fguard_question *question, struct asker **spare,
		      struct claim **claim)
{
	struct fguard_question *mine;
	struct asker *asker;
	u8 verdict;
	int err = 0;

	/* Since we looked, without the lock, somebody may have answered. */
	if (fguard_recall_for(question, &verdict))
		return -EEXIST;
	mine = merge(question);
	if (!mine)
		return -EBUSY;
	asker = asker_of_current(spare);
	if (!claim_add(asker, *claim, mine)) {
		give_up(mine);
		err = -EBUSY;
	} else if (!wait_with(asker, *claim)) {
		claim_drop(asker, *claim);
		*claim = NULL;
		err = -ESRCH;
	} else {
		*claim = NULL;
	}
	free_unused(asker);
	return err;
}

static void note_locked(struct fguard_question *question, struct asker **spare,
			struct claim **claim)
{
	struct asker *asker = asker_of_current(spare);

	refcount_inc(&question->refs);
	if (!claim_add(asker, *claim, question)) {
		fguard_question_put(question);
	} else {
		(*claim)->used = queue_work_of(asker);
		if (!(*claim)->used)
			claim_drop(asker, *claim);
		*claim = NULL;
	}
	free_unused(asker);
}

void fguard_asker_note(struct fguard_question *question)
{
	struct asker *spare = kzalloc(sizeof(*spare), FGUARD_GFP_ASKING);
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

int fguard_asker_ask(struct fguard_question *question)
{
	struct asker *spare = kzalloc(sizeof(*spare), FGUARD_GFP_ASKING);
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

static u64 sweep(struct asker *asker, u64 now)
{
	bool held = is_held(asker->task);
	struct claim *claim, *next;

	list_for_each_entry_safe(claim, next, &asker->claims, node) {
		if (held)
			claim->kept = now;
		if (is_stale(claim, now))
			claim_drop(asker, claim);
	}
	if (!list_empty(&asker->claims))
		return now + FGUARD_CLAIM_LIFE / 2;
	asker_free(asker);
	return 0;
}

u64 fguard_askers_sweep(u64 now)
{
	struct hlist_node *next;
	struct asker *asker;
	unsigned int i;
	u64 again = 0;

	lockdep_assert_held(&fguard_question_lock);
	for (i = 0; i < ARRAY_SIZE(askers); i++)
		hlist_for_each_entry_safe(asker, next, &askers[i], node)
			if (asker->queued || sweep(asker, now))
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

static void retire(struct asker *asker, u64 rule)
{
	struct claim *claim, *next;

	list_for_each_entry_safe(claim, next, &asker->claims, node)
		if (claim->question->key.rule == rule)
			claim_drop(asker, claim);
	if (!list_empty(&asker->claims))
		return;
	if (asker->queued) {
		/* Else it runs already, or is about to. */
		if (!take_back(asker->task, &asker->work))
			return;
		asker->queued = false;
		module_put(THIS_MODULE);
	}
	asker_free(asker);
}

void fguard_askers_retire(u64 rule)
{
	struct hlist_node *next;
	struct asker *asker;
	unsigned int i;

	lockdep_assert_held(&fguard_question_lock);
	if (!asker_count)
		return;
	for (i = 0; i < ARRAY_SIZE(askers); i++)
		hlist_for_each_entry_safe(asker, next, &askers[i], node)
			retire(asker, rule);
}

/* Nobody tells any more whether a handler ends what they were interrupted in. */
void fguard_askers_abandon(void)
{
	struct hlist_node *next;
	struct asker *asker;
	unsigned int i;

	lockdep_assert_held(&fguard_question_lock);
	for (i = 0; i < ARRAY_SIZE(askers); i++) {
		hlist_for_each_entry_safe(asker, next, &askers[i], node) {
			if (!asker->interrupted)
				continue;
			end_interrupted(asker);
			asker->interrupted = 0;
			free_unused(asker);
		}
	}
}

void fguard_askers_exit(void)
{
	struct hlist_node *next;
	struct asker *asker;
	unsigned int i;

	spin_lock(&fguard_question_lock);
	for (i = 0; i < ARRAY_SIZE(askers); i++) {
		hlist_for_each_entry_safe(asker, next, &askers[i], node) {
			claim_all_drop(asker);
			asker_free(asker);
		}
	}
	spin_unlock(&fguard_question_lock);
	/* A task may still be in the last instructions of go_back(). */
	synchronize_rcu_tasks();
}

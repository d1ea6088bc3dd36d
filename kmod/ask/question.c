// SPDX-License-Identifier: GPL-2.0-only
#include <linux/ctype.h>
#include <linux/dcache.h>
#include <linux/hashtable.h>
#include <linux/random.h>
#include <linux/sched/signal.h>
#include <linux/siphash.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>

#include "ask/listener.h"
#include "ask/waiter.h"
#include "ask/question.h"
#include "ask/answer_cache.h"
#include "ask/share.h"
#include "base/alarm.h"
#include "events/event.h"
#include "events/subscription.h"
#include "ftrace/syscall.h"
#include "policy/rule.h"
#include "subject/script.h"

#define BUCKET_BITS	10

/* Those not settled, in the order of their numbers, and where a search begins. */
static LIST_HEAD(questions);
static DEFINE_HASHTABLE(questions_by_key, BUCKET_BITS);
static DEFINE_HASHTABLE(questions_by_id, BUCKET_BITS);
static LIST_HEAD(untold);
static u32 question_count;
static u64 last_id;
static u64 asked, expired;
static bool closed; /* the module goes */

static siphash_key_t name_key;

/* ---- what is asked about --------------------------------------------------- */

static bool is_number(const char *text, unsigned int length)
{
	while (length && isxdigit(text[length - 1]))
		length--;
	return !length;
}

/* overlayfs numbers what it makes for a moment: "#3f", in a directory of its own. */
static bool is_temporary(struct dentry *dentry)
{
	struct dentry *parent = READ_ONCE(dentry->d_parent);
	const struct qstr *name;
	bool so;

	spin_lock(&dentry->d_lock);
	name = &dentry->d_name;
	so = name->len > 1 && *name->name == '#' && is_number(name->name + 1, name->len - 1);
	spin_unlock(&dentry->d_lock);
	if (!so)
		return false;
	spin_lock(&parent->d_lock);
	so = !strcmp(parent->d_name.name, "work") || !strcmp(parent->d_name.name, "index");
	spin_unlock(&parent->d_lock);
	return so;
}

/* Has it another name and number at each try? */
static bool is_unnamed(const struct fguard_request *request,
		       const struct fguard_object *object)
{
	return (request->open_flags & __O_TMPFILE) ||
	       (fguard_request_is_behind(request) && is_temporary(object->dentry));
}

static void take_unnamed(struct fguard_thing *thing, const struct fguard_object *object)
{
	fguard_identity_take(&thing->directory,
			     d_inode(READ_ONCE(object->dentry->d_parent)));
}

static void take_thing(struct fguard_thing *thing, const struct fguard_object *object)
{
	const struct inode *directory = d_inode_rcu(READ_ONCE(object->dentry->d_parent));

	thing->exists = object->inode;
	if (object->inode)
		fguard_identity_take(&thing->inode, object->inode);
	if (directory)
		fguard_identity_take(&thing->directory, directory);
	spin_lock(&object->dentry->d_lock);
	thing->name = siphash(object->dentry->d_name.name, object->dentry->d_name.len,
			      &name_key);
	spin_unlock(&object->dentry->d_lock);
}

/* Of two objects each has an operation of its own. */
u32 fguard_key_ops(const struct fguard_request *request, u8 op, const struct fguard_rule *rule)
{
	if (request->count > 1)
		return BIT(op);
	return (request->objects[0].ops & rule->terms.ops) | BIT(op);
}

/* Not io_uring_enter(), of which nobody knows what else it does. */
static bool is_within_open(void)
{
	u32 flags;

	return fguard_syscall_opens(&flags) != FGUARD_OPENS_NOT &&
	       fguard_syscall_can_restart(false);
}

u32 fguard_key_covering(const struct fguard_request *request, u8 op)
{
	const u32 creation = request->creation ? BIT(FGUARD_OP_CREATE) : 0;

	switch (op) {
	case FGUARD_OP_READ:
	case FGUARD_OP_WRITE:
		return creation;
	case FGUARD_OP_TRUNCATE:
		return is_within_open() ? creation | BIT(FGUARD_OP_WRITE) : 0;
	}
	return 0;
}

void fguard_key_take(struct fguard_key *key, const struct fguard_request *request, u8 op,
		     const struct fguard_rule *rule)
{
	unsigned int i;

	memset(key, 0, sizeof(*key));
	key->rule = rule->serial;
	key->op = op;
	key->ops = fguard_key_ops(request, op, rule);
	key->covering = fguard_key_covering(request, op);
	key->count = request->count;
	key->behind = fguard_request_is_behind(request);
	for (i = 0; i < request->count; i++)
		if (is_unnamed(request, &request->objects[i]))
			take_unnamed(&key->things[i], &request->objects[i]);
		else
			take_thing(&key->things[i], &request->objects[i]);
}

static bool same_place(const struct fguard_thing *a, const struct fguard_thing *b)
{
	return a->name == b->name && fguard_identity_equal(&a->directory, &b->directory);
}

static bool same_thing(const struct fguard_thing *a, const struct fguard_thing *b)
{
	return same_place(a, b) && a->exists == b->exists &&
	       (!a->exists || fguard_identity_equal(&a->inode, &b->inode));
}

bool fguard_key_equal(const struct fguard_key *a, const struct fguard_key *b)
{
	u8 i;

	if (a->rule != b->rule || a->op != b->op || a->ops != b->ops || a->count != b->count)
		return false;
	for (i = 0; i < a->count; i++)
		if (!same_thing(&a->things[i], &b->things[i]))
			return false;
	return true;
}

static bool same_inode(const struct fguard_thing *a, const struct fguard_thing *b)
{
	return a->exists && b->exists && fguard_identity_equal(&a->inode, &b->inode);
}

/* As the layers of an overlay have what it shows: by the same name. */
static bool may_be_layer_of(const struct fguard_thing *above, const struct fguard_thing *thing)
{
	return above->name == thing->name && above->directory.dev != thing->directory.dev;
}

/*
 * A call may reach several objects of a filesystem, and a ring's call carries out many:
 * what is done behind it counts only with what was asked about.
 */
static bool covers_behind(const struct fguard_key *asked, const struct fguard_thing *now)
{
	u8 i;

	for (i = 0; i < asked->count; i++)
		if (same_inode(&asked->things[i], now) ||
		    (!asked->behind && may_be_layer_of(&asked->things[i], now)))
			return true;
	/* What is made for a moment is made of it. */
	return !now->exists && !now->name;
}

bool fguard_key_covers(const struct fguard_key *asked, const struct fguard_key *next)
{
	const struct fguard_thing *before = &asked->things[0], *now = &next->things[0];

	if (asked->rule != next->rule)
		return false;
	if (next->behind && (!asked->behind || asked->op == next->op) &&
	    covers_behind(asked, now))
		return true;
	/* open() may shorten what it opens for reading. */
	if (asked->op == FGUARD_OP_READ && next->op != FGUARD_OP_READ)
		return false;
	return asked->count == 1 && next->count == 1 && same_place(before, now) &&
	       (!before->exists || fguard_identity_equal(&before->inode, &now->inode));
}

/* ---- life of a question ----------------------------------------------------- */

/* An inode that dies before it is followed would be missed. */
static void follow_programs(struct fguard_question *question)
{
	struct fguard_identity script;

	if (question->exe_known)
		fguard_program_follow(&question->exe);
	if (!question->has_script)
		return;
	fguard_program_follow(&question->script);
	if (!fguard_script_of(question->process, &script, NULL))
		WRITE_ONCE(question->script.gone, true);
}

static void take_waiter(struct fguard_question *question)
{
	question->process = get_pid(task_tgid(current));
	question->uid = current_real_cred()->uid;
	question->payer = fguard_share_payer();
	question->exe_known = fguard_subject_exe_identity(&question->exe.identity);
	follow_programs(question);
}

static bool is_known_again(const struct fguard_question *question)
{
	return question->exe_known && !READ_ONCE(question->exe.gone) &&
	       !READ_ONCE(question->script.gone);
}

static void take_deadline(struct fguard_question *question, u32 milliseconds)
{
	u64 length = (u64)milliseconds * NSEC_PER_MSEC;

	question->deadline = ktime_get_boottime_ns() + length;
	question->record->deadline = ktime_get_real_ns() + length;
}

struct fguard_question *fguard_question_new(const struct fguard_key *key,
					    const struct fguard_request *request,
					    const struct fguard_decision *decision,
					    struct fguard_rule *rule)
{
	struct fguard_question *question;

	question = kzalloc(sizeof(*question), FGUARD_GFP_ASKING);
	if (!question)
		return NULL;
	question->default_verdict = rule->terms.default_verdict;
	question->has_script = fguard_script_of(task_tgid(current),
						&question->script.identity,
						&question->script_path);
	question->record = fguard_event_question(
		request, decision, rule, question->default_verdict, question->script_path);
	if (!question->record) {
		kfree(question->script_path);
		kfree(question);
		return NULL;
	}
	INIT_LIST_HEAD(&question->node);
	INIT_LIST_HEAD(&question->of_user);
	INIT_LIST_HEAD(&question->untold);
	refcount_set(&question->refs, 1);
	init_waitqueue_head(&question->wait);
	question->key = *key;
	question->rule = rule;
	take_waiter(question);
	take_deadline(question, rule->terms.timeout);
	return question;
}

struct fguard_question *fguard_question_remembered(const struct fguard_key *key, u8 verdict)
{
	struct fguard_question *question = kzalloc(sizeof(*question), FGUARD_GFP_ASKING);

	if (!question)
		return NULL;
	INIT_LIST_HEAD(&question->node);
	INIT_LIST_HEAD(&question->of_user);
	INIT_LIST_HEAD(&question->untold);
	refcount_set(&question->refs, 1);
	question->key = *key;
	question->process = get_pid(task_tgid(current));
	question->state = FGUARD_QUESTION_SETTLED;
	question->verdict = verdict;
	question->reason = FGUARD_REASON_ANSWER;
	question->detail = FGUARD_DETAIL_REMEMBERED;
	question->settled = ktime_get_boottime_ns();
	return question;
}

void fguard_question_put(struct fguard_question *question)
{
	if (!refcount_dec_and_test(&question->refs))
		return;
	fguard_program_leave(&question->exe);
	fguard_program_leave(&question->script);
	put_pid(question->process);
	kfree(question->script_path);
	kfree(question->record);
	kfree(question);
}

/* ---- the clock --------------------------------------------------------------- */

static struct fguard_alarm alarm;
static u64 next_look; /* when it rings, 0: it does not; question_lock */

static void look_at(u64 time)
{
	lockdep_assert_held(&fguard_question_lock);
	if (closed || (next_look && next_look <= time))
		return;
	next_look = time;
	fguard_alarm_set(&alarm, time);
}

static void expire(struct fguard_question *question)
{
	atomic64_inc(&question->rule->expired);
	expired++;
	fguard_question_settle(question, question->default_verdict, FGUARD_REASON_EXPIRED,
			       FGUARD_DETAIL_NONE, FGUARD_CLOSED_EXPIRED);
}

static void look(struct work_struct *work)
{
	struct fguard_question *question, *next;
	u64 now = ktime_get_boottime_ns(), again;

	spin_lock(&fguard_question_lock);
	next_look = 0;
	again = fguard_waiters_sweep(now);
	list_for_each_entry_safe(question, next, &questions, node) {
		if (question->deadline <= now)
			expire(question);
		else if (!again || question->deadline < again)
			again = question->deadline;
	}
	if (again)
		look_at(again);
	spin_unlock(&fguard_question_lock);
}

/* ---- asking ------------------------------------------------------------------- */

static u64 key_hash(const struct fguard_key *key, const struct pid *process)
{
	const struct fguard_thing *thing = &key->things[0];

	return (unsigned long)process ^ thing->name ^ thing->directory.ino;
}

static void settle_default(struct fguard_question *question, u8 detail)
{
	fguard_question_settle(question, question->default_verdict, FGUARD_REASON_DEFAULT,
			       detail, FGUARD_CLOSED_GONE);
}

/* Whoever has most gives way to who has less, but not to who would have as many then. */
static bool make_room(const struct fguard_share *share)
{
	struct fguard_share *greatest;

	if (share->question_count >= FGUARD_QUESTIONS_SHARE)
		return false;
	if (question_count < FGUARD_QUESTIONS_MAX)
		return true;
	greatest = fguard_share_greatest();
	if (greatest->question_count <= share->question_count + 1)
		return false;
	settle_default(list_last_entry(&greatest->questions, struct fguard_question, of_user),
		       FGUARD_DETAIL_QUEUE_FULL);
	return true;
}

static bool take_share(struct fguard_question *question)
{
	struct fguard_share *share = fguard_share_of(question->payer);

	if (!share)
		return false;
	if (!make_room(share)) {
		fguard_share_put(share);
		return false;
	}
	question->share = share;
	share->question_count++;
	list_add_tail(&question->of_user, &share->questions);
	return true;
}

static void give_back_share(struct fguard_question *question)
{
	struct fguard_share *share = question->share;

	question->share = NULL;
	list_del_init(&question->of_user);
	share->question_count--;
	fguard_share_put(share);
}

bool fguard_question_enter(struct fguard_question *question)
{
	lockdep_assert_held(&fguard_question_lock);
	if (closed || question->rule->silent || !take_share(question))
		return false;
	question->id = ++last_id;
	question->record->id = question->id;
	list_add_tail(&question->node, &questions);
	hash_add(questions_by_key, &question->by_key,
		 key_hash(&question->key, question->process));
	hash_add(questions_by_id, &question->by_id, question->id);
	question_count++;
	look_at(question->deadline);
	return true;
}

struct fguard_question *fguard_question_find(const struct fguard_key *key,
					     const struct pid *process)
{
	struct fguard_question *question;

	lockdep_assert_held(&fguard_question_lock);
	hash_for_each_possible(questions_by_key, question, by_key, key_hash(key, process))
		if (question->process == process &&
		    fguard_key_equal(&question->key, key))
			return question;
	return NULL;
}

static void tell_closed(const struct fguard_question *question, u8 closed_how)
{
	struct fguard_closed_record record = {
		.head = {
			.length = sizeof(record),
			.version = FGUARD_RECORD_VERSION,
			.type = FGUARD_RECORD_CLOSED,
			.time = ktime_get_real_ns(),
		},
		.id = question->id,
		.reason = closed_how,
		.verdict = question->verdict,
	};

	/* Whoever answered knows. */
	if (closed_how == FGUARD_CLOSED_ANSWERED)
		fguard_listeners_tell_later(&record.head);
	else
		fguard_listeners_tell(&record.head);
}

bool fguard_question_settle(struct fguard_question *question, u8 verdict, u8 reason,
			    u8 detail, u8 closed_how)
{
	bool was_told = question->state == FGUARD_QUESTION_WAITING &&
			list_empty(&question->untold);

	lockdep_assert_held(&fguard_question_lock);
	if (question->state == FGUARD_QUESTION_SETTLED)
		return false;
	question->verdict = verdict;
	question->reason = reason;
	question->detail = detail;
	question->settled = ktime_get_boottime_ns();
	question->rule = NULL;
	list_del_init(&question->node);
	list_del_init(&question->untold);
	if (question->share)
		give_back_share(question);
	hash_del(&question->by_key);
	hash_del(&question->by_id);
	question_count--;
	WRITE_ONCE(question->state, FGUARD_QUESTION_SETTLED);
	/* Nobody remembers anything of it any more. */
	fguard_program_leave(&question->exe);
	fguard_program_leave(&question->script);
	if (was_told)
		tell_closed(question, closed_how);
	look_at(question->settled + FGUARD_PENDING_LIFE);
	wake_up_all(&question->wait);
	return true;
}

/* It counts from now on: a call may end well before it is asked. */
static void begin_to_wait(struct fguard_question *question)
{
	WRITE_ONCE(question->state, FGUARD_QUESTION_WAITING);
	atomic64_inc(&question->rule->asked);
	asked++;
}

/* In their order: who filled the queue does not go before who came earlier. */
static void tell(struct fguard_question *question)
{
	if (list_empty(&untold) && fguard_listeners_have_room(&question->record->head))
		fguard_listeners_tell(&question->record->head);
	else
		list_add_tail(&question->untold, &untold);
}

void fguard_question_announce(struct fguard_question *question)
{
	spin_lock(&fguard_question_lock);
	if (question->state == FGUARD_QUESTION_PREPARED) {
		if (fguard_listeners_present()) {
			begin_to_wait(question);
			tell(question);
		} else {
			settle_default(question, FGUARD_DETAIL_NO_ANSWERER);
		}
	}
	spin_unlock(&fguard_question_lock);
}

static void tell_rest(void)
{
	struct fguard_question *question, *next;

	spin_lock(&fguard_question_lock);
	list_for_each_entry_safe(question, next, &untold, untold) {
		if (!fguard_listeners_have_room(&question->record->head))
			break;
		fguard_listeners_tell(&question->record->head);
		list_del_init(&question->untold);
	}
	spin_unlock(&fguard_question_lock);
}

static bool is_settled(const struct fguard_question *question)
{
	/* Pairs with the lock: what is told of it is read under that. */
	return READ_ONCE(question->state) == FGUARD_QUESTION_SETTLED;
}

bool fguard_question_wait(struct fguard_question *question)
{
	return !wait_event_interruptible(question->wait, is_settled(question));
}

/* ---- answering ----------------------------------------------------------------- */

static struct fguard_question *find(u64 id)
{
	struct fguard_question *question;

	hash_for_each_possible(questions_by_id, question, by_id, id)
		if (question->id == id && question->state == FGUARD_QUESTION_WAITING)
			return question;
	return NULL;
}

/* Others wait on the same terms, or will: those who are not out of their call yet. */
static void settle_covered(const struct fguard_rule *rule)
{
	struct fguard_question *question, *next;
	u8 verdict;

	list_for_each_entry_safe(question, next, &questions, node)
		if (question->rule == rule && fguard_answer_cache_find_for(question, &verdict))
			fguard_question_settle(question, verdict, FGUARD_REASON_ANSWER,
					       FGUARD_DETAIL_REMEMBERED,
					       FGUARD_CLOSED_ANSWERED);
}

static int answer_locked(const struct fguard_answer *answer, struct fguard_cached_answer **cached,
			 struct netlink_ext_ack *extack)
{
	struct fguard_question *question = find(answer->id);
	const struct fguard_rule *rule;

	if (!question) {
		NL_SET_ERR_MSG(extack,
			       "no such question waits: it was answered, expired or is gone");
		return -ENOENT;
	}
	if (answer->lifetime > FGUARD_LIFETIME_PROCESS && !is_known_again(question)) {
		NL_SET_ERR_MSG(extack, "the asker's executable would not be known again");
		return -EOPNOTSUPP;
	}
	rule = question->rule;
	if (*cached && !fguard_answer_cache_add(question, answer, *cached)) {
		NL_SET_ERR_MSG(extack,
			       "the rule remembers as many answers as it can: answer for once");
		return -ENOSPC;
	}
	fguard_question_settle(question, answer->verdict, FGUARD_REASON_ANSWER,
			       FGUARD_DETAIL_NONE, FGUARD_CLOSED_ANSWERED);
	if (*cached)
		settle_covered(rule);
	*cached = NULL;
	return 0;
}

int fguard_question_answer(const struct fguard_answer *answer,
			   struct netlink_ext_ack *extack)
{
	struct fguard_cached_answer *cached = NULL;
	int err;

	if (answer->lifetime != FGUARD_LIFETIME_ONCE) {
		cached = fguard_cached_answer_new();
		if (!cached)
			return -ENOMEM;
	}
	spin_lock(&fguard_question_lock);
	err = answer_locked(answer, &cached, extack);
	spin_unlock(&fguard_question_lock);
	fguard_cached_answer_free(cached);
	return err;
}

static void tell_all(struct fguard_subscription *subscription)
{
	struct fguard_question *question;
	u64 now = ktime_get_real_ns();

	lockdep_assert_held(&fguard_question_lock);
	list_for_each_entry(question, &questions, node) {
		if (question->state != FGUARD_QUESTION_WAITING ||
		    !(list_empty(&question->untold) ||
		      fguard_subscription_takes(subscription, &question->record->head)))
			continue;
		fguard_subscription_queue(subscription, now, &question->record->head);
		list_del_init(&question->untold);
	}
}

static void abandon(void)
{
	struct fguard_question *question, *next;

	lockdep_assert_held(&fguard_question_lock);
	list_for_each_entry_safe(question, next, &questions, node)
		settle_default(question, FGUARD_DETAIL_ANSWERER_GONE);
	fguard_waiters_abandon();
}

void fguard_questions_retire(struct fguard_rule *rule)
{
	struct fguard_question *question, *next;

	if (rule->terms.else_action != FGUARD_ELSE_ASK)
		return;
	spin_lock(&fguard_question_lock);
	rule->silent = true;
	fguard_answer_cache_retire(rule);
	list_for_each_entry_safe(question, next, &questions, node)
		if (question->rule == rule)
			settle_default(question, FGUARD_DETAIL_RULE_GONE);
	fguard_waiters_retire(rule->serial);
	spin_unlock(&fguard_question_lock);
}

/* ---- showing --------------------------------------------------------------------- */

struct fguard_question *fguard_questions_next(u64 *id)
{
	struct fguard_question *question, *found = NULL;

	spin_lock(&fguard_question_lock);
	list_for_each_entry(question, &questions, node) {
		if (question->id > *id && question->state == FGUARD_QUESTION_WAITING) {
			refcount_inc(&question->refs);
			*id = question->id;
			found = question;
			break;
		}
	}
	spin_unlock(&fguard_question_lock);
	return found;
}

void fguard_questions_count(struct fguard_question_totals *totals)
{
	spin_lock(&fguard_question_lock);
	totals->waiting = question_count;
	totals->asked = asked;
	totals->expired = expired;
	spin_unlock(&fguard_question_lock);
}

/* ---- life -------------------------------------------------------------------------- */

static const struct fguard_answering answering = {
	.comes = tell_all,
	.has_room = tell_rest,
	.last_goes = abandon,
};

void fguard_questions_init(void)
{
	fguard_listeners_init(&answering);
	get_random_bytes(&name_key, sizeof(name_key));
	fguard_alarm_init(&alarm, look);
}

void fguard_questions_exit(void)
{
	spin_lock(&fguard_question_lock);
	closed = true;
	spin_unlock(&fguard_question_lock);
	fguard_alarm_end(&alarm);
	fguard_waiters_exit();
	fguard_listeners_exit();
}

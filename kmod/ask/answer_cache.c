// SPDX-License-Identifier: GPL-2.0-only
#include <linux/cred.h>
#include <linux/file.h>
#include <linux/hash.h>
#include <linux/hashtable.h>
#include <linux/pid.h>
#include <linux/random.h>
#include <linux/refcount.h>
#include <linux/rculist.h>
#include <linux/sched/signal.h>
#include <linux/siphash.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/timekeeping.h>

#include "ask/question.h"
#include "ask/answer_cache.h"
#include "policy/rule.h"
#include "subject/script.h"

#define BUCKET_BITS 7

/**
 * struct fguard_answer_cache - what a rule remembers
 * @refs: rules whose it is: one that stands in the place of another has what that had
 * @heir: the latest of them; question_lock
 * @all: the answers, the oldest first; question_lock
 * @count: how many
 * @key: with which they are hashed: users choose their inodes
 * @buckets: those of a process, or of a program that a user runs; RCU, question_lock
 */
struct fguard_answer_cache {
	refcount_t refs;
	struct fguard_rule *heir;
	struct list_head all;
	u32 count;
	siphash_key_t key;
	struct hlist_head buckets[1 << BUCKET_BITS];
};

/**
 * struct fguard_cached_answer - an answer that a rule remembers
 * @node: link among all; RCU, question_lock
 * @by_who: link in a bucket; RCU, question_lock
 * @by_number: link in the list of those of all rules; question_lock
 * @cache: where it might be the first
 * @number: a later one counts before it; never another's
 * @ops: mask of what may be done, or not
 * @verdict: enum fguard_verdict
 * @process: by this process, held; NULL: by a program that a user runs
 * @exe: that program
 * @script: the script that it runs, if @has_script; otherwise it runs none
 * @has_script: it does
 * @exe_path: where the program was then, or NULL
 * @script_path: where the script was, or NULL
 * @comm: name of the process that asked
 * @uid: that user
 * @lifetime: enum fguard_lifetime
 * @given: when, nanoseconds since the epoch
 * @by_program: link in the table of programs that answers let in; RCU, question_lock
 * @rule: the rule, valid while it stands there
 * @until: when it ends, nanoseconds since boot, 0: with the rule
 * @rcu: frees it after the last reader
 */
struct fguard_cached_answer {
	struct list_head node;
	struct hlist_node by_who;
	struct list_head by_number;
	struct fguard_answer_cache *cache;
	u64 number;
	u32 ops;
	u8 verdict;
	struct pid *process;
	struct fguard_program exe;
	struct fguard_program script;
	bool has_script;
	char *exe_path;
	char *script_path;
	char comm[TASK_COMM_LEN];
	kuid_t uid;
	u8 lifetime;
	u64 given;
	struct hlist_node by_program;
	struct fguard_rule *rule;
	u64 until;
	struct rcu_head rcu;
};

static DEFINE_HASHTABLE(programs, 8);

/* Those of all rules in force, in the order of their numbers; question_lock */
static LIST_HEAD(remembered);
static u64 last_number;

/* ---- life ------------------------------------------------------------------------ */

static struct fguard_answer_cache *answers_new(void)
{
	struct fguard_answer_cache *cache = kzalloc(sizeof(*cache), GFP_KERNEL);

	if (!cache)
		return NULL;
	refcount_set(&cache->refs, 1);
	INIT_LIST_HEAD(&cache->all);
	get_random_bytes(&cache->key, sizeof(cache->key));
	return cache;
}

struct fguard_cached_answer *fguard_cached_answer_new(void)
{
	struct fguard_cached_answer *cached = kzalloc(sizeof(*cached), GFP_KERNEL);

	if (!cached)
		return NULL;
	INIT_LIST_HEAD(&cached->by_number);
	cached->cache = answers_new();
	if (cached->cache)
		return cached;
	kfree(cached);
	return NULL;
}

void fguard_cached_answer_free(struct fguard_cached_answer *cached)
{
	if (!cached)
		return;
	fguard_program_leave(&cached->exe);
	fguard_program_leave(&cached->script);
	kfree(cached->exe_path);
	kfree(cached->script_path);
	put_pid(cached->process);
	kfree(cached->cache);
	kfree(cached);
}

static void free_rcu_cached(struct rcu_head *head)
{
	fguard_cached_answer_free(container_of(head, struct fguard_cached_answer, rcu));
}

static struct fguard_answer_cache *answers_of(const struct fguard_rule *rule)
{
	return rcu_dereference_check(rule->cache, lockdep_is_held(&fguard_question_lock));
}

static void forget(struct fguard_answer_cache *cache, struct fguard_cached_answer *cached)
{
	list_del_rcu(&cached->node);
	list_del_init(&cached->by_number);
	hlist_del_rcu(&cached->by_who);
	hash_del_rcu(&cached->by_program);
	cache->count--;
	call_rcu(&cached->rcu, free_rcu_cached);
}

void fguard_answer_cache_free(struct fguard_rule *rule)
{
	struct fguard_answer_cache *cache = rcu_dereference_protected(rule->cache, true);
	struct fguard_cached_answer *cached, *next;

	if (!cache || !refcount_dec_and_test(&cache->refs))
		return;
	list_for_each_entry_safe(cached, next, &cache->all, node)
		fguard_cached_answer_free(cached);
	kfree(cache);
}

void fguard_answer_cache_inherit(struct fguard_rule *rule, struct fguard_rule *old)
{
	struct fguard_answer_cache *cache, *spare = answers_new();

	spin_lock(&fguard_question_lock);
	cache = answers_of(old);
	if (!cache && spare) {
		/* It may be answered until it goes. */
		cache = spare;
		spare = NULL;
		rcu_assign_pointer(old->cache, cache);
	}
	if (cache) {
		refcount_inc(&cache->refs);
		cache->heir = rule;
		rcu_assign_pointer(rule->cache, cache);
	}
	spin_unlock(&fguard_question_lock);
	kfree(spare);
}

/* ---- whose it is ----------------------------------------------------------------- */

static u32 bucket_of_process(const struct fguard_answer_cache *cache, const struct pid *process)
{
	return hash_64(siphash_1u64((unsigned long)process, &cache->key), BUCKET_BITS);
}

static u32 bucket_of_exe(const struct fguard_answer_cache *cache, u64 ino, kuid_t uid)
{
	return hash_64(siphash_2u64(ino, __kuid_val(uid), &cache->key), BUCKET_BITS);
}

static u32 bucket_of(const struct fguard_answer_cache *cache,
		     const struct fguard_cached_answer *cached)
{
	if (cached->process)
		return bucket_of_process(cache, cached->process);
	return bucket_of_exe(cache, cached->exe.identity.ino, cached->uid);
}

/* The device, too: a copy is not the program that it is a copy of. */
static bool is_exe(const struct fguard_cached_answer *cached, const struct fguard_identity *exe,
		   kuid_t uid)
{
	return uid_eq(cached->uid, uid) && !READ_ONCE(cached->exe.gone) &&
	       cached->exe.identity.dev == exe->dev &&
	       fguard_identity_equal(&cached->exe.identity, exe);
}

/* @script: what the program runs, NULL: no script */
static bool is_script(const struct fguard_cached_answer *cached,
		      const struct fguard_identity *script)
{
	if (!cached->has_script || !script)
		return !cached->has_script && !script;
	return !READ_ONCE(cached->script.gone) &&
	       cached->script.identity.dev == script->dev &&
	       fguard_identity_equal(&cached->script.identity, script);
}

static bool is_of_same(const struct fguard_cached_answer *a, const struct fguard_cached_answer *b)
{
	if (a->process || b->process)
		return a->process == b->process;
	return is_exe(a, &b->exe.identity, b->uid) &&
	       is_script(a, b->has_script ? &b->script.identity : NULL);
}

static bool is_over(const struct fguard_cached_answer *cached, u64 now)
{
	if (cached->process)
		return !pid_has_task(cached->process, PIDTYPE_TGID);
	return (cached->until && cached->until <= now) || READ_ONCE(cached->exe.gone) ||
	       READ_ONCE(cached->script.gone);
}

/* ---- remembering ------------------------------------------------------------------ */

/* For people: what there is no memory for is not shown, nor is what is not sure. */
static void take_names(struct fguard_cached_answer *cached,
		       const struct fguard_question *question)
{
	const struct fguard_access_record *request = &question->record->access;
	const char *exe = (const char *)(request + 1) + request->path_length +
			  request->new_path_length;

	if (request->exe_length && !(request->cut & FGUARD_CUT_EXE))
		cached->exe_path = kmemdup_nul(exe, request->exe_length,
					       GFP_ATOMIC | __GFP_NOWARN);
	if (question->script_path && *question->script_path == '/')
		cached->script_path = kstrdup(question->script_path,
					      GFP_ATOMIC | __GFP_NOWARN);
	memcpy(cached->comm, exe + request->exe_length,
	       min_t(size_t, request->comm_length, TASK_COMM_LEN - 1));
}

/* It may have died since the question. */
static void take_program(struct fguard_program *program, const struct fguard_program *waiter)
{
	program->identity = waiter->identity;
	fguard_program_follow(program);
	if (READ_ONCE(waiter->gone))
		WRITE_ONCE(program->gone, true);
}

static void take_who(struct fguard_cached_answer *cached, const struct fguard_question *question,
		     const struct fguard_answer *answer)
{
	if (answer->lifetime == FGUARD_LIFETIME_PROCESS) {
		cached->process = get_pid(question->process);
		return;
	}
	take_program(&cached->exe, &question->exe);
	cached->has_script = question->has_script;
	if (cached->has_script)
		take_program(&cached->script, &question->script);
	if (answer->lifetime == FGUARD_LIFETIME_TIME)
		cached->until = ktime_get_boottime_ns() + answer->ttl * NSEC_PER_MSEC;
}

/* What a new one stands for is gone. */
static void replace(struct fguard_answer_cache *cache, const struct fguard_cached_answer *new)
{
	struct hlist_head *bucket = &cache->buckets[bucket_of(cache, new)];
	struct fguard_cached_answer *cached;
	struct hlist_node *next;

	hlist_for_each_entry_safe(cached, next, bucket, by_who)
		if (is_of_same(cached, new) && !(cached->ops & ~new->ops))
			forget(cache, cached);
}

static bool make_room(struct fguard_answer_cache *cache)
{
	struct fguard_cached_answer *cached, *next;
	u64 now = ktime_get_boottime_ns();

	if (cache->count < FGUARD_ANSWERS_MAX)
		return true;
	list_for_each_entry_safe(cached, next, &cache->all, node)
		if (is_over(cached, now))
			forget(cache, cached);
	return cache->count < FGUARD_ANSWERS_MAX;
}

static struct fguard_answer_cache *take_answers(struct fguard_rule *rule,
						struct fguard_cached_answer *cached)
{
	struct fguard_answer_cache *cache = answers_of(rule);

	if (cache)
		return cache;
	cache = cached->cache;
	cached->cache = NULL;
	cache->heir = rule;
	rcu_assign_pointer(rule->cache, cache);
	return cache;
}

bool fguard_answer_cache_add(const struct fguard_question *question,
			     const struct fguard_answer *answer,
			     struct fguard_cached_answer *cached)
{
	struct fguard_answer_cache *cache;

	lockdep_assert_held(&fguard_question_lock);
	cached->ops = question->key.ops;
	cached->verdict = answer->verdict;
	cached->lifetime = answer->lifetime;
	cached->given = ktime_get_real_ns();
	cached->uid = question->uid;
	take_names(cached, question);
	take_who(cached, question, answer);
	cache = take_answers(question->rule, cached);
	replace(cache, cached);
	if (!make_room(cache))
		return false;
	cached->number = ++last_number;
	cached->rule = question->rule;
	list_add_tail(&cached->by_number, &remembered);
	list_add_tail_rcu(&cached->node, &cache->all);
	hlist_add_head_rcu(&cached->by_who, &cache->buckets[bucket_of(cache, cached)]);
	cache->count++;
	if (!cached->process && cached->verdict == FGUARD_VERDICT_ALLOW)
		hash_add_rcu(programs, &cached->by_program, cached->exe.identity.ino);
	return true;
}

void fguard_answer_cache_retire(struct fguard_rule *rule)
{
	struct fguard_answer_cache *cache = answers_of(rule);
	struct fguard_cached_answer *cached;

	lockdep_assert_held(&fguard_question_lock);
	if (!cache)
		return;
	list_for_each_entry(cached, &cache->all, node) {
		if (cache->heir != rule) {
			WRITE_ONCE(cached->rule, cache->heir);
			continue;
		}
		list_del_init(&cached->by_number);
		hash_del_rcu(&cached->by_program);
	}
}

/* ---- showing and forgetting ------------------------------------------------------- */

static void view(const struct fguard_cached_answer *cached, u64 now,
		 struct fguard_remembered *shown)
{
	*shown = (struct fguard_remembered){
		.id = cached->number,
		.rule = cached->rule->terms.id,
		.ops = cached->ops,
		.verdict = cached->verdict,
		.lifetime = cached->lifetime,
		.process = cached->process,
		.comm = cached->comm,
		.uid = cached->uid,
		.exe = cached->exe_path,
		.has_script = cached->has_script,
		.script = cached->script_path,
		.given = cached->given,
	};
	if (cached->until > now)
		shown->ttl = DIV_ROUND_UP_ULL(cached->until - now, NSEC_PER_MSEC);
}

int fguard_answer_cache_show(u64 *from, int (*show)(const struct fguard_remembered *shown,
						    void *context), void *context)
{
	const struct fguard_cached_answer *cached;
	u64 now = ktime_get_boottime_ns();
	struct fguard_remembered shown;
	int err = 0;

	spin_lock(&fguard_question_lock);
	list_for_each_entry(cached, &remembered, by_number) {
		if (cached->number <= *from || is_over(cached, now))
			continue;
		view(cached, now, &shown);
		err = show(&shown, context);
		if (err)
			break;
		*from = cached->number;
	}
	spin_unlock(&fguard_question_lock);
	return err;
}

static struct fguard_cached_answer *find_number(u64 number)
{
	struct fguard_cached_answer *cached;

	list_for_each_entry(cached, &remembered, by_number)
		if (cached->number == number)
			return cached;
	return NULL;
}

static void forget_one(struct fguard_cached_answer *cached)
{
	forget(answers_of(cached->rule), cached);
}

int fguard_answer_cache_forget(const u64 *numbers, u32 count, struct netlink_ext_ack *extack)
{
	struct fguard_cached_answer *cached;
	int err = 0;
	u32 i;

	spin_lock(&fguard_question_lock);
	for (i = 0; i < count && !err; i++) {
		if (!find_number(numbers[i])) {
			NL_SET_ERR_MSG(extack, "no such answer is remembered");
			err = -ENOENT;
		}
	}
	for (i = 0; i < count && !err; i++) {
		cached = find_number(numbers[i]);
		if (cached) /* not if it is named twice */
			forget_one(cached);
	}
	spin_unlock(&fguard_question_lock);
	return err;
}

void fguard_answer_cache_forget_all(void)
{
	struct fguard_cached_answer *cached, *next;

	spin_lock(&fguard_question_lock);
	list_for_each_entry_safe(cached, next, &remembered, by_number)
		forget_one(cached);
	spin_unlock(&fguard_question_lock);
}

/* ---- recalling ---------------------------------------------------------------------- */

/**
 * struct quest - a search for an answer
 * @op: enum fguard_op: what it is to be about
 * @covering: mask of what it may be about instead
 * @now: nanoseconds since boot
 * @best: what was found
 */
struct quest {
	u8 op;
	u32 covering;
	u64 now;
	const struct fguard_cached_answer *best;
};

/* One about the very operation counts first, and of those the newest. */
static bool is_better(const struct quest *quest, const struct fguard_cached_answer *cached)
{
	const bool exact = cached->ops & BIT(quest->op);

	if (!quest->best)
		return true;
	if (exact != !!(quest->best->ops & BIT(quest->op)))
		return exact;
	return cached->number > quest->best->number;
}

static void consider(struct quest *quest, const struct fguard_cached_answer *cached)
{
	if ((cached->ops & (BIT(quest->op) | quest->covering)) &&
	    (!cached->until || cached->until > quest->now) && is_better(quest, cached))
		quest->best = cached;
}

static void seek_process(struct quest *quest, const struct fguard_answer_cache *cache,
			 const struct pid *process)
{
	const u32 bucket = bucket_of_process(cache, process);
	const struct fguard_cached_answer *cached;

	hlist_for_each_entry_rcu(cached, &cache->buckets[bucket], by_who,
				 lockdep_is_held(&fguard_question_lock))
		if (cached->process == process)
			consider(quest, cached);
}

/**
 * struct runner - who runs what
 * @exe: the executable
 * @file: the same, of a task that runs; NULL: of one that asked just now
 * @script: the script that it runs, or NULL
 * @uid: the user
 */
struct runner {
	const struct fguard_identity *exe;
	const struct file *file;
	const struct fguard_identity *script;
	kuid_t uid;
};

static bool is_runner(const struct fguard_cached_answer *cached, const struct runner *runner)
{
	if (cached->process || !uid_eq(cached->uid, runner->uid) ||
	    !is_script(cached, runner->script))
		return false;
	return runner->file ? fguard_subject_exe_is(runner->file, &cached->exe) :
			      is_exe(cached, runner->exe, runner->uid);
}

static void seek_exe(struct quest *quest, const struct fguard_answer_cache *cache,
		     const struct runner *runner)
{
	const u32 bucket = bucket_of_exe(cache, runner->exe->ino, runner->uid);
	const struct fguard_cached_answer *cached;

	hlist_for_each_entry_rcu(cached, &cache->buckets[bucket], by_who,
				 lockdep_is_held(&fguard_question_lock))
		if (is_runner(cached, runner))
			consider(quest, cached);
}

static void seek_own_exe(struct quest *quest, const struct fguard_answer_cache *cache)
{
	struct file *file = fguard_subject_exe();
	struct fguard_identity exe, script;
	struct runner runner = { &exe, file, &script, current_real_cred()->uid };

	if (!file)
		return;
	if (!fguard_script_of(task_tgid(current), &script, NULL))
		runner.script = NULL;
	if (fguard_subject_exe_identity(&exe))
		seek_exe(quest, cache, &runner);
	fput(file);
}

static void seek(struct quest *quest, const struct fguard_answer_cache *cache,
		 const struct fguard_question *question)
{
	struct runner runner = { .file = NULL };

	quest->best = NULL;
	if (!question) {
		seek_process(quest, cache, task_tgid(current));
		seek_own_exe(quest, cache);
		return;
	}
	seek_process(quest, cache, question->process);
	runner.exe = &question->exe.identity;
	runner.script = question->has_script ? &question->script.identity : NULL;
	runner.uid = question->uid;
	if (question->exe_known)
		seek_exe(quest, cache, &runner);
}

/* What is refused in part is refused. */
static bool recall_all(const struct fguard_rule *rule, u32 ops, u32 covering,
		       const struct fguard_question *question, u8 *verdict)
{
	struct quest quest = { .covering = covering, .now = ktime_get_boottime_ns() };
	const struct fguard_answer_cache *cache = answers_of(rule);

	if (!cache)
		return false;
	*verdict = FGUARD_VERDICT_ALLOW;
	for (; ops; ops &= ops - 1) {
		quest.op = __ffs(ops);
		seek(&quest, cache, question);
		if (!quest.best)
			return false;
		if (quest.best->verdict != FGUARD_VERDICT_ALLOW)
			*verdict = quest.best->verdict;
	}
	return true;
}

bool fguard_answer_cache_find(const struct fguard_rule *rule, u32 ops, u32 covering, u8 *verdict)
{
	if (!rcu_access_pointer(rule->cache))
		return false;
	return recall_all(rule, ops, covering, NULL, verdict);
}

bool fguard_answer_cache_find_for(const struct fguard_question *question, u8 *verdict)
{
	lockdep_assert_held(&fguard_question_lock);
	return recall_all(question->rule, question->key.ops, question->key.covering, question,
			  verdict);
}

/* ---- executables ---------------------------------------------------------------------- */

static struct fguard_rule *find_any_program(u64 now)
{
	const struct fguard_cached_answer *cached;
	int bucket;

	hash_for_each_rcu(programs, bucket, cached, by_program)
		if (!is_over(cached, now))
			return READ_ONCE(cached->rule);
	return NULL;
}

struct fguard_rule *fguard_answer_cache_program(const struct file *exe)
{
	const struct fguard_cached_answer *cached;
	u64 now = ktime_get_boottime_ns();

	if (!exe)
		return find_any_program(now);
	hash_for_each_possible_rcu(programs, cached, by_program, (u64)file_inode(exe)->i_ino)
		if (!is_over(cached, now) && fguard_program_is(&cached->exe, exe))
			return READ_ONCE(cached->rule);
	return NULL;
}

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
#include "ask/remember.h"
#include "policy/rule.h"
#include "subject/script.h"

#define BUCKET_BITS 7

/**
 * struct fguard_answers - what a rule remembers
 * @refs: rules whose it is: one that stands in the place of another has what that had
 * @heir: the latest of them; question_lock
 * @all: the answers, the oldest first; question_lock
 * @count: how many
 * @key: with which they are hashed: users choose their inodes
 * @buckets: those of a process, or of a program that a user runs; RCU, question_lock
 */
struct fguard_answers {
	refcount_t refs;
	struct fguard_rule *heir;
	struct list_head all;
	u32 count;
	siphash_key_t key;
	struct hlist_head buckets[1 << BUCKET_BITS];
};

/**
 * struct fguard_memory - an answer that a rule remembers
 * @node: link among all; RCU, question_lock
 * @by_who: link in a bucket; RCU, question_lock
 * @by_number: link in the list of those of all rules; question_lock
 * @answers: where it might be the first
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
struct fguard_memory {
	struct list_head node;
	struct hlist_node by_who;
	struct list_head by_number;
	struct fguard_answers *answers;
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

static struct fguard_answers *answers_new(void)
{
	struct fguard_answers *answers = kzalloc(sizeof(*answers), GFP_KERNEL);

	if (!answers)
		return NULL;
	refcount_set(&answers->refs, 1);
	INIT_LIST_HEAD(&answers->all);
	get_random_bytes(&answers->key, sizeof(answers->key));
	return answers;
}

struct fguard_memory *fguard_memory_new(void)
{
	struct fguard_memory *memory = kzalloc(sizeof(*memory), GFP_KERNEL);

	if (!memory)
		return NULL;
	INIT_LIST_HEAD(&memory->by_number);
	memory->answers = answers_new();
	if (memory->answers)
		return memory;
	kfree(memory);
	return NULL;
}

void fguard_memory_free(struct fguard_memory *memory)
{
	if (!memory)
		return;
	fguard_program_leave(&memory->exe);
	fguard_program_leave(&memory->script);
	kfree(memory->exe_path);
	kfree(memory->script_path);
	put_pid(memory->process);
	kfree(memory->answers);
	kfree(memory);
}

static void free_rcu_memory(struct rcu_head *head)
{
	fguard_memory_free(container_of(head, struct fguard_memory, rcu));
}

static struct fguard_answers *answers_of(const struct fguard_rule *rule)
{
	return rcu_dereference_check(rule->answers, lockdep_is_held(&fguard_question_lock));
}

static void forget(struct fguard_answers *answers, struct fguard_memory *memory)
{
	list_del_rcu(&memory->node);
	list_del_init(&memory->by_number);
	hlist_del_rcu(&memory->by_who);
	hash_del_rcu(&memory->by_program);
	answers->count--;
	call_rcu(&memory->rcu, free_rcu_memory);
}

void fguard_memories_free(struct fguard_rule *rule)
{
	struct fguard_answers *answers = rcu_dereference_protected(rule->answers, true);
	struct fguard_memory *memory, *next;

	if (!answers || !refcount_dec_and_test(&answers->refs))
		return;
	list_for_each_entry_safe(memory, next, &answers->all, node)
		fguard_memory_free(memory);
	kfree(answers);
}

void fguard_memories_inherit(struct fguard_rule *rule, struct fguard_rule *old)
{
	struct fguard_answers *answers, *spare = answers_new();

	spin_lock(&fguard_question_lock);
	answers = answers_of(old);
	if (!answers && spare) {
		/* It may be answered until it goes. */
		answers = spare;
		spare = NULL;
		rcu_assign_pointer(old->answers, answers);
	}
	if (answers) {
		refcount_inc(&answers->refs);
		answers->heir = rule;
		rcu_assign_pointer(rule->answers, answers);
	}
	spin_unlock(&fguard_question_lock);
	kfree(spare);
}

/* ---- whose it is ----------------------------------------------------------------- */

static u32 bucket_of_process(const struct fguard_answers *answers, const struct pid *process)
{
	return hash_64(siphash_1u64((unsigned long)process, &answers->key), BUCKET_BITS);
}

static u32 bucket_of_exe(const struct fguard_answers *answers, u64 ino, kuid_t uid)
{
	return hash_64(siphash_2u64(ino, __kuid_val(uid), &answers->key), BUCKET_BITS);
}

static u32 bucket_of(const struct fguard_answers *answers, const struct fguard_memory *memory)
{
	if (memory->process)
		return bucket_of_process(answers, memory->process);
	return bucket_of_exe(answers, memory->exe.identity.ino, memory->uid);
}

/* The device, too: a copy is not the program that it is a copy of. */
static bool is_exe(const struct fguard_memory *memory, const struct fguard_identity *exe,
		   kuid_t uid)
{
	return uid_eq(memory->uid, uid) && !READ_ONCE(memory->exe.gone) &&
	       memory->exe.identity.dev == exe->dev &&
	       fguard_identity_equal(&memory->exe.identity, exe);
}

/* @script: what the program runs, NULL: no script */
static bool is_script(const struct fguard_memory *memory,
		      const struct fguard_identity *script)
{
	if (!memory->has_script || !script)
		return !memory->has_script && !script;
	return !READ_ONCE(memory->script.gone) &&
	       memory->script.identity.dev == script->dev &&
	       fguard_identity_equal(&memory->script.identity, script);
}

static bool is_of_same(const struct fguard_memory *a, const struct fguard_memory *b)
{
	if (a->process || b->process)
		return a->process == b->process;
	return is_exe(a, &b->exe.identity, b->uid) &&
	       is_script(a, b->has_script ? &b->script.identity : NULL);
}

static bool is_over(const struct fguard_memory *memory, u64 now)
{
	if (memory->process)
		return !pid_has_task(memory->process, PIDTYPE_TGID);
	return (memory->until && memory->until <= now) || READ_ONCE(memory->exe.gone) ||
	       READ_ONCE(memory->script.gone);
}

/* ---- remembering ------------------------------------------------------------------ */

/* For people: what there is no memory for is not shown, nor is what is not sure. */
static void take_names(struct fguard_memory *memory, const struct fguard_question *question)
{
	const struct fguard_access_record *request = &question->record->request;
	const char *exe = (const char *)(request + 1) + request->path_length +
			  request->new_path_length;

	if (request->exe_length && !(request->cut & FGUARD_CUT_EXE))
		memory->exe_path = kmemdup_nul(exe, request->exe_length,
					       GFP_ATOMIC | __GFP_NOWARN);
	if (question->script_path && *question->script_path == '/')
		memory->script_path = kstrdup(question->script_path,
					      GFP_ATOMIC | __GFP_NOWARN);
	memcpy(memory->comm, exe + request->exe_length,
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

static void take_who(struct fguard_memory *memory, const struct fguard_question *question,
		     const struct fguard_answer *answer)
{
	if (answer->lifetime == FGUARD_LIFETIME_PROCESS) {
		memory->process = get_pid(question->process);
		return;
	}
	take_program(&memory->exe, &question->exe);
	memory->has_script = question->has_script;
	if (memory->has_script)
		take_program(&memory->script, &question->script);
	if (answer->lifetime == FGUARD_LIFETIME_TIME)
		memory->until = ktime_get_boottime_ns() + answer->ttl * NSEC_PER_MSEC;
}

/* What a new one stands for is gone. */
static void replace(struct fguard_answers *answers, const struct fguard_memory *new)
{
	struct hlist_head *bucket = &answers->buckets[bucket_of(answers, new)];
	struct fguard_memory *memory;
	struct hlist_node *next;

	hlist_for_each_entry_safe(memory, next, bucket, by_who)
		if (is_of_same(memory, new) && !(memory->ops & ~new->ops))
			forget(answers, memory);
}

static bool make_room(struct fguard_answers *answers)
{
	struct fguard_memory *memory, *next;
	u64 now = ktime_get_boottime_ns();

	if (answers->count < FGUARD_ANSWERS_MAX)
		return true;
	list_for_each_entry_safe(memory, next, &answers->all, node)
		if (is_over(memory, now))
			forget(answers, memory);
	return answers->count < FGUARD_ANSWERS_MAX;
}

static struct fguard_answers *take_answers(struct fguard_rule *rule, struct fguard_memory *memory)
{
	struct fguard_answers *answers = answers_of(rule);

	if (answers)
		return answers;
	answers = memory->answers;
	memory->answers = NULL;
	answers->heir = rule;
	rcu_assign_pointer(rule->answers, answers);
	return answers;
}

bool fguard_remember(const struct fguard_question *question,
		     const struct fguard_answer *answer, struct fguard_memory *memory)
{
	struct fguard_answers *answers;

	lockdep_assert_held(&fguard_question_lock);
	memory->ops = question->key.ops;
	memory->verdict = answer->verdict;
	memory->lifetime = answer->lifetime;
	memory->given = ktime_get_real_ns();
	memory->uid = question->uid;
	take_names(memory, question);
	take_who(memory, question, answer);
	answers = take_answers(question->rule, memory);
	replace(answers, memory);
	if (!make_room(answers))
		return false;
	memory->number = ++last_number;
	memory->rule = question->rule;
	list_add_tail(&memory->by_number, &remembered);
	list_add_tail_rcu(&memory->node, &answers->all);
	hlist_add_head_rcu(&memory->by_who, &answers->buckets[bucket_of(answers, memory)]);
	answers->count++;
	if (!memory->process && memory->verdict == FGUARD_VERDICT_ALLOW)
		hash_add_rcu(programs, &memory->by_program, memory->exe.identity.ino);
	return true;
}

void fguard_memories_retire(struct fguard_rule *rule)
{
	struct fguard_answers *answers = answers_of(rule);
	struct fguard_memory *memory;

	lockdep_assert_held(&fguard_question_lock);
	if (!answers)
		return;
	list_for_each_entry(memory, &answers->all, node) {
		if (answers->heir != rule) {
			WRITE_ONCE(memory->rule, answers->heir);
			continue;
		}
		list_del_init(&memory->by_number);
		hash_del_rcu(&memory->by_program);
	}
}

/* ---- showing and forgetting ------------------------------------------------------- */

static void view(const struct fguard_memory *memory, u64 now, struct fguard_remembered *shown)
{
	*shown = (struct fguard_remembered){
		.id = memory->number,
		.rule = memory->rule->terms.id,
		.ops = memory->ops,
		.verdict = memory->verdict,
		.lifetime = memory->lifetime,
		.process = memory->process,
		.comm = memory->comm,
		.uid = memory->uid,
		.exe = memory->exe_path,
		.has_script = memory->has_script,
		.script = memory->script_path,
		.given = memory->given,
	};
	if (memory->until > now)
		shown->ttl = DIV_ROUND_UP_ULL(memory->until - now, NSEC_PER_MSEC);
}

int fguard_memories_show(u64 *from, int (*show)(const struct fguard_remembered *shown,
						void *context), void *context)
{
	const struct fguard_memory *memory;
	u64 now = ktime_get_boottime_ns();
	struct fguard_remembered shown;
	int err = 0;

	spin_lock(&fguard_question_lock);
	list_for_each_entry(memory, &remembered, by_number) {
		if (memory->number <= *from || is_over(memory, now))
			continue;
		view(memory, now, &shown);
		err = show(&shown, context);
		if (err)
			break;
		*from = memory->number;
	}
	spin_unlock(&fguard_question_lock);
	return err;
}

static struct fguard_memory *find_number(u64 number)
{
	struct fguard_memory *memory;

	list_for_each_entry(memory, &remembered, by_number)
		if (memory->number == number)
			return memory;
	return NULL;
}

static void forget_one(struct fguard_memory *memory)
{
	forget(answers_of(memory->rule), memory);
}

int fguard_memories_forget(const u64 *numbers, u32 count, struct netlink_ext_ack *extack)
{
	struct fguard_memory *memory;
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
		memory = find_number(numbers[i]);
		if (memory) /* not if it is named twice */
			forget_one(memory);
	}
	spin_unlock(&fguard_question_lock);
	return err;
}

void fguard_memories_forget_all(void)
{
	struct fguard_memory *memory, *next;

	spin_lock(&fguard_question_lock);
	list_for_each_entry_safe(memory, next, &remembered, by_number)
		forget_one(memory);
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
	const struct fguard_memory *best;
};

/* One about the very operation counts first, and of those the newest. */
static bool is_better(const struct quest *quest, const struct fguard_memory *memory)
{
	const bool exact = memory->ops & BIT(quest->op);

	if (!quest->best)
		return true;
	if (exact != !!(quest->best->ops & BIT(quest->op)))
		return exact;
	return memory->number > quest->best->number;
}

static void consider(struct quest *quest, const struct fguard_memory *memory)
{
	if ((memory->ops & (BIT(quest->op) | quest->covering)) &&
	    (!memory->until || memory->until > quest->now) && is_better(quest, memory))
		quest->best = memory;
}

static void seek_process(struct quest *quest, const struct fguard_answers *answers,
			 const struct pid *process)
{
	const u32 bucket = bucket_of_process(answers, process);
	const struct fguard_memory *memory;

	hlist_for_each_entry_rcu(memory, &answers->buckets[bucket], by_who,
				 lockdep_is_held(&fguard_question_lock))
		if (memory->process == process)
			consider(quest, memory);
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

static bool is_runner(const struct fguard_memory *memory, const struct runner *runner)
{
	if (memory->process || !uid_eq(memory->uid, runner->uid) ||
	    !is_script(memory, runner->script))
		return false;
	return runner->file ? fguard_subject_exe_is(runner->file, &memory->exe) :
			      is_exe(memory, runner->exe, runner->uid);
}

static void seek_exe(struct quest *quest, const struct fguard_answers *answers,
		     const struct runner *runner)
{
	const u32 bucket = bucket_of_exe(answers, runner->exe->ino, runner->uid);
	const struct fguard_memory *memory;

	hlist_for_each_entry_rcu(memory, &answers->buckets[bucket], by_who,
				 lockdep_is_held(&fguard_question_lock))
		if (is_runner(memory, runner))
			consider(quest, memory);
}

static void seek_own_exe(struct quest *quest, const struct fguard_answers *answers)
{
	struct file *file = fguard_subject_exe();
	struct fguard_identity exe, script;
	struct runner runner = { &exe, file, &script, current_real_cred()->uid };

	if (!file)
		return;
	if (!fguard_script_of(task_tgid(current), &script, NULL))
		runner.script = NULL;
	if (fguard_subject_exe_identity(&exe))
		seek_exe(quest, answers, &runner);
	fput(file);
}

static void seek(struct quest *quest, const struct fguard_answers *answers,
		 const struct fguard_question *question)
{
	struct runner runner = { .file = NULL };

	quest->best = NULL;
	if (!question) {
		seek_process(quest, answers, task_tgid(current));
		seek_own_exe(quest, answers);
		return;
	}
	seek_process(quest, answers, question->process);
	runner.exe = &question->exe.identity;
	runner.script = question->has_script ? &question->script.identity : NULL;
	runner.uid = question->uid;
	if (question->exe_known)
		seek_exe(quest, answers, &runner);
}

/* What is refused in part is refused. */
static bool recall_all(const struct fguard_rule *rule, u32 ops, u32 covering,
		       const struct fguard_question *question, u8 *verdict)
{
	struct quest quest = { .covering = covering, .now = ktime_get_boottime_ns() };
	const struct fguard_answers *answers = answers_of(rule);

	if (!answers)
		return false;
	*verdict = FGUARD_VERDICT_ALLOW;
	for (; ops; ops &= ops - 1) {
		quest.op = __ffs(ops);
		seek(&quest, answers, question);
		if (!quest.best)
			return false;
		if (quest.best->verdict != FGUARD_VERDICT_ALLOW)
			*verdict = quest.best->verdict;
	}
	return true;
}

bool fguard_recall(const struct fguard_rule *rule, u32 ops, u32 covering, u8 *verdict)
{
	if (!rcu_access_pointer(rule->answers))
		return false;
	return recall_all(rule, ops, covering, NULL, verdict);
}

bool fguard_recall_for(const struct fguard_question *question, u8 *verdict)
{
	lockdep_assert_held(&fguard_question_lock);
	return recall_all(question->rule, question->key.ops, question->key.covering, question,
			  verdict);
}

/* ---- executables ---------------------------------------------------------------------- */

static struct fguard_rule *find_any_program(u64 now)
{
	const struct fguard_memory *memory;
	int bucket;

	hash_for_each_rcu(programs, bucket, memory, by_program)
		if (!is_over(memory, now))
			return READ_ONCE(memory->rule);
	return NULL;
}

struct fguard_rule *fguard_remembers_program(const struct file *exe)
{
	const struct fguard_memory *memory;
	u64 now = ktime_get_boottime_ns();

	if (!exe)
		return find_any_program(now);
	hash_for_each_possible_rcu(programs, memory, by_program, (u64)file_inode(exe)->i_ino)
		if (!is_over(memory, now) && fguard_program_is(&memory->exe, exe))
			return READ_ONCE(memory->rule);
	return NULL;
}

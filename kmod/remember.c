// SPDX-License-Identifier: GPL-2.0-only
#include <linux/cred.h>
#include <linux/file.h>
#include <linux/hash.h>
#include <linux/hashtable.h>
#include <linux/pid.h>
#include <linux/random.h>
#include <linux/rculist.h>
#include <linux/sched/signal.h>
#include <linux/siphash.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>

#include "question.h"
#include "remember.h"
#include "rule.h"

#define BUCKET_BITS 7

/**
 * struct answers - what a rule remembers, the only one in its list
 * @node: link in that list
 * @all: the answers, the oldest first; question_lock
 * @count: how many
 * @last: number of the newest
 * @key: with which they are hashed: users choose their inodes
 * @buckets: those of a process, or of a program that a user runs; RCU, question_lock
 */
struct answers {
	struct list_head node;
	struct list_head all;
	u32 count;
	u64 last;
	siphash_key_t key;
	struct hlist_head buckets[1 << BUCKET_BITS];
};

/**
 * struct fguard_memory - an answer that a rule remembers
 * @node: link among all; RCU, question_lock
 * @by_who: link in a bucket; RCU, question_lock
 * @answers: where it might be the first
 * @number: a later one counts before it
 * @ops: mask of what may be done, or not
 * @verdict: enum fguard_verdict
 * @process: by this process, held; NULL: by a program that a user runs
 * @exe: that program
 * @uid: that user
 * @by_program: link in the table of programs that answers let in; RCU, question_lock
 * @rule: the rule, valid while it stands there
 * @until: when it ends, nanoseconds since boot, 0: with the rule
 * @rcu: frees it after the last reader
 */
struct fguard_memory {
	struct list_head node;
	struct hlist_node by_who;
	struct answers *answers;
	u64 number;
	u32 ops;
	u8 verdict;
	struct pid *process;
	struct fguard_program exe;
	kuid_t uid;
	struct hlist_node by_program;
	struct fguard_rule *rule;
	u64 until;
	struct rcu_head rcu;
};

static DEFINE_HASHTABLE(programs, 8);

/* ---- life ------------------------------------------------------------------------ */

static struct answers *answers_new(void)
{
	struct answers *answers = kzalloc(sizeof(*answers), GFP_KERNEL);

	if (!answers)
		return NULL;
	INIT_LIST_HEAD(&answers->all);
	get_random_bytes(&answers->key, sizeof(answers->key));
	return answers;
}

struct fguard_memory *fguard_memory_new(void)
{
	struct fguard_memory *memory = kzalloc(sizeof(*memory), GFP_KERNEL);

	if (!memory)
		return NULL;
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
	put_pid(memory->process);
	kfree(memory->answers);
	kfree(memory);
}

static void free_rcu_memory(struct rcu_head *head)
{
	fguard_memory_free(container_of(head, struct fguard_memory, rcu));
}

static struct answers *answers_of(const struct fguard_rule *rule)
{
	/* The list is not changed by looking at it. */
	struct list_head *list = (struct list_head *)&rule->answers;

	return list_first_or_null_rcu(list, struct answers, node);
}

static void forget(struct answers *answers, struct fguard_memory *memory)
{
	list_del_rcu(&memory->node);
	hlist_del_rcu(&memory->by_who);
	hash_del_rcu(&memory->by_program);
	answers->count--;
	call_rcu(&memory->rcu, free_rcu_memory);
}

void fguard_memories_free(struct fguard_rule *rule)
{
	struct answers *answers, *next_answers;
	struct fguard_memory *memory, *next;

	list_for_each_entry_safe(answers, next_answers, &rule->answers, node) {
		list_for_each_entry_safe(memory, next, &answers->all, node)
			fguard_memory_free(memory);
		kfree(answers);
	}
}

/* ---- whose it is ----------------------------------------------------------------- */

static u32 bucket_of_process(const struct answers *answers, const struct pid *process)
{
	return hash_64(siphash_1u64((unsigned long)process, &answers->key), BUCKET_BITS);
}

static u32 bucket_of_exe(const struct answers *answers, u64 ino, kuid_t uid)
{
	return hash_64(siphash_2u64(ino, __kuid_val(uid), &answers->key), BUCKET_BITS);
}

static u32 bucket_of(const struct answers *answers, const struct fguard_memory *memory)
{
	if (memory->process)
		return bucket_of_process(answers, memory->process);
	return bucket_of_exe(answers, memory->exe.identity.ino, memory->uid);
}

/* The device, too: a copy is not the program that it is a copy of. */
static bool is_exe(const struct fguard_memory *memory, const struct fguard_identity *exe,
		   kuid_t uid)
{
	return uid_eq(memory->uid, uid) && memory->exe.identity.dev == exe->dev &&
	       fguard_identity_equal(&memory->exe.identity, exe);
}

static bool is_of_same(const struct fguard_memory *a, const struct fguard_memory *b)
{
	if (a->process || b->process)
		return a->process == b->process;
	return is_exe(a, &b->exe.identity, b->uid);
}

static bool is_over(const struct fguard_memory *memory, u64 now)
{
	if (memory->process)
		return !pid_has_task(memory->process, PIDTYPE_TGID);
	return memory->until && memory->until <= now;
}

/* ---- remembering ------------------------------------------------------------------ */

static void take_who(struct fguard_memory *memory, const struct fguard_question *question,
		     const struct fguard_answer *answer)
{
	if (answer->lifetime == FGUARD_LIFETIME_PROCESS) {
		memory->process = get_pid(question->process);
		return;
	}
	memory->exe.identity = question->exe;
	fguard_program_follow(&memory->exe);
	memory->uid = question->uid;
	if (answer->lifetime == FGUARD_LIFETIME_TIME)
		memory->until = ktime_get_boottime_ns() + answer->ttl * NSEC_PER_MSEC;
}

/* What a new one stands for is gone. */
static void replace(struct answers *answers, const struct fguard_memory *new)
{
	struct hlist_head *bucket = &answers->buckets[bucket_of(answers, new)];
	struct fguard_memory *memory;
	struct hlist_node *next;

	hlist_for_each_entry_safe(memory, next, bucket, by_who)
		if (is_of_same(memory, new) && !(memory->ops & ~new->ops))
			forget(answers, memory);
}

static bool make_room(struct answers *answers)
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

static struct answers *take_answers(struct fguard_rule *rule, struct fguard_memory *memory)
{
	struct answers *answers = answers_of(rule);

	if (answers)
		return answers;
	answers = memory->answers;
	memory->answers = NULL;
	list_add_rcu(&answers->node, &rule->answers);
	return answers;
}

bool fguard_remember(const struct fguard_question *question,
		     const struct fguard_answer *answer, struct fguard_memory *memory)
{
	struct answers *answers;

	lockdep_assert_held(&fguard_question_lock);
	memory->ops = question->key.ops;
	memory->verdict = answer->verdict;
	take_who(memory, question, answer);
	answers = take_answers(question->rule, memory);
	replace(answers, memory);
	if (!make_room(answers))
		return false;
	memory->number = ++answers->last;
	list_add_tail_rcu(&memory->node, &answers->all);
	hlist_add_head_rcu(&memory->by_who, &answers->buckets[bucket_of(answers, memory)]);
	answers->count++;
	memory->rule = question->rule;
	if (!memory->process && memory->verdict == FGUARD_VERDICT_ALLOW)
		hash_add_rcu(programs, &memory->by_program, memory->exe.identity.ino);
	return true;
}

void fguard_memories_retire(struct fguard_rule *rule)
{
	const struct answers *answers = answers_of(rule);
	struct fguard_memory *memory;

	lockdep_assert_held(&fguard_question_lock);
	if (answers)
		list_for_each_entry(memory, &answers->all, node)
			hash_del_rcu(&memory->by_program);
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

static void seek_process(struct quest *quest, const struct answers *answers,
			 const struct pid *process)
{
	const u32 bucket = bucket_of_process(answers, process);
	const struct fguard_memory *memory;

	hlist_for_each_entry_rcu(memory, &answers->buckets[bucket], by_who,
				 lockdep_is_held(&fguard_question_lock))
		if (memory->process == process)
			consider(quest, memory);
}

/* @file: the executable, of a task that runs; NULL: of one that asked just now */
static void seek_exe(struct quest *quest, const struct answers *answers,
		     const struct fguard_identity *exe, const struct file *file, kuid_t uid)
{
	const u32 bucket = bucket_of_exe(answers, exe->ino, uid);
	const struct fguard_memory *memory;

	hlist_for_each_entry_rcu(memory, &answers->buckets[bucket], by_who,
				 lockdep_is_held(&fguard_question_lock)) {
		if (memory->process || !uid_eq(memory->uid, uid))
			continue;
		if (file ? fguard_subject_exe_is(file, &memory->exe) : is_exe(memory, exe, uid))
			consider(quest, memory);
	}
}

static void seek_own_exe(struct quest *quest, const struct answers *answers)
{
	struct file *file = fguard_subject_exe();
	struct fguard_identity exe;

	if (!file)
		return;
	if (fguard_subject_exe_identity(&exe))
		seek_exe(quest, answers, &exe, file, current_real_cred()->uid);
	fput(file);
}

static void seek(struct quest *quest, const struct answers *answers,
		 const struct fguard_question *question)
{
	quest->best = NULL;
	if (!question) {
		seek_process(quest, answers, task_tgid(current));
		seek_own_exe(quest, answers);
		return;
	}
	seek_process(quest, answers, question->process);
	if (question->exe_known)
		seek_exe(quest, answers, &question->exe, NULL, question->uid);
}

/* What is refused in part is refused. */
static bool recall_all(const struct fguard_rule *rule, u32 ops, u32 covering,
		       const struct fguard_question *question, u8 *verdict)
{
	struct quest quest = { .covering = covering, .now = ktime_get_boottime_ns() };
	const struct answers *answers = answers_of(rule);

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
	if (list_empty(&rule->answers))
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
			return memory->rule;
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
			return memory->rule;
	return NULL;
}

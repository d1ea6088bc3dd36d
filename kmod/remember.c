// SPDX-License-Identifier: GPL-2.0-only
#include <linux/cred.h>
#include <linux/hashtable.h>
#include <linux/pid.h>
#include <linux/rculist.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>

#include "question.h"
#include "remember.h"
#include "rule.h"

/**
 * struct fguard_memory - an answer that a rule remembers
 * @node: link in the rule's list, newest first; RCU, question_lock
 * @op: enum fguard_op: what may be done, or not
 * @verdict: enum fguard_verdict
 * @process: by this process, held; NULL: by a program that a user runs
 * @exe: that program
 * @uid: that user
 * @by_program: link in the table of programs that answers let in; RCU, question_lock
 * @rule: whose answer it is
 * @until: when it ends, nanoseconds since boot, 0: with the rule
 * @rcu: frees it after the last reader
 */
struct fguard_memory {
	struct list_head node;
	u8 op;
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

struct fguard_memory *fguard_memory_new(void)
{
	return kzalloc(sizeof(struct fguard_memory), GFP_KERNEL);
}

void fguard_memory_free(struct fguard_memory *memory)
{
	if (!memory)
		return;
	fguard_program_leave(&memory->exe);
	put_pid(memory->process);
	kfree(memory);
}

static void free_rcu_memory(struct rcu_head *head)
{
	fguard_memory_free(container_of(head, struct fguard_memory, rcu));
}

static bool is_over(const struct fguard_memory *memory, u64 now)
{
	if (memory->process)
		return !pid_has_task(memory->process, PIDTYPE_TGID);
	return memory->until && memory->until <= now;
}

static bool is_about_same(const struct fguard_memory *a, const struct fguard_memory *b)
{
	if (a->op != b->op || a->process != b->process)
		return false;
	/* The device, too: a copy is not the program that it is a copy of. */
	return a->process || (uid_eq(a->uid, b->uid) && a->exe.identity.dev == b->exe.identity.dev &&
			      fguard_identity_equal(&a->exe.identity, &b->exe.identity));
}

/* What is over, and what the new one stands for. */
static void forget(struct fguard_rule *rule, const struct fguard_memory *new)
{
	struct fguard_memory *memory, *next;
	u64 now = ktime_get_boottime_ns();

	list_for_each_entry_safe(memory, next, &rule->answers, node) {
		if (is_over(memory, now) || is_about_same(memory, new)) {
			list_del_rcu(&memory->node);
			hash_del_rcu(&memory->by_program);
			call_rcu(&memory->rcu, free_rcu_memory);
		}
	}
}

void fguard_remember(struct fguard_question *question, const struct fguard_answer *answer,
		     struct fguard_memory *memory)
{
	lockdep_assert_held(&fguard_question_lock);
	memory->op = question->key.op;
	memory->verdict = answer->verdict;
	if (answer->lifetime == FGUARD_LIFETIME_PROCESS) {
		memory->process = get_pid(question->process);
	} else {
		memory->exe.identity = question->exe;
		fguard_program_follow(&memory->exe);
		memory->uid = question->uid;
	}
	if (answer->lifetime == FGUARD_LIFETIME_TIME)
		memory->until = ktime_get_boottime_ns() + answer->ttl * NSEC_PER_MSEC;
	forget(question->rule, memory);
	memory->rule = question->rule;
	if (!memory->process && memory->verdict == FGUARD_VERDICT_ALLOW)
		hash_add_rcu(programs, &memory->by_program, memory->exe.identity.ino);
	list_add_rcu(&memory->node, &question->rule->answers);
}

void fguard_memories_retire(struct fguard_rule *rule)
{
	struct fguard_memory *memory;

	lockdep_assert_held(&fguard_question_lock);
	list_for_each_entry(memory, &rule->answers, node)
		hash_del_rcu(&memory->by_program);
}

static bool concerns(const struct fguard_memory *memory, u64 now)
{
	struct file *exe;
	bool same;

	if (memory->process)
		return memory->process == task_tgid(current);
	if ((memory->until && memory->until <= now) ||
	    !uid_eq(memory->uid, current_real_cred()->uid))
		return false;
	exe = fguard_subject_exe();
	same = exe && fguard_subject_exe_is(exe, &memory->exe);
	if (exe)
		fput(exe);
	return same;
}

bool fguard_recall(const struct fguard_rule *rule, u8 op, u8 *verdict)
{
	const struct fguard_memory *memory;
	u64 now;

	if (list_empty(&rule->answers))
		return false;
	now = ktime_get_boottime_ns();
	list_for_each_entry_rcu(memory, &rule->answers, node) {
		if (memory->op == op && concerns(memory, now)) {
			*verdict = memory->verdict;
			return true;
		}
	}
	return false;
}

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

void fguard_memories_free(struct fguard_rule *rule)
{
	struct fguard_memory *memory, *next;

	list_for_each_entry_safe(memory, next, &rule->answers, node)
		fguard_memory_free(memory);
}

/* SPDX-License-Identifier: GPL-2.0-only */
/* Answers that hold for longer than the access that was asked about. */
#ifndef _FGUARD_ANSWER_CACHE_H
#define _FGUARD_ANSWER_CACHE_H

#include <linux/types.h>
#include <linux/uidgid.h>

struct file;
struct fguard_answer;
struct fguard_cached_answer;
struct fguard_question;
struct fguard_rule;
struct netlink_ext_ack;
struct pid;

/**
 * fguard_cached_answer_new - get memory for an answer
 *
 * Context: may sleep.
 * Return: it, for fguard_answer_cache_add() or fguard_cached_answer_free(); or NULL.
 */
struct fguard_cached_answer *fguard_cached_answer_new(void);

/**
 * fguard_cached_answer_free - give back what was not used
 * @cached: it, or NULL
 *
 * Context: any.
 */
void fguard_cached_answer_free(struct fguard_cached_answer *cached);

/**
 * fguard_answer_cache_add - let the rule of a question remember its answer
 * @question: the question, which waits
 * @answer: the answer
 * @cached: where; taken over if it succeeds
 *
 * Context: question_lock held.
 * Return: false if the rule remembers too many that still hold.
 */
bool fguard_answer_cache_add(const struct fguard_question *question,
			     const struct fguard_answer *answer,
			     struct fguard_cached_answer *cached);

/**
 * fguard_answer_cache_find - does a rule remember an answer for the current task?
 * @rule: the rule
 * @ops: mask of what the task is about to do, fguard_key_ops()
 * @covering: mask of the operations an answer about which covers all of that,
 *	fguard_key_covering()
 * @verdict: set to the answer, enum fguard_verdict
 *
 * Context: RCU read side.
 * Return: true if it does, for each of the operations.
 */
bool fguard_answer_cache_find(const struct fguard_rule *rule, u32 ops, u32 covering,
			      u8 *verdict);

/**
 * fguard_answer_cache_find_for - does the rule of a question remember an answer to it?
 * @question: the question, not settled
 * @verdict: set to the answer, enum fguard_verdict
 *
 * Context: question_lock held.
 * Return: true if it does.
 */
bool fguard_answer_cache_find_for(const struct fguard_question *question, u8 *verdict);

/**
 * fguard_answer_cache_program - a rule that remembers that a program is let in
 * @exe: the file of the program; one without a name might get one, and counts; NULL:
 *	any
 *
 * Whoever runs it: that may change later.
 *
 * Context: RCU read side.
 * Return: the rule; NULL if there is none.
 */
struct fguard_rule *fguard_answer_cache_program(const struct file *exe);

/**
 * fguard_answer_cache_inherit - let a rule remember what another does
 * @rule: a rule that is not yet in force and remembers nothing
 * @old: the one in whose place it comes
 *
 * They remember together until @old is retired. Without memory @rule remembers nothing.
 *
 * Context: may sleep; the caller is the one that changes the ruleset.
 */
void fguard_answer_cache_inherit(struct fguard_rule *rule, struct fguard_rule *old);

/**
 * struct fguard_remembered - an answer that is remembered, as it is shown
 * @id: its number, from 1, never another's
 * @rule: the rule's id
 * @ops: mask of enum fguard_op
 * @verdict: enum fguard_verdict
 * @lifetime: enum fguard_lifetime
 * @process: by this process, or NULL: by a program that a user runs
 * @comm: the process's name when it asked
 * @uid: the real user
 * @exe: path of the program when it asked, or NULL
 * @has_script: it ran a script
 * @script: the path of that, or NULL
 * @ttl: milliseconds that are left of its time, 0: it has none
 * @given: when, nanoseconds since the epoch
 */
struct fguard_remembered {
	u64 id;
	u32 rule;
	u32 ops;
	u8 verdict;
	u8 lifetime;
	struct pid *process;
	const char *comm;
	kuid_t uid;
	const char *exe;
	bool has_script;
	const char *script;
	u64 ttl;
	u64 given;
};

/**
 * fguard_answer_cache_show - show the answers of all rules in the order of their numbers
 * @from: the last number seen, 0 at the beginning; set to where to go on
 * @show: called for each, under a spinlock; stops if not 0
 * @context: given to @show
 *
 * Context: any that may hold spinlocks.
 * Return: what @show returned last, 0 at the end.
 */
int fguard_answer_cache_show(u64 *from, int (*show)(const struct fguard_remembered *shown,
						    void *context), void *context);

/**
 * fguard_answer_cache_forget - forget answers, all of them or none
 * @numbers: which
 * @count: how many
 * @extack: receives the sentence if refused
 *
 * Context: any that may hold spinlocks.
 * Return: 0; -ENOENT: one of them is not remembered.
 */
int fguard_answer_cache_forget(const u64 *numbers, u32 count, struct netlink_ext_ack *extack);

/**
 * fguard_answer_cache_forget_all - forget all answers
 *
 * Context: any that may hold spinlocks.
 */
void fguard_answer_cache_forget_all(void);

/**
 * fguard_answer_cache_retire - let the answers of a rule let no program in any more, but
 *	for what another rule has inherited
 * @rule: the rule; readers may see its answers until a grace period later
 *
 * Context: question_lock held.
 */
void fguard_answer_cache_retire(struct fguard_rule *rule);

/**
 * fguard_answer_cache_free - forget the answers of a rule
 * @rule: a rule that no reader can see
 *
 * Context: any.
 */
void fguard_answer_cache_free(struct fguard_rule *rule);

#endif

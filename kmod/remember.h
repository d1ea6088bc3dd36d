/* SPDX-License-Identifier: GPL-2.0-only */
/* Answers that hold for longer than the access that was asked about. */
#ifndef _FGUARD_REMEMBER_H
#define _FGUARD_REMEMBER_H

#include <linux/types.h>

struct file;
struct fguard_answer;
struct fguard_memory;
struct fguard_question;
struct fguard_rule;

/**
 * fguard_memory_new - get memory for an answer
 *
 * Context: may sleep.
 * Return: it, for fguard_remember() or fguard_memory_free(); or NULL.
 */
struct fguard_memory *fguard_memory_new(void);

/**
 * fguard_memory_free - give back what was not used
 * @memory: it, or NULL
 *
 * Context: any.
 */
void fguard_memory_free(struct fguard_memory *memory);

/**
 * fguard_remember - let the rule of a question remember its answer
 * @question: the question, which waits
 * @answer: the answer
 * @memory: where; taken over if it succeeds
 *
 * Context: question_lock held.
 * Return: false if the rule remembers too many that still hold.
 */
bool fguard_remember(const struct fguard_question *question,
		     const struct fguard_answer *answer, struct fguard_memory *memory);

/**
 * fguard_recall - does a rule remember an answer for the current task?
 * @rule: the rule
 * @ops: mask of what the task is about to do, fguard_key_ops()
 * @covering: mask of the operations an answer about which covers all of that,
 *	fguard_key_covering()
 * @verdict: set to the answer, enum fguard_verdict
 *
 * Context: RCU read side.
 * Return: true if it does, for each of the operations.
 */
bool fguard_recall(const struct fguard_rule *rule, u32 ops, u32 covering,
		   u8 *verdict);

/**
 * fguard_recall_for - does the rule of a question remember an answer to it?
 * @question: the question, not settled
 * @verdict: set to the answer, enum fguard_verdict
 *
 * Context: question_lock held.
 * Return: true if it does.
 */
bool fguard_recall_for(const struct fguard_question *question, u8 *verdict);

/**
 * fguard_remembers_program - a rule that remembers that a program is let in
 * @exe: the file of the program; one without a name might get one, and counts; NULL:
 *	any
 *
 * Whoever runs it: that may change later.
 *
 * Context: RCU read side.
 * Return: the rule; NULL if there is none.
 */
struct fguard_rule *fguard_remembers_program(const struct file *exe);

/**
 * fguard_memories_retire - let the answers of a rule let no program in any more
 * @rule: the rule; readers may see its answers until a grace period later
 *
 * Context: question_lock held.
 */
void fguard_memories_retire(struct fguard_rule *rule);

/**
 * fguard_memories_free - forget the answers of a rule
 * @rule: a rule that no reader can see
 *
 * Context: any.
 */
void fguard_memories_free(struct fguard_rule *rule);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Questions: what somebody waits to be told, from the first try of the access until
 * it is settled. One spinlock, fguard_question_lock, for what is said of them here,
 * in waiter.c and in answer_cache.c.
 */
#ifndef _FGUARD_QUESTION_H
#define _FGUARD_QUESTION_H

#include <linux/list.h>
#include <linux/refcount.h>
#include <linux/uidgid.h>
#include <linux/wait.h>

#include "ask/share.h"
#include "object/object.h"
#include "object/program.h"
#include "policy/request.h"

struct fguard_rule;

/**
 * struct fguard_thing - an object of an access, so that it is known when the access
 *	is tried again
 * @inode: the object, if @exists
 * @directory: the directory in which it has its name
 * @name: keyed hash of the name, which nobody can find another name for
 * @exists: there is an object
 */
struct fguard_thing {
	struct fguard_identity inode;
	struct fguard_identity directory;
	u64 name;
	bool exists;
};

/**
 * struct fguard_key - what is asked about
 * @rule: serial number of the rule that asks
 * @ops: mask of what the rule asks about in this access
 * @covering: mask of the operations an answer about which covers all of those
 * @op: enum fguard_op: the one by which it is told
 * @count: objects of the access
 * @behind: it is what a filesystem does to carry out another access
 * @things: the objects
 */
struct fguard_key {
	u64 rule;
	u32 ops;
	u32 covering;
	u8 op;
	u8 count;
	bool behind;
	struct fguard_thing things[2];
};

enum fguard_question_state {
	FGUARD_QUESTION_PREPARED,	/* the waiter is not out of its call yet */
	FGUARD_QUESTION_WAITING,	/* listeners know it, or will when they have room */
	FGUARD_QUESTION_SETTLED,
};

/**
 * struct fguard_question - a question
 * @node: link in the list of those not settled; question_lock
 * @by_key: link among those by process and @key; question_lock
 * @by_id: link among those by number; question_lock
 * @of_user: link in the share of who pays; question_lock
 * @untold: link among those that no listener had room for yet; question_lock
 * @refs: pending requests of waiters, and whoever looks at it
 * @pending: waiters who may still want to know; question_lock
 * @id: its number
 * @key: what it is about
 * @rule: who asks; valid until it is settled
 * @process: the waiter's thread group, held
 * @exe: its executable, if @exe_known; followed, as it need not be held until the answer
 * @exe_known: it can be told from others
 * @script: the script that it runs, if @has_script; followed
 * @script_path: its path, or NULL
 * @has_script: it runs one
 * @uid: its real user
 * @payer: who pays, fguard_share_payer()
 * @share: what that one has, until it is settled; question_lock
 * @default_verdict: enum fguard_verdict: the rule's default
 * @deadline: when it expires, nanoseconds since boot
 * @state: enum fguard_question_state; question_lock
 * @verdict: enum fguard_verdict, once it is settled
 * @reason: enum fguard_reason
 * @detail: enum fguard_detail
 * @settled: when, nanoseconds since boot
 * @wait: where waiters wait
 * @record: what listeners are told
 */
struct fguard_question {
	struct list_head node;
	struct hlist_node by_key;
	struct hlist_node by_id;
	struct list_head of_user;
	struct list_head untold;
	refcount_t refs;
	u32 pending;
	u64 id;
	struct fguard_key key;
	struct fguard_rule *rule;
	struct pid *process;
	struct fguard_program exe;
	bool exe_known;
	struct fguard_program script;
	char *script_path;
	bool has_script;
	kuid_t uid;
	kuid_t payer;
	struct fguard_share *share;
	u8 default_verdict;
	u64 deadline;
	u8 state;
	u8 verdict;
	u8 reason;
	u8 detail;
	u64 settled;
	wait_queue_head_t wait;
	struct fguard_question_record *record;
};

/**
 * fguard_key_ops - what a rule asks about in an access
 * @request: the request; what is done to its first object is what the rule decides
 * @op: enum fguard_op: the one by which it is told
 * @rule: the rule
 *
 * Context: any.
 * Return: mask of enum fguard_op.
 */
u32 fguard_key_ops(const struct fguard_request *request, u8 op, const struct fguard_rule *rule);

/**
 * fguard_key_covering - what else covers all of that, if an answer about it is remembered?
 * @request: the request
 * @op: enum fguard_op: the one by which it is told
 *
 * What an answer for once covers in the same call, one for longer covers, too: who may
 * create may open what he creates; who may write may shorten what he opens. Who may run
 * a program is another program when the kernel maps it: see fguard_waiter_note().
 *
 * Context: any.
 * Return: mask of enum fguard_op.
 */
u32 fguard_key_covering(const struct fguard_request *request, u8 op);

/**
 * fguard_key_take - note what is asked about
 * @key: filled
 * @request: the request; what is done to its first object is what the rule decides
 * @op: enum fguard_op: what the rule asks about
 * @rule: the rule
 *
 * Context: RCU read side.
 */
void fguard_key_take(struct fguard_key *key, const struct fguard_request *request, u8 op,
		     const struct fguard_rule *rule);

/**
 * fguard_key_equal - are two questions about the same?
 * @a: one
 * @b: the other
 *
 * Context: any.
 * Return: true if they are.
 */
bool fguard_key_equal(const struct fguard_key *a, const struct fguard_key *b);

/**
 * fguard_key_covers - does an answer cover what comes later in the same call?
 * @asked: what was asked about
 * @next: what is done next
 *
 * Who may create may open what he created, and who may open to write may shorten; who
 * may read may only read. What a filesystem does to carry it out is not asked about by
 * the same rule again; where only that is asked about, it is once for each operation.
 *
 * Context: any.
 * Return: true if it does.
 */
bool fguard_key_covers(const struct fguard_key *asked, const struct fguard_key *next);

/**
 * fguard_question_new - prepare a question of the current task
 * @key: what it is about
 * @request: the request
 * @decision: what the rule says
 * @rule: the rule
 *
 * Context: RCU read side.
 * Return: the question, with a reference; NULL if there is no memory.
 */
struct fguard_question *fguard_question_new(const struct fguard_key *key,
					    const struct fguard_request *request,
					    const struct fguard_decision *decision,
					    struct fguard_rule *rule);

/**
 * fguard_question_remembered - a question of the current task that was answered earlier
 * @key: what it is about
 * @verdict: enum fguard_verdict
 *
 * Context: RCU read side.
 * Return: the question, settled, with a reference; NULL if there is no memory.
 */
struct fguard_question *fguard_question_remembered(const struct fguard_key *key, u8 verdict);

/**
 * fguard_question_enter - put a question among those not settled
 * @question: the question
 *
 * Context: question_lock held.
 * Return: false if there are too many, in all or of that user, or the rule is gone.
 */
bool fguard_question_enter(struct fguard_question *question);

/**
 * fguard_question_find - an unsettled question of the same process about the same
 * @key: what it is about
 * @process: the process
 *
 * Context: question_lock held.
 * Return: the question, or NULL.
 */
struct fguard_question *fguard_question_find(const struct fguard_key *key,
					     const struct pid *process);

/**
 * fguard_question_put - let go of a question
 * @question: the question
 *
 * Context: any that may hold spinlocks.
 */
void fguard_question_put(struct fguard_question *question);

/**
 * fguard_question_settle - end a question
 * @question: the question
 * @verdict: enum fguard_verdict
 * @reason: enum fguard_reason
 * @detail: enum fguard_detail
 * @closed: enum fguard_closed: what listeners are told
 *
 * Context: question_lock held.
 * Return: false if it was settled already.
 */
bool fguard_question_settle(struct fguard_question *question, u8 verdict, u8 reason,
			    u8 detail, u8 closed);

/**
 * fguard_question_announce - tell the listeners
 * @question: the question
 *
 * Without any, it is settled with the rule's default; without one that has room for
 * it, it is told later.
 *
 * Context: may sleep.
 */
void fguard_question_announce(struct fguard_question *question);

/**
 * fguard_question_wait - wait until a question is settled
 * @question: the question; it settles at its deadline at the latest
 *
 * Context: may sleep.
 * Return: false if a signal came.
 */
bool fguard_question_wait(struct fguard_question *question);

/**
 * fguard_questions_retire - a rule goes: settle what it asks, and ask no more
 * @rule: the rule
 *
 * Context: any that may hold spinlocks.
 */
void fguard_questions_retire(struct fguard_rule *rule);

/**
 * struct fguard_answer - an answer
 * @id: of the question
 * @verdict: enum fguard_verdict
 * @lifetime: enum fguard_lifetime
 * @ttl: milliseconds, for FGUARD_LIFETIME_TIME
 */
struct fguard_answer {
	u64 id;
	u8 verdict;
	u8 lifetime;
	u64 ttl;
};

/**
 * fguard_question_answer - answer a question
 * @answer: the answer
 * @extack: receives the sentence if refused
 *
 * Context: may sleep.
 * Return: 0 or a negative errno as ANSWER documents.
 */
int fguard_question_answer(const struct fguard_answer *answer,
			   struct netlink_ext_ack *extack);

/**
 * fguard_questions_next - step through the questions that wait
 * @id: the last one seen, 0 at the beginning; set to that of the next
 *
 * Context: any that may hold spinlocks.
 * Return: it, with a reference; NULL at the end.
 */
struct fguard_question *fguard_questions_next(u64 *id);

/**
 * struct fguard_question_totals - counters since loading
 * @waiting: questions that wait now
 * @asked: questions
 * @expired: those that nobody answered in time
 */
struct fguard_question_totals {
	u32 waiting;
	u64 asked;
	u64 expired;
};

/**
 * fguard_questions_count - read the counters
 * @totals: filled
 *
 * Context: any that may hold spinlocks.
 */
void fguard_questions_count(struct fguard_question_totals *totals);

/**
 * fguard_questions_init - get ready
 */
void fguard_questions_init(void);

/**
 * fguard_questions_exit - stop the clock; nobody asks any more
 *
 * Context: may sleep.
 */
void fguard_questions_exit(void);

#endif

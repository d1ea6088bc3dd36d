/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Waiters: tasks that go out of their system call, wait where they hold no lock, and
 * make it again.
 */
#ifndef _FGUARD_WAITER_H
#define _FGUARD_WAITER_H

#include "ask/pending.h"
#include "policy/evaluate.h"

struct fguard_key;
struct fguard_question;

/**
 * fguard_waiters_present - has anybody asked of late?
 *
 * Context: any.
 * Return: how many.
 */
u32 fguard_waiters_present(void);

/**
 * fguard_waiter_recall - has the current task asked this already, for this call?
 * @key: what it is about
 * @may_wait: the task can go back; else only what this try was told counts
 * @decision: settled if the answer is there; else the task waits on
 *
 * Context: RCU read side, no spinlock held.
 * Return: true if it has.
 */
bool fguard_waiter_recall(const struct fguard_key *key, bool may_wait,
			  struct fguard_decision *decision);

/**
 * fguard_waiter_note - let a remembered answer cover what follows in this call
 * @question: a question that is settled; its reference is taken over
 *
 * Context: RCU read side, no spinlock held.
 */
void fguard_waiter_note(struct fguard_question *question);

/**
 * fguard_waiter_ask - let the current task ask
 * @question: a prepared question; its reference is taken over. If the process asks
 *	the same already, it waits for that instead
 *
 * Context: RCU read side, no spinlock held.
 * Return: 0; -ENOMEM, -EBUSY: too many wait; -ESRCH: the task cannot wait; -EEXIST: the
 * rule remembers an answer by now.
 */
int fguard_waiter_ask(struct fguard_question *question);

/**
 * fguard_waiter_exit - the current task ends
 *
 * Context: inside an ftrace callback, no lock held.
 */
void fguard_waiter_exit(void);

/**
 * fguard_waiter_signal - the current task is about to run a handler
 * @restarts: the handler has SA_RESTART
 *
 * Context: inside an ftrace callback, no lock held.
 */
void fguard_waiter_signal(bool restarts);

/**
 * fguard_waiters_retire - a rule goes: forget what it was asked, and who sleeps
 * @rule: its serial number
 *
 * A task that has nothing else to come back for keeps the module no longer.
 *
 * Context: question_lock held.
 */
void fguard_waiters_retire(u64 rule);

/**
 * fguard_waiters_abandon - no listener is left: calls that were interrupted are over
 *
 * Context: question_lock held.
 */
void fguard_waiters_abandon(void);

/**
 * fguard_waiters_sweep - forget what nobody came back for
 * @now: nanoseconds since boot
 *
 * Context: question_lock held.
 * Return: when to do it again, 0: never.
 */
u64 fguard_waiters_sweep(u64 now);

/**
 * fguard_waiters_exit - forget everybody; nobody asks any more
 *
 * Context: may sleep.
 */
void fguard_waiters_exit(void);

#endif

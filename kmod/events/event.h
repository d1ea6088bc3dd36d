/* SPDX-License-Identifier: GPL-2.0-only */
/* Events: from an access and its decision to a packed record. */
#ifndef _FGUARD_EVENT_H
#define _FGUARD_EVENT_H

#include "policy/evaluate.h"

struct fguard_request;
struct fguard_rule;

/**
 * fguard_event_report - tell the subscribers of an access by the current task
 * @request: the request
 * @decision: what was decided
 * @decider: the rule that did, or NULL
 *
 * Context: RCU read side, no spinlock held. Never waits for a subscriber.
 */
void fguard_event_report(const struct fguard_request *request,
			 const struct fguard_decision *decision,
			 const struct fguard_rule *decider);

/**
 * fguard_event_question - what listeners are told of an access by the current task
 * @request: the request
 * @decision: what the rule says
 * @decider: the rule
 * @verdict: enum fguard_verdict: the rule's default
 * @script: path of the script that the task runs, or NULL
 *
 * The number and the deadline are left to the caller.
 *
 * Context: RCU read side.
 * Return: a record for kfree(), or NULL.
 */
struct fguard_question_record *
fguard_event_question(const struct fguard_request *request,
		      const struct fguard_decision *decision,
		      const struct fguard_rule *decider, u8 verdict, const char *script);

/**
 * fguard_events_init - get memory to build records in
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int fguard_events_init(void);

/**
 * fguard_events_exit - free it; no hook may be registered any more
 *
 * Context: may sleep.
 */
void fguard_events_exit(void);

#endif

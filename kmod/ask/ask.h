/* SPDX-License-Identifier: GPL-2.0-only */
/* What becomes of an access that a rule leaves to an answer. */
#ifndef _FGUARD_ASK_H
#define _FGUARD_ASK_H

#include "policy/evaluate.h"

struct fguard_request;
struct fguard_rule;

/**
 * fguard_ask_refuses - does a remembered answer refuse the current task?
 * @decision: of outcome FGUARD_OUTCOME_ASK; settled if so
 * @rule: the rule that asks
 *
 * Context: RCU read side.
 * Return: true if it does.
 */
bool fguard_ask_refuses(struct fguard_decision *decision, const struct fguard_rule *rule);

/**
 * fguard_ask_forbids - would an operation be refused that is not asked about now?
 * @request: another access to the object, by the current task
 * @decision: about the operation, of outcome FGUARD_OUTCOME_ASK
 * @rule: the rule that asks
 * @asked: it asks about the access itself
 *
 * Context: RCU read side.
 * Return: true by a remembered answer; without one, unless @asked or the task is an
 * listener's, by the rule's default where nobody can be asked, and where somebody would
 * have to be.
 */
bool fguard_ask_forbids(const struct fguard_request *request,
			const struct fguard_decision *decision,
			const struct fguard_rule *rule, bool asked);

/**
 * fguard_ask - settle a decision by an answer, or let the current task wait for one
 * @request: the request
 * @decision: of outcome FGUARD_OUTCOME_ASK; if it still is afterwards, the task goes
 *	back and makes its system call again: fguard_hook_restart()
 * @rule: the rule that asks
 *
 * Context: inside an ftrace callback, RCU read side, no spinlock held.
 */
void fguard_ask(const struct fguard_request *request, struct fguard_decision *decision,
		struct fguard_rule *rule);

#endif

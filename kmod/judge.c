// SPDX-License-Identifier: GPL-2.0-only
#include <linux/dcache.h>

#include "ask.h"
#include "judge.h"
#include "rule.h"
#include "subject.h"

static struct fguard_rule *decide(struct fguard_access *access,
				  struct fguard_decision *decision)
{
	const struct fguard_actor actor = { .task = current };
	struct fguard_rule *decider = NULL;
	unsigned int i;

	for (i = 0; i < access->count; i++) {
		struct fguard_inquiry inquiry = {
			.target = &access->targets[i],
			.actor = &actor,
		};

		access->targets[i].strict = access->descriptor;
		fguard_store_decide(&inquiry);
		if (fguard_decide_combine(decision, &inquiry.decision))
			decider = inquiry.decider;
	}
	if (decision->outcome == FGUARD_OUTCOME_NONE)
		decision->op = fguard_decide_op(access->targets[0].ops);
	return decider;
}

/* Failing to follow an object would open the guard: then nobody gets in. */
static void let_through(struct fguard_access *access,
			struct fguard_decision *decision)
{
	unsigned int i;
	int err = 0;

	for (i = 0; !err && i < access->count; i++)
		if (access->targets[i].named)
			err = fguard_store_follow(&access->targets[i]);
	if (err) {
		decision->outcome = FGUARD_OUTCOME_DENY;
		decision->reason = FGUARD_REASON_DEFAULT;
		decision->error = err;
	}
}

static bool is_worth_telling(const struct fguard_access *access,
			     const struct fguard_decision *decision)
{
	if (access->inner && decision->outcome != FGUARD_OUTCOME_DENY)
		return false;
	return fguard_events_wanted(decision->outcome != FGUARD_OUTCOME_NONE);
}

/*
 * What a filesystem changes for its own is named anew at each try: only the object
 * that the rule is about is asked about.
 */
static noinline void ask_about(const struct fguard_access *access, unsigned int which,
			       struct fguard_decision *decision, struct fguard_rule *rule)
{
	struct fguard_access part = *access;

	if (fguard_access_is_behind(access)) {
		part.targets[0] = access->targets[which];
		part.count = 1;
	}
	fguard_ask(&part, decision, rule);
}

/*
 * Each rule that asks has its say about its object. They are asked one after the
 * other, and none if another rule refuses anyway.
 */
static noinline struct fguard_rule *ask(struct fguard_access *access,
					struct fguard_decision *decision)
{
	const struct fguard_actor actor = { .task = current };
	const struct fguard_rule *asked = NULL;
	struct fguard_decision settled = {};
	struct fguard_rule *decider = NULL;
	unsigned int i;

	for (i = 0; i < access->count; i++) {
		struct fguard_inquiry inquiry = {
			.target = &access->targets[i],
			.actor = &actor,
		};

		fguard_store_decide(&inquiry);
		if (inquiry.decision.outcome == FGUARD_OUTCOME_ASK) {
			/* It was told of both objects. */
			if (inquiry.decider == asked)
				continue;
			asked = inquiry.decider;
			ask_about(access, i, &inquiry.decision, inquiry.decider);
		}
		if (fguard_decide_combine(&settled, &inquiry.decision))
			decider = inquiry.decider;
		if (settled.outcome >= FGUARD_OUTCOME_ASK)
			break;
	}
	*decision = settled;
	return decider;
}

/*
 * What is created cannot be asked about any more when it is opened: a refusal
 * would leave it there, and to go back would find it there.
 */
static noinline struct fguard_rule *ask_ahead(const struct fguard_access *access,
					      struct fguard_decision *decision,
					      struct fguard_rule *decider)
{
	struct fguard_decision opening = {};
	struct fguard_access ahead = *access;
	struct fguard_rule *rule;

	ahead.targets[0].ops = BIT(FGUARD_OP_READ) | BIT(FGUARD_OP_WRITE);
	rule = decide(&ahead, &opening);
	if (opening.outcome != FGUARD_OUTCOME_ASK)
		return decider;
	rule = ask(&ahead, &opening);
	if (opening.outcome < FGUARD_OUTCOME_ASK)
		return decider;
	*decision = opening;
	return rule;
}

static struct fguard_rule *settle(struct fguard_access *access,
				  struct fguard_decision *decision)
{
	struct fguard_rule *decider = decide(access, decision);

	if (unlikely(decision->outcome == FGUARD_OUTCOME_ASK))
		decider = ask(access, decision);
	if (unlikely(access->opens) && decision->outcome < FGUARD_OUTCOME_ASK)
		decider = ask_ahead(access, decision, decider);
	return decider;
}

void fguard_judge(struct fguard_access *access, struct ftrace_regs *fregs)
{
	struct fguard_decision decision = {};
	struct fguard_rule *decider = settle(access, &decision);

	if (decision.outcome == FGUARD_OUTCOME_ASK) {
		fguard_hook_restart(fregs);
		return;
	}
	if (decision.outcome != FGUARD_OUTCOME_DENY)
		let_through(access, &decision);
	if (decider && (!access->inner || decision.outcome == FGUARD_OUTCOME_DENY))
		fguard_rule_count(decider, decision.outcome);
	if (is_worth_telling(access, &decision))
		fguard_event_report(access, &decision, decider);
	if (decision.outcome == FGUARD_OUTCOME_DENY)
		fguard_hook_refuse(fregs, decision.error);
}

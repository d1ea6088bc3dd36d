// SPDX-License-Identifier: GPL-2.0-only
#include <linux/bitops.h>
#include <linux/string.h>

#include "policy/rule.h"
#include "policy/survey.h"

/* It stands in the way of some, too, whoever decides. */
static void note_second(struct fguard_survey *survey, struct fguard_rule *rule,
			unsigned int op)
{
	if (rule == survey->deciders[op] || rule == survey->seconds[op])
		return;
	if (survey->seconds[op])
		survey->more |= BIT(op);
	else
		survey->seconds[op] = rule;
}

static void forget_seconds(struct fguard_survey *survey, unsigned int op)
{
	survey->seconds[op] = NULL;
	survey->more &= ~BIT(op);
}

static void consider_one(struct fguard_survey *survey, struct fguard_rule *rule, u32 rank,
			 bool allowed, unsigned int op)
{
	struct fguard_decision *decision = &survey->decisions[op];
	const struct fguard_decision before = *decision;
	struct fguard_rule *decider = survey->deciders[op];
	const bool stands = rank == before.rank || rank >= FGUARD_RANK_OTHER;

	if (!fguard_evaluate_consider(decision, &rule->terms, rank, BIT(op), allowed)) {
		if (stands && fguard_evaluate_outcome(&rule->terms, allowed) >= FGUARD_OUTCOME_ASK)
			note_second(survey, rule, op);
		return;
	}
	survey->deciders[op] = rule;
	if (!stands)
		forget_seconds(survey, op);
	else if (before.outcome >= FGUARD_OUTCOME_ASK)
		note_second(survey, decider, op);
}

/* All is refused, by more rules than are told. */
static bool is_enough(const struct fguard_survey *survey)
{
	unsigned long ops = survey->ops;
	unsigned int op;

	if (survey->more != survey->ops)
		return false;
	for_each_set_bit(op, &ops, __FGUARD_OP_MAX)
		if (survey->decisions[op].outcome != FGUARD_OUTCOME_DENY)
			return false;
	return true;
}

/* As match.c does it for one operation. */
static noinline void bind_each(struct fguard_survey *survey, struct fguard_rule *rule, u32 rank)
{
	unsigned long ops = survey->ops & fguard_evaluate_ops(&rule->terms, rank, false);
	struct fguard_rule *before;
	unsigned int op;

	for_each_set_bit(op, &ops, __FGUARD_OP_MAX) {
		before = survey->binders[op];
		if (!fguard_evaluate_is_closer(before ? &before->terms : NULL,
					       survey->binder_ranks[op], &rule->terms, rank))
			continue;
		survey->binders[op] = rule;
		survey->binder_ranks[op] = rank;
		survey->bound |= BIT(op);
	}
}

static void join_layers(struct fguard_survey *survey)
{
	unsigned long bound = survey->bound;
	unsigned int op;

	for_each_set_bit(op, &bound, __FGUARD_OP_MAX)
		consider_one(survey, survey->binders[op],
			     max_t(u32, survey->binder_ranks[op], FGUARD_RANK_OTHER), false, op);
}

static void consider_each(struct fguard_match_context *context, struct fguard_rule *rule,
			  u32 rank, bool allowed)
{
	struct fguard_survey *survey = container_of(context, struct fguard_survey, context);
	unsigned long ops = survey->ops & fguard_evaluate_ops(&rule->terms, rank, allowed);
	unsigned int op;

	if (unlikely(rule->flags & FGUARD_RULE_AGAINST)) {
		if (!allowed)
			bind_each(survey, rule, rank);
		return;
	}
	for_each_set_bit(op, &ops, __FGUARD_OP_MAX)
		consider_one(survey, rule, rank, allowed, op);
	context->seen_enough = is_enough(survey);
}

static void begin(struct fguard_survey *survey, struct fguard_object *object, u32 ops,
		  const struct fguard_subject *subject)
{
	memset(survey, 0, sizeof(*survey));
	survey->context.object = object;
	survey->context.subject = subject;
	survey->context.seen = consider_each;
	survey->ops = ops & FGUARD_OPS_ALL;
}

void fguard_survey(struct fguard_survey *survey, struct fguard_object *object, u32 ops,
		   const struct fguard_subject *subject)
{
	begin(survey, object, ops, subject);
	fguard_index_evaluate(&survey->context);
	join_layers(survey);
}

void fguard_survey_held(struct fguard_survey *survey, struct fguard_object *object,
			u32 ops, const struct fguard_subject *subject)
{
	begin(survey, object, ops, subject);
	fguard_index_look_at(&survey->context);
	join_layers(survey);
}

void fguard_survey_inside(struct fguard_survey *survey, struct fguard_object *object,
			  u32 ops, const struct fguard_subject *subject)
{
	begin(survey, object, ops, subject);
	fguard_index_look_inside(&survey->context);
	join_layers(survey);
}

enum fguard_op fguard_survey_strictest(const struct fguard_survey *survey)
{
	enum fguard_op strictest = fguard_evaluate_op(survey->ops), op;
	u32 left;

	for (left = survey->ops; left; left &= ~BIT(op)) {
		op = fguard_evaluate_op(left);
		if (survey->decisions[op].outcome > survey->decisions[strictest].outcome)
			strictest = op;
	}
	return strictest;
}

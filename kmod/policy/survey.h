/* SPDX-License-Identifier: GPL-2.0-only */
/* What the rules say about several operations on one object, each on its own. */
#ifndef _FGUARD_SURVEY_H
#define _FGUARD_SURVEY_H

#include "policy/index.h"

/**
 * struct fguard_survey - a match context into several operations at once
 * @context: the walk through the tables
 * @ops: mask of the operations
 * @decisions: by enum fguard_op; of outcome FGUARD_OUTCOME_NONE for others
 * @deciders: the rules that decided, or NULL
 * @seconds: others that refuse or ask and would have decided without them, or NULL
 * @more: mask of the operations for which there are yet others
 * @binders: the closest rules against the subject, joined to the others at the end
 * @binder_ranks: how close they are
 * @bound: mask of the operations that have any
 */
struct fguard_survey {
	struct fguard_match_context context;
	u32 ops;
	struct fguard_decision decisions[__FGUARD_OP_MAX];
	struct fguard_rule *deciders[__FGUARD_OP_MAX];
	struct fguard_rule *seconds[__FGUARD_OP_MAX];
	u32 more;
	struct fguard_rule *binders[__FGUARD_OP_MAX];
	u32 binder_ranks[__FGUARD_OP_MAX];
	u32 bound;
};

/**
 * fguard_survey - decide about each of several operations
 * @survey: filled
 * @object: the object; what is done to it says which of its directories matter
 * @ops: mask of the operations to decide about
 * @subject: who does it
 *
 * Context: RCU read side, no spinlock held.
 */
void fguard_survey(struct fguard_survey *survey, struct fguard_object *object, u32 ops,
		   const struct fguard_subject *subject);

/**
 * fguard_survey_held - the same, about an object that is taken elsewhere
 * @survey: filled
 * @object: the object; it @moves, unless it gets another name only
 * @ops: mask of the operations to decide about
 * @subject: who does it
 *
 * Of rules about what is below a directory those count that would not any more.
 *
 * Context: RCU read side, no spinlock held.
 */
void fguard_survey_held(struct fguard_survey *survey, struct fguard_object *object,
			u32 ops, const struct fguard_subject *subject);

/**
 * fguard_survey_inside - the same, about whatever is in a directory
 * @survey: filled
 * @object: the directory, or what would be one; only trees count
 * @ops: mask of the operations to decide about
 * @subject: who does it
 *
 * Context: RCU read side, no spinlock held.
 */
void fguard_survey_inside(struct fguard_survey *survey, struct fguard_object *object,
			  u32 ops, const struct fguard_subject *subject);

/**
 * fguard_survey_strictest - the operation that is decided most strictly
 * @survey: the survey
 *
 * Context: any.
 * Return: of several the one that fguard_evaluate_op() prefers.
 */
enum fguard_op fguard_survey_strictest(const struct fguard_survey *survey);

#endif

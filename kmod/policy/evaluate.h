/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which rule decides: pure, so that it also compiles and is tested in user
 * space. No kernel header but the types. Inline, because the kernel makes a call
 * dear, and every guarded access comes here.
 */
#ifndef _FGUARD_EVALUATE_H
#define _FGUARD_EVALUATE_H

#ifdef __KERNEL__
#include <linux/types.h>
#else
#include <stdbool.h>
#include <stdint.h>
typedef uint32_t u32;
typedef uint8_t u8;
#endif

#include "uapi/fguard.h"

/*
 * How closely a rule names its object; a higher rank wins. Of two trees the one
 * whose root is fewer directories above the object is the deeper one.
 */
enum fguard_rank {
	FGUARD_RANK_NONE,
	FGUARD_RANK_SUFFIX,
	FGUARD_RANK_LOST,	    /* a tree, or a suffix, if it is about the object at all */
	FGUARD_RANK_TREE = 1 << 20, /* less the distance */
	FGUARD_RANK_PATH,
	FGUARD_RANK_OTHER,    /* another name: lifts no refusal */
	FGUARD_RANK_ANCESTOR, /* on the way to it: the same; stands as FGUARD_RANK_OTHER */
};

/*
 * What, done to a directory on the way to an object, takes the object elsewhere. To cover
 * it does not, and a rule need not be about that: else no disk could be mounted there.
 */
#define FGUARD_ANCESTOR_OPS ((1U << FGUARD_OP_DELETE) | (1U << FGUARD_OP_RENAME))

/* In the order in which they win at equal rank. */
enum fguard_outcome {
	FGUARD_OUTCOME_NONE,	/* no rule concerns this access */
	FGUARD_OUTCOME_GRANT,
	FGUARD_OUTCOME_LOG,
	FGUARD_OUTCOME_ASK,	/* not settled yet */
	FGUARD_OUTCOME_DENY,
};

/**
 * struct fguard_terms - what a rule says, without its object and its subjects
 * @id: the rule's id
 * @ops: mask of the operations it is about
 * @error: errno of a refusal, negative
 * @else_action: enum fguard_else: what happens to those it does not allow
 * @default_verdict: enum fguard_verdict, where it asks and nobody answers
 * @timeout: milliseconds that an answer may take
 */
struct fguard_terms {
	u32 id;
	u32 ops;
	int error;
	u8 else_action;
	u8 default_verdict;
	u32 timeout;
};

/**
 * struct fguard_decision - the outcome of an access so far
 * @outcome: enum fguard_outcome
 * @op: enum fguard_op, the one the deciding rule is about
 * @reason: enum fguard_reason
 * @detail: enum fguard_detail
 * @rank: enum fguard_rank of the rule that decided
 * @error: errno if refused, negative
 * @rule: id of the rule that decided, 0 if none
 */
struct fguard_decision {
	u8 outcome;
	u8 op;
	u8 reason;
	u8 detail;
	u32 rank;
	int error;
	u32 rule;
};

/**
 * fguard_evaluate_op - the one operation by which an access is reported
 * @ops: mask of enum fguard_op, not 0
 *
 * Executing says more than writing, and writing more than reading.
 *
 * Context: any.
 * Return: enum fguard_op.
 */
static inline enum fguard_op fguard_evaluate_op(u32 ops)
{
	if (ops & (1U << FGUARD_OP_EXEC))
		return FGUARD_OP_EXEC;
	if (ops & (1U << FGUARD_OP_WRITE))
		return FGUARD_OP_WRITE;
	return (enum fguard_op)__builtin_ctz(ops);
}

/**
 * fguard_evaluate_is_several - are there several operations?
 * @ops: mask of enum fguard_op, not 0
 *
 * Context: any.
 * Return: true if so: then each is decided on its own.
 */
static inline bool fguard_evaluate_is_several(u32 ops)
{
	ops &= FGUARD_OPS_ALL;
	return ops & (ops - 1);
}

/**
 * fguard_evaluate_outcome - what a rule means for a subject
 * @terms: what the rule says
 * @allowed: the rule allows the subject
 *
 * Context: any.
 * Return: enum fguard_outcome.
 */
static inline enum fguard_outcome
fguard_evaluate_outcome(const struct fguard_terms *terms, bool allowed)
{
	static const u8 outcomes[] = {
		[FGUARD_ELSE_DENY] = FGUARD_OUTCOME_DENY,
		[FGUARD_ELSE_ASK] = FGUARD_OUTCOME_ASK,
		[FGUARD_ELSE_LOG] = FGUARD_OUTCOME_LOG,
	};

	return (enum fguard_outcome)(allowed ? FGUARD_OUTCOME_GRANT :
					       outcomes[terms->else_action]);
}

/**
 * fguard_evaluate_ops - of which operations does a rule speak?
 * @terms: what the rule says
 * @rank: how closely it names the object, enum fguard_rank
 * @allowed: the rule allows the subject
 *
 * Whom it refuses anything at all, it refuses to change what is on the way to its object.
 *
 * Context: any.
 * Return: mask of enum fguard_op.
 */
static inline u32 fguard_evaluate_ops(const struct fguard_terms *terms, u32 rank, bool allowed)
{
	if (rank == FGUARD_RANK_ANCESTOR &&
	    fguard_evaluate_outcome(terms, allowed) >= FGUARD_OUTCOME_ASK)
		return terms->ops | FGUARD_ANCESTOR_OPS;
	return terms->ops;
}

/**
 * fguard_evaluate_reason - how an outcome is explained before it is settled
 * @outcome: enum fguard_outcome
 *
 * Context: any.
 * Return: enum fguard_reason.
 */
static inline enum fguard_reason fguard_evaluate_reason(enum fguard_outcome outcome)
{
	static const u8 reasons[] = {
		[FGUARD_OUTCOME_NONE] = FGUARD_REASON_NONE,
		[FGUARD_OUTCOME_GRANT] = FGUARD_REASON_GRANT,
		[FGUARD_OUTCOME_LOG] = FGUARD_REASON_RULE,
		[FGUARD_OUTCOME_ASK] = FGUARD_REASON_ASK,
		[FGUARD_OUTCOME_DENY] = FGUARD_REASON_RULE,
	};

	return (enum fguard_reason)reasons[outcome];
}

/**
 * fguard_evaluate_is_stricter - is an outcome stricter than what stands?
 * @decision: the decision so far
 * @rank: how closely the other rule names the object, enum fguard_rank
 * @outcome: what that rule means, enum fguard_outcome
 *
 * Of two that ask the closer one stands.
 *
 * Context: any.
 * Return: true if so.
 */
static inline bool fguard_evaluate_is_stricter(const struct fguard_decision *decision,
					       u32 rank, enum fguard_outcome outcome)
{
	return outcome > decision->outcome ||
	       (outcome == FGUARD_OUTCOME_ASK && decision->outcome == outcome &&
		rank == FGUARD_RANK_OTHER && decision->rank < FGUARD_RANK_PATH);
}

/**
 * fguard_evaluate_consider - let one rule have its say about one object
 * @decision: the decision so far; zeroed before the first rule
 * @terms: what the rule says
 * @rank: how closely it names the object, enum fguard_rank
 * @ops: mask of what the access does to the object
 * @allowed: the rule allows the subject
 *
 * Context: any.
 * Return: true if the rule now decides.
 */
static inline bool fguard_evaluate_consider(struct fguard_decision *decision,
					    const struct fguard_terms *terms,
					    u32 rank, u32 ops, bool allowed)
{
	enum fguard_outcome outcome = fguard_evaluate_outcome(terms, allowed);

	ops &= fguard_evaluate_ops(terms, rank, allowed);
	if (rank == FGUARD_RANK_ANCESTOR)
		rank = FGUARD_RANK_OTHER;
	if (!ops || rank < decision->rank)
		return false;
	if ((rank == decision->rank || rank == FGUARD_RANK_OTHER) &&
	    !fguard_evaluate_is_stricter(decision, rank, outcome))
		return false;

	decision->outcome = outcome;
	decision->rank = rank;
	decision->op = fguard_evaluate_op(ops);
	decision->reason = fguard_evaluate_reason(outcome);
	decision->error = outcome >= FGUARD_OUTCOME_ASK ? terms->error : 0;
	decision->rule = terms->id;
	return true;
}

/**
 * fguard_evaluate_is_closer - of two rules against the subject, does the next one count?
 * @terms: what the one before says, or NULL
 * @before: enum fguard_rank of that
 * @next: what the next one says
 * @rank: enum fguard_rank of that
 *
 * Context: any.
 * Return: true if it is closer to the object, or as close and stricter.
 */
static inline bool fguard_evaluate_is_closer(const struct fguard_terms *terms, u32 before,
					     const struct fguard_terms *next, u32 rank)
{
	if (!terms)
		return true;
	if (rank == before || rank >= FGUARD_RANK_OTHER)
		return fguard_evaluate_outcome(next, false) >
		       fguard_evaluate_outcome(terms, false);
	return rank > before;
}

/**
 * fguard_evaluate_combine - join the decisions about the objects of one access
 * @into: the decision about the first object, and the result
 * @other: the decision about another
 *
 * The stricter one stands, whatever the ranks: an access to two objects needs
 * the consent of both.
 *
 * Context: any.
 * Return: true if the other one now stands.
 */
static inline bool fguard_evaluate_combine(struct fguard_decision *into,
					   const struct fguard_decision *other)
{
	if (other->outcome <= into->outcome)
		return false;
	*into = *other;
	return true;
}

/**
 * fguard_evaluate_settle - end what a rule left to an answer
 * @decision: of outcome FGUARD_OUTCOME_ASK
 * @verdict: enum fguard_verdict
 * @reason: enum fguard_reason
 * @detail: enum fguard_detail
 *
 * Context: any.
 */
static inline void fguard_evaluate_settle(struct fguard_decision *decision, u8 verdict,
					  u8 reason, u8 detail)
{
	decision->outcome = verdict == FGUARD_VERDICT_ALLOW ? FGUARD_OUTCOME_GRANT :
							      FGUARD_OUTCOME_DENY;
	decision->reason = reason;
	decision->detail = detail;
	if (verdict == FGUARD_VERDICT_ALLOW)
		decision->error = 0;
}

/**
 * fguard_evaluate_verdict - how a decision is told
 * @decision: the decision; one that is not settled yet refuses
 *
 * Context: any.
 * Return: enum fguard_verdict.
 */
static inline enum fguard_verdict
fguard_evaluate_verdict(const struct fguard_decision *decision)
{
	return decision->outcome >= FGUARD_OUTCOME_ASK ? FGUARD_VERDICT_DENY :
							 FGUARD_VERDICT_ALLOW;
}

#endif

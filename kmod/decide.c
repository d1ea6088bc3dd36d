// SPDX-License-Identifier: GPL-2.0-only
#ifdef __KERNEL__
#include <linux/errno.h>
#else
#include <errno.h>
#endif

#include "decide.h"

static enum fguard_outcome outcome_of(const struct fguard_terms *terms,
				      bool allowed)
{
	if (allowed)
		return FGUARD_OUTCOME_GRANT;
	if (terms->otherwise == FGUARD_ELSE_ASK)
		return FGUARD_OUTCOME_ASK;
	return terms->otherwise == FGUARD_ELSE_LOG ? FGUARD_OUTCOME_LOG :
						     FGUARD_OUTCOME_DENY;
}

static enum fguard_reason reason_of(enum fguard_outcome outcome)
{
	if (outcome == FGUARD_OUTCOME_GRANT)
		return FGUARD_REASON_GRANT;
	return outcome == FGUARD_OUTCOME_ASK ? FGUARD_REASON_ASK : FGUARD_REASON_RULE;
}

bool fguard_decide_consider(struct fguard_decision *decision,
			    const struct fguard_terms *terms,
			    u32 rank, u32 ops, bool allowed)
{
	enum fguard_outcome outcome = outcome_of(terms, allowed);

	ops &= terms->ops;
	if (!ops || rank < decision->rank)
		return false;
	if (rank == decision->rank && outcome <= decision->outcome)
		return false;

	decision->outcome = outcome;
	decision->rank = rank;
	decision->op = fguard_decide_op(ops);
	decision->reason = reason_of(outcome);
	decision->error = outcome >= FGUARD_OUTCOME_ASK ? terms->error : 0;
	decision->rule = terms->id;
	return true;
}

bool fguard_decide_combine(struct fguard_decision *into,
			   const struct fguard_decision *other)
{
	if (other->outcome <= into->outcome)
		return false;
	*into = *other;
	return true;
}

enum fguard_op fguard_decide_op(u32 ops)
{
	if (ops & (1U << FGUARD_OP_EXEC))
		return FGUARD_OP_EXEC;
	if (ops & (1U << FGUARD_OP_WRITE))
		return FGUARD_OP_WRITE;
	return (enum fguard_op)__builtin_ctz(ops);
}

void fguard_decide_settle(struct fguard_decision *decision, u8 verdict, u8 reason,
			  u8 detail)
{
	decision->outcome = verdict == FGUARD_VERDICT_ALLOW ? FGUARD_OUTCOME_GRANT :
							      FGUARD_OUTCOME_DENY;
	decision->reason = reason;
	decision->detail = detail;
	if (verdict == FGUARD_VERDICT_ALLOW)
		decision->error = 0;
}

enum fguard_verdict fguard_decide_verdict(const struct fguard_decision *decision)
{
	return decision->outcome >= FGUARD_OUTCOME_ASK ? FGUARD_VERDICT_DENY :
							 FGUARD_VERDICT_ALLOW;
}

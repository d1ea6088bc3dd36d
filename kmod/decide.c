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
	return terms->otherwise == FGUARD_ELSE_LOG ? FGUARD_OUTCOME_LOG :
						     FGUARD_OUTCOME_DENY;
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
	decision->error = outcome == FGUARD_OUTCOME_DENY ? terms->error : 0;
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

enum fguard_verdict fguard_decide_verdict(const struct fguard_decision *decision)
{
	return decision->outcome == FGUARD_OUTCOME_DENY ? FGUARD_VERDICT_DENY :
							  FGUARD_VERDICT_ALLOW;
}

enum fguard_reason fguard_decide_reason(const struct fguard_decision *decision)
{
	/* No rule refuses with this; it stands for a lack of memory. */
	if (decision->error == -ENOMEM)
		return FGUARD_REASON_DEFAULT;
	if (decision->outcome == FGUARD_OUTCOME_NONE)
		return FGUARD_REASON_NONE;
	return decision->outcome == FGUARD_OUTCOME_GRANT ? FGUARD_REASON_GRANT :
							   FGUARD_REASON_RULE;
}

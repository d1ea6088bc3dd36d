// SPDX-License-Identifier: GPL-2.0-only
#include <linux/dcache.h>
#include <linux/fs.h>

#include "enforce/against.h"
#include "enforce/any.h"
#include "enforce/enforce.h"
#include "events/event.h"
#include "policy/rule.h"

void fguard_any_enforce(const struct path *path, enum fguard_op op, bool strict,
			struct ftrace_regs *fregs)
{
	const struct fguard_subject subject = { .task = current };
	struct fguard_object object = {
		.dentry = path->dentry,
		.inode = d_inode_rcu(path->dentry),
		.mnt = path->mnt,
		.ops = BIT(op),
	};
	const struct fguard_request request = { .objects = &object, .count = 1 };
	struct fguard_decision decision = {
		.outcome = FGUARD_OUTCOME_DENY,
		.op = op,
		.reason = FGUARD_REASON_RULE,
	};
	struct fguard_rule *rule;

	rule = fguard_against_any(path->dentry->d_sb, op, strict, &subject);
	if (!rule)
		return;
	if (!(rule->terms.ops & BIT(op)))
		decision.op = FGUARD_OP_LIST;
	decision.rule = rule->terms.id;
	fguard_rule_count(rule, FGUARD_OUTCOME_DENY);
	if (fguard_events_wanted(true))
		fguard_event_report(&request, &decision, rule);
	fguard_hook_refuse(fregs, rule->terms.error);
}

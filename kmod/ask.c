// SPDX-License-Identifier: GPL-2.0-only
#include <linux/errno.h>

#include "answerer.h"
#include "ask.h"
#include "asker.h"
#include "judge.h"
#include "question.h"
#include "remember.h"
#include "rule.h"
#include "syscall.h"

static void fall_back(struct fguard_decision *decision, const struct fguard_rule *rule,
		      enum fguard_reason reason, enum fguard_detail detail)
{
	fguard_decide_settle(decision, rule->terms.fallback, reason, detail);
}

/* Who need not be asked about, or cannot. */
static bool is_settled_unasked(const struct fguard_access *access,
			       struct fguard_decision *decision,
			       const struct fguard_rule *rule)
{
	enum fguard_relation relation = fguard_answerers_relation();
	u8 verdict;

	if (relation == FGUARD_RELATION_OWN)
		fguard_decide_settle(decision, FGUARD_VERDICT_ALLOW, FGUARD_REASON_GRANT,
				     FGUARD_DETAIL_ANSWERER);
	else if (fguard_recall(rule, decision->op, &verdict))
		fguard_decide_settle(decision, verdict, FGUARD_REASON_ANSWER,
				     FGUARD_DETAIL_REMEMBERED);
	else if (relation == FGUARD_RELATION_NEEDED || access->final ||
		 !fguard_syscall_can_restart())
		fall_back(decision, rule, FGUARD_REASON_UNASKABLE, FGUARD_DETAIL_NONE);
	else
		return false;
	return true;
}

bool fguard_ask_refuses(struct fguard_decision *decision, const struct fguard_rule *rule)
{
	u8 verdict;

	if (fguard_answerers_relation() == FGUARD_RELATION_OWN ||
	    !fguard_recall(rule, decision->op, &verdict) ||
	    verdict == FGUARD_VERDICT_ALLOW)
		return false;
	fguard_decide_settle(decision, verdict, FGUARD_REASON_ANSWER,
			     FGUARD_DETAIL_REMEMBERED);
	return true;
}

void fguard_ask(const struct fguard_access *access, struct fguard_decision *decision,
		struct fguard_rule *rule)
{
	struct fguard_question *question;
	struct fguard_key key;
	int err = -ENOMEM;
	/* Who cannot go back did not come back either. */
	bool may_be_back = fguard_askers_present() && !access->final &&
			   fguard_syscall_can_restart();

	/* First what it came back for: an answer that is remembered, too, is given here. */
	if (may_be_back) {
		fguard_key_take(&key, access, decision->op, rule);
		if (fguard_asker_recall(&key, decision))
			return;
	}
	if (is_settled_unasked(access, decision, rule))
		return;
	if (!fguard_answerers_present()) {
		fall_back(decision, rule, FGUARD_REASON_DEFAULT, FGUARD_DETAIL_NO_ANSWERER);
		return;
	}
	if (!may_be_back)
		fguard_key_take(&key, access, decision->op, rule);
	question = fguard_question_new(&key, access, decision, rule);
	if (question)
		err = fguard_asker_ask(question);
	if (err == -ESRCH)
		fall_back(decision, rule, FGUARD_REASON_UNASKABLE, FGUARD_DETAIL_NONE);
	else if (err)
		fall_back(decision, rule, FGUARD_REASON_DEFAULT, FGUARD_DETAIL_QUEUE_FULL);
}

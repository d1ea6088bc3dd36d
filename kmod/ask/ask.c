// SPDX-License-Identifier: GPL-2.0-only
#include <linux/errno.h>

#include "ask/listener.h"
#include "ask/ask.h"
#include "ask/waiter.h"
#include "ask/question.h"
#include "ask/answer_cache.h"
#include "ftrace/syscall.h"
#include "policy/request.h"
#include "policy/rule.h"

static void fall_back(struct fguard_decision *decision, const struct fguard_rule *rule,
		      enum fguard_reason reason, enum fguard_detail detail)
{
	fguard_evaluate_settle(decision, rule->terms.default_verdict, reason, detail);
}

/*
 * From a point in it, execve() is of the new program, which no answer was about, and
 * cannot go back; and then it maps the program.
 */
static void note_running(const struct fguard_request *request, u8 op,
			 const struct fguard_rule *rule, u8 verdict)
{
	struct fguard_question *question;
	struct fguard_key key;

	if (op != FGUARD_OP_EXEC || !(rule->flags & FGUARD_RULE_STRICT) ||
	    verdict != FGUARD_VERDICT_ALLOW || !fguard_syscall_runs())
		return;
	fguard_key_take(&key, request, op, rule);
	question = fguard_question_remembered(&key, verdict);
	if (question)
		fguard_waiter_note(question);
}

static bool is_remembered(const struct fguard_request *request,
			  struct fguard_decision *decision,
			  const struct fguard_rule *rule)
{
	const u8 op = decision->op;
	u8 verdict;

	if (!fguard_answer_cache_find(rule, fguard_key_ops(request, op, rule),
				      fguard_key_covering(request, op), &verdict))
		return false;
	note_running(request, op, rule, verdict);
	fguard_evaluate_settle(decision, verdict, FGUARD_REASON_ANSWER,
			       FGUARD_DETAIL_REMEMBERED);
	return true;
}

static bool can_restart(const struct fguard_request *request)
{
	return fguard_syscall_can_restart(request->use != FGUARD_USE_NAME);
}

/* Who need not be asked about, or cannot. */
static bool is_settled_unasked(const struct fguard_request *request,
			       struct fguard_decision *decision,
			       const struct fguard_rule *rule, bool may_wait)
{
	enum fguard_relation relation = fguard_listeners_relation();

	if (relation == FGUARD_RELATION_OWN)
		fguard_evaluate_settle(decision, FGUARD_VERDICT_ALLOW, FGUARD_REASON_GRANT,
				       FGUARD_DETAIL_ANSWERER);
	else if (is_remembered(request, decision, rule))
		return true;
	else if (relation == FGUARD_RELATION_NEEDED || !may_wait)
		fall_back(decision, rule, FGUARD_REASON_UNASKABLE, FGUARD_DETAIL_NONE);
	else
		return false;
	return true;
}

bool fguard_ask_refuses(struct fguard_decision *decision, const struct fguard_rule *rule)
{
	u8 verdict;

	if (fguard_listeners_relation() == FGUARD_RELATION_OWN ||
	    !fguard_answer_cache_find(rule, BIT(decision->op), 0, &verdict) ||
	    verdict == FGUARD_VERDICT_ALLOW)
		return false;
	fguard_evaluate_settle(decision, verdict, FGUARD_REASON_ANSWER,
			       FGUARD_DETAIL_REMEMBERED);
	return true;
}

bool fguard_ask_forbids(const struct fguard_request *request,
			const struct fguard_decision *decision,
			const struct fguard_rule *rule, bool asked)
{
	enum fguard_relation relation = fguard_listeners_relation();
	u8 verdict;

	if (relation == FGUARD_RELATION_OWN)
		return false;
	if (fguard_answer_cache_find(rule, BIT(decision->op), 0, &verdict))
		return verdict != FGUARD_VERDICT_ALLOW;
	if (asked)
		return false;
	return rule->terms.default_verdict != FGUARD_VERDICT_ALLOW ||
	       (fguard_listeners_present() && relation == FGUARD_RELATION_NONE &&
		can_restart(request));
}

/* What it came back for, or what covers this, too: a part of the same call. */
static bool is_told(const struct fguard_request *request, struct fguard_decision *decision,
		    const struct fguard_rule *rule, bool may_wait)
{
	struct fguard_key key;

	if (!fguard_waiters_present() || request->final ||
	    !(may_wait || fguard_syscall_runs()))
		return false;
	fguard_key_take(&key, request, decision->op, rule);
	return fguard_waiter_recall(&key, may_wait, decision);
}

static int ask(const struct fguard_request *request, struct fguard_decision *decision,
	       struct fguard_rule *rule)
{
	struct fguard_question *question;
	struct fguard_key key;

	fguard_key_take(&key, request, decision->op, rule);
	question = fguard_question_new(&key, request, decision, rule);
	return question ? fguard_waiter_ask(question) : -ENOMEM;
}

void fguard_ask(const struct fguard_request *request, struct fguard_decision *decision,
		struct fguard_rule *rule)
{
	const bool may_wait = !request->final && can_restart(request);
	int err;

	/* First what it came back for: an answer that is remembered, too, is given here. */
	if (is_told(request, decision, rule, may_wait) ||
	    is_settled_unasked(request, decision, rule, may_wait))
		return;
	if (!fguard_listeners_present()) {
		fall_back(decision, rule, FGUARD_REASON_DEFAULT, FGUARD_DETAIL_NO_ANSWERER);
		return;
	}
	err = ask(request, decision, rule);
	if (err == -EEXIST && is_settled_unasked(request, decision, rule, may_wait))
		return;
	if (err == -ESRCH)
		fall_back(decision, rule, FGUARD_REASON_UNASKABLE, FGUARD_DETAIL_NONE);
	else if (err)
		fall_back(decision, rule, FGUARD_REASON_DEFAULT, FGUARD_DETAIL_QUEUE_FULL);
}

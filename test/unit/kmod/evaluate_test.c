// SPDX-License-Identifier: MIT
/* Verdicts as tables: what each rule says, what is done, who decides. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "policy/evaluate.h"

#define R (1U << FGUARD_OP_READ)
#define W (1U << FGUARD_OP_WRITE)
#define X (1U << FGUARD_OP_EXEC)
#define D (1U << FGUARD_OP_DELETE)
#define T (1U << FGUARD_OP_TRUNCATE)
#define N (1U << FGUARD_OP_RENAME)
#define ALL FGUARD_OPS_ALL

#define DENY FGUARD_ELSE_DENY
#define LOG FGUARD_ELSE_LOG
#define ASK FGUARD_ELSE_ASK

struct say {
	struct fguard_terms terms;
	bool allowed;
};

static struct fguard_decision decide(const struct say *says, size_t n, u32 ops)
{
	struct fguard_decision decision = { 0 };

	for (size_t i = 0; i < n; i++)
		fguard_evaluate_consider(&decision, &says[i].terms,
					 FGUARD_RANK_PATH, ops, says[i].allowed);
	return decision;
}

static const struct {
	const char *claim;
	struct say says[2];
	u32 ops;
	enum fguard_outcome outcome;
	u32 rule;
	int error;
} decisions[] = {
	{ "no rule, no say", { { { 0, 0, 0, 0 }, false } }, R,
	  FGUARD_OUTCOME_NONE, 0, 0 },
	{ "a stranger is refused with the rule's errno",
	  { { { 1, ALL, -ENOENT, DENY }, false } }, R,
	  FGUARD_OUTCOME_DENY, 1, -ENOENT },
	{ "the allowed one gets in", { { { 1, ALL, -EACCES, DENY }, true } }, R,
	  FGUARD_OUTCOME_GRANT, 1, 0 },
	{ "a log rule only tells", { { { 1, ALL, -EACCES, LOG }, false } }, R,
	  FGUARD_OUTCOME_LOG, 1, 0 },
	{ "a rule about deleting has no say in reading",
	  { { { 1, D, -EACCES, DENY }, false } }, R, FGUARD_OUTCOME_NONE, 0, 0 },
	{ "one guarded operation of two is enough",
	  { { { 1, W, -EACCES, DENY }, false } }, R | W,
	  FGUARD_OUTCOME_DENY, 1, -EACCES },
	{ "deny wins over a grant",
	  { { { 1, ALL, -EACCES, DENY }, true }, { { 2, ALL, -EPERM, DENY }, false } },
	  R, FGUARD_OUTCOME_DENY, 2, -EPERM },
	{ "deny wins over log, whatever the order",
	  { { { 1, ALL, -EPERM, DENY }, false }, { { 2, ALL, -EACCES, LOG }, false } },
	  R, FGUARD_OUTCOME_DENY, 1, -EPERM },
	{ "log wins over a grant",
	  { { { 1, ALL, -EACCES, DENY }, true }, { { 2, ALL, -EACCES, LOG }, false } },
	  R, FGUARD_OUTCOME_LOG, 2, 0 },
	{ "an ask rule leaves it to an answer, with its errno",
	  { { { 1, ALL, -EPERM, ASK }, false } }, R, FGUARD_OUTCOME_ASK, 1, -EPERM },
	{ "the allowed one is not asked about",
	  { { { 1, ALL, -EACCES, ASK }, true } }, R, FGUARD_OUTCOME_GRANT, 1, 0 },
	{ "deny wins over ask",
	  { { { 1, ALL, -EPERM, ASK }, false }, { { 2, ALL, -EACCES, DENY }, false } },
	  R, FGUARD_OUTCOME_DENY, 2, -EACCES },
	{ "ask wins over log, whatever the order",
	  { { { 1, ALL, -EPERM, ASK }, false }, { { 2, ALL, -EACCES, LOG }, false } },
	  R, FGUARD_OUTCOME_ASK, 1, -EPERM },
	{ "of two that refuse, the first decides",
	  { { { 1, ALL, -EACCES, DENY }, false }, { { 2, ALL, -EPERM, DENY }, false } },
	  R, FGUARD_OUTCOME_DENY, 1, -EACCES },
};

static void rules_evaluate_as_the_table_says(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(decisions) / sizeof(*decisions); i++) {
		struct fguard_decision decision =
			decide(decisions[i].says, 2, decisions[i].ops);

		if (decision.outcome != decisions[i].outcome ||
		    decision.rule != decisions[i].rule ||
		    decision.error != decisions[i].error)
			fail_msg("%s: outcome %d, rule %u, error %d",
				 decisions[i].claim, decision.outcome,
				 decision.rule, decision.error);
	}
}

/* The rank of each rule, and which of the two decides; all refuse. */
static const struct {
	const char *claim;
	u32 ranks[2];
	u32 rule;
} ranks[] = {
	{ "a path wins over a tree", { FGUARD_RANK_PATH, FGUARD_RANK_TREE - 1 }, 1 },
	{ "whatever the order", { FGUARD_RANK_TREE - 1, FGUARD_RANK_PATH }, 2 },
	{ "the deeper tree wins", { FGUARD_RANK_TREE - 3, FGUARD_RANK_TREE - 2 }, 2 },
	{ "a tree wins over a suffix, however far", { FGUARD_RANK_SUFFIX, FGUARD_RANK_TREE - 4096 }, 2 },
	{ "a suffix wins over nothing", { FGUARD_RANK_SUFFIX, FGUARD_RANK_NONE }, 1 },
};

static void the_closer_rule_decides(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(ranks) / sizeof(*ranks); i++) {
		struct fguard_decision decision = { 0 };

		for (u32 rule = 0; rule < 2; rule++) {
			const struct fguard_terms terms = { rule + 1, ALL, -EACCES, DENY };

			if (ranks[i].ranks[rule] != FGUARD_RANK_NONE)
				fguard_evaluate_consider(&decision, &terms,
							 ranks[i].ranks[rule], R, false);
		}
		if (decision.rule != ranks[i].rule)
			fail_msg("%s: rule %u", ranks[i].claim, decision.rule);
	}
}

static void a_closer_grant_wins_over_a_refusal_further_off(void **state)
{
	const struct fguard_terms tree = { 1, ALL, -EACCES, DENY };
	const struct fguard_terms path = { 2, ALL, -EACCES, DENY };
	struct fguard_decision decision = { 0 };

	(void)state;
	fguard_evaluate_consider(&decision, &tree, FGUARD_RANK_TREE - 1, R, false);
	fguard_evaluate_consider(&decision, &path, FGUARD_RANK_PATH, R, true);
	assert_int_equal(decision.outcome, FGUARD_OUTCOME_GRANT);
	assert_int_equal(decision.error, 0);
}

/* By the inode alone: a rule about another name of it. */
static void another_name_adds_refusals_and_lifts_none(void **state)
{
	const struct fguard_terms tree = { 1, ALL, -EACCES, DENY };
	const struct fguard_terms other = { 2, ALL, -EPERM, DENY };
	struct fguard_decision refused = { 0 }, granted = { 0 };

	(void)state;
	fguard_evaluate_consider(&refused, &tree, FGUARD_RANK_TREE - 1, R, false);
	assert_false(fguard_evaluate_consider(&refused, &other, FGUARD_RANK_OTHER, R, true));
	assert_int_equal(refused.outcome, FGUARD_OUTCOME_DENY);

	fguard_evaluate_consider(&granted, &tree, FGUARD_RANK_PATH, R, true);
	assert_true(fguard_evaluate_consider(&granted, &other, FGUARD_RANK_OTHER, R, false));
	assert_int_equal(granted.error, -EPERM);
}

static void another_name_asks_where_only_what_is_further_off_does(void **state)
{
	const struct fguard_terms tree = { 1, ALL, -EACCES, ASK };
	const struct fguard_terms other = { 2, ALL, -EACCES, ASK };
	struct fguard_decision far = { 0 }, near = { 0 };

	(void)state;
	fguard_evaluate_consider(&far, &tree, FGUARD_RANK_TREE - 1, R, false);
	assert_true(fguard_evaluate_consider(&far, &other, FGUARD_RANK_OTHER, R, false));
	fguard_evaluate_consider(&near, &tree, FGUARD_RANK_PATH, R, false);
	assert_false(fguard_evaluate_consider(&near, &other, FGUARD_RANK_OTHER, R, false));
}

/* So that it is not read elsewhere, nor from another's hand, once the rules are made anew. */
static void who_may_not_read_may_not_change_the_way(void **state)
{
	const struct fguard_terms refuses = { 1, R, -EACCES, DENY }, logs = { 2, R, 0, LOG };
	struct fguard_decision moved = { 0 }, none = { 0 };

	(void)state;
	assert_true(fguard_evaluate_consider(&moved, &refuses, FGUARD_RANK_ANCESTOR, N, false));
	assert_int_equal(moved.outcome, FGUARD_OUTCOME_DENY);
	assert_int_equal(moved.op, FGUARD_OP_RENAME);
	assert_int_equal(moved.rank, FGUARD_RANK_OTHER);
	assert_false(fguard_evaluate_consider(&none, &refuses, FGUARD_RANK_ANCESTOR, N, true));
	assert_false(fguard_evaluate_consider(&none, &refuses, FGUARD_RANK_ANCESTOR, W, false));
	assert_false(fguard_evaluate_consider(&none, &refuses, FGUARD_RANK_OTHER, N, false));
	assert_false(fguard_evaluate_consider(&none, &logs, FGUARD_RANK_ANCESTOR, N, false));
}

static const struct {
	u32 ops;
	enum fguard_op op;
} reported[] = {
	{ R, FGUARD_OP_READ },	    { R | W, FGUARD_OP_WRITE },
	{ W | X, FGUARD_OP_EXEC },  { W | T, FGUARD_OP_WRITE },
	{ T, FGUARD_OP_TRUNCATE },  { D, FGUARD_OP_DELETE },
};

static void an_access_is_reported_by_its_gravest_operation(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(reported) / sizeof(*reported); i++)
		assert_int_equal(fguard_evaluate_op(reported[i].ops), reported[i].op);
}

static void a_rule_is_reported_by_the_operation_it_is_about(void **state)
{
	const struct say only_reading = { { 1, R, -EACCES, DENY }, false };

	(void)state;
	assert_int_equal(decide(&only_reading, 1, R | W).op, FGUARD_OP_READ);
}

static void the_stricter_object_decides(void **state)
{
	const struct say grant = { { 1, ALL, -EACCES, DENY }, true };
	const struct say deny = { { 2, ALL, -EPERM, DENY }, false };
	struct fguard_decision source = decide(&grant, 1, D);
	struct fguard_decision object = decide(&deny, 1, D);

	(void)state;
	assert_true(fguard_evaluate_combine(&source, &object));
	assert_int_equal(source.rule, 2);

	source = decide(&grant, 1, D);
	assert_false(fguard_evaluate_combine(&object, &source));
	assert_int_equal(object.error, -EPERM);
}

static void an_answer_ends_it(void **state)
{
	const struct say ask = { { 1, ALL, -EPERM, ASK }, false };
	struct fguard_decision yes = decide(&ask, 1, R), no = yes;

	(void)state;
	assert_int_equal(yes.reason, FGUARD_REASON_ASK);
	fguard_evaluate_settle(&yes, FGUARD_VERDICT_ALLOW, FGUARD_REASON_ANSWER, 0);
	assert_int_equal(fguard_evaluate_verdict(&yes), FGUARD_VERDICT_ALLOW);
	assert_int_equal(yes.reason, FGUARD_REASON_ANSWER);
	assert_int_equal(yes.error, 0);
	fguard_evaluate_settle(&no, FGUARD_VERDICT_DENY, FGUARD_REASON_EXPIRED, 0);
	assert_int_equal(fguard_evaluate_verdict(&no), FGUARD_VERDICT_DENY);
	assert_int_equal(no.error, -EPERM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rules_evaluate_as_the_table_says),
		cmocka_unit_test(an_access_is_reported_by_its_gravest_operation),
		cmocka_unit_test(a_rule_is_reported_by_the_operation_it_is_about),
		cmocka_unit_test(the_stricter_object_decides),
		cmocka_unit_test(an_answer_ends_it),
		cmocka_unit_test(the_closer_rule_decides),
		cmocka_unit_test(another_name_adds_refusals_and_lifts_none),
		cmocka_unit_test(another_name_asks_where_only_what_is_further_off_does),
		cmocka_unit_test(who_may_not_read_may_not_change_the_way),
		cmocka_unit_test(a_closer_grant_wins_over_a_refusal_further_off),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
#include "fake.h"

#include <errno.h>
#include <stdlib.h>

static const struct fguard_query query = { .path = "/srv/a.db",
					   .op = FGUARD_OP_MOUNT, .pid = 77 };

static const struct fguard_match known[] = {
	{ .rule = 3, .kind = FGUARD_MATCH_PATH, .distance = 0, .concerned = 1,
	  .allowed = 0 },
	{ .rule = 70000, .kind = FGUARD_MATCH_TREE, .distance = 300,
	  .concerned = 0, .allowed = 1 },
	{ .rule = 5, .kind = FGUARD_MATCH_SUFFIX, .distance = 0, .concerned = 1,
	  .allowed = 1 },
};

static void answer_matches(struct fake *fake, const struct nlmsghdr *request)
{
	struct nlmsghdr *head = fake_message(fake, FAKE_FAMILY, 0,
					     request->nlmsg_seq,
					     FGUARD_CMD_EXPLAIN);
	struct nlattr *nest = mnl_attr_nest_start(head, FGUARD_A_EXPLAIN);

	mnl_attr_put_u8(head, FGUARD_EXPLAIN_A_VERDICT, FGUARD_VERDICT_DENY);
	mnl_attr_put_u8(head, FGUARD_EXPLAIN_A_REASON, FGUARD_REASON_RULE);
	mnl_attr_put_u32(head, FGUARD_EXPLAIN_A_RULE, 3);
	for (size_t i = 0; i < 3; i++)
		fake_put_match(head, &known[i]);
	mnl_attr_put_u32(head, 200, 1); /* of a newer module */
	mnl_attr_nest_end(head, nest);
	fake_deliver(fake, head);
	fake_ack(fake, request, 0, NULL);
}

static void the_explanation_is_what_the_module_told(void **state)
{
	struct fguard_explanation explanation;
	struct fguard_match matches[3];
	struct fake fake;
	struct fguard *guard = fake_open(&fake, answer_matches);

	(void)state;
	assert_int_equal(fguard_explain(guard, &query, &explanation, matches, 3),
			 0);
	assert_int_equal(explanation.verdict, FGUARD_VERDICT_DENY);
	assert_int_equal(explanation.reason, FGUARD_REASON_RULE);
	assert_int_equal(explanation.rule, 3);
	assert_int_equal(explanation.n_matches, 3);
	assert_memory_equal(matches, known, sizeof(known));
	fake_stop(&fake, guard);
}

static void the_query_arrives_as_it_was_given(void **state)
{
	const struct fguard_query nobody = { .path = "/b" };
	struct fguard_explanation explanation;
	struct fake fake;
	struct fguard *guard = fake_open(&fake, answer_matches);
	const struct nlattr *nest;

	(void)state;
	assert_int_equal(fguard_explain(guard, &query, &explanation, NULL, 0), 0);
	assert_int_equal(fguard_explain(guard, &nobody, &explanation, NULL, 0), 0);
	assert_int_equal(fake_command(fake.requests[0]), FGUARD_CMD_EXPLAIN);
	nest = fake_find(fake.requests[0], FGUARD_A_EXPLAIN, 0);
	assert_string_equal(mnl_attr_get_str(fake_find_nested(
				    nest, FGUARD_EXPLAIN_A_PATH, 0)), "/srv/a.db");
	assert_int_equal(mnl_attr_get_u8(fake_find_nested(
				 nest, FGUARD_EXPLAIN_A_OP, 0)), FGUARD_OP_MOUNT);
	assert_int_equal(mnl_attr_get_u32(fake_find_nested(
				 nest, FGUARD_EXPLAIN_A_PID, 0)), 77);
	nest = fake_find(fake.requests[1], FGUARD_A_EXPLAIN, 0);
	assert_int_equal(mnl_attr_get_u8(fake_find_nested(
				 nest, FGUARD_EXPLAIN_A_OP, 0)), FGUARD_OP_READ);
	assert_null(fake_find_nested(nest, FGUARD_EXPLAIN_A_PID, 0));
	fake_stop(&fake, guard);
}

static void matches_beyond_the_room_are_counted_and_not_written(void **state)
{
	struct fguard_explanation explanation;
	struct fguard_match matches[2] = { { .rule = 98 }, { .rule = 99 } };
	struct fake fake;
	struct fguard *guard = fake_open(&fake, answer_matches);

	(void)state;
	assert_int_equal(fguard_explain(guard, &query, &explanation, matches, 1),
			 0);
	assert_int_equal(explanation.n_matches, 3);
	assert_int_equal(matches[0].rule, 3);
	assert_int_equal(matches[1].rule, 99);
	fake_stop(&fake, guard);
}

static void an_acknowledgement_alone_is_no_explanation(void **state)
{
	struct fguard_explanation explanation = { .n_matches = 99 };
	struct fake fake;
	struct fguard *guard = fake_open(&fake, fake_obey);

	(void)state;
	assert_int_equal(fguard_explain(guard, &query, &explanation, NULL, 0),
			 -EPROTO);
	assert_int_equal(explanation.n_matches, 0);
	fake_stop(&fake, guard);
}

/* What an explanation lacks, told by the bits of *context. */
#define NO_VERDICT 1
#define NO_REASON 2
#define NO_RULE 4
#define NO_KIND 8
#define MATCH_WITHOUT_RULE 16

static void answer_partly(struct fake *fake, const struct nlmsghdr *request)
{
	const unsigned int lacks = *(const unsigned int *)fake->context;
	struct nlmsghdr *head = fake_message(fake, FAKE_FAMILY, 0,
					     request->nlmsg_seq,
					     FGUARD_CMD_EXPLAIN);
	struct nlattr *nest = mnl_attr_nest_start(head, FGUARD_A_EXPLAIN), *match;

	if (!(lacks & NO_VERDICT))
		mnl_attr_put_u8(head, FGUARD_EXPLAIN_A_VERDICT, 1);
	if (!(lacks & NO_REASON))
		mnl_attr_put_u8(head, FGUARD_EXPLAIN_A_REASON, 1);
	if (!(lacks & NO_RULE))
		mnl_attr_put_u32(head, FGUARD_EXPLAIN_A_RULE, 1);
	match = mnl_attr_nest_start(head, FGUARD_EXPLAIN_A_MATCH);
	mnl_attr_put_u32(head, FGUARD_MATCH_A_RULE,
			 lacks & MATCH_WITHOUT_RULE ? 0 : 1);
	if (!(lacks & NO_KIND))
		mnl_attr_put_u8(head, FGUARD_MATCH_A_KIND, 1);
	mnl_attr_nest_end(head, match);
	mnl_attr_nest_end(head, nest);
	fake_deliver(fake, head);
	fake_ack(fake, request, 0, NULL);
}

static void only_the_deciding_rule_may_be_missing(void **state)
{
	struct fguard_explanation explanation;
	unsigned int lacks;
	struct fake fake;
	struct fguard *guard = fake_open(&fake, answer_partly);

	(void)state;
	fake.context = &lacks;
	for (lacks = 0; lacks < 32; lacks++)
		assert_int_equal(fguard_explain(guard, &query, &explanation,
						NULL, 0),
				 lacks & ~(unsigned int)NO_RULE ? -EPROTO : 0);
	fake_stop(&fake, guard);
}

static void queries_that_cannot_be_sent_are_refused(void **state)
{
	char *long_path = malloc(70001);
	const struct fguard_query bad[] = {
		{ .op = 1 },
		{ .path = "/a", .op = __FGUARD_OP_MAX },
		{ .path = "/a", .op = 256 },
		{ .path = long_path },
	};
	const int errors[] = { -EINVAL, -ERANGE, -ERANGE, -E2BIG };
	struct fguard_explanation explanation;
	struct fake fake;
	struct fguard *guard = fake_open(&fake, answer_matches);

	(void)state;
	memset(long_path, 'x', 70000);
	long_path[70000] = '\0';
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(fguard_explain(guard, &bad[i], &explanation,
						NULL, 0), errors[i]);
	assert_string_equal(fguard_message(guard),
			    "the path is longer than 65535 bytes");
	assert_int_equal(fake.n_requests, 0);
	fake_stop(&fake, guard);
	free(long_path);
}

static void refuse(struct fake *fake, const struct nlmsghdr *request)
{
	fake_ack(fake, request, -ESRCH, "no process has this pid");
}

static void a_refusal_tells_why(void **state)
{
	struct fguard_explanation explanation;
	struct fake fake;
	struct fguard *guard = fake_open(&fake, refuse);

	(void)state;
	assert_int_equal(fguard_explain(guard, &query, &explanation, NULL, 0),
			 -ESRCH);
	assert_string_equal(fguard_message(guard), "no process has this pid");
	fake_stop(&fake, guard);
}

int run_explain_tests(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_explanation_is_what_the_module_told),
		cmocka_unit_test(the_query_arrives_as_it_was_given),
		cmocka_unit_test(matches_beyond_the_room_are_counted_and_not_written),
		cmocka_unit_test(an_acknowledgement_alone_is_no_explanation),
		cmocka_unit_test(only_the_deciding_rule_may_be_missing),
		cmocka_unit_test(queries_that_cannot_be_sent_are_refused),
		cmocka_unit_test(a_refusal_tells_why),
	};

	return cmocka_run_group_tests_name("explain", tests, NULL, NULL);
}

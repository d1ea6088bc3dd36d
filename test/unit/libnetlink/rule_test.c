/* SPDX-License-Identifier: MIT */
#include "fake.h"

#include <errno.h>
#include <stdlib.h>

static const uint32_t some_pids[] = { 1, 4194304, 77 };

static const struct fguard_rule full_rule = {
	.path = "/srv/a.db",
	.name = "database",
	.ops = 1U << FGUARD_OP_DELETE | 1U << FGUARD_OP_READ,
	.else_action = FGUARD_ELSE_LOG,
	.error = ENOENT,
	.pids = some_pids,
	.n_pids = 3,
};

static const struct fguard_rule plain_rule = { .path = "/b" };

/* Gives out ids from *context on; every second rule existed. */
static void answer_add(struct fake *fake, const struct nlmsghdr *request)
{
	uint32_t *id = fake->context;
	size_t n = fake_count(request, FGUARD_A_RULE);
	struct nlmsghdr *head = fake_message(fake, FAKE_FAMILY, 0,
					     request->nlmsg_seq,
					     FGUARD_CMD_ADD_RULES);

	for (size_t i = 0; i < n; i++, (*id)++) {
		struct nlattr *nest = mnl_attr_nest_start(head, FGUARD_A_RULE);

		mnl_attr_put_u32(head, FGUARD_RULE_A_ID, *id);
		mnl_attr_put_u32(head, FGUARD_RULE_A_FLAGS, *id % 2);
		mnl_attr_nest_end(head, nest);
	}
	fake_deliver(fake, head);
	fake_ack(fake, request, 0, NULL);
}

static void check_full_rule(const struct nlattr *nest)
{
	const struct nlattr *pids = fake_find_nested(nest, FGUARD_RULE_A_PIDS, 0);

	assert_string_equal(mnl_attr_get_str(fake_find_nested(
				    nest, FGUARD_RULE_A_PATH, 0)), "/srv/a.db");
	assert_string_equal(mnl_attr_get_str(fake_find_nested(
				    nest, FGUARD_RULE_A_NAME, 0)), "database");
	assert_int_equal(mnl_attr_get_u32(fake_find_nested(
				 nest, FGUARD_RULE_A_OPS, 0)), 0x11);
	assert_int_equal(mnl_attr_get_u8(fake_find_nested(
				 nest, FGUARD_RULE_A_ELSE, 0)), FGUARD_ELSE_LOG);
	assert_int_equal(mnl_attr_get_u32(fake_find_nested(
				 nest, FGUARD_RULE_A_ERRNO, 0)), ENOENT);
	assert_int_equal(mnl_attr_get_payload_len(pids), sizeof(some_pids));
	assert_memory_equal(mnl_attr_get_payload(pids), some_pids,
			    sizeof(some_pids));
	assert_null(fake_find_nested(nest, FGUARD_RULE_A_ID, 0));
}

/* What the kernel fills in itself is not sent. */
static void check_plain_rule(const struct nlattr *nest)
{
	assert_string_equal(mnl_attr_get_str(fake_find_nested(
				    nest, FGUARD_RULE_A_PATH, 0)), "/b");
	for (uint16_t type = 1; type <= FGUARD_RULE_A_MAX; type++)
		if (type != FGUARD_RULE_A_PATH && type != FGUARD_RULE_A_ELSE)
			assert_null(fake_find_nested(nest, type, 0));
}

static void rules_arrive_as_they_were_given(void **state)
{
	const struct fguard_rule rules[] = { full_rule, plain_rule };
	struct fguard_added added[2];
	uint32_t id = 7;
	struct fake fake;
	struct fguard *guard = fake_open(&fake, answer_add);

	(void)state;
	fake.context = &id;
	assert_int_equal(fguard_add_rules(guard, rules, 2, added), 0);
	assert_int_equal(fake.n_requests, 1);
	assert_int_equal(fake_command(fake.requests[0]), FGUARD_CMD_ADD_RULES);
	assert_int_equal(fake_count(fake.requests[0], FGUARD_A_RULE), 2);
	check_full_rule(fake_find(fake.requests[0], FGUARD_A_RULE, 0));
	check_plain_rule(fake_find(fake.requests[0], FGUARD_A_RULE, 1));
	assert_int_equal(added[0].id, 7);
	assert_int_equal(added[0].flags, FGUARD_RULE_EXISTS);
	assert_int_equal(added[1].id, 8);
	assert_int_equal(added[1].flags, 0);
	fake_stop(&fake, guard);
}

static struct fguard_rule *make_rules(size_t n)
{
	struct fguard_rule *rules = calloc(n, sizeof(*rules));

	assert_non_null(rules);
	for (size_t i = 0; i < n; i++)
		rules[i].path = "/srv/directory/of/some/length/file";
	return rules;
}

static void many_rules_go_in_messages_the_kernel_takes(void **state)
{
	const size_t n = 2 * FGUARD_RULES_PER_ADD + 1;
	struct fguard_added *added = calloc(n, sizeof(*added));
	struct fguard_rule *rules = make_rules(n);
	uint32_t id = 1;
	struct fake fake;
	struct fguard *guard = fake_open(&fake, answer_add);

	(void)state;
	fake.context = &id;
	assert_int_equal(fguard_add_rules(guard, rules, n, added), 0);
	assert_int_equal(fake.n_requests, 3);
	assert_int_equal(fake_count(fake.requests[0], FGUARD_A_RULE), FGUARD_RULES_PER_ADD);
	assert_int_equal(fake_count(fake.requests[2], FGUARD_A_RULE), 1);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(added[i].id, i + 1);
	fake_stop(&fake, guard);
	free(rules);
	free(added);
}

static void answer_first_add(struct fake *fake, const struct nlmsghdr *request)
{
	if (fake->n_requests == 1)
		answer_add(fake, request);
	else
		fake_ack(fake, request, -ESRCH, "no process has this pid");
}

static void rules_that_were_not_added_have_no_id(void **state)
{
	const size_t n = FGUARD_RULES_PER_ADD + 1;
	struct fguard_added *added = malloc(n * sizeof(*added));
	struct fguard_rule *rules = make_rules(n);
	uint32_t id = 1;
	struct fake fake;
	struct fguard *guard = fake_open(&fake, answer_first_add);

	(void)state;
	fake.context = &id;
	memset(added, 0xff, n * sizeof(*added));
	assert_int_equal(fguard_add_rules(guard, rules, n, added), -ESRCH);
	assert_int_equal(added[n - 2].id, n - 1);
	assert_int_equal(added[n - 1].id, 0);
	fake_stop(&fake, guard);
	free(rules);
	free(added);
}

/* Answers for *context rules, however many were asked for. */
static void answer_for(struct fake *fake, const struct nlmsghdr *request)
{
	const size_t *n = fake->context;
	struct nlmsghdr *head = fake_message(fake, FAKE_FAMILY, 0,
					     request->nlmsg_seq,
					     FGUARD_CMD_ADD_RULES);

	for (size_t i = 0; i < *n; i++) {
		struct nlattr *nest = mnl_attr_nest_start(head, FGUARD_A_RULE);

		mnl_attr_put_u32(head, FGUARD_RULE_A_ID, (uint32_t)i + 1);
		mnl_attr_nest_end(head, nest);
	}
	fake_deliver(fake, head);
	fake_ack(fake, request, 0, NULL);
}

static int add_two_answered(size_t answers, struct fguard_added *added)
{
	const struct fguard_rule rules[] = { full_rule, plain_rule };
	struct fake fake;
	struct fguard *guard = fake_open(&fake, answer_for);
	int err;

	fake.context = &answers;
	err = fguard_add_rules(guard, rules, 2, added);
	fake_stop(&fake, guard);
	return err;
}

static void a_missing_or_surplus_result_is_noticed(void **state)
{
	struct fguard_added added[3] = { { 0 }, { 0 }, { 99, 99 } };

	(void)state;
	assert_int_equal(add_two_answered(2, added), 0);
	assert_int_equal(add_two_answered(1, added), -EPROTO);
	assert_int_equal(add_two_answered(3, added), -EPROTO);
	assert_int_equal(added[2].id, 99);
}

int run_rule_tests(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rules_arrive_as_they_were_given),
		cmocka_unit_test(many_rules_go_in_messages_the_kernel_takes),
		cmocka_unit_test(rules_that_were_not_added_have_no_id),
		cmocka_unit_test(a_missing_or_surplus_result_is_noticed),
	};

	return cmocka_run_group_tests_name("rule", tests, NULL, NULL);
}

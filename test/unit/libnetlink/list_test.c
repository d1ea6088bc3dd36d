/* SPDX-License-Identifier: MIT */
#include "fake.h"

#include <errno.h>
#include <stdio.h>

static struct nlmsghdr *begin(struct fake *fake, const struct nlmsghdr *request)
{
	return fake_message(fake, FAKE_FAMILY, NLM_F_MULTI, request->nlmsg_seq,
			    FGUARD_CMD_GET_RULES);
}

static void put_full_rule(struct nlmsghdr *head)
{
	struct nlattr *nest = mnl_attr_nest_start(head, FGUARD_A_RULE);

	mnl_attr_put_u32(head, FGUARD_RULE_A_ID, 3);
	mnl_attr_put_strz(head, FGUARD_RULE_A_NAME, "db");
	mnl_attr_put_strz(head, FGUARD_RULE_A_PATH, "/srv/a.db");
	mnl_attr_put_u32(head, FGUARD_RULE_A_OPS, 5);
	mnl_attr_put_u8(head, FGUARD_RULE_A_ELSE, FGUARD_ELSE_LOG);
	mnl_attr_put_u32(head, FGUARD_RULE_A_ERRNO, EPERM);
	fake_put_grant(head, 12, "postgres", 1);
	fake_put_grant(head, 13, "a-name-of-15-by", 0);
	mnl_attr_put_u32(head, FGUARD_RULE_A_FLAGS, FGUARD_RULE_EXISTS);
	mnl_attr_put_u64(head, FGUARD_RULE_A_ALLOWED, 1ULL << 40);
	mnl_attr_put_u64(head, FGUARD_RULE_A_DENIED, 7);
	mnl_attr_put_u64(head, FGUARD_RULE_A_ASKED, 1ULL << 41);
	mnl_attr_put_u64(head, FGUARD_RULE_A_EXPIRED, 8);
	mnl_attr_put_u8(head, FGUARD_RULE_A_DEFAULT, FGUARD_VERDICT_DENY);
	mnl_attr_put_u32(head, 200, 1); /* of a newer module */
	mnl_attr_nest_end(head, nest);
}

static void put_small_rule(struct nlmsghdr *head, uint32_t id)
{
	struct nlattr *nest = mnl_attr_nest_start(head, FGUARD_A_RULE);
	char path[32];

	snprintf(path, sizeof(path), "/srv/%u", id);
	mnl_attr_put_u32(head, FGUARD_RULE_A_ID, id);
	mnl_attr_put_strz(head, FGUARD_RULE_A_PATH, path);
	fake_put_grant(head, id, "x", 1);
	mnl_attr_nest_end(head, nest);
}

static void answer_two(struct fake *fake, const struct nlmsghdr *request)
{
	struct nlmsghdr *head = begin(fake, request);

	assert_int_equal(request->nlmsg_flags, NLM_F_REQUEST | NLM_F_DUMP);
	assert_int_equal(mnl_nlmsg_get_payload_len(request), GENL_HDRLEN);
	put_full_rule(head);
	fake_deliver(fake, head);
	head = begin(fake, request);
	put_small_rule(head, 4);
	fake_deliver(fake, head);
	fake_done(fake, request, 0, NULL);
}

static void check_full_rule(const struct fguard_rule_info *info)
{
	assert_int_equal(info->id, 3);
	assert_string_equal(info->name, "db");
	assert_string_equal(info->path, "/srv/a.db");
	assert_int_equal(info->ops, 5);
	assert_int_equal(info->else_action, FGUARD_ELSE_LOG);
	assert_int_equal(info->error, EPERM);
	assert_int_equal(info->flags, FGUARD_RULE_EXISTS);
	assert_int_equal(info->allowed, 1ULL << 40);
	assert_int_equal(info->denied, 7);
	assert_int_equal(info->asked, 1ULL << 41);
	assert_int_equal(info->expired, 8);
	assert_int_equal(info->default_allow, 0);
	assert_int_equal(info->n_grants, 2);
	assert_int_equal(info->grants[0].pid, 12);
	assert_int_equal(info->grants[0].alive, 1);
	assert_string_equal(info->grants[0].comm, "postgres");
	assert_int_equal(info->grants[1].pid, 13);
	assert_int_equal(info->grants[1].alive, 0);
	assert_string_equal(info->grants[1].comm, "a-name-of-15-by");
}

static void check_small_rule(const struct fguard_rule_info *info)
{
	assert_int_equal(info->id, 4);
	assert_null(info->name);
	assert_string_equal(info->path, "/srv/4");
	/* what is usual is the kernel's to say */
	assert_int_equal(info->ops, 0);
	assert_int_equal(info->else_action, FGUARD_ELSE_DENY);
	assert_int_equal(info->error, 0);
	assert_int_equal(info->n_grants, 1);
}

static void rules_come_back_as_the_kernel_has_them(void **state)
{
	struct fguard_rule_info first, second, none;
	struct fake fake;
	struct fguard *guard = fake_open(&fake, answer_two);

	(void)state;
	assert_int_equal(fguard_list_rules(guard), 2);
	assert_int_equal(fguard_next_rule(guard, &first), 1);
	assert_int_equal(fguard_next_rule(guard, &second), 1);
	assert_int_equal(fguard_next_rule(guard, &none), 0);
	assert_int_equal(fguard_next_rule(guard, &none), 0);
	/* only now: what was given out holds until the next list */
	check_full_rule(&first);
	check_small_rule(&second);
	fake_stop(&fake, guard);
}

static void answer_many(struct fake *fake, const struct nlmsghdr *request)
{
	unsigned char datagram[8192];
	uint32_t id = 1;

	for (int i = 0; i < 200; i++) {
		size_t size = 0;

		for (int j = 0; j < 50; j++) {
			struct nlmsghdr *head = begin(fake, request);

			put_small_rule(head, id++);
			memcpy(datagram + size, head, head->nlmsg_len);
			size += head->nlmsg_len;
		}
		fake_deliver_bytes(fake, datagram, size, 0);
	}
	fake_done(fake, request, 0, NULL);
}

static void ten_thousand_rules_come_in_order(void **state)
{
	struct fguard_rule_info info;
	struct fake fake;
	struct fguard *guard = fake_open(&fake, answer_many);

	(void)state;
	assert_int_equal(fguard_list_rules(guard), 10000);
	for (uint32_t id = 1; id <= 10000; id++) {
		assert_int_equal(fguard_next_rule(guard, &info), 1);
		assert_int_equal(info.id, id);
		assert_int_equal(info.grants[0].pid, id);
	}
	assert_int_equal(fguard_next_rule(guard, &info), 0);
	fake_stop(&fake, guard);
}

/* The set changes during the first *context dumps, which list a rule too many. */
static void answer_changing(struct fake *fake, const struct nlmsghdr *request)
{
	size_t *changes = fake->context;
	bool changed = fake->n_requests <= *changes;
	struct nlmsghdr *head = begin(fake, request);

	put_small_rule(head, 1);
	if (changed)
		head->nlmsg_flags |= NLM_F_DUMP_INTR;
	fake_deliver(fake, head);
	if (changed) {
		head = begin(fake, request);
		put_small_rule(head, 2);
		fake_deliver(fake, head);
	}
	fake_done(fake, request, 0, NULL);
}

static void a_list_that_changed_meanwhile_is_fetched_again(void **state)
{
	size_t changes = 15;
	struct fake fake;
	struct fguard *guard = fake_open(&fake, answer_changing);

	(void)state;
	fake.context = &changes;
	assert_int_equal(fguard_list_rules(guard), 1);
	assert_int_equal(fake.n_requests, 16);
	fake_stop(&fake, guard);
}

static void a_list_that_never_holds_still_is_given_up(void **state)
{
	struct fguard_rule_info info;
	size_t changes = 1000;
	struct fake fake;
	struct fguard *guard = fake_open(&fake, answer_changing);

	(void)state;
	fake.context = &changes;
	assert_int_equal(fguard_list_rules(guard), -EAGAIN);
	assert_int_equal(fake.n_requests, 16);
	assert_int_equal(fguard_next_rule(guard, &info), 0);
	fake_stop(&fake, guard);
}

static void fail_at_end(struct fake *fake, const struct nlmsghdr *request)
{
	struct nlmsghdr *head = begin(fake, request);

	put_small_rule(head, 1);
	fake_deliver(fake, head);
	fake_done(fake, request, -ENOMEM, "no memory for the list");
}

static void a_dump_that_fails_at_its_end_tells_why(void **state)
{
	struct fguard_rule_info info;
	struct fake fake;
	struct fguard *guard = fake_open(&fake, fail_at_end);

	(void)state;
	assert_int_equal(fguard_list_rules(guard), -ENOMEM);
	assert_string_equal(fguard_message(guard), "no memory for the list");
	assert_int_equal(fguard_next_rule(guard, &info), 0);
	fake_stop(&fake, guard);
}

static void refuse(struct fake *fake, const struct nlmsghdr *request)
{
	fake_ack(fake, request, -EPERM, "CAP_SYS_ADMIN is needed");
}

static void a_dump_that_is_refused_at_once_tells_why(void **state)
{
	struct fake fake;
	struct fguard *guard = fake_open(&fake, refuse);

	(void)state;
	assert_int_equal(fguard_list_rules(guard), -EPERM);
	assert_string_equal(fguard_message(guard), "CAP_SYS_ADMIN is needed");
	fake_stop(&fake, guard);
}

int run_list_tests(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rules_come_back_as_the_kernel_has_them),
		cmocka_unit_test(ten_thousand_rules_come_in_order),
		cmocka_unit_test(a_list_that_changed_meanwhile_is_fetched_again),
		cmocka_unit_test(a_list_that_never_holds_still_is_given_up),
		cmocka_unit_test(a_dump_that_fails_at_its_end_tells_why),
		cmocka_unit_test(a_dump_that_is_refused_at_once_tells_why),
	};

	return cmocka_run_group_tests_name("list", tests, NULL, NULL);
}

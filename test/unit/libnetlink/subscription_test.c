/* SPDX-License-Identifier: MIT */
#include "fake.h"

#include <errno.h>
#include <stdlib.h>

static const char *const paths[] = { "/a", "/b" };
static const char *const trees[] = { "/srv" };
static const char *const suffixes[] = { ".docx", ".pdf" };
static const char *const exes[] = { "/bin/rm" };
static const uint32_t pids[] = { 5, 6 };
static const uint32_t uids[] = { 0, 1000 };

static const struct fguard_filter full_filter = {
	.all = 1, .ops = 6, .verdicts = 2,
	.n_paths = 2, .paths = paths,
	.n_trees = 1, .trees = trees,
	.n_suffixes = 2, .suffixes = suffixes,
	.n_exes = 1, .exes = exes,
	.n_pids = 2, .pids = pids,
	.n_uids = 2, .uids = uids,
};

static uint32_t number(const struct nlattr *nest, uint16_t type, size_t n)
{
	return mnl_attr_get_u32(fake_find_nested(nest, type, n));
}

static const char *string(const struct nlattr *nest, uint16_t type, size_t n)
{
	return mnl_attr_get_str(fake_find_nested(nest, type, n));
}

static void a_filter_arrives_as_it_was_given(void **state)
{
	struct fake fake;
	struct fguard *guard = fake_open(&fake, fake_obey);
	const struct nlattr *nest;

	(void)state;
	assert_int_equal(fguard_subscribe(guard, &full_filter), 0);
	assert_int_equal(fake_command(fake.requests[0]), FGUARD_CMD_SUBSCRIBE);
	nest = fake_find(fake.requests[0], FGUARD_A_SUBSCRIPTION, 0);
	assert_int_equal(number(nest, FGUARD_SUBSCRIPTION_A_FLAGS, 0),
			 FGUARD_SUBSCRIBE_ALL);
	assert_int_equal(number(nest, FGUARD_SUBSCRIPTION_A_OPS, 0), 6);
	assert_int_equal(number(nest, FGUARD_SUBSCRIPTION_A_VERDICTS, 0), 2);
	assert_string_equal(string(nest, FGUARD_SUBSCRIPTION_A_PATH, 0), "/a");
	assert_string_equal(string(nest, FGUARD_SUBSCRIPTION_A_PATH, 1), "/b");
	assert_string_equal(string(nest, FGUARD_SUBSCRIPTION_A_TREE, 0), "/srv");
	assert_string_equal(string(nest, FGUARD_SUBSCRIPTION_A_SUFFIX, 1), ".pdf");
	assert_string_equal(string(nest, FGUARD_SUBSCRIPTION_A_EXE, 0), "/bin/rm");
	assert_int_equal(number(nest, FGUARD_SUBSCRIPTION_A_PID, 1), 6);
	assert_int_equal(number(nest, FGUARD_SUBSCRIPTION_A_UID, 0), 0);
	assert_int_equal(number(nest, FGUARD_SUBSCRIPTION_A_UID, 1), 1000);
	assert_null(fake_find_nested(nest, FGUARD_SUBSCRIPTION_A_UID, 2));
	fake_stop(&fake, guard);
}

static void an_empty_filter_names_no_kind(void **state)
{
	const struct fguard_filter filter = { 0 };
	struct fake fake;
	struct fguard *guard = fake_open(&fake, fake_obey);
	const struct nlattr *nest;

	(void)state;
	assert_int_equal(fguard_subscribe(guard, &filter), 0);
	nest = fake_find(fake.requests[0], FGUARD_A_SUBSCRIPTION, 0);
	assert_int_equal(number(nest, FGUARD_SUBSCRIPTION_A_FLAGS, 0), 0);
	for (uint16_t type = FGUARD_SUBSCRIPTION_A_OPS;
	     type <= FGUARD_SUBSCRIPTION_A_MAX; type++)
		assert_null(fake_find_nested(nest, type, 0));
	fake_stop(&fake, guard);
}

static void an_answerer_says_so_and_nothing_else(void **state)
{
	const struct fguard_filter filter = { .answer = 1 };
	struct fake fake;
	struct fguard *guard = fake_open(&fake, fake_obey);
	const struct nlattr *nest;

	(void)state;
	assert_int_equal(fguard_subscribe(guard, &filter), 0);
	nest = fake_find(fake.requests[0], FGUARD_A_SUBSCRIPTION, 0);
	assert_int_equal(number(nest, FGUARD_SUBSCRIPTION_A_FLAGS, 0),
			 FGUARD_SUBSCRIBE_ANSWER);
	for (uint16_t type = FGUARD_SUBSCRIPTION_A_OPS;
	     type <= FGUARD_SUBSCRIPTION_A_MAX; type++)
		assert_null(fake_find_nested(nest, type, 0));
	fake_stop(&fake, guard);
}

static void subscribing_makes_room_and_listens_for_the_end(void **state)
{
	const struct fguard_filter filter = { 0 };
	struct fake fake;
	struct fguard *guard = fake_open(&fake, fake_obey);

	(void)state;
	assert_int_equal(fguard_subscribe(guard, &filter), 0);
	assert_int_equal(fake.received_room, 1024 * 1024);
	assert_int_equal(fake.notices.group, FAKE_NOTIFY);
	fake_stop(&fake, guard);
}

static void without_the_right_to_a_larger_buffer_it_still_subscribes(void **state)
{
	const struct fguard_filter filter = { 0 };
	struct fake fake;
	struct fguard *guard = fake_open(&fake, fake_obey);

	(void)state;
	fake.grow_error = -EPERM;
	assert_int_equal(fguard_subscribe(guard, &filter), 0);
	fake_stop(&fake, guard);
}

static void refuse(struct fake *fake, const struct nlmsghdr *request)
{
	fake_ack(fake, request, -ENOENT, "there is no such directory");
}

static void a_refused_subscription_cannot_be_read(void **state)
{
	static unsigned char buffer[FGUARD_BATCH_MAX];
	struct fake fake;
	struct fguard *guard = fake_open(&fake, refuse);

	(void)state;
	assert_int_equal(fguard_subscribe(guard, &full_filter), -ENOENT);
	assert_string_equal(fguard_message(guard), "there is no such directory");
	assert_int_equal(fguard_read_events(guard, buffer, sizeof(buffer), 0),
			 -EINVAL);
	fake_stop(&fake, guard);
}

/* Points at the second path, and then at the second pid. */
static void refuse_value(struct fake *fake, const struct nlmsghdr *request)
{
	const uint16_t type = fake->n_requests == 1 ?
				      FGUARD_SUBSCRIPTION_A_PATH :
				      FGUARD_SUBSCRIPTION_A_PID;
	const struct nlattr *value = fake_find_nested(
		fake_find(request, FGUARD_A_SUBSCRIPTION, 0), type, 1);
	struct nlmsghdr *head = fake_write_ack(fake, request, -ENOENT,
					       "it cannot be reached");

	mnl_attr_put_u32(head, NLMSGERR_ATTR_OFFS,
			 (uint32_t)((const char *)value - (const char *)request));
	fake_deliver(fake, head);
}

static void the_sentence_tells_which_value_was_refused(void **state)
{
	struct fake fake;
	struct fguard *guard = fake_open(&fake, refuse_value);

	(void)state;
	assert_int_equal(fguard_subscribe(guard, &full_filter), -ENOENT);
	assert_string_equal(fguard_message(guard), "it cannot be reached (/b)");
	assert_int_equal(fguard_subscribe(guard, &full_filter), -ENOENT);
	assert_string_equal(fguard_message(guard), "it cannot be reached (6)");
	fake_stop(&fake, guard);
}

static void a_filter_that_counts_what_it_lacks_is_refused(void **state)
{
	const char *const hole[] = { "/a", NULL };
	const struct fguard_filter filters[] = {
		{ .n_paths = 1 },  { .n_trees = 1 }, { .n_suffixes = 1 },
		{ .n_pids = 1 },   { .n_exes = 1 },  { .n_uids = 1 },
		{ .n_paths = 2, .paths = hole },
	};
	struct fake fake;
	struct fguard *guard = fake_open(&fake, fake_obey);

	(void)state;
	for (size_t i = 0; i < sizeof(filters) / sizeof(filters[0]); i++)
		assert_int_equal(fguard_subscribe(guard, &filters[i]), -EINVAL);
	assert_int_equal(fake.n_requests, 0);
	fake_stop(&fake, guard);
}

static void a_filter_that_no_message_holds_is_refused(void **state)
{
	const char *many[FGUARD_FILTERS_MAX];
	struct fguard_filter filter = { .n_paths = FGUARD_FILTERS_MAX,
					.paths = many };
	char path[1000];
	struct fake fake;
	struct fguard *guard = fake_open(&fake, fake_obey);

	(void)state;
	memset(path, 'x', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	for (size_t i = 0; i < FGUARD_FILTERS_MAX; i++)
		many[i] = path;
	assert_int_equal(fguard_subscribe(guard, &filter), -E2BIG);
	assert_string_equal(fguard_message(guard),
			    "the filter is longer than 65535 bytes");
	assert_int_equal(fake.n_requests, 0);
	fake_stop(&fake, guard);
}

int run_subscription_tests(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_filter_arrives_as_it_was_given),
		cmocka_unit_test(an_empty_filter_names_no_kind),
		cmocka_unit_test(an_answerer_says_so_and_nothing_else),
		cmocka_unit_test(subscribing_makes_room_and_listens_for_the_end),
		cmocka_unit_test(without_the_right_to_a_larger_buffer_it_still_subscribes),
		cmocka_unit_test(a_refused_subscription_cannot_be_read),
		cmocka_unit_test(the_sentence_tells_which_value_was_refused),
		cmocka_unit_test(a_filter_that_counts_what_it_lacks_is_refused),
		cmocka_unit_test(a_filter_that_no_message_holds_is_refused),
	};

	return cmocka_run_group_tests_name("subscription", tests, NULL, NULL);
}

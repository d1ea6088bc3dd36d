/* SPDX-License-Identifier: MIT */
#include "fake.h"

#include <errno.h>

/* A handle connected to a fake whose module has this version, or fails to. */
static int connect_to(struct fake *fake, struct fguard **guard, uint32_t version)
{
	fake_start(fake);
	fake->version = version;
	assert_int_equal(fguard_create(guard), 0);
	return fguard_connect(*guard, &fake_transport, &fake->main);
}

static void opening_only_resolves_the_family(void **state)
{
	struct fguard *guard;
	struct fake fake;

	(void)state;
	assert_int_equal(connect_to(&fake, &guard, FGUARD_GENL_VERSION), 0);
	assert_int_equal(guard->family, FAKE_FAMILY);
	assert_int_equal(fake.n_requests, 0);
	assert_int_equal(fake.notices.group, 0);
	fake_stop(&fake, guard);
}

static void a_missing_module_is_named(void **state)
{
	struct fguard *guard;
	struct fake fake;

	(void)state;
	assert_int_equal(connect_to(&fake, &guard, 0), -ENOENT);
	assert_string_equal(fguard_message(guard),
			    "the fguard module is not loaded");
	fake_stop(&fake, guard);
}

static void another_version_names_both(void **state)
{
	struct fguard *guard;
	struct fake fake;

	(void)state;
	assert_int_equal(connect_to(&fake, &guard, 77), -EPROTO);
	assert_string_equal(fguard_message(guard),
			    "the fguard module uses version 77 of the protocol, this library version 1");
	fake_stop(&fake, guard);
}

static void an_unconnected_handle_refuses_every_call(void **state)
{
	const struct fguard_filter filter = { 0 };
	const struct fguard_query query = { .path = "/a" };
	struct fguard_explanation explanation;
	struct fguard_rule_info info;
	struct fguard_status status;
	struct fguard *guard;

	(void)state;
	assert_int_equal(fguard_create(&guard), 0);
	assert_int_equal(fguard_explain(guard, &query, &explanation, NULL, 0),
			 -ENOTCONN);
	assert_int_equal(fguard_get_status(guard, &status, NULL, 0), -ENOTCONN);
	assert_int_equal(fguard_set_rules(guard, NULL, 0), -ENOTCONN);
	assert_int_equal(fguard_list_rules(guard), -ENOTCONN);
	assert_int_equal(fguard_next_rule(guard, &info), 0);
	assert_int_equal(fguard_subscribe(guard, &filter), -ENOTCONN);
	assert_true(strlen(fguard_message(guard)) > 0);
	fguard_close(guard);
}

static void a_handle_without_family_sends_nothing(void **state)
{
	struct fguard *guard;
	struct fake fake;

	(void)state;
	assert_int_equal(connect_to(&fake, &guard, 0), -ENOENT);
	assert_int_equal(fguard_set_rules(guard, NULL, 0), -ENOTCONN);
	assert_int_equal(fake.n_requests, 0);
	fake_stop(&fake, guard);
}

static void no_handle_means_out_of_memory(void **state)
{
	(void)state;
	assert_string_equal(fguard_message(NULL), "out of memory");
	fguard_close(NULL);
}

static void refuse_with_sentence(struct fake *fake,
				 const struct nlmsghdr *request)
{
	fake_ack(fake, request, -EBUSY, "another tracer holds security_file_open");
}

static void the_kernels_sentence_is_kept(void **state)
{
	struct fake fake;
	struct fguard *guard = fake_open(&fake, refuse_with_sentence);

	(void)state;
	assert_int_equal(fguard_set_rules(guard, NULL, 0), -EBUSY);
	assert_string_equal(fguard_message(guard),
			    "another tracer holds security_file_open");
	fake_stop(&fake, guard);
}

/* Without CAP_ACK the request's payload comes back between error and sentence. */
static void refuse_uncapped(struct fake *fake, const struct nlmsghdr *request)
{
	size_t payload = mnl_nlmsg_get_payload_len(request);
	struct nlmsghdr *head = fake_write_ack(fake, request, -EINVAL, NULL);

	head->nlmsg_flags = NLM_F_ACK_TLVS;
	memcpy(mnl_nlmsg_put_extra_header(head, payload),
	       mnl_nlmsg_get_payload(request), payload);
	mnl_attr_put_strz(head, NLMSGERR_ATTR_MSG, "behind the request");
	fake_deliver(fake, head);
}

static void a_sentence_behind_the_request_is_found(void **state)
{
	const struct fguard_rule rule = { .path = "/a", .name = "odd" };
	struct fake fake;
	struct fguard *guard = fake_open(&fake, refuse_uncapped);

	(void)state;
	assert_int_equal(fguard_set_rules(guard, &rule, 1), -EINVAL);
	assert_string_equal(fguard_message(guard), "behind the request");
	fake_stop(&fake, guard);
}

static void refuse_silently(struct fake *fake, const struct nlmsghdr *request)
{
	fake_ack(fake, request, *(int *)fake->context, NULL);
}

static void an_errno_without_sentence_gets_one(void **state)
{
	int error = -EPERM;
	struct fake fake;
	struct fguard *guard = fake_open(&fake, refuse_silently);

	(void)state;
	fake.context = &error;
	assert_int_equal(fguard_set_rules(guard, NULL, 0), -EPERM);
	assert_string_equal(fguard_message(guard), "Operation not permitted");
	fake_stop(&fake, guard);
}

static void a_family_that_went_away_is_told_from_a_missing_file(void **state)
{
	int error = -ENOENT;
	struct fake fake;
	struct fguard *guard = fake_open(&fake, refuse_silently);

	(void)state;
	fake.context = &error;
	assert_int_equal(fguard_set_rules(guard, NULL, 0), -ENODEV);
	assert_string_equal(fguard_message(guard),
			    "the fguard module was unloaded");
	fake_stop(&fake, guard);
}

/* First another process's lie, then a late answer, then the answer. */
static void answer_after_noise(struct fake *fake, const struct nlmsghdr *request)
{
	struct nlmsghdr late = *request;
	struct nlmsghdr *head = fake_write_ack(fake, request, -EIO, "a lie");

	fake_deliver_bytes(fake, head, head->nlmsg_len, 4711);
	late.nlmsg_seq--;
	fake_ack(fake, &late, -EIO, "late");
	fake_deliver_error(fake, -EINTR);
	fake_ack(fake, request, 0, NULL);
}

static void only_the_kernels_answer_to_this_request_counts(void **state)
{
	struct fake fake;
	struct fguard *guard = fake_open(&fake, answer_after_noise);

	(void)state;
	assert_int_equal(fguard_set_rules(guard, NULL, 0), 0);
	assert_null(fake.main.first);
	fake_stop(&fake, guard);
}

static void request_numbers_wrap_around_the_kernels_own(void **state)
{
	struct fake fake;
	struct fguard *guard = fake_open(&fake, fake_obey);

	(void)state;
	guard->sequence = UINT32_MAX;
	assert_int_equal(fguard_set_rules(guard, NULL, 0), 0);
	assert_int_equal(fake.requests[0]->nlmsg_seq, 1);
	fake_stop(&fake, guard);
}

static void overflow(struct fake *fake, const struct nlmsghdr *request)
{
	(void)request;
	fake_deliver_error(fake, -ENOBUFS);
}

static void a_lost_message_is_an_error(void **state)
{
	struct fake fake;
	struct fguard *guard = fake_open(&fake, overflow);

	(void)state;
	assert_int_equal(fguard_set_rules(guard, NULL, 0), -ENOBUFS);
	fake_stop(&fake, guard);
}

int run_connection_tests(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(opening_only_resolves_the_family),
		cmocka_unit_test(a_missing_module_is_named),
		cmocka_unit_test(another_version_names_both),
		cmocka_unit_test(an_unconnected_handle_refuses_every_call),
		cmocka_unit_test(a_handle_without_family_sends_nothing),
		cmocka_unit_test(no_handle_means_out_of_memory),
		cmocka_unit_test(the_kernels_sentence_is_kept),
		cmocka_unit_test(a_sentence_behind_the_request_is_found),
		cmocka_unit_test(an_errno_without_sentence_gets_one),
		cmocka_unit_test(a_family_that_went_away_is_told_from_a_missing_file),
		cmocka_unit_test(only_the_kernels_answer_to_this_request_counts),
		cmocka_unit_test(request_numbers_wrap_around_the_kernels_own),
		cmocka_unit_test(a_lost_message_is_an_error),
	};

	return cmocka_run_group_tests_name("connection", tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
#include "fake.h"

#include <errno.h>

static void begin(struct fguard_request *request)
{
	fguard_request_begin(request, FAKE_FAMILY, 3, 1, NLM_F_ACK);
}

static void the_header_is_what_was_asked(void **state)
{
	struct fguard_request request;

	(void)state;
	begin(&request);
	assert_int_equal(request.head->nlmsg_type, FAKE_FAMILY);
	assert_int_equal(request.head->nlmsg_flags, NLM_F_REQUEST | NLM_F_ACK);
	assert_int_equal(fake_command(request.head), 3);
	assert_int_equal(request.head->nlmsg_len, NLMSG_HDRLEN + GENL_HDRLEN);
	fguard_request_free(&request);
}

static void a_nest_survives_the_growth_of_its_buffer(void **state)
{
	static const char data[30000];
	struct fguard_request request;
	size_t nest;

	(void)state;
	begin(&request);
	nest = fguard_nest(&request, 1);
	fguard_put(&request, 2, data, sizeof(data));
	fguard_put(&request, 3, data, sizeof(data));
	fguard_nest_end(&request, nest);
	assert_int_equal(request.error, 0);
	assert_int_equal(mnl_attr_get_len(fake_find(request.head, 1, 0)),
			 4 + 2 * (4 + sizeof(data)));
	assert_true(fake_find(request.head, 1, 0)->nla_type & NLA_F_NESTED);
	fguard_request_free(&request);
}

static void the_longest_attribute_fits_and_one_more_byte_does_not(void **state)
{
	static const char data[65532];
	struct fguard_request request;

	(void)state;
	begin(&request);
	fguard_put(&request, 1, data, 65531);
	assert_int_equal(request.error, 0);
	assert_int_equal(mnl_attr_get_len(fake_find(request.head, 1, 0)), 65535);
	fguard_put(&request, 1, data, 65532);
	assert_int_equal(request.error, -E2BIG);
	fguard_request_free(&request);
}

static void a_nest_that_is_too_long_is_refused(void **state)
{
	static const char data[40000];
	struct fguard_request request;
	size_t nest;

	(void)state;
	begin(&request);
	nest = fguard_nest(&request, 1);
	fguard_put(&request, 2, data, sizeof(data));
	fguard_put(&request, 3, data, sizeof(data));
	fguard_nest_end(&request, nest);
	assert_int_equal(request.error, -E2BIG);
	fguard_request_free(&request);
}

static void after_a_failure_nothing_is_added(void **state)
{
	static const char data[70000];
	struct fguard_request request;
	uint32_t length;

	(void)state;
	begin(&request);
	fguard_put(&request, 1, data, sizeof(data));
	length = request.head->nlmsg_len;
	fguard_put_u32(&request, 2, 5);
	fguard_nest_end(&request, fguard_nest(&request, 3));
	assert_int_equal(request.error, -E2BIG);
	assert_int_equal(request.head->nlmsg_len, length);
	fguard_request_free(&request);
}

static void values_keep_their_size_and_strings_their_nul(void **state)
{
	struct fguard_request request;

	(void)state;
	begin(&request);
	fguard_put_u8(&request, 1, 0xab);
	fguard_put_u32(&request, 2, 0xdeadbeef);
	fguard_put_string(&request, 3, "");
	assert_int_equal(mnl_attr_get_payload_len(fake_find(request.head, 1, 0)), 1);
	assert_int_equal(mnl_attr_get_u8(fake_find(request.head, 1, 0)), 0xab);
	assert_int_equal(mnl_attr_get_payload_len(fake_find(request.head, 2, 0)), 4);
	assert_int_equal(mnl_attr_get_u32(fake_find(request.head, 2, 0)), 0xdeadbeef);
	assert_int_equal(mnl_attr_get_payload_len(fake_find(request.head, 3, 0)), 1);
	assert_string_equal(mnl_attr_get_str(fake_find(request.head, 3, 0)), "");
	fguard_request_free(&request);
}

int run_request_tests(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_header_is_what_was_asked),
		cmocka_unit_test(a_nest_survives_the_growth_of_its_buffer),
		cmocka_unit_test(the_longest_attribute_fits_and_one_more_byte_does_not),
		cmocka_unit_test(a_nest_that_is_too_long_is_refused),
		cmocka_unit_test(after_a_failure_nothing_is_added),
		cmocka_unit_test(values_keep_their_size_and_strings_their_nul),
	};

	return cmocka_run_group_tests_name("request", tests, NULL, NULL);
}

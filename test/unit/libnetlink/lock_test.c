/* SPDX-License-Identifier: MIT */
#include "fake.h"

#include <errno.h>

static void refuse(struct fake *fake, const struct nlmsghdr *request)
{
	fake_ack(fake, request, -EPERM, "locking is switched off");
}

static void locking_is_a_command_without_attributes(void **state)
{
	struct fake fake;
	struct fguard *guard = fake_open(&fake, fake_obey);

	(void)state;
	assert_int_equal(fguard_lock(guard), 0);
	assert_int_equal(fake_command(fake.requests[0]), FGUARD_CMD_LOCK);
	assert_int_equal(fake.requests[0]->nlmsg_len, NLMSG_HDRLEN + GENL_HDRLEN);
	fake_stop(&fake, guard);
}

static void a_refusal_is_handed_on_with_its_sentence(void **state)
{
	struct fake fake;
	struct fguard *guard = fake_open(&fake, refuse);

	(void)state;
	assert_int_equal(fguard_lock(guard), -EPERM);
	assert_string_equal(fguard_message(guard), "locking is switched off");
	fake_stop(&fake, guard);
}

int run_lock_tests(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(locking_is_a_command_without_attributes),
		cmocka_unit_test(a_refusal_is_handed_on_with_its_sentence),
	};

	return cmocka_run_group_tests_name("lock", tests, NULL, NULL);
}

// SPDX-License-Identifier: MIT
/* How long an answer for once is kept, as a table: in seconds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "ask/pending.h"

#define SECONDS 1000000000ULL

static const struct {
	const char *claim;
	u64 settled;
	u64 kept;
	u64 now;
	bool over;
} claims[] = {
	{ "who comes at once finds it", 100, 0, 100, false },
	{ "who comes a little later, too", 100, 0, 109, false },
	{ "who comes too late is asked anew", 100, 0, 110, true },
	{ "who makes his call again in between finds it", 100, 109, 118, false },
	{ "but not much later", 100, 109, 119, true },
	{ "who is held finds it when he is let go", 100, 159, 159, false },
	{ "who is held for long does not", 100, 160, 160, true },
	{ "nor who is held for days", 100, 300000, 300000, true },
	{ "nor who made his call again all the time", 100, 159, 160, true },
};

static void answers_are_kept_as_the_table_says(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(claims) / sizeof(*claims); i++)
		if (fguard_pending_is_over(claims[i].settled * SECONDS, claims[i].kept * SECONDS,
					 claims[i].now * SECONDS) != claims[i].over)
			fail_msg("%s", claims[i].claim);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_are_kept_as_the_table_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

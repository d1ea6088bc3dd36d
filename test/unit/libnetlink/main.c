/* SPDX-License-Identifier: MIT */
/* All tests of the library. None needs the module. */
#include "fake.h"

#include <stdio.h>

int main(void)
{
	int (*const groups[])(void) = {
		run_connection_tests,	run_request_tests,  run_rule_tests,
		run_rule_set_tests,	run_rule_key_tests, run_rule_refused_tests,
		run_list_tests,		run_status_tests,   run_subscription_tests,
		run_event_tests,	run_process_tests,  run_malformed_tests,
		run_socket_tests,	run_record_tests,   run_terms_tests,
		run_info_tests,		run_value_tests,    run_explain_tests,
		run_question_tests,	run_legacy_tests,   run_legacy_text_tests,
		run_legacy_rules_tests,	run_lock_tests,	    run_remembered_tests,
	};
	const size_t n = sizeof(groups) / sizeof(groups[0]);
	int failed = 0;

	for (size_t i = 0; i < n; i++)
		failed += groups[i]();
	if (failed)
		printf("libfguard: %d tests FAILED\n", failed);
	else
		printf("libfguard: all tests in %zu groups passed\n", n);
	return failed ? 1 : 0;
}

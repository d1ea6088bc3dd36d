/* SPDX-License-Identifier: MIT */
#include "fake.h"

#include <errno.h>

/* One record in 128 bytes, all zeros but for what a case says. */
struct record_case {
	const char *what;
	size_t size;
	uint16_t length;
	uint8_t type;
	uint16_t path, new_path, exe, comm;
	int result;
};

#define ACCESS FGUARD_RECORD_ACCESS
#define GAP FGUARD_RECORD_GAP
#define CLOSED FGUARD_RECORD_CLOSED
#define QUESTION FGUARD_RECORD_QUESTION

/* The head has 24 bytes, an access 64 without strings, a gap 48, an end 40. */
static const struct record_case cases[] = {
	{ "nothing", 0, 0, 0, 0, 0, 0, 0, 0 },
	{ "half a head", 16, 16, 99, 0, 0, 0, 0, -EPROTO },
	{ "a head alone, unknown", 24, 24, 99, 0, 0, 0, 0, 0 },
	{ "no length", 24, 0, 99, 0, 0, 0, 0, -EPROTO },
	{ "shorter than its head", 24, 16, 99, 0, 0, 0, 0, -EPROTO },
	{ "not a multiple of 8", 28, 28, 99, 0, 0, 0, 0, -EPROTO },
	{ "longer than what is there", 24, 32, 99, 0, 0, 0, 0, -EPROTO },
	{ "as long as can be told", 24, 65528, 99, 0, 0, 0, 0, -EPROTO },
	{ "half a head behind it", 40, 24, 99, 0, 0, 0, 0, -EPROTO },
	{ "a gap", 48, 48, GAP, 0, 0, 0, 0, 0 },
	{ "a cut gap", 40, 40, GAP, 0, 0, 0, 0, -EPROTO },
	{ "an access", 64, 64, ACCESS, 0, 0, 0, 0, 0 },
	{ "a cut access", 56, 56, ACCESS, 0, 0, 0, 0, -EPROTO },
	{ "strings that fit", 80, 80, ACCESS, 4, 4, 4, 4, 0 },
	{ "a path too long", 80, 80, ACCESS, 17, 0, 0, 0, -EPROTO },
	{ "a new path too long", 80, 80, ACCESS, 4, 13, 0, 0, -EPROTO },
	{ "an exe too long", 80, 80, ACCESS, 4, 4, 9, 0, -EPROTO },
	{ "a comm too long", 80, 80, ACCESS, 4, 4, 4, 5, -EPROTO },
	{ "strings whose sum has more than 16 bits", 80, 80, ACCESS, 65535, 1, 0,
	  0, -EPROTO },
	{ "an end", 40, 40, CLOSED, 0, 0, 0, 0, 0 },
	{ "a cut end", 32, 32, CLOSED, 0, 0, 0, 0, -EPROTO },
};

static int check_case(const struct record_case *one)
{
	unsigned char data[128] = { 0 };
	const struct fguard_access_record record = {
		.head = { .length = one->length, .type = one->type },
		.path_length = one->path,
		.new_path_length = one->new_path,
		.exe_length = one->exe,
		.comm_length = one->comm,
	};

	memcpy(data, &record, sizeof(record));
	return fguard_check_records(data, one->size);
}

static void records_are_whole_and_hold_their_strings(void **state)
{
	(void)state;
	assert_int_equal(sizeof(struct fguard_record), 24);
	assert_int_equal(sizeof(struct fguard_access_record), 64);
	assert_int_equal(sizeof(struct fguard_gap_record), 48);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (check_case(&cases[i]) != cases[i].result)
			fail_msg("%s: %d", cases[i].what, check_case(&cases[i]));
}

/* A question, 104 bytes without strings, and the access that it wraps. */
struct question_case {
	const char *what;
	uint16_t length, within;
	uint8_t type;
	uint16_t path, comm, script;
	int result;
};

static const struct question_case questions[] = {
	{ "a question", 104, 64, ACCESS, 0, 0, 0, 0 },
	{ "a cut question", 96, 64, ACCESS, 0, 0, 0, -EPROTO },
	{ "strings that fit", 120, 80, ACCESS, 8, 8, 0, 0 },
	{ "an access shorter than its head", 120, 56, ACCESS, 0, 0, 0, -EPROTO },
	{ "an access without length", 120, 0, ACCESS, 0, 0, 0, -EPROTO },
	{ "an access that leaves room", 120, 64, ACCESS, 0, 0, 0, 0 },
	{ "an access too long", 120, 88, ACCESS, 0, 0, 0, -EPROTO },
	{ "the longest access", 120, 65528, ACCESS, 0, 0, 0, -EPROTO },
	{ "strings that the access does not hold", 120, 64, ACCESS, 1, 0, 0, -EPROTO },
	{ "strings that nothing holds", 120, 80, ACCESS, 8, 9, 0, -EPROTO },
	{ "a script that fits", 120, 64, ACCESS, 0, 0, 16, 0 },
	{ "a script too long", 120, 64, ACCESS, 0, 0, 17, -EPROTO },
	{ "a script where the access is", 120, 80, ACCESS, 8, 8, 1, -EPROTO },
	{ "the longest script", 120, 64, ACCESS, 0, 0, 65535, -EPROTO },
	{ "about a gap", 120, 64, GAP, 0, 0, 0, -EPROTO },
	{ "about a question", 120, 64, QUESTION, 0, 0, 0, -EPROTO },
};

static int check_question(const struct question_case *one)
{
	unsigned char data[128] = { 0 };
	const struct fguard_question_record record = {
		.head = { .length = one->length, .type = QUESTION,
			  .script_length = one->script },
		.access = { .head = { .length = one->within, .type = one->type },
			    .path_length = one->path,
			    .comm_length = one->comm },
	};

	memcpy(data, &record, sizeof(record));
	return fguard_check_records(data, one->length);
}

static void questions_hold_an_access_that_holds_its_strings(void **state)
{
	(void)state;
	assert_int_equal(sizeof(struct fguard_question_record), 104);
	assert_int_equal(sizeof(struct fguard_closed_record), 40);
	for (size_t i = 0; i < sizeof(questions) / sizeof(questions[0]); i++)
		if (check_question(&questions[i]) != questions[i].result)
			fail_msg("%s: %d", questions[i].what,
				 check_question(&questions[i]));
}

/* Nor does a reader of today fail on an operation of tomorrow. */
static void records_of_every_operation_are_whole(void **state)
{
	struct fguard_access_record record = {
		.head = { .length = sizeof(record), .version = 1, .type = ACCESS },
	};

	(void)state;
	for (int op = 0; op <= UINT8_MAX; op++) {
		record.op = (uint8_t)op;
		assert_int_equal(fguard_check_records(&record, sizeof(record)), 0);
	}
}

static void a_bad_record_behind_good_ones_is_found(void **state)
{
	struct fguard_record records[3] = { { .length = 24, .type = 99 },
					    { .length = 24, .type = 99 },
					    { .length = 24, .type = 99 } };

	(void)state;
	assert_int_equal(fguard_check_records(records, sizeof(records)), 0);
	records[2].type = FGUARD_RECORD_GAP;
	assert_int_equal(fguard_check_records(records, sizeof(records)), -EPROTO);
}

int run_record_tests(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_are_whole_and_hold_their_strings),
		cmocka_unit_test(questions_hold_an_access_that_holds_its_strings),
		cmocka_unit_test(records_of_every_operation_are_whole),
		cmocka_unit_test(a_bad_record_behind_good_ones_is_found),
	};

	return cmocka_run_group_tests_name("record", tests, NULL, NULL);
}

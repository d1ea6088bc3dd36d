/* SPDX-License-Identifier: MIT */
/* What programs of the first version say, well and badly. */
#include "fake.h"
#include "legacy_parts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define RETURN "From:DSSAgent;Action:return;Message:"
#define CHANGE "From:CryptoCli;Action:change;Path:"

struct text_case {
	const char *text;
	int result;
	enum fguard_legacy_action action;
	const char *file;
	uint32_t verdict; /* of an answer */
	uint32_t n_pids;  /* of a change */
};

#define ALLOW FGUARD_VERDICT_ALLOW
#define DENY FGUARD_VERDICT_DENY
#define ANSWER FGUARD_LEGACY_RETURN
#define GUARD FGUARD_LEGACY_CHANGE

static const struct text_case understood[] = {
	{ "From:DSSAgent;Action:hello;", 0, FGUARD_LEGACY_SAY_HELLO, NULL, 0, 0 },
	{ "From:DSSAgent;Action:init;", 0, FGUARD_LEGACY_INIT, NULL, 0, 0 },
	{ "From:CryptoCli;Action:clear;", 0, FGUARD_LEGACY_CLEAR, NULL, 0, 0 },
	{ "/a.docx|Allow", 0, ANSWER, "/a.docx", ALLOW, 0 },
	{ "/a.docx|Deny", 0, ANSWER, "/a.docx", DENY, 0 },
	{ RETURN "/a.docx|Deny;", 0, ANSWER, "/a.docx", DENY, 0 },
	{ RETURN "/a.docx|Allow;", 0, ANSWER, "/a.docx", ALLOW, 0 },
	/* names with what the protocol uses itself */
	{ "/a|b.docx|Deny", 0, ANSWER, "/a|b.docx", DENY, 0 },
	{ "/a|Allow|Deny", 0, ANSWER, "/a|Allow", DENY, 0 },
	{ RETURN "/a;b;|Deny;", 0, ANSWER, "/a;b;", DENY, 0 },
	{ RETURN "/a|Allow;|Deny;", 0, ANSWER, "/a|Allow;", DENY, 0 },
	{ " \n|Deny", 0, ANSWER, " \n", DENY, 0 },
	{ CHANGE "/a;Count:0;", 0, GUARD, "/a", 0, 0 },
	{ CHANGE "/a;Count:1;Pid1:7;", 0, GUARD, "/a", 0, 1 },
	{ CHANGE "/a;Count:3;Pid1:7;Pid2:8;Pid3:2147483647;", 0, GUARD, "/a", 0, 3 },
	{ CHANGE "/a;Count:1;Pid1:1;Count:0;", 0, GUARD, "/a;Count:1;Pid1:1", 0, 0 },
	{ CHANGE "/a b|c;d;Count:00;", 0, GUARD, "/a b|c;d", 0, 0 },
};

static const struct text_case refused[] = {
	{ .text = "", .result = -EINVAL },
	{ .text = "|", .result = -EINVAL },
	{ .text = "/a.docx", .result = -EINVAL },
	{ .text = "/a.docx|", .result = -EINVAL },
	{ .text = "|Deny", .result = -EINVAL },
	{ .text = "/a|deny", .result = -EINVAL },
	{ .text = "/a|Deny ", .result = -EINVAL },
	{ .text = "/a|Denyy", .result = -EINVAL },
	{ .text = "/a|Den", .result = -EINVAL },
	{ .text = "/a|Deny;", .result = -EINVAL },
	{ .text = "/a|Allow|", .result = -EINVAL },
	/* a NUL ends the text, whatever stands behind it */
	{ .text = "/a\0|Deny", .result = -EINVAL },
	{ .text = RETURN "/a\0|Deny;", .result = -EINVAL },
	{ .text = CHANGE "/a;Count:1;\0Pid1:7;", .result = -EINVAL },
	{ .text = "From:", .result = -EINVAL },
	{ .text = "From:Somebody;Action:hello;", .result = -EINVAL },
	{ .text = "From:DSSAgent;Action:hello", .result = -EINVAL },
	{ .text = "From:DSSAgent;Action:hello;;", .result = -EINVAL },
	{ .text = "From:DSSAgent;Action:dance;", .result = -EINVAL },
	{ .text = "From:DSSAgent;Action:clear;", .result = -EINVAL },
	{ .text = "From:CryptoCli;Action:init;", .result = -EINVAL },
	{ .text = "From:CryptoCli;Action:clear; ", .result = -EINVAL },
	{ .text = RETURN, .result = -EINVAL },
	{ .text = RETURN ";", .result = -EINVAL },
	{ .text = RETURN "/a;", .result = -EINVAL },
	{ .text = RETURN "/a|Deny", .result = -EINVAL },
	{ .text = RETURN "|Deny;", .result = -EINVAL },
	{ .text = CHANGE, .result = -EINVAL },
	{ .text = CHANGE "/a;", .result = -EINVAL },
	{ .text = CHANGE "/a;Pid1:7;", .result = -EINVAL },
	{ .text = CHANGE ";Count:0;", .result = -EINVAL },
	{ .text = CHANGE "/a;Count:", .result = -EINVAL },
	{ .text = CHANGE "/a;Count:;", .result = -EINVAL },
	{ .text = CHANGE "/a;Count:0", .result = -EINVAL },
	{ .text = CHANGE "/a;Count:-1;", .result = -EINVAL },
	{ .text = CHANGE "/a;Count:+1;Pid1:7;", .result = -EINVAL },
	{ .text = CHANGE "/a;Count:x;", .result = -EINVAL },
	{ .text = CHANGE "/a;Count: 1;Pid1:7;", .result = -EINVAL },
	{ .text = CHANGE "/a;Count:1;", .result = -EINVAL },
	{ .text = CHANGE "/a;Count:0;Pid1:7;", .result = -EINVAL },
	{ .text = CHANGE "/a;Count:1;Pid1:7;Pid2:8;", .result = -EINVAL },
	{ .text = CHANGE "/a;Count:2;Pid1:7;", .result = -EINVAL },
	{ .text = CHANGE "/a;Count:2;Pid2:8;Pid1:7;", .result = -EINVAL },
	{ .text = CHANGE "/a;Count:2;Pid1:7;Pid1:8;", .result = -EINVAL },
	{ .text = CHANGE "/a;Count:1;Pid1:;", .result = -EINVAL },
	{ .text = CHANGE "/a;Count:1;Pid1:0;", .result = -EINVAL },
	{ .text = CHANGE "/a;Count:1;Pid1:-7;", .result = -EINVAL },
	{ .text = CHANGE "/a;Count:1;Pid1:7x;", .result = -EINVAL },
	{ .text = CHANGE "/a;Count:1;Pid1:0x7;", .result = -EINVAL },
	{ .text = CHANGE "/a;Count:1;Pid1:7", .result = -EINVAL },
	{ .text = CHANGE "/a;Count:1;Pid1:7;;", .result = -EINVAL },
	{ .text = CHANGE "/a;Count:1;Pid1:2147483648;", .result = -EINVAL },
	{ .text = CHANGE "/a;Count:1;Pid1:18446744073709551617;", .result = -EINVAL },
	{ .text = CHANGE "/a;Count:4294967297;Pid1:7;", .result = -EINVAL },
	/* memory is not for whoever says a large number */
	{ .text = CHANGE "/a;Count:1025;", .result = -E2BIG },
	{ .text = CHANGE "/a;Count:2147483647;", .result = -E2BIG },
};

static void check_message(const struct text_case *one,
			  const struct fguard_legacy_message *message)
{
	assert_int_equal(message->action, one->action);
	assert_int_equal(message->verdict, one->verdict);
	assert_int_equal(message->n_pids, one->n_pids);
	if (one->file)
		assert_string_equal(message->file, one->file);
	else
		assert_null(message->file);
}

static void what_the_protocol_has_is_understood(void **state)
{
	struct fguard_legacy_message message;

	(void)state;
	for (size_t i = 0; i < sizeof(understood) / sizeof(understood[0]); i++) {
		const struct text_case *one = &understood[i];

		if (fguard_legacy_parse(one->text, &message))
			fail_msg("%s", one->text);
		check_message(one, &message);
		fguard_legacy_free(&message);
	}
}

static void anything_else_is_refused(void **state)
{
	struct fguard_legacy_message message;

	(void)state;
	assert_int_equal(fguard_legacy_parse(NULL, &message), -EINVAL);
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		int err = fguard_legacy_parse(refused[i].text, &message);

		if (err != refused[i].result)
			fail_msg("%s: %d", refused[i].text, err);
		assert_null(message.file);
		assert_null(message.pids);
	}
}

/* Every beginning of a good message, in memory that ends where it does. */
static void a_message_cut_anywhere_is_refused(void **state)
{
	const char whole[] = CHANGE "/srv/a;Count:2;Pid1:17;Pid2:18;";
	struct fguard_legacy_message message;

	(void)state;
	for (size_t length = 0; length < sizeof(whole) - 1; length++) {
		char *cut = strndup(whole, length);

		assert_int_equal(fguard_legacy_parse(cut, &message), -EINVAL);
		free(cut);
	}
	assert_int_equal(fguard_legacy_parse(whole, &message), 0);
	assert_int_equal(message.pids[0], 17);
	assert_int_equal(message.pids[1], 18);
	fguard_legacy_free(&message);
}

static int parse_of_length(size_t length)
{
	struct fguard_legacy_message message;
	char *text = malloc(length + 1);
	int err;

	memset(text, 'x', length);
	memcpy(text + length - 5, "|Deny", 6);
	err = fguard_legacy_parse(text, &message);
	if (!err)
		assert_int_equal(strlen(message.file), length - 5);
	fguard_legacy_free(&message);
	free(text);
	return err;
}

static void a_message_may_be_long_but_not_too_long(void **state)
{
	(void)state;
	assert_int_equal(parse_of_length(4096 + 5), 0);
	assert_int_equal(parse_of_length(65535), 0);
	assert_int_equal(parse_of_length(65536), -EMSGSIZE);
	assert_int_equal(parse_of_length(1 << 20), -EMSGSIZE);
}

static void a_thousand_processes_are_taken(void **state)
{
	char text[32768];
	size_t at = (size_t)sprintf(text, CHANGE "/a;Count:1024;");
	struct fguard_legacy_message message;

	(void)state;
	for (uint32_t i = 1; i <= 1024; i++)
		at += (size_t)sprintf(text + at, "Pid%u:%u;", i, 4194304 - i);
	assert_int_equal(fguard_legacy_parse(text, &message), 0);
	assert_int_equal(message.n_pids, 1024);
	assert_int_equal(message.pids[1023], 4194304 - 1024);
	fguard_legacy_free(&message);
}

static char *tell(const char *path, const char *comm)
{
	struct {
		struct fguard_question_record question;
		char strings[64];
	} record = {
		.question.access = {
			.pid = 4194303,
			.path_length = (uint16_t)strlen(path),
			.new_path_length = 2,
			.exe_length = 3,
			.comm_length = (uint16_t)strlen(comm),
		},
	};

	snprintf(record.strings, sizeof(record.strings), "%s/n/ex%s", path, comm);
	return fguard_legacy_tell(&record.question);
}

static void a_question_is_told_so_that_no_name_can_forge_it(void **state)
{
	static const char *const cases[][3] = {
		{ "/a.docx", "cat", "/a.docx|cat|4194303" },
		{ "/a|root|1|.docx", "cat", "/a?root?1?.docx|cat|4194303" },
		{ "/a.docx", "x|1", "/a.docx|x?1|4194303" },
		{ "/a;\n.docx", "a b", "/a;\n.docx|a b|4194303" },
		{ "", "", "||4194303" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *text = tell(cases[i][0], cases[i][1]);

		assert_string_equal(text, cases[i][2]);
		free(text);
	}
}

int run_legacy_text_tests(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_the_protocol_has_is_understood),
		cmocka_unit_test(anything_else_is_refused),
		cmocka_unit_test(a_message_cut_anywhere_is_refused),
		cmocka_unit_test(a_message_may_be_long_but_not_too_long),
		cmocka_unit_test(a_thousand_processes_are_taken),
		cmocka_unit_test(a_question_is_told_so_that_no_name_can_forge_it),
	};

	return cmocka_run_group_tests_name("legacy text", tests, NULL, NULL);
}

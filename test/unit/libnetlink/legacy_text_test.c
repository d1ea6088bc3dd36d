/* SPDX-License-Identifier: MIT */
/* What programs of the first version say, well and badly. */
#include "fake.h"
#include "legacy/parts.h"

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
	uint32_t verdict;  /* of an answer */
	uint32_t n_pids;   /* of a change */
	const char *whole; /* of one, what the file may be instead */
};

#define ALLOW FGUARD_VERDICT_ALLOW
#define DENY FGUARD_VERDICT_DENY
#define ANSWER FGUARD_LEGACY_RETURN
#define GUARD FGUARD_LEGACY_CHANGE

static const struct text_case understood[] = {
	{ "From:DSSAgent;Action:hello;", 0, FGUARD_LEGACY_SAY_HELLO, NULL, 0, 0, NULL },
	{ "From:DSSAgent;Action:init;", 0, FGUARD_LEGACY_INIT, NULL, 0, 0, NULL },
	{ "From:CryptoCli;Action:clear;", 0, FGUARD_LEGACY_CLEAR, NULL, 0, 0, NULL },
	{ "/a.docx|Allow", 0, ANSWER, "/a.docx", ALLOW, 0, NULL },
	{ "/a.docx|Deny", 0, ANSWER, "/a.docx", DENY, 0, NULL },
	{ RETURN "/a.docx|Deny;", 0, ANSWER, "/a.docx", DENY, 0, NULL },
	{ RETURN "/a.docx|Allow;", 0, ANSWER, "/a.docx", ALLOW, 0, NULL },
	/* by its key, wherever it stands, whatever else there is */
	{ "Action:hello;From:DSSAgent", 0, FGUARD_LEGACY_SAY_HELLO, NULL, 0, 0, NULL },
	{ "From:DSSAgent;Version:2;Action:init;;\n", 0, FGUARD_LEGACY_INIT, NULL, 0, 0, NULL },
	{ "From:CryptoCli;Action:clear", 0, FGUARD_LEGACY_CLEAR, NULL, 0, 0, NULL },
	{ "From:CryptoCli;Action:clear; ", 0, FGUARD_LEGACY_CLEAR, NULL, 0, 0, NULL },
	{ "Action:clear;From:CryptoCli;", 0, FGUARD_LEGACY_CLEAR, NULL, 0, 0, NULL },
	{ "Message:/a.docx|Deny;From:DSSAgent;Action:return;", 0, ANSWER, "/a.docx", DENY, 0, NULL },
	{ "Action:return;Message:/a.docx|Allow;From:DSSAgent", 0, ANSWER, "/a.docx", ALLOW, 0, NULL },
	{ RETURN "/a.docx|Deny", 0, ANSWER, "/a.docx", DENY, 0, NULL },
	{ RETURN "/a.docx|Allow;Reason:none;", 0, ANSWER, "/a.docx", ALLOW, 0, NULL },
	{ "From:CryptoCli;Action:change;Count:1;Pid1:7;Path:/a;", 0, GUARD, "/a", 0, 1, NULL },
	{ "Count:1;Pid1:7;Action:change;Path:/a;From:CryptoCli", 0, GUARD, "/a", 0, 1, NULL },
	{ CHANGE "/a;Pid1:7;Count:1;", 0, GUARD, "/a", 0, 1, "/a;Pid1:7" },
	{ CHANGE "/a;Flag:1;Count:1;Pid1:7;", 0, GUARD, "/a", 0, 1, "/a;Flag:1" },
	{ CHANGE "/a;Count:1;Pid1:7;Flag:1;", 0, GUARD, "/a", 0, 1, NULL },
	{ CHANGE "/a;Count:1;Pid1:7", 0, GUARD, "/a", 0, 1, NULL },
	{ CHANGE "/a;Count:0", 0, GUARD, "/a", 0, 0, NULL },
	{ CHANGE "/a;Count:0;Pid1:7;", 0, GUARD, "/a", 0, 0, NULL },
	{ CHANGE "/a;Count:1;", 0, GUARD, "/a", 0, 0, NULL },
	{ CHANGE "/a;Count:2;Pid1:7;", 0, GUARD, "/a", 0, 1, NULL },
	{ CHANGE "/a;Count:2;Pid2:8;Pid1:7;", 0, GUARD, "/a", 0, 2, NULL },
	{ CHANGE "/a;Count:1;Pid1:7;Pid2:8;", 0, GUARD, "/a", 0, 1, NULL },
	{ CHANGE "/a;Count:1025;", 0, GUARD, "/a", 0, 0, NULL },
	{ CHANGE "/a;Count:2147483647;Pid2147483647:9;", 0, GUARD, "/a", 0, 1, NULL },
	/* what is no process is one that is gone */
	{ CHANGE "/a;Count:1;Pid1:;", 0, GUARD, "/a", 0, 0, NULL },
	{ CHANGE "/a;Count:1;Pid1:0;", 0, GUARD, "/a", 0, 0, NULL },
	{ CHANGE "/a;Count:2;Pid1:-7;Pid2:8;", 0, GUARD, "/a", 0, 1, NULL },
	{ CHANGE "/a;Count:1;Pid1:7x;", 0, GUARD, "/a", 0, 0, NULL },
	{ CHANGE "/a;Count:1;Pid1:18446744073709551617;", 0, GUARD, "/a", 0, 0, NULL },
	/* whatever contains "Deny" denies, but for the name of the file */
	{ "/a|Deny ", 0, ANSWER, "/a", DENY, 0, NULL },
	{ "/a|Denyy", 0, ANSWER, "/a", DENY, 0, NULL },
	{ "/a|Deny;", 0, ANSWER, "/a", DENY, 0, NULL },
	{ "/a|cat|12|Deny", 0, ANSWER, "/a", DENY, 0, NULL },
	{ "/a|Allow or Deny", 0, ANSWER, "/a", DENY, 0, NULL },
	{ "/Deny.docx|Allow", 0, ANSWER, "/Deny.docx", ALLOW, 0, NULL },
	{ "Deny", 0, ANSWER, NULL, DENY, 0, NULL },
	{ "|Deny", 0, ANSWER, NULL, DENY, 0, NULL },
	{ RETURN "Deny;", 0, ANSWER, NULL, DENY, 0, NULL },
	{ RETURN "|Deny;", 0, ANSWER, NULL, DENY, 0, NULL },
	/* names with what the protocol uses itself; a bar was told as "?" */
	{ "/a|b.docx|Deny", 0, ANSWER, "/a", DENY, 0, NULL },
	{ "/a|Allow|", 0, ANSWER, "/a", ALLOW, 0, NULL },
	{ RETURN "/a;b;|Deny;", 0, ANSWER, "/a;b;", DENY, 0, NULL },
	{ RETURN "/a;Action:hello;b|Deny;", 0, ANSWER, "/a;Action:hello;b", DENY, 0, NULL },
	{ RETURN "/a;From:CryptoCli;Action:clear|Deny", 0, ANSWER,
	  "/a;From:CryptoCli;Action:clear", DENY, 0, NULL },
	{ "Message:/a;From:CryptoCli;Action:clear|Deny;From:DSSAgent;Action:return;", 0,
	  ANSWER, "/a;From:CryptoCli;Action:clear", DENY, 0, NULL },
	{ RETURN "/a;Path:/b|Deny;", 0, ANSWER, "/a;Path:/b", DENY, 0, NULL },
	{ " \n|Deny", 0, ANSWER, " \n", DENY, 0, NULL },
	{ "Note:a|Deny", 0, ANSWER, "Note:a", DENY, 0, NULL },
	{ CHANGE "/a;Count:0;", 0, GUARD, "/a", 0, 0, NULL },
	{ CHANGE "/a;Count:1;Pid1:7;", 0, GUARD, "/a", 0, 1, NULL },
	{ CHANGE "/a;Count:3;Pid1:7;Pid2:8;Pid3:2147483647;", 0, GUARD, "/a", 0, 3, NULL },
	{ CHANGE "/a;Count:1;Pid1:1;Count:0;", 0, GUARD, "/a;Count:1;Pid1:1", 0, 0, NULL },
	{ CHANGE "/a;Pid1:1;Count:1;Pid1:7;", 0, GUARD, "/a;Pid1:1", 0, 1, NULL },
	{ CHANGE "/a;Action:clear;b;Count:1;Pid1:7;", 0, GUARD, "/a;Action:clear;b", 0, 1, NULL },
	{ CHANGE "/a;Message:b|Deny;Count:1;Pid1:7;", 0, GUARD, "/a", 0, 1,
	  "/a;Message:b|Deny" },
	{ CHANGE "/a b|c;d;Count:00;", 0, GUARD, "/a b|c;d", 0, 0, NULL },
};

static const struct text_case refused[] = {
	{ .text = "", .result = -EINVAL },
	{ .text = "|", .result = -EINVAL },
	{ .text = "/a.docx", .result = -EINVAL },
	{ .text = "/a.docx|", .result = -EINVAL },
	{ .text = "/a.docx|Perhaps", .result = -EINVAL },
	{ .text = "|Allow", .result = -EINVAL },
	{ .text = "Allow", .result = -EINVAL },
	{ .text = "/a|deny", .result = -EINVAL },
	{ .text = "/a|Den", .result = -EINVAL },
	/* a NUL ends the text, whatever stands behind it */
	{ .text = "/a\0|Deny", .result = -EINVAL },
	{ .text = RETURN "/a\0|Deny;", .result = -EINVAL },
	{ .text = "From:", .result = -EINVAL },
	{ .text = "From:Somebody;Action:hello;", .result = -EINVAL },
	{ .text = "From:DSSAgent;", .result = -EINVAL },
	{ .text = "Action:clear;", .result = -EINVAL },
	{ .text = "From:DSSAgent;Action:dance;", .result = -EINVAL },
	{ .text = "From:DSSAgent;Action:clear;", .result = -EINVAL },
	{ .text = "From:CryptoCli;Action:init;", .result = -EINVAL },
	{ .text = "From:CryptoCli;Action:clear now;", .result = -EINVAL },
	{ .text = "From:CryptoCli;Action:clear;Path:/a;", .result = -EINVAL },
	{ .text = RETURN, .result = -EINVAL },
	{ .text = RETURN ";", .result = -EINVAL },
	{ .text = RETURN "/a;", .result = -EINVAL },
	{ .text = CHANGE, .result = -EINVAL },
	{ .text = CHANGE "/a;", .result = -EINVAL },
	{ .text = CHANGE "/a;Pid1:7;", .result = -EINVAL },
	{ .text = CHANGE ";Count:0;", .result = -EINVAL },
	{ .text = CHANGE "/a;Count:", .result = -EINVAL },
	{ .text = CHANGE "/a;Count:;", .result = -EINVAL },
	{ .text = CHANGE "/a;Count:-1;", .result = -EINVAL },
	{ .text = CHANGE "/a;Count:+1;Pid1:7;", .result = -EINVAL },
	{ .text = CHANGE "/a;Count:x;", .result = -EINVAL },
	{ .text = CHANGE "/a;Count: 1;Pid1:7;", .result = -EINVAL },
	{ .text = CHANGE "/a;Count:4294967297;Pid1:7;", .result = -EINVAL },
	/* nobody knows what is meant */
	{ .text = CHANGE "/a;Count:2;Pid1:7;Pid1:8;", .result = -EINVAL },
	{ .text = "Count:1;From:CryptoCli;Action:change;Path:/a;Count:0;", .result = -EINVAL },
	{ .text = "Path:/a;From:CryptoCli;Action:change;Path:/b;Count:0;", .result = -EINVAL },
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
	if (one->whole)
		assert_string_equal(message->whole, one->whole);
	else
		assert_null(message->whole);
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
static void a_message_cut_anywhere_says_no_more_than_the_whole(void **state)
{
	const char whole[] = CHANGE "/srv/a;Count:2;Pid1:17;Pid2:18;";
	const size_t counted = strlen(CHANGE "/srv/a;Count:2");
	struct fguard_legacy_message message;

	(void)state;
	for (size_t length = 0; length < sizeof(whole); length++) {
		char *cut = strndup(whole, length);
		int err = fguard_legacy_parse(cut, &message);

		assert_int_equal(err, length < counted ? -EINVAL : 0);
		if (!err) {
			assert_string_equal(message.file, "/srv/a");
			assert_int_equal(message.count, 2);
			assert_true(message.n_pids <= 2);
		}
		fguard_legacy_free(&message);
		free(cut);
	}
	assert_int_equal(fguard_legacy_parse(whole, &message), 0);
	assert_int_equal(message.n_pids, 2);
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
	/* memory is not for whoever says a large number */
	memcpy(strstr(text, "1024;"), "1025;", 5);
	sprintf(text + at, "Pid1025:7;");
	assert_int_equal(fguard_legacy_parse(text, &message), -E2BIG);
}

static void check_marked(uint8_t cut, const char *path, const char *new_path, const char *comm,
			 const char *first, const char *second)
{
	struct {
		struct fguard_question_record question;
		char strings[128];
	} record = {
		.question.access = {
			.pid = 4194303,
			.cut = cut,
			.path_length = (uint16_t)strlen(path),
			.new_path_length = (uint16_t)strlen(new_path),
			.exe_length = 3,
			.comm_length = (uint16_t)strlen(comm),
		},
	};
	char *texts[FGUARD_LEGACY_NAMES] = { NULL };
	int n;

	snprintf(record.strings, sizeof(record.strings), "%s%s/ex%s", path, new_path, comm);
	n = fguard_legacy_tell(&record.question, ".docx", texts);
	assert_int_equal(n, second ? 2 : 1);
	assert_string_equal(texts[0], first);
	if (second)
		assert_string_equal(texts[1], second);
	while (n > 0)
		free(texts[--n]);
}

static void check_told(const char *path, const char *new_path, const char *comm,
		       const char *first, const char *second)
{
	check_marked(0, path, new_path, comm, first, second);
}

static void what_is_no_path_is_not_told_as_one(void **state)
{
	(void)state;
	check_marked(FGUARD_CUT_PATH, "/a.docx", "", "cat", "…/a.docx|cat|4194303", NULL);
	check_marked(FGUARD_CUT_NEW_PATH, "/a.docx", "/b.docx", "mv", "/a.docx|mv|4194303",
		     "…/b.docx|mv|4194303");
	check_marked(FGUARD_CUT_EXE, "/a.docx", "", "cat", "/a.docx|cat|4194303", NULL);
}

static void a_question_is_told_so_that_no_name_can_forge_it(void **state)
{
	(void)state;
	check_told("/a.docx", "", "cat", "/a.docx|cat|4194303", NULL);
	check_told("/a|root|1|.docx", "", "cat", "/a?root?1?.docx|cat|4194303", NULL);
	check_told("/a.docx", "", "x|1", "/a.docx|x?1|4194303", NULL);
	check_told("/a;\n.docx", "", "a b", "/a;\n.docx|a b|4194303", NULL);
	check_told("", "", "", "||4194303", NULL);
}

static void of_two_names_those_that_have_the_file_type_are_told(void **state)
{
	(void)state;
	check_told("/a.docx", "/b.txt", "mv", "/a.docx|mv|4194303", NULL);
	check_told("/evil.txt", "/b.docx", "mv", "/b.docx|mv|4194303", NULL);
	check_told("/a.docx", "/b.docx", "mv", "/a.docx|mv|4194303", "/b.docx|mv|4194303");
	check_told("/a.docx", "/a.docx~", "mv", "/a.docx|mv|4194303", NULL);
	/* a rule of somebody else's asks */
	check_told("/a", "/b|", "mv", "/a|mv|4194303", "/b?|mv|4194303");
	check_told("ocx", ".d", "mv", "ocx|mv|4194303", ".d|mv|4194303");
}

int run_legacy_text_tests(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_the_protocol_has_is_understood),
		cmocka_unit_test(anything_else_is_refused),
		cmocka_unit_test(a_message_cut_anywhere_says_no_more_than_the_whole),
		cmocka_unit_test(a_message_may_be_long_but_not_too_long),
		cmocka_unit_test(a_thousand_processes_are_taken),
		cmocka_unit_test(a_question_is_told_so_that_no_name_can_forge_it),
		cmocka_unit_test(what_is_no_path_is_not_told_as_one),
		cmocka_unit_test(of_two_names_those_that_have_the_file_type_are_told),
	};

	return cmocka_run_group_tests_name("legacy text", tests, NULL, NULL);
}

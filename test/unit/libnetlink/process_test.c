/* SPDX-License-Identifier: MIT */
#include "fake.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * The fake /proc of a test: process 7, with a file loginuid if the test says
 * what is in it. A mocked user database beside it, which counts its questions.
 *
 *	ROOT/7/loginuid
 */
static char root[64];
static int questions;
static size_t entry_size; /* what the database needs for an entry */

int __wrap_getpwuid_r(uid_t uid, struct passwd *entry, char *room, size_t size,
		      struct passwd **found);

int __wrap_getpwuid_r(uid_t uid, struct passwd *entry, char *room, size_t size,
		      struct passwd **found)
{
	questions++;
	*found = NULL;
	if (size < entry_size)
		return ERANGE;
	if (uid != 1000)
		return 0;
	strcpy(room, "ann");
	entry->pw_name = room;
	*found = entry;
	return 0;
}

static int remove_one(const char *path, const struct stat *status, int type,
		      struct FTW *level)
{
	(void)status, (void)type, (void)level;
	return remove(path);
}

static int make_proc(void **state)
{
	char path[128];

	(void)state;
	strcpy(root, "/tmp/fguard-proc-XXXXXX");
	questions = 0;
	entry_size = 0;
	if (!mkdtemp(root))
		return -1;
	snprintf(path, sizeof(path), "%s/7", root);
	return mkdir(path, 0755);
}

static int remove_proc(void **state)
{
	(void)state;
	return nftw(root, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static void log_in(const char *text)
{
	char path[128];
	int file;

	snprintf(path, sizeof(path), "%s/7/loginuid", root);
	file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	assert_true(file >= 0);
	assert_int_equal(write(file, text, strlen(text)), strlen(text));
	close(file);
}

struct uid_case {
	const char *text;
	int result;
	uint32_t uid;
};

static void the_login_uid_is_a_number_or_nothing(void **state)
{
	const struct uid_case cases[] = {
		{ "0", 1, 0 },
		{ "1000", 1, 1000 },
		{ "1000\n", 1, 1000 },
		{ "4294967294", 1, 4294967294U },
		{ "4294967295", 0, 123 },
		{ "4294967295\n", 0, 123 },
		{ "4294967296", -EIO, 123 },
		{ "18446744073709551616", -EIO, 123 },
		{ "99999999999999999999999999999999", -EIO, 123 },
		{ "-1", -EIO, 123 },
		{ "", -EIO, 123 },
		{ "\n", -EIO, 123 },
		{ " 5", -EIO, 123 },
		{ "5 ", -EIO, 123 },
		{ "0x5", -EIO, 123 },
		{ "5\n\n", -EIO, 123 },
		{ "root", -EIO, 123 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint32_t uid = 123;

		log_in(cases[i].text);
		assert_int_equal(fguard_login_uid_below(root, 7, &uid),
				 cases[i].result);
		assert_int_equal(uid, cases[i].uid);
	}
}

static void a_kernel_without_audit_knows_no_login(void **state)
{
	uint32_t uid = 123;

	(void)state;
	assert_int_equal(fguard_login_uid_below(root, 7, &uid), 0);
	assert_int_equal(uid, 123);
}

static void a_process_that_is_not_there_is_told_from_one_without_login(void **state)
{
	uint32_t uid = 123;

	(void)state;
	assert_int_equal(fguard_login_uid_below(root, 8, &uid), -ESRCH);
	assert_int_equal(fguard_login_uid_below(root, 0, &uid), -ESRCH);
	assert_int_equal(fguard_login_uid_below(root, -7, &uid), -ESRCH);
}

static void a_login_has_the_name_of_its_user(void **state)
{
	char name[32] = "";

	(void)state;
	log_in("1000");
	assert_int_equal(fguard_login_name_below(root, 7, name, sizeof(name)), 1);
	assert_string_equal(name, "ann");
	assert_int_equal(questions, 1);
}

static void without_a_login_the_user_database_is_not_asked(void **state)
{
	char name[32] = "before";

	(void)state;
	assert_int_equal(fguard_login_name_below(root, 7, name, sizeof(name)), 0);
	log_in("4294967295");
	assert_int_equal(fguard_login_name_below(root, 7, name, sizeof(name)), 0);
	assert_int_equal(questions, 0);
	assert_string_equal(name, "before");
}

static void an_unknown_user_is_a_number(void **state)
{
	char name[32] = "";

	(void)state;
	log_in("54321");
	assert_int_equal(fguard_login_name_below(root, 7, name, sizeof(name)), 1);
	assert_string_equal(name, "54321");
}

static void a_name_that_does_not_fit_is_refused(void **state)
{
	char name[4] = "";

	(void)state;
	log_in("1000");
	assert_int_equal(fguard_login_name_below(root, 7, name, 3), -ERANGE);
	assert_int_equal(fguard_login_name_below(root, 7, name, 0), -ERANGE);
	assert_int_equal(fguard_login_name_below(root, 7, name, 4), 1);
	log_in("54321");
	assert_int_equal(fguard_login_name_below(root, 7, name, 4), -ERANGE);
}

static void a_large_entry_gets_the_room_it_needs(void **state)
{
	char name[32] = "";

	(void)state;
	log_in("1000");
	entry_size = 100000;
	assert_int_equal(fguard_login_name_below(root, 7, name, sizeof(name)), 1);
	assert_string_equal(name, "ann");
	entry_size = SIZE_MAX;
	assert_int_equal(fguard_login_name_below(root, 7, name, sizeof(name)), 1);
	assert_string_equal(name, "1000");
}

static void this_process_is_found_in_the_real_proc(void **state)
{
	uint32_t uid;

	(void)state;
	assert_in_range(fguard_login_uid(getpid(), &uid), 0, 1);
}

#define in_proc(test) cmocka_unit_test_setup_teardown(test, make_proc, remove_proc)

int run_process_tests(void)
{
	const struct CMUnitTest tests[] = {
		in_proc(the_login_uid_is_a_number_or_nothing),
		in_proc(a_kernel_without_audit_knows_no_login),
		in_proc(a_process_that_is_not_there_is_told_from_one_without_login),
		in_proc(a_login_has_the_name_of_its_user),
		in_proc(without_a_login_the_user_database_is_not_asked),
		in_proc(an_unknown_user_is_a_number),
		in_proc(a_name_that_does_not_fit_is_refused),
		in_proc(a_large_entry_gets_the_room_it_needs),
		in_proc(this_process_is_found_in_the_real_proc),
	};

	return cmocka_run_group_tests_name("process", tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* What a guard client sets, and the rule that makes accesses questions. */
#include "legacy_kernel.h"
#include "legacy/parts.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static struct fguard *open_guard(void)
{
	struct fguard *guard;

	assert_int_equal(fguard_legacy_open(&guard), 0);
	return guard;
}

static int change(struct fguard *guard, const char *path, const uint32_t *pids,
		  uint32_t n)
{
	struct fguard_legacy_message message = {
		.action = FGUARD_LEGACY_CHANGE,
		.file = strdup(path),
		.count = n,
		.pids = calloc(n + 1, sizeof(*pids)),
		.n_pids = n,
	};
	int err;

	for (uint32_t i = 0; i < n; i++)
		message.pids[i] = pids[i];
	err = fguard_legacy_change(guard, &message);
	fguard_legacy_free(&message);
	return err;
}

/* A pid that no process has any more. */
static uint32_t dead_pid(void)
{
	pid_t child = fork();

	if (!child)
		_exit(0);
	assert_int_equal(waitpid(child, NULL, 0), child);
	return (uint32_t)child;
}

static const char *string_of(const struct nlattr *nest, uint16_t type)
{
	const struct nlattr *attr = fake_find_nested(nest, type, 0);

	return attr ? mnl_attr_get_str(attr) : NULL;
}

static void check_pids(const struct nlattr *nest, const uint32_t *pids, size_t n)
{
	const struct nlattr *attr = fake_find_nested(nest, FGUARD_RULE_A_PIDS, 0);

	assert_int_equal(attr ? mnl_attr_get_payload_len(attr) : 0, n * 4);
	if (n)
		assert_memory_equal(mnl_attr_get_payload(attr), pids, n * 4);
}

static void a_change_allows_those_that_live(void **state)
{
	const uint32_t me = (uint32_t)getpid(), pids[] = { dead_pid(), me, 1 };
	struct fguard *guard = open_guard();
	const struct nlattr *nest;

	(void)state;
	assert_int_equal(change(guard, "/srv/not there", pids, 3), 0);
	nest = kernel_added(0);
	assert_string_equal(string_of(nest, FGUARD_RULE_A_PATH), "/srv/not there");
	assert_memory_equal(string_of(nest, FGUARD_RULE_A_NAME), "CryptoCli:", 10);
	assert_null(fake_find_nested(nest, FGUARD_RULE_A_FLAGS, 0));
	assert_int_equal(mnl_attr_get_u8(fake_find_nested(
				 nest, FGUARD_RULE_A_ELSE, 0)), FGUARD_ELSE_DENY);
	check_pids(nest, (const uint32_t[]){ me, 1 }, 2);
	fguard_close(guard);
}

/* Rather nobody gets in than everybody. */
static void a_change_for_the_dead_allows_nobody(void **state)
{
	const uint32_t dead = dead_pid();
	struct fguard *guard = open_guard();

	(void)state;
	assert_int_equal(change(guard, "/srv/a", &dead, 1), 0);
	check_pids(kernel_added(0), NULL, 0);
	fguard_close(guard);
}

static void a_directory_is_guarded_with_what_is_in_it(void **state)
{
	const uint32_t me = (uint32_t)getpid();
	struct fguard *guard = open_guard();

	(void)state;
	assert_int_equal(change(guard, "/tmp", &me, 1), 0);
	assert_int_equal(mnl_attr_get_u32(fake_find_nested(
				 kernel_added(0), FGUARD_RULE_A_FLAGS, 0)),
			 FGUARD_RULE_TREE);
	fguard_close(guard);
}

/* directory/file, directory/link -> file */
static void a_link_stands_for_what_it_leads_to(void **state)
{
	const uint32_t me = (uint32_t)getpid();
	char directory[] = "/tmp/fguard-link-XXXXXX", file[64], link[64];
	struct fguard *guard = open_guard();

	(void)state;
	assert_non_null(mkdtemp(directory));
	snprintf(file, sizeof(file), "%s/file", directory);
	snprintf(link, sizeof(link), "%s/link", directory);
	assert_int_equal(mknod(file, S_IFREG | 0600, 0), 0);
	assert_int_equal(symlink("file", link), 0);
	assert_int_equal(change(guard, link, &me, 1), 0);
	unlink(link);
	unlink(file);
	rmdir(directory);
	assert_string_equal(string_of(kernel_added(0), FGUARD_RULE_A_PATH), file);
	assert_int_equal(change(guard, link, NULL, 0), 0);
	assert_string_equal(
		string_of(fake_find(kernel_asked(0, FGUARD_CMD_DEL_RULES, 0),
				    FGUARD_A_RULE, 0), FGUARD_RULE_A_NAME),
		string_of(kernel_added(0), FGUARD_RULE_A_NAME));
	fguard_close(guard);
}

static void a_slash_at_the_end_is_not_part_of_the_name(void **state)
{
	const uint32_t me = (uint32_t)getpid();
	struct fguard *guard = open_guard();

	(void)state;
	assert_int_equal(change(guard, "/srv/not there//", &me, 1), 0);
	assert_string_equal(string_of(kernel_added(0), FGUARD_RULE_A_PATH),
			    "/srv/not there");
	fguard_close(guard);
}

static void a_count_of_0_removes_what_a_change_made(void **state)
{
	const uint32_t me = (uint32_t)getpid();
	struct fguard *guard = open_guard();
	const struct nlattr *gone;

	(void)state;
	assert_int_equal(change(guard, "/srv/a", &me, 1), 0);
	assert_int_equal(change(guard, "/srv/a", NULL, 0), 0);
	gone = fake_find(kernel_asked(0, FGUARD_CMD_DEL_RULES, 0), FGUARD_A_RULE, 0);
	assert_string_equal(string_of(gone, FGUARD_RULE_A_NAME),
			    string_of(kernel_added(0), FGUARD_RULE_A_NAME));
	assert_null(fake_find_nested(gone, FGUARD_RULE_A_PATH, 0));
	fguard_close(guard);
}

static void each_path_has_a_name_of_its_own_that_fits(void **state)
{
	const uint32_t me = (uint32_t)getpid();
	struct fguard *guard = open_guard();
	char path[4096] = "/", first[128];

	(void)state;
	memset(path + 1, 'x', sizeof(path) - 2);
	assert_int_equal(change(guard, path, &me, 1), 0);
	strcpy(first, string_of(kernel_added(0), FGUARD_RULE_A_NAME));
	assert_true(strlen(first) <= FGUARD_NAME_MAX);
	path[sizeof(path) - 2] = 'y';
	assert_int_equal(change(guard, path, &me, 1), 0);
	assert_string_not_equal(first,
		string_of(fake_find(kernel_asked(0, FGUARD_CMD_ADD_RULES, 1),
				    FGUARD_A_RULE, 0), FGUARD_RULE_A_NAME));
	fguard_close(guard);
}

/* A process died between the look and the rule; or a file became a directory. */
static void what_changes_meanwhile_is_tried_again(void **state)
{
	const uint32_t me = (uint32_t)getpid();
	struct fguard *guard = open_guard();

	(void)state;
	kernel.add_error = -ESRCH;
	assert_int_equal(change(guard, "/srv/a", &me, 1), 0);
	assert_null(kernel_asked(0, FGUARD_CMD_DEL_RULES, 0));
	kernel.add_error = -EEXIST;
	assert_int_equal(change(guard, "/srv/a", &me, 1), 0);
	assert_non_null(kernel_asked(0, FGUARD_CMD_DEL_RULES, 0));
	kernel.add_error = -ENOTDIR;
	assert_int_equal(change(guard, "/srv/a", &me, 1), -ENOTDIR);
	fguard_close(guard);
}

static void put_rules(struct nlmsghdr *head)
{
	kernel_put_rule(head, 1, NULL, "/a", "CryptoCli:1");
	kernel_put_rule(head, 2, NULL, "/b", "cryptocli:2");
	kernel_put_rule(head, 3, NULL, "/c", NULL);
	kernel_put_rule(head, 4, ".docx", NULL, "DSSAgent:1");
	kernel_put_rule(head, 5, NULL, "/e", "CryptoCli:2");
}

static void clear_drops_the_guards_of_the_protocol_and_no_other(void **state)
{
	struct fguard *guard = open_guard();
	const struct nlmsghdr *request;

	(void)state;
	kernel.put_rules = put_rules;
	assert_int_equal(fguard_legacy_clear(guard), 0);
	request = kernel_asked(0, FGUARD_CMD_DEL_RULES, 0);
	assert_int_equal(fake_count(request, FGUARD_A_RULE), 2);
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(
			mnl_attr_get_u32(fake_find_nested(
				fake_find(request, FGUARD_A_RULE, i),
				FGUARD_RULE_A_ID, 0)), i ? 5 : 1);
	fguard_close(guard);
}

static void clear_of_nothing_is_no_failure(void **state)
{
	struct fguard *guard = open_guard();

	(void)state;
	assert_int_equal(fguard_legacy_clear(guard), 0);
	assert_null(kernel_asked(0, FGUARD_CMD_DEL_RULES, 0));
	fguard_close(guard);
}

static void check_intercepted(const char *suffix)
{
	struct fguard *guard = open_guard();
	const struct nlattr *nest;

	assert_int_equal(fguard_legacy_intercept(guard), 0);
	nest = kernel_added(kernel.n_fakes - 1);
	assert_string_equal(string_of(nest, FGUARD_RULE_A_SUFFIX), suffix);
	assert_null(fake_find_nested(nest, FGUARD_RULE_A_PATH, 0));
	assert_int_equal(mnl_attr_get_u8(fake_find_nested(
				 nest, FGUARD_RULE_A_ELSE, 0)), FGUARD_ELSE_ASK);
	assert_int_equal(mnl_attr_get_u8(fake_find_nested(
				 nest, FGUARD_RULE_A_DEFAULT, 0)),
			 FGUARD_VERDICT_ALLOW);
	assert_int_equal(mnl_attr_get_u32(fake_find_nested(
				 nest, FGUARD_RULE_A_TIMEOUT, 0)), 5000);
	assert_int_equal(mnl_attr_get_u32(fake_find_nested(
				 nest, FGUARD_RULE_A_FLAGS, 0)),
			 FGUARD_RULE_UNTIL_CLOSED);
	fguard_close(guard);
}

static void the_file_type_is_asked_about_and_let_in_after_5_seconds(void **state)
{
	(void)state;
	unsetenv("FGUARD_FILE_TYPE");
	check_intercepted(".docx");
	setenv("FGUARD_FILE_TYPE", ".hwp", 1);
	check_intercepted(".hwp");
	setenv("FGUARD_FILE_TYPE", "", 1);
	check_intercepted(".docx");
	unsetenv("FGUARD_FILE_TYPE");
}

static void a_rule_for_the_file_type_is_not_replaced(void **state)
{
	struct fguard *guard = open_guard();

	(void)state;
	kernel.add_error = -EEXIST;
	assert_int_equal(fguard_legacy_intercept(guard), 0);
	kernel.add_error = -EPERM;
	assert_int_equal(fguard_legacy_intercept(guard), -EPERM);
	fguard_close(guard);
}

/* Fewer processes than it counts are no removal. */
static void a_change_that_names_fewer_than_it_counts_guards(void **state)
{
	struct fguard_legacy_message message;
	struct fguard *guard = open_guard();

	(void)state;
	assert_int_equal(fguard_legacy_parse("From:CryptoCli;Action:change;Path:/srv/a;Count:3",
					     &message), 0);
	assert_int_equal(fguard_legacy_change(guard, &message), 0);
	check_pids(kernel_added(0), NULL, 0);
	assert_null(kernel_asked(0, FGUARD_CMD_DEL_RULES, 0));
	fguard_legacy_free(&message);
	fguard_close(guard);
}

static const char *guarded_by(const char *text)
{
	struct fguard *guard = open_guard();
	struct fguard_legacy_message message;
	const char *path;

	assert_int_equal(fguard_legacy_parse(text, &message), 0);
	assert_int_equal(fguard_legacy_change(guard, &message), 0);
	path = string_of(kernel_added(kernel.n_fakes - 1), FGUARD_RULE_A_PATH);
	fguard_legacy_free(&message);
	fguard_close(guard);
	return path;
}

/* Who names files does not say what others' are allowed to. */
static void a_name_that_looks_like_fields_is_one_if_it_is_there(void **state)
{
	static const char file[] = "/tmp/fguard;Flag:1;Pid7:1";
	char text[256];
	int fd;

	(void)state;
	snprintf(text, sizeof(text),
		 "From:CryptoCli;Action:change;Path:%s;Count:1;Pid1:%d;", file, getpid());
	assert_string_equal(guarded_by(text), "/tmp/fguard");
	fd = creat(file, 0600);
	assert_true(fd >= 0);
	close(fd);
	assert_string_equal(guarded_by(text), file);
	unlink(file);
}

static void the_guard_of_such_a_name_goes_under_both(void **state)
{
	struct fguard_legacy_message message;
	struct fguard *guard = open_guard();

	(void)state;
	assert_int_equal(fguard_legacy_parse("From:CryptoCli;Action:change;Path:/a;Flag:1;Count:0;",
					     &message), 0);
	assert_int_equal(fguard_legacy_change(guard, &message), 0);
	assert_non_null(kernel_asked(0, FGUARD_CMD_DEL_RULES, 1));
	fguard_legacy_free(&message);
	fguard_close(guard);
}

#define TEST(function) \
	cmocka_unit_test_setup_teardown(function, kernel_start, kernel_stop)

int run_legacy_rules_tests(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_change_allows_those_that_live),
		TEST(a_change_for_the_dead_allows_nobody),
		TEST(a_directory_is_guarded_with_what_is_in_it),
		TEST(a_link_stands_for_what_it_leads_to),
		TEST(a_slash_at_the_end_is_not_part_of_the_name),
		TEST(a_count_of_0_removes_what_a_change_made),
		TEST(each_path_has_a_name_of_its_own_that_fits),
		TEST(what_changes_meanwhile_is_tried_again),
		TEST(clear_drops_the_guards_of_the_protocol_and_no_other),
		TEST(clear_of_nothing_is_no_failure),
		TEST(the_file_type_is_asked_about_and_let_in_after_5_seconds),
		TEST(a_rule_for_the_file_type_is_not_replaced),
		TEST(a_change_that_names_fewer_than_it_counts_guards),
		TEST(a_name_that_looks_like_fields_is_one_if_it_is_there),
		TEST(the_guard_of_such_a_name_goes_under_both),
	};

	return cmocka_run_group_tests_name("legacy rules", tests, NULL, NULL);
}

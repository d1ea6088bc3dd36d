/* SPDX-License-Identifier: MIT */
/* The entry points, as a program of the first version calls them. */
#include "legacy/legacy.h"
#include "legacy_kernel.h"
#include "legacy/parts.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define COMMANDS 0
#define STREAM 1

static int say(int sock, const char *text)
{
	return send_kernel_message(sock, (char *)text);
}

static void expect_read(int sock, const char *expected)
{
	char *text = read_kernel_message(sock);

	if (!text)
		fail_msg("%s: %s", expected, strerror(errno));
	assert_string_equal(text, expected);
	free(text);
}

/* Whether there is something to read, now or within a moment that is no time out. */
static bool is_readable(int sock, int timeout)
{
	struct pollfd source = { .fd = sock, .events = POLLIN };

	return poll(&source, 1, timeout) == 1;
}

static void expect_answer(size_t number, uint64_t id, uint8_t verdict)
{
	const struct nlmsghdr *request = kernel_asked(COMMANDS, FGUARD_CMD_ANSWER,
						      number);
	const struct nlattr *nest;

	assert_non_null(request);
	nest = fake_find(request, FGUARD_A_ANSWER, 0);
	assert_int_equal(mnl_attr_get_u64(fake_find_nested(
				 nest, FGUARD_ANSWER_A_ID, 0)), id);
	assert_int_equal(mnl_attr_get_u8(fake_find_nested(
				 nest, FGUARD_ANSWER_A_VERDICT, 0)), verdict);
	assert_int_equal(mnl_attr_get_u8(fake_find_nested(
				 nest, FGUARD_ANSWER_A_LIFETIME, 0)),
			 FGUARD_LIFETIME_ONCE);
}

static void expect_no_answer(size_t number)
{
	assert_null(kernel_asked(COMMANDS, FGUARD_CMD_ANSWER, number));
}

static void two_files(struct fake *fake)
{
	kernel_question(fake, 1, "/srv/a.docx");
	kernel_question(fake, 2, "/srv/b c.docx");
}

static void an_agent_reads_and_answers(void **state)
{
	int sock;

	(void)state;
	kernel.events = two_files;
	sock = open_netlink_connection();
	assert_true(sock >= 0);
	assert_true(is_readable(sock, -1));
	expect_read(sock, "/srv/a.docx|cat|12");
	assert_int_equal(say(sock, "/srv/a.docx|Deny"), 0);
	expect_answer(0, 1, FGUARD_VERDICT_DENY);
	expect_read(sock, "/srv/b c.docx|cat|12");
	assert_int_equal(say(sock, "From:DSSAgent;Action:return;Message:/srv/b c.docx|Allow;"),
			 0);
	expect_answer(1, 2, FGUARD_VERDICT_ALLOW);
	assert_false(is_readable(sock, 0));
	sock_netlink_disconnection(sock);
	assert_int_equal(fcntl(sock, F_GETFD), -1);
	/* the rule that asked is gone with the stream that added it */
	assert_int_equal(sem_trywait(&kernel.ended), 0);
	assert_null(kernel_asked(COMMANDS, FGUARD_CMD_DEL_RULES, 0));
}

static void a_connection_asks_about_the_file_type_at_once(void **state)
{
	int sock;
	const struct nlattr *nest;

	(void)state;
	sock = open_netlink_connection();
	nest = fake_find(kernel_asked(STREAM, FGUARD_CMD_SUBSCRIBE, 0),
			 FGUARD_A_SUBSCRIPTION, 0);
	assert_int_equal(mnl_attr_get_u32(fake_find_nested(
				 nest, FGUARD_SUBSCRIPTION_A_FLAGS, 0)),
			 FGUARD_SUBSCRIBE_ANSWER);
	assert_string_equal(mnl_attr_get_str(fake_find_nested(
				    kernel_added(STREAM), FGUARD_RULE_A_SUFFIX, 0)),
			    ".docx");
	sock_netlink_disconnection(sock);
}

static void same_file(struct fake *fake)
{
	for (uint64_t id = 1; id <= 4; id++)
		kernel_question(fake, id, "/srv/a.docx");
}

/* Three were read; the fourth nobody has seen, so no answer means it. */
static int read_three(void)
{
	int sock;

	kernel.events = same_file;
	sock = open_netlink_connection();
	for (int i = 0; i < 3; i++)
		expect_read(sock, "/srv/a.docx|cat|12");
	return sock;
}

static void allow_counts_for_the_oldest_that_was_read(void **state)
{
	int sock = read_three();

	(void)state;
	assert_int_equal(say(sock, "/srv/a.docx|Allow"), 0);
	expect_answer(0, 1, FGUARD_VERDICT_ALLOW);
	expect_no_answer(1);
	assert_int_equal(say(sock, "/srv/a.docx|Allow"), 0);
	expect_answer(1, 2, FGUARD_VERDICT_ALLOW);
	sock_netlink_disconnection(sock);
}

static void deny_counts_for_all_that_were_read(void **state)
{
	int sock = read_three();

	(void)state;
	assert_int_equal(say(sock, "/srv/a.docx|Deny"), 0);
	for (size_t i = 0; i < 3; i++)
		expect_answer(i, i + 1, FGUARD_VERDICT_DENY);
	expect_no_answer(3);
	/* once more: nobody is left whom it could mean */
	assert_int_equal(say(sock, "/srv/a.docx|Deny"), 0);
	expect_no_answer(3);
	sock_netlink_disconnection(sock);
}

static void an_answer_that_comes_too_late_goes_to_the_next(void **state)
{
	int sock = read_three();

	(void)state;
	kernel.answer_error = -ENOENT;
	assert_int_equal(say(sock, "/srv/a.docx|Allow"), 0);
	for (size_t i = 0; i < 3; i++)
		expect_answer(i, i + 1, FGUARD_VERDICT_ALLOW);
	expect_no_answer(3);
	sock_netlink_disconnection(sock);
}

static void an_answer_that_fails_tells_so(void **state)
{
	int sock = read_three();

	(void)state;
	kernel.answer_error = -EPERM;
	assert_int_equal(say(sock, "/srv/a.docx|Deny"), -1);
	assert_int_equal(errno, EPERM);
	sock_netlink_disconnection(sock);
}

static void moves(struct fake *fake)
{
	kernel_move(fake, 1, "/srv/evil.txt", "/srv/a.docx");
	kernel_move(fake, 2, "/srv/a.docx", "/srv/a.txt");
	kernel_move(fake, 3, "/srv/a.docx", "/srv/b.docx");
	kernel_move(fake, 4, "/srv/c", "/srv/d");
}

static const char *const told[] = {
	"/srv/a.docx|cat|12", "/srv/a.docx|cat|12", "/srv/a.docx|cat|12",
	"/srv/b.docx|cat|12", "/srv/c|cat|12",	    "/srv/d|cat|12",
};

static int read_moves(void)
{
	int sock;

	kernel.events = moves;
	sock = open_netlink_connection();
	for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++)
		expect_read(sock, told[i]);
	return sock;
}

static void a_name_that_made_it_a_question_is_told(void **state)
{
	int sock = read_moves();

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(say(sock, "/srv/a.docx|Allow"), 0);
		expect_answer(i, i + 1, FGUARD_VERDICT_ALLOW);
	}
	sock_netlink_disconnection(sock);
}

static void what_is_told_by_two_names_is_let_in_by_both(void **state)
{
	int sock = read_moves();

	(void)state;
	assert_int_equal(say(sock, "/srv/c|Allow"), 0);
	expect_no_answer(0);
	assert_int_equal(say(sock, "/srv/d|Allow"), 0);
	expect_answer(0, 4, FGUARD_VERDICT_ALLOW);
	sock_netlink_disconnection(sock);
}

static void what_is_told_by_two_names_is_refused_by_either(void **state)
{
	int sock = read_moves();

	(void)state;
	assert_int_equal(say(sock, "/srv/b.docx|Deny"), 0);
	expect_answer(0, 3, FGUARD_VERDICT_DENY);
	/* of those that are left the first two have that name */
	assert_int_equal(say(sock, "/srv/a.docx|Deny"), 0);
	expect_answer(1, 1, FGUARD_VERDICT_DENY);
	expect_answer(2, 2, FGUARD_VERDICT_DENY);
	expect_no_answer(3);
	sock_netlink_disconnection(sock);
}

static void an_answer_without_a_file_refuses_all_that_were_read(void **state)
{
	int sock = read_three();

	(void)state;
	assert_int_equal(say(sock, "Deny"), 0);
	for (size_t i = 0; i < 3; i++)
		expect_answer(i, i + 1, FGUARD_VERDICT_DENY);
	expect_no_answer(3);
	sock_netlink_disconnection(sock);
}

static void an_end(struct fake *fake)
{
	kernel_question(fake, 1, "/srv/a.docx");
	kernel_closed(fake, 1);
	kernel_question(fake, 2, "/srv/b.docx");
}

static void what_ended_is_not_answered(void **state)
{
	int sock;

	(void)state;
	kernel.events = an_end;
	sock = open_netlink_connection();
	expect_read(sock, "/srv/a.docx|cat|12");
	/* behind the end, so that is known by now */
	expect_read(sock, "/srv/b.docx|cat|12");
	assert_int_equal(say(sock, "/srv/a.docx|Deny"), 0);
	expect_no_answer(0);
	sock_netlink_disconnection(sock);
}

static void a_gap(struct fake *fake)
{
	const struct fguard_gap_record gap = {
		.head = { .length = sizeof(gap), .type = FGUARD_RECORD_GAP },
		.lost = 1,
	};
	struct nlmsghdr *head = fake_message(fake, FAKE_FAMILY, 0, 0,
					     FGUARD_CMD_EVENTS);

	mnl_attr_put(head, FGUARD_A_EVENTS, sizeof(gap), &gap);
	fake_deliver(fake, head);
	fake_deliver(fake, head);
}

static void questions_that_were_lost_are_fetched_once(void **state)
{
	int sock;

	(void)state;
	kernel.events = a_gap;
	sock = open_netlink_connection();
	expect_read(sock, "/srv/lost.docx|cat|12");
	/* after the agent was interrupted, nothing more can come */
	sock_netlink_disconnection(sock);
	assert_non_null(kernel_asked(COMMANDS, FGUARD_CMD_GET_QUESTIONS, 0));
}

/* More than a socket holds: the thread waits, and can be ended meanwhile. */
static void very_many(struct fake *fake)
{
	for (uint64_t id = 1; id <= 2000; id++)
		kernel_question(fake, id, "/srv/a.docx");
}

static void a_program_that_does_not_read_can_disconnect(void **state)
{
	int sock;

	(void)state;
	kernel.events = very_many;
	sock = open_netlink_connection();
	expect_read(sock, "/srv/a.docx|cat|12");
	sock_netlink_disconnection(sock);
}

static void a_program_that_reads_slowly_gets_all(void **state)
{
	int sock;

	(void)state;
	kernel.events = very_many;
	sock = open_netlink_connection();
	for (int i = 0; i < 2000; i++)
		expect_read(sock, "/srv/a.docx|cat|12");
	assert_false(is_readable(sock, 0));
	sock_netlink_disconnection(sock);
}

static void a_guard_client_is_no_agent(void **state)
{
	char text[128];
	int sock;

	(void)state;
	sock = open_netlink_connection();
	snprintf(text, sizeof(text),
		 "From:CryptoCli;Action:change;Path:/srv/a;Count:1;Pid1:%d;",
		 getpid());
	assert_int_equal(say(sock, text), 0);
	/* it has ended being one before it added its rule */
	assert_int_equal(sem_trywait(&kernel.ended), 0);
	assert_non_null(kernel_asked(COMMANDS, FGUARD_CMD_ADD_RULES, 0));
	assert_int_equal(say(sock, "From:CryptoCli;Action:clear;"), 0);
	sock_netlink_disconnection(sock);
	assert_null(kernel_asked(COMMANDS, FGUARD_CMD_DEL_RULES, 0));
}

static void an_agent_that_sets_guards_stays_one(void **state)
{
	int sock;

	(void)state;
	sock = open_netlink_connection();
	assert_int_equal(say(sock, "From:DSSAgent;Action:init;"), 0);
	assert_int_equal(say(sock, "From:CryptoCli;Action:clear;"), 0);
	assert_int_equal(sem_trywait(&kernel.ended), -1);
	sock_netlink_disconnection(sock);
}

static void hello_is_replied_and_makes_no_agent(void **state)
{
	int sock = sock_netlink_connection();

	(void)state;
	assert_true(sock >= 0);
	assert_false(is_readable(sock, 0));
	assert_int_equal(say(sock, "From:DSSAgent;Action:hello;"), 0);
	expect_read(sock, "Init socket from kernel");
	assert_int_equal(kernel.n_fakes, 1);
	/* but this does */
	assert_int_equal(say(sock, "From:DSSAgent;Action:init;"), 0);
	assert_non_null(kernel_asked(STREAM, FGUARD_CMD_SUBSCRIBE, 0));
	assert_int_equal(say(sock, "From:DSSAgent;Action:init;"), 0);
	assert_int_equal(kernel.n_fakes, 2);
	sock_netlink_disconnection(sock);
}

static void reading_makes_an_agent(void **state)
{
	int sock = sock_netlink_connection();

	(void)state;
	kernel.events = two_files;
	expect_read(sock, "/srv/a.docx|cat|12");
	sock_netlink_disconnection(sock);
}

static void without_blocking_there_is_nothing_to_read(void **state)
{
	int sock = open_netlink_connection();

	(void)state;
	assert_int_equal(fcntl(sock, F_SETFL, O_NONBLOCK), 0);
	assert_null(read_kernel_message(sock));
	assert_int_equal(errno, EAGAIN);
	sock_netlink_disconnection(sock);
}

static void a_message_that_is_none_is_refused(void **state)
{
	int sock = sock_netlink_connection();

	(void)state;
	assert_int_equal(say(sock, "nonsense"), -1);
	assert_int_equal(errno, EINVAL);
	assert_int_equal(say(sock, NULL), -1);
	assert_int_equal(errno, EINVAL);
	assert_int_equal(kernel.fakes[COMMANDS].n_requests, 0);
	/* and the connection goes on */
	assert_int_equal(say(sock, "From:CryptoCli;Action:clear;"), 0);
	sock_netlink_disconnection(sock);
}

static void what_is_no_connection_is_left_alone(void **state)
{
	int other = open("/dev/null", O_RDWR | O_CLOEXEC);

	(void)state;
	for (int sock = -1; sock <= other; sock += other + 1) {
		assert_int_equal(say(sock, "/a|Deny"), -1);
		assert_int_equal(errno, EBADF);
		assert_null(read_kernel_message(sock));
		assert_int_equal(errno, EBADF);
		sock_netlink_disconnection(sock);
	}
	assert_int_equal(close(other), 0);
}

static void without_the_module_there_is_no_connection(void **state)
{
	(void)state;
	kernel.loaded = false;
	assert_int_equal(open_netlink_connection(), -1);
	assert_int_equal(errno, ENOENT);
	assert_int_equal(sock_netlink_connection(), -1);
	assert_int_equal(errno, ENOENT);
}

static void unload(struct fake *fake)
{
	struct nlmsghdr *head = fake_message(fake, GENL_ID_CTRL, 0, 0,
					     CTRL_CMD_DELFAMILY);

	mnl_attr_put_u16(head, CTRL_ATTR_FAMILY_ID, FAKE_FAMILY);
	fake_notify(fake, head);
}

static void the_end_of_the_module_ends_reading(void **state)
{
	int sock;

	(void)state;
	kernel.events = unload;
	sock = open_netlink_connection();
	assert_true(is_readable(sock, -1));
	assert_null(read_kernel_message(sock));
	assert_int_equal(errno, ENODEV);
	assert_int_equal(say(sock, "From:DSSAgent;Action:hello;"), -1);
	assert_int_equal(errno, ENODEV);
	sock_netlink_disconnection(sock);
}

/* Its number may be given to another file at once. */
static void a_descriptor_that_was_closed_is_a_connection_no_more(void **state)
{
	int sock = open_netlink_connection(), other;

	(void)state;
	assert_int_equal(close(sock), 0);
	other = open("/dev/null", O_RDWR | O_CLOEXEC);
	assert_int_equal(other, sock);
	/* the agent has ended by itself */
	assert_int_equal(sem_wait(&kernel.ended), 0);
	assert_int_equal(say(other, "/a|Deny"), -1);
	assert_int_equal(errno, EBADF);
	close(other);
	/* the next connection frees what the closed one had */
	sock_netlink_disconnection(sock_netlink_connection());
}

static void *read_one(void *argument)
{
	return read_kernel_message(*(int *)argument);
}

static void disconnecting_ends_a_read_that_waits(void **state)
{
	int sock = open_netlink_connection();
	pthread_t reader;
	void *text;

	(void)state;
	assert_int_equal(pthread_create(&reader, NULL, read_one, &sock), 0);
	sock_netlink_disconnection(sock);
	assert_int_equal(pthread_join(reader, &text), 0);
	assert_null(text);
}

static int read_in_child(int sock)
{
	char *text = read_kernel_message(sock);
	int wrong = !text || strcmp(text, "/srv/a.docx|cat|12") ||
		    say(sock, "/srv/a.docx|Deny") ||
		    !kernel_asked(2, FGUARD_CMD_ANSWER, 0);

	free(text);
	sock_netlink_disconnection(sock);
	return wrong;
}

static void expect_in_child(int (*does)(int), int sock)
{
	int status = -1;
	pid_t child = fork();

	if (!child)
		_exit(does(sock));
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

static void a_child_has_a_connection_of_its_own(void **state)
{
	int sock;

	(void)state;
	kernel.events = two_files;
	sock = open_netlink_connection();
	expect_in_child(read_in_child, sock);
	expect_read(sock, "/srv/a.docx|cat|12");
	sock_netlink_disconnection(sock);
}

/* As where no descriptors are left. */
static int open_nothing(struct fguard **guard)
{
	*guard = NULL;
	return -EMFILE;
}

static int try_in_child(int sock)
{
	int (*const open_fake)(struct fguard **guard) = fguard_legacy_open;
	int wrong;

	fguard_legacy_open = open_nothing;
	wrong = !say(sock, "/srv/a.docx|Deny") || errno != EMFILE ||
		!say(sock, "/srv/a.docx|Deny") || errno != EMFILE ||
		read_kernel_message(sock);
	fguard_legacy_open = open_fake;
	return wrong || read_in_child(sock);
}

static void a_child_that_could_not_connect_tries_again(void **state)
{
	int sock;

	(void)state;
	kernel.events = two_files;
	sock = open_netlink_connection();
	expect_in_child(try_in_child, sock);
	sock_netlink_disconnection(sock);
}

static void two_connections_are_two(void **state)
{
	int first, second;

	(void)state;
	kernel.events = two_files;
	first = open_netlink_connection();
	second = open_netlink_connection();
	assert_int_not_equal(first, second);
	expect_read(first, "/srv/a.docx|cat|12");
	expect_read(second, "/srv/a.docx|cat|12");
	assert_int_equal(say(second, "/srv/a.docx|Deny"), 0);
	expect_no_answer(0);
	assert_non_null(kernel_asked(2, FGUARD_CMD_ANSWER, 0));
	sock_netlink_disconnection(first);
	expect_read(second, "/srv/b c.docx|cat|12");
	sock_netlink_disconnection(second);
}

static void who_has_no_login_has_an_empty_name(void **state)
{
	char *name = get_username_by_pid(-1);

	(void)state;
	assert_string_equal(name, "");
	free(name);
	name = get_username_by_pid(0x7fffffff);
	assert_string_equal(name, "");
	free(name);
}

#define TEST(function) \
	cmocka_unit_test_setup_teardown(function, kernel_start, kernel_stop)

int run_legacy_tests(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_agent_reads_and_answers),
		TEST(a_connection_asks_about_the_file_type_at_once),
		TEST(allow_counts_for_the_oldest_that_was_read),
		TEST(deny_counts_for_all_that_were_read),
		TEST(an_answer_that_comes_too_late_goes_to_the_next),
		TEST(an_answer_that_fails_tells_so),
		TEST(a_name_that_made_it_a_question_is_told),
		TEST(what_is_told_by_two_names_is_let_in_by_both),
		TEST(what_is_told_by_two_names_is_refused_by_either),
		TEST(an_answer_without_a_file_refuses_all_that_were_read),
		TEST(what_ended_is_not_answered),
		TEST(questions_that_were_lost_are_fetched_once),
		TEST(a_program_that_does_not_read_can_disconnect),
		TEST(a_program_that_reads_slowly_gets_all),
		TEST(a_guard_client_is_no_agent),
		TEST(an_agent_that_sets_guards_stays_one),
		TEST(hello_is_replied_and_makes_no_agent),
		TEST(reading_makes_an_agent),
		TEST(without_blocking_there_is_nothing_to_read),
		TEST(a_message_that_is_none_is_refused),
		TEST(what_is_no_connection_is_left_alone),
		TEST(without_the_module_there_is_no_connection),
		TEST(the_end_of_the_module_ends_reading),
		TEST(a_descriptor_that_was_closed_is_a_connection_no_more),
		TEST(disconnecting_ends_a_read_that_waits),
		TEST(a_child_has_a_connection_of_its_own),
		TEST(a_child_that_could_not_connect_tries_again),
		TEST(two_connections_are_two),
		TEST(who_has_no_login_has_an_empty_name),
	};

	return cmocka_run_group_tests_name("legacy", tests, NULL, NULL);
}

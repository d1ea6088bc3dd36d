/* SPDX-License-Identifier: MIT */
/*
 * answer PATH [EXECUTABLE…]
 *
 * Answers the questions about every access to PATH: allows the programs whose
 * EXECUTABLE is named, denies all others, and prints each question and how it
 * ended:
 *
 *	rule 7 asks about /srv/a.db
 *	1 delete? pid=940 uid=0 comm=rm exe=/usr/bin/rm path=/srv/a.db
 *	1 deny
 *
 * until it is interrupted or the module is unloaded; then the rule is removed.
 * Needs CAP_SYS_ADMIN and the fguard module. No process waits longer than the
 * rule's timeout, and every access is denied while this program does not run.
 *
 *	cc answer.c show.c $(pkg-config --cflags --libs libfguard)
 */
#include <err.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <fguard.h>

#include "show.h"

/* Questions arrive on one handle, and answers are sent on the other. */
static struct fguard *stream, *guard;
static char *const *executables;

/* It only writes to a descriptor, so a signal handler may call it. */
static void stop(int signal)
{
	int saved = errno;

	(void)signal;
	fguard_interrupt(stream);
	errno = saved;
}

static const char *verdict_name(uint8_t verdict)
{
	return verdict == FGUARD_VERDICT_ALLOW ? "allow" : "deny";
}

/* Is this one of the executables? A path that was cut cannot be compared. */
static bool is_known(const struct fguard_access_record *access, const char *exe)
{
	char *const *known = executables;

	if (access->cut & FGUARD_CUT_EXE)
		return false;
	while (*known && (strlen(*known) != access->exe_length ||
			  memcmp(*known, exe, access->exe_length)))
		known++;
	return *known;
}

static void take_question(const unsigned char *at)
{
	struct fguard_question_record question;
	struct fguard_answer answer = { 0 };
	const char *exe;
	int err;

	memcpy(&question, at, sizeof(question));
	exe = (const char *)at + sizeof(question) + question.access.path_length +
	      question.access.new_path_length;
	printf("%llu %s?", (unsigned long long)question.id,
	       show_operation(question.access.op));
	show_access(at + offsetof(struct fguard_question_record, access));
	putchar('\n');

	answer.id = question.id;
	answer.lifetime = FGUARD_LIFETIME_ONCE;
	answer.verdict = is_known(&question.access, exe) ? FGUARD_VERDICT_ALLOW :
							   FGUARD_VERDICT_DENY;
	err = fguard_answer(guard, &answer);
	/* It expired, its process was killed, or another answerer was faster. */
	if (err < 0 && err != -ENOENT)
		warnx("%s", fguard_message(guard));
}

static void take_closed(const unsigned char *at)
{
	static const char *const reasons[] = {
		[FGUARD_CLOSED_ANSWERED] = "",
		[FGUARD_CLOSED_EXPIRED] = " (nobody answered in time)",
		[FGUARD_CLOSED_GONE] = " (nobody waits any more)",
	};
	struct fguard_closed_record closed;

	memcpy(&closed, at, sizeof(closed));
	printf("%llu %s%s\n", (unsigned long long)closed.id,
	       verdict_name(closed.verdict),
	       closed.reason < __FGUARD_CLOSED_MAX ? reasons[closed.reason] : "");
}

/* Records were lost because this program was too slow: list what is still pending. */
static void catch_up(void)
{
	const struct fguard_question_record *question;

	if (fguard_list_questions(guard) < 0)
		warnx("%s", fguard_message(guard));
	while (fguard_next_question(guard, &question) > 0)
		take_question((const unsigned char *)question);
}

static void take_batch(const unsigned char *at, size_t size)
{
	const unsigned char *end = at + size;
	struct fguard_record head;

	for (; at < end; at += head.length) {
		memcpy(&head, at, sizeof(head));
		if (head.type == FGUARD_RECORD_QUESTION)
			take_question(at);
		else if (head.type == FGUARD_RECORD_CLOSED)
			take_closed(at);
		else if (head.type == FGUARD_RECORD_GAP)
			catch_up();
	}
	fflush(stdout);
}

/* Return: the errno that ended the stream, 0 if it was interrupted. */
static int follow(void)
{
	static unsigned char batch[FGUARD_BATCH_MAX];
	ssize_t size;

	while ((size = fguard_read_events(stream, batch, sizeof(batch), -1)) > 0)
		take_batch(batch, (size_t)size);
	return size == -EINTR ? 0 : (int)-size;
}

static struct fguard *connect_module(void)
{
	struct fguard *connection;

	if (fguard_open(&connection) < 0)
		errx(1, "%s", fguard_message(connection));
	return connection;
}

/* Subscribed before the rule is added, so that it always has an answerer. */
static void start(const char *path, struct fguard_added *added)
{
	const struct fguard_filter filter = { .answer = 1 };
	const struct fguard_rule rule = { .path = path,
					  .else_action = FGUARD_ELSE_ASK };

	if (fguard_subscribe(stream, &filter) < 0)
		errx(1, "%s", fguard_message(stream));
	if (fguard_add_rules(guard, &rule, 1, added) < 0)
		errx(1, "%s", fguard_message(guard));
	printf("rule %u asks about %s\n", added->id, path);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	struct sigaction action = { .sa_handler = stop };
	struct fguard_rule_key key = { 0 };
	struct fguard_added added;
	int failed;

	if (argc < 2)
		errx(2, "usage: answer PATH [EXECUTABLE...]");
	executables = argv + 2;
	guard = connect_module();
	stream = connect_module();
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	start(argv[1], &added);

	failed = follow();
	if (failed)
		warnx("%s", fguard_message(stream));
	/* The answerer exists as long as this handle is open, so it is closed last. */
	key.id = added.id;
	if (failed != ENODEV && fguard_delete_rules(guard, &key, 1) < 0)
		errx(1, "%s", fguard_message(guard));
	fguard_close(stream);
	fguard_close(guard);
	return failed ? 1 : 0;
}

/* SPDX-License-Identifier: MIT */
/*
 * protect PATH [COUNT]
 *
 * Allows only this process to access PATH, and prints each attempt of another:
 *
 *	rule 7 guards /srv/a.db for process 812
 *	1 delete deny pid=940 uid=0 comm=rm exe=/usr/bin/rm path=/srv/a.db
 *
 * until it is interrupted or has printed COUNT accesses; then the rule is
 * removed. Needs CAP_SYS_ADMIN and the fguard module.
 *
 *	cc protect.c show.c $(pkg-config --cflags --libs libfguard)
 */
#include <err.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <fguard.h>

#include "show.h"

static struct fguard *stream;

/* It only writes to a descriptor, so a signal handler may call it. */
static void stop(int signal)
{
	int saved = errno;

	(void)signal;
	fguard_interrupt(stream);
	errno = saved;
}

static void print_access(const unsigned char *at)
{
	struct fguard_access_record access;

	memcpy(&access, at, sizeof(access));
	printf("%llu %s %s", (unsigned long long)access.head.seq,
	       show_operation(access.op),
	       access.verdict == FGUARD_VERDICT_DENY ? "deny" : "allow");
	show_access(at);
	putchar('\n');
}

static void print_gap(const unsigned char *at)
{
	struct fguard_gap_record gap;

	memcpy(&gap, at, sizeof(gap));
	printf("%llu gap lost=%llu\n", (unsigned long long)gap.head.seq,
	       (unsigned long long)gap.lost);
}

/* Return: how many accesses the batch reported. */
static long print_batch(const unsigned char *at, size_t size)
{
	const unsigned char *end = at + size;
	struct fguard_record head;
	long accesses = 0;

	for (; at < end; at += head.length) {
		memcpy(&head, at, sizeof(head));
		if (head.type == FGUARD_RECORD_ACCESS) {
			print_access(at);
			accesses++;
		} else if (head.type == FGUARD_RECORD_GAP) {
			print_gap(at);
		}
	}
	fflush(stdout);
	return accesses;
}

static struct fguard *connect_module(void)
{
	struct fguard *guard;

	if (fguard_open(&guard) < 0)
		errx(1, "%s", fguard_message(guard));
	return guard;
}

static void protect(struct fguard *guard, const char *path,
		    struct fguard_added *added)
{
	uint32_t me = (uint32_t)getpid();
	struct fguard_rule rule = { .path = path, .pids = &me, .n_pids = 1 };

	if (fguard_add_rules(guard, &rule, 1, added) < 0)
		errx(1, "%s", fguard_message(guard));
	printf("rule %u guards %s for process %u\n", added->id, path, me);
	fflush(stdout);
}

/* Return: 0, or the errno that ended the stream. */
static int follow(long count)
{
	static unsigned char batch[FGUARD_BATCH_MAX];
	ssize_t size = 0;

	while (count > 0 && size >= 0) {
		size = fguard_read_events(stream, batch, sizeof(batch), -1);
		if (size > 0)
			count -= print_batch(batch, (size_t)size);
	}
	return size < 0 && size != -EINTR ? (int)-size : 0;
}

int main(int argc, char **argv)
{
	struct sigaction action = { .sa_handler = stop };
	struct fguard_rule_key key = { 0 };
	struct fguard_filter filter = { 0 };
	struct fguard_added added;
	struct fguard *guard;
	int failed;

	if (argc < 2 || argc > 3)
		errx(2, "usage: protect PATH [COUNT]");
	guard = connect_module();
	stream = connect_module();
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);

	/* Subscribed before the rule is added, so that no access is missed. */
	filter.paths = (const char *const *)&argv[1];
	filter.n_paths = 1;
	if (fguard_subscribe(stream, &filter) < 0)
		errx(1, "%s", fguard_message(stream));
	protect(guard, argv[1], &added);

	failed = follow(argc == 3 ? atol(argv[2]) : __LONG_MAX__);
	if (failed)
		warnx("%s", fguard_message(stream));
	key.id = added.id;
	if (failed != ENODEV && fguard_delete_rules(guard, &key, 1) < 0)
		errx(1, "%s", fguard_message(guard));
	fguard_close(stream);
	fguard_close(guard);
	return failed ? 1 : 0;
}

// SPDX-License-Identifier: MIT
/* Readers of events: one that shows them, one that counts them. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guard.h"

/*
 * [all=1] [answer=1] [ops=MASK] [verdicts=MASK] [path=P]… [tree=P]… [suffix=S]…
 *	[pids=N,…] [exe=P]… [uids=N,…]
 */
static int subscribe(struct fguard *guard, char **words)
{
	static struct values paths, trees, suffixes, exes;
	static uint32_t pids[VALUES_MAX], uids[VALUES_MAX];
	struct fguard_filter filter = {
		.all = number_option(words, "all", 0),
		.answer = number_option(words, "answer", 0),
		.ops = number_option(words, "ops", 0),
		.verdicts = number_option(words, "verdicts", 0),
		.pids = pids,
		.n_pids = numbers_option(words, "pids", pids, VALUES_MAX),
		.uids = uids,
		.n_uids = numbers_option(words, "uids", uids, VALUES_MAX),
		.paths = paths.strings,
		.trees = trees.strings,
		.suffixes = suffixes.strings,
		.exes = exes.strings,
	};

	take_values(&paths, words, "path");
	take_values(&trees, words, "tree");
	take_values(&suffixes, words, "suffix");
	take_values(&exes, words, "exe");
	filter.n_paths = paths.count;
	filter.n_trees = trees.count;
	filter.n_suffixes = suffixes.count;
	filter.n_exes = exes.count;
	return fguard_subscribe(guard, &filter);
}

const char *const verdict_names[] = { "allow", "deny" };

static bool begin(struct fguard *guard, char **words)
{
	if (print_failure(guard, subscribe(guard, words)))
		return false;
	puts("{\"subscribed\":true}");
	fflush(stdout);
	return true;
}

static void print_verdict(const struct fguard_access_record *record)
{
	static const char *const ops[] = { "read",   "write",  "exec", "create",
					   "delete", "rename", "link", "truncate",
					   "attr",   "list",   "mount" };
	static const char *const reasons[] = { "none",	 "rule",    "grant",	  "default",
					       "answer", "expired", "unaskable", "ask" };
	static const char *const details[] = { "none",	    "no-answerer", "answerer-gone",
					       "queue-full", "rule-gone",   "remembered",
					       "answerer",   "tracing",	   "posing",
					       "taking" };

	printf("\"op\":\"%s\",\"verdict\":\"%s\",\"reason\":\"%s\",\"detail\":\"%s\",",
	       ops[record->op], verdict_names[record->verdict], reasons[record->reason],
	       details[record->head.detail]);
}

void print_access(const struct fguard_access_record *record)
{
	const char *at = (const char *)(record + 1);

	printf("\"rule\":%u,\"pid\":%u,\"tid\":%u,\"ppid\":%u,\"uid\":%u,\"loginuid\":%u,\"flags\":%u,",
	       record->rule, record->pid, record->tid, record->ppid, record->uid,
	       record->loginuid, record->open_flags);
	print_verdict(record);
	printf("\"cut\":%u,", record->cut);
	print_string("path", at, record->path_length);
	at += record->path_length;
	putchar(',');
	print_string("newPath", at, record->new_path_length);
	at += record->new_path_length;
	putchar(',');
	print_string("exe", at, record->exe_length);
	at += record->exe_length;
	putchar(',');
	print_string("comm", at, record->comm_length);
}

static void print_whole_access(const struct fguard_access_record *record)
{
	printf("{\"type\":\"access\",\"seq\":%llu,\"time\":%llu,",
	       (unsigned long long)record->head.seq, (unsigned long long)record->head.time);
	print_access(record);
	puts("}");
}

void print_gap(const struct fguard_gap_record *gap)
{
	printf("{\"type\":\"gap\",\"seq\":%llu,\"lost\":%llu,\"from\":%llu,\"to\":%llu}\n",
	       (unsigned long long)gap->head.seq, (unsigned long long)gap->lost,
	       (unsigned long long)gap->from, (unsigned long long)gap->to);
}

static void print_record(const struct fguard_record *record)
{
	if (record->type == FGUARD_RECORD_ACCESS)
		print_whole_access((const void *)record);
	else
		print_gap((const void *)record);
}

static _Alignas(8) char buffer[FGUARD_BATCH_MAX];

static void print_batch(ssize_t size)
{
	for (ssize_t at = 0; at < size;) {
		const struct fguard_record *record = (const void *)(buffer + at);

		print_record(record);
		at += record->length;
	}
	fflush(stdout);
}

/* watch [switch=P] FILTER…: prints records; after the first, those of P instead */
static void watch(struct fguard *guard, char **words)
{
	const char *other = option(words, "switch");
	struct fguard_filter filter = { .n_paths = 1, .paths = &other };
	ssize_t size;

	if (!begin(guard, words))
		return;
	while ((size = fguard_read_events(guard, buffer, sizeof(buffer), -1)) > 0) {
		print_batch(size);
		if (!other)
			continue;
		if (print_failure(guard, fguard_subscribe(guard, &filter)))
			return;
		puts("{\"subscribed\":true}");
		fflush(stdout);
		other = NULL;
	}
	print_failure(guard, size);
}

/* subscribe FILTER…: and leaves the records in the socket */
static void only_subscribe(struct fguard *guard, char **words)
{
	if (!print_failure(guard, subscribe(guard, words)))
		puts("{\"subscribed\":true}");
}

struct tally {
	unsigned long long received, lost, gaps, holes, seq, disorder;
};

static void count_record(struct tally *tally, const struct fguard_record *record)
{
	const struct fguard_gap_record *gap = (const void *)record;

	tally->holes += record->seq != tally->seq + 1;
	tally->seq = record->seq;
	if (record->type == FGUARD_RECORD_GAP) {
		tally->gaps++;
		tally->lost += gap->lost;
		tally->disorder += gap->from > gap->to;
	} else {
		tally->received++;
	}
}

/* How long no record more may come for the count to be final. */
#define SETTLE 300

/* tally expect=N FILTER…: until N were received or lost, and no more comes */
static void tally(struct fguard *guard, char **words)
{
	unsigned long long expect = number_option(words, "expect", 0);
	struct tally tally = { 0 };
	ssize_t size;

	if (!begin(guard, words))
		return;
	do {
		bool complete = tally.received + tally.lost >= expect;

		size = fguard_read_events(guard, buffer, sizeof(buffer), complete ? SETTLE : -1);
		for (ssize_t at = 0; at < size;) {
			const struct fguard_record *record = (const void *)(buffer + at);

			count_record(&tally, record);
			at += record->length;
		}
	} while (size > 0);
	if (!print_failure(guard, size))
		printf("{\"received\":%llu,\"lost\":%llu,\"gaps\":%llu,\"holes\":%llu,\"disorder\":%llu}\n",
		       tally.received, tally.lost, tally.gaps, tally.holes, tally.disorder);
}

const struct command event_commands[] = {
	{ "watch", watch },
	{ "tally", tally },
	{ "subscribe", only_subscribe },
	{ NULL, NULL },
};

// SPDX-License-Identifier: MIT
/* What something costs: nanoseconds, which on a machine that counts are instructions. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "library.h"
#include "text.h"
#include "verbs.h"

static long now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000000000L + time.tv_nsec;
}

/*
 * Of this process and its children alone: while it waits for one, threads of the kernel do
 * what others have left to them.
 */
static long spent(void)
{
	struct timespec own;
	struct rusage children;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &own);
	getrusage(RUSAGE_CHILDREN, &children);
	return own.tv_sec * 1000000000L + own.tv_nsec +
	       (children.ru_utime.tv_sec + children.ru_stime.tv_sec) * 1000000000L +
	       (children.ru_utime.tv_usec + children.ru_stime.tv_usec) * 1000L;
}

static int count(char **words)
{
	int words_given = 0;

	while (words[words_given])
		words_given++;
	return words_given;
}

static long print(long result, long cost)
{
	char line[64];

	snprintf(line, sizeof(line), "%s %ld\n", text_errno(result), cost);
	text_print(line);
	return VERB_PRINTED;
}

/* cost N VERB…: the cheapest of so many, since the others had an interrupt in them */
long show_cost(char **words)
{
	long times = atol(words[0]), best = 0, result = 0;

	for (long i = 0; i < times; i++) {
		long start = spent(), cost;

		result = obey(count(words + 1), words + 1);
		cost = spent() - start;
		if (!i || cost < best)
			best = cost;
	}
	return print(result, best);
}

#define BATCHES 3

/*
 * mean N VERB…: of so many, with what they leave to others; of some batches the cheapest,
 * since in the others somebody else may have had to wait for the host
 */
long show_mean(char **words)
{
	long times = atol(words[0]), best = 0, result = 0;

	for (int batch = 0; batch < BATCHES; batch++) {
		long start = now(), cost;

		for (long i = 0; i < times; i++)
			result = obey(count(words + 1), words + 1);
		cost = (now() - start) / times;
		if (!batch || cost < best)
			best = cost;
	}
	return print(result, best);
}

// SPDX-License-Identifier: MIT
/*
 * What a guarded system costs:
 *
 *	bench open PATH		nanoseconds of an open and its close
 *	bench rules N DIRECTORY	replaces all rules by N on names in DIRECTORY
 *	bench deny PATH		adds a rule that lets nobody in
 *	bench watch PATH	reads the events about PATH until it is killed
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <fguard.h>

#define ROUNDS 7
#define OPENS 20000

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static void open_once(const char *path)
{
	int fd = open(path, O_RDONLY);

	if (fd >= 0)
		close(fd);
	else if (errno != EACCES)
		err(1, "%s", path);
}

/* The cheapest round: the others had an interrupt in them. */
static int measure_open(const char *path)
{
	double best = 0;

	for (int round = 0; round < ROUNDS; round++) {
		double start = now(), cost;

		for (int i = 0; i < OPENS; i++)
			open_once(path);
		cost = (now() - start) / OPENS;
		if (!round || cost < best)
			best = cost;
	}
	printf("%.1f\n", best);
	return 0;
}

static struct fguard *connect_module(void)
{
	struct fguard *guard;

	if (fguard_open(&guard) < 0)
		errx(1, "%s", fguard_message(guard));
	return guard;
}

static int set_rules(size_t n, const char *directory)
{
	struct fguard *guard = connect_module();
	struct fguard_rule *rules = calloc(n + 1, sizeof(*rules));

	for (size_t i = 0; rules && i < n; i++) {
		char *path;

		if (asprintf(&path, "%s/file-%zu", directory, i) < 0)
			err(1, "asprintf");
		rules[i].path = path;
	}
	if (!rules || fguard_set_rules(guard, rules, n) < 0)
		errx(1, "%s", fguard_message(guard));
	return 0;
}

static int deny(const char *path)
{
	struct fguard *guard = connect_module();
	struct fguard_rule rule = { .path = path };
	struct fguard_added added;

	if (fguard_add_rules(guard, &rule, 1, &added) < 0)
		errx(1, "%s", fguard_message(guard));
	return 0;
}

static int watch(const char *path)
{
	static char batch[FGUARD_BATCH_MAX];
	struct fguard *guard = connect_module();
	struct fguard_filter filter = { .n_paths = 1, .paths = &path };

	if (fguard_subscribe(guard, &filter) < 0)
		errx(1, "%s", fguard_message(guard));
	puts("ready");
	fflush(stdout);
	while (fguard_read_events(guard, batch, sizeof(batch), -1) > 0)
		;
	errx(1, "%s", fguard_message(guard));
}

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "open"))
		return measure_open(argv[2]);
	if (argc == 4 && !strcmp(argv[1], "rules"))
		return set_rules(strtoul(argv[2], NULL, 10), argv[3]);
	if (argc == 3 && !strcmp(argv[1], "deny"))
		return deny(argv[2]);
	if (argc == 3 && !strcmp(argv[1], "watch"))
		return watch(argv[2]);
	errx(2, "usage: bench open|deny|watch PATH, bench rules N DIRECTORY");
}

// SPDX-License-Identifier: MIT
/* Every operation in turn, on files that come and go and on one that is guarded. */
#include "counts.h"
#include "sys.h"
#include "text.h"
#include "verbs.h"

static const struct {
	const char *route, *name, *second;
} storm_steps[] = {
	{ "open", "secret", 0 },
	{ "open-write", "free", 0 },
	{ "uring-open-async", "secret", 0 },
	{ "open-create", "made", 0 },
	{ "truncate", "made", 0 },
	{ "link", "made", "linked" },
	{ "rename", "made", "moved" },
	{ "rename-exchange", "moved", "linked" },
	{ "unlink", "linked", 0 },
	{ "unlink", "moved", 0 },
	{ "mkdir", "directory", 0 },
	{ "open-dir", "directory", 0 },
	{ "rmdir", "directory", 0 },
	{ "symlink", "made", 0 },
	{ "unlink", "made", 0 },
	{ "mkfifo", "moved", 0 },
	{ "unlink", "moved", 0 },
	{ "truncate", "secret", 0 },
	{ "rename", "secret", "away" },
	{ "rename", "away", "secret" },
	{ "unlink", "guarded-only", 0 },
	{ "mknod", "guarded-only", 0 },
};

#define STEPS (sizeof(storm_steps) / sizeof(storm_steps[0]))

static long storm_step(const char *directory, unsigned long step)
{
	char first[TEXT_MAX], second[TEXT_MAX];
	char *words[] = { (char *)storm_steps[step].route, first, second };

	text_put(text_put(text_put(first, directory), "/"), storm_steps[step].name);
	if (storm_steps[step].second)
		text_put(text_put(text_put(second, directory), "/"), storm_steps[step].second);
	return run_route(words);
}

/* storm DIRECTORY: until the next line comes, and counts */
long storm(char **words)
{
	unsigned long counts[ERRNOS] = { 0 };
	unsigned long step = (unsigned long)sys(__NR_getpid);

	text_print("storming\n");
	while (!line_waits())
		for (int i = 0; i < 32; i++)
			count_result(counts, storm_step(words[0], ++step % STEPS));
	print_counts(counts);
	return VERB_PRINTED;
}

// SPDX-License-Identifier: MIT
/* Allocations in the kernel that fail on request. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "guard.h"

static void set_nth(int fd, const char *nth)
{
	if (dprintf(fd, "%s", nth) < 0)
		perror("fail-nth");
}

static unsigned long get_nth(int fd)
{
	char text[24] = "";

	if (pread(fd, text, sizeof(text) - 1, 0) < 0)
		perror("fail-nth");
	return strtoul(text, NULL, 10);
}

/*
 * fail-nth N COMMAND WORD…: runs it while the Nth allocation from there on
 * fails; a second line of answer says whether there were so many
 */
static void fail_nth(struct fguard *guard, char **words)
{
	int fd = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	unsigned long left;

	if (fd < 0 || !words[0])
		return perror("fail-nth");
	set_nth(fd, words[0]);
	obey(guard, words + 1);
	left = get_nth(fd);
	set_nth(fd, "0");
	close(fd);
	printf("{\"injected\":%s}\n", left ? "false" : "true");
}

const struct command fault_commands[] = {
	{ "fail-nth", fail_nth },
	{ NULL, NULL },
};

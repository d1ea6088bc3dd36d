// SPDX-License-Identifier: MIT
/* Allocations in the kernel that fail on request. */
#include <linux/fcntl.h>

#include "sys.h"
#include "text.h"
#include "verbs.h"

static long open_nth(void)
{
	return sys(__NR_open, "/proc/thread-self/fail-nth", O_RDWR);
}

static void set_nth(long fd, unsigned long nth)
{
	char text[24];

	sys(__NR_pwrite64, fd, text, text_put_number(text, nth) - text);
}

static unsigned long get_nth(long fd)
{
	char text[24] = "";

	sys(__NR_pread64, fd, text, sizeof(text) - 1);
	return text_number(text);
}

static int count_words(char **words)
{
	int count = 0;

	while (words[count])
		count++;
	return count;
}

/*
 * fail-nth N WORDS…: does it while the Nth allocation from there on fails, and
 * says "injected" if there were so many, else "whole"
 */
long fail_nth(char **words)
{
	unsigned long nth = text_number(words[0]);
	char line[128], *end;
	long fd = open_nth(), result;

	if (fd < 0)
		return fd;
	set_nth(fd, nth);
	result = obey(count_words(words + 1), words + 1);
	nth = get_nth(fd);
	set_nth(fd, 0);
	sys(__NR_close, fd);

	end = text_put(line, text_errno(result));
	text_put(end, nth ? " whole\n" : " injected\n");
	text_print(line);
	return VERB_PRINTED;
}

/* insert FILE: the module in it into the kernel */
long insert_module(char **words)
{
	long fd = sys(__NR_open, words[0], O_RDONLY), result;

	if (fd < 0)
		return fd;
	result = sys(__NR_finit_module, fd, "", 0);
	sys(__NR_close, fd);
	return result;
}

// SPDX-License-Identifier: MIT
/* As many mappings as a process can have. */
#include "hostile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGE 4096

/* Creates "count" separate mappings of "path". */
static void hold_mappings(void)
{
	unsigned long times = number("count", 1000), held = 0;
	int fd = open(text("path", "/bin/true"), O_RDONLY);

	for (; fd >= 0 && held < times; held++) {
		/* another page than the previous one, so that they are not merged */
		off_t page = (off_t)(held % 2) * PAGE;

		if (mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, page) == MAP_FAILED)
			break;
	}
	printf("%lu mappings\n", held);
	say("at work");
	while (!is_over())
		usleep(10000);
}

/* Maps, touches, changes and unmaps guarded files all the time. */
static void churn_mappings(void)
{
	const char *path = text("path", "/bin/true");

	say("at work");
	while (again()) {
		int fd = open(path, O_RDONLY);
		volatile char *at;

		if (count(fd) < 0)
			continue;
		at = mmap(NULL, 2 * PAGE, PROT_READ | (draw(2) ? PROT_WRITE : 0), MAP_PRIVATE, fd,
			  0);
		close(fd);
		if (at == MAP_FAILED)
			continue;
		madvise((void *)at, PAGE, draw(2) ? MADV_WILLNEED : MADV_DONTNEED);
		count(mprotect((void *)at, PAGE, PROT_READ));
		munmap((void *)at, 2 * PAGE);
	}
}

const struct attack map_attacks[] = {
	{ "hold-mappings", hold_mappings },
	{ "churn-mappings", churn_mappings },
	{ NULL, NULL },
};

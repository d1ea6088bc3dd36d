// SPDX-License-Identifier: MIT
/* Processes that share their memory, as nobody but vfork() makes them any more. */
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "library.h"
#include "text.h"
#include "verbs.h"

#define STACK (16 << 10)

static volatile int thread;

static int stay(void *unused)
{
	(void)unused;
	for (;;)
		syscall(SYS_pause);
	return 0;
}

static char *new_stack(void)
{
	char *stack = mmap(NULL, STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return stack == MAP_FAILED ? NULL : stack + STACK;
}

/* Goes on as a thread alone. */
static int lose_head(void *unused)
{
	char *stack = new_stack();

	(void)unused;
	if (stack)
		thread = clone(stay, stack, CLONE_VM | CLONE_SIGHAND | CLONE_THREAD, NULL);
	syscall(SYS_exit, 0);
	return 0;
}

/* headless: a process with this one's memory, whose first thread ends; gives both numbers */
long share_headless(char **words)
{
	char *stack = new_stack(), line[64];
	int process;

	(void)words;
	thread = 0;
	process = stack ? clone(lose_head, stack, CLONE_VM | SIGCHLD, NULL) : -1;
	if (process < 0)
		return -errno;
	while (!thread)
		sched_yield();
	snprintf(line, sizeof(line), "%d %d\n", process, thread);
	text_print(line);
	return VERB_PRINTED;
}

/* share N: so many processes with this one's memory, which stay until it is killed */
long share_with(char **words)
{
	for (long left = atol(words[0]); left; left--) {
		char *stack = new_stack();

		if (!stack || clone(stay, stack, CLONE_VM | SIGCHLD, NULL) < 0)
			return -errno;
	}
	return 0;
}

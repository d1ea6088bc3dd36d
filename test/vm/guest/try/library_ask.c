// SPDX-License-Identifier: MIT
/* What comes over a task while it waits to be let in: signals. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "counts.h"
#include "library.h"
#include "text.h"
#include "verbs.h"

static volatile sig_atomic_t caught, jumps;
static sigjmp_buf back;
static char inside[TEXT_MAX]; /* what a handler opens */
static volatile long inside_result;

static void count(int signal)
{
	(void)signal;
	caught++;
}

static void open_inside(int signal)
{
	int fd = open(inside, O_RDONLY);

	inside_result = fd < 0 ? -errno : 0;
	if (fd >= 0)
		close(fd);
	count(signal);
}

static void jump(int signal)
{
	count(signal);
	if (jumps)
		siglongjmp(back, 1);
}

static long set_handler(int number, void (*handler)(int), int flags)
{
	struct sigaction action = { .sa_handler = handler, .sa_flags = flags };

	return sigaction(number, &action, NULL) ? -errno : 0;
}

static long use_own_stack(void)
{
	static char memory[1 << 16];
	const stack_t stack = { .ss_sp = memory, .ss_size = sizeof(memory) };

	return sigaltstack(&stack, NULL) ? -errno : 0;
}

/* catch SIGNAL plain|restart|stack|jump|ignore, or catch SIGNAL open PATH */
long catch_signal(char **words)
{
	int number = atoi(words[0]);

	caught = 0;
	if (!strcmp(words[1], "restart"))
		return set_handler(number, count, SA_RESTART);
	if (!strcmp(words[1], "stack"))
		return use_own_stack() ?: set_handler(number, count, SA_ONSTACK);
	if (!strcmp(words[1], "jump"))
		return set_handler(number, jump, 0);
	if (!strcmp(words[1], "ignore"))
		return set_handler(number, SIG_IGN, 0);
	if (strcmp(words[1], "open"))
		return set_handler(number, count, 0);
	if (!words[2])
		return -EINVAL;
	text_put(inside, words[2]);
	return set_handler(number, open_inside, SA_RESTART);
}

/* caught: how many signals since "catch", and how the last handler's open went */
long show_caught(char **words)
{
	char line[64];

	(void)words;
	snprintf(line, sizeof(line), "%d %s\n", caught, text_errno(inside_result));
	text_print(line);
	return VERB_PRINTED;
}

/* escape ROUTE PATH [SECOND]: ECANCELED if a handler jumped out of it */
long run_escapable(char **words)
{
	long result = -ECANCELED;

	if (!sigsetjmp(back, 1)) {
		jumps = 1;
		result = run_route(words);
	}
	jumps = 0;
	return result;
}

static void pelt(pid_t target)
{
	for (unsigned int rest = 0;; rest = (rest + 37) % 400) {
		if (kill(target, SIGUSR1))
			_exit(0);
		usleep(rest);
	}
}

/* pelted N ROUTE PATH [SECOND]: so often, while SIGUSR1 comes again and again; counts */
long run_pelted(char **words)
{
	unsigned long counts[ERRNOS] = { 0 };
	pid_t target = getpid(), child;
	int times = atoi(words[0]);

	caught = 0;
	set_handler(SIGUSR1, count, 0);
	child = fork();
	if (!child)
		pelt(target);
	while (!caught)
		pause();
	while (times-- > 0)
		count_result(counts, run_route(words + 1));
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	print_counts(counts);
	return VERB_PRINTED;
}

// SPDX-License-Identifier: MIT
/* Processes that are asked about: many at once, one by one, and disturbed while they wait. */
#include "hostile.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define STACK (32 * 1024)

/* Ends with the call that is asked about, whatever its result. */
static void *ask_for_ever(void *which)
{
	int fd;

	draw_apart((unsigned int)(size_t)which);
	for (;;) {
		fd = open(in_dir("asked-%zu", (size_t)which), O_RDONLY | O_NONBLOCK);
		if (count(fd) >= 0)
			close(fd);
		again();
	}
	return NULL;
}

/* Each thread accesses a different file, so that none shares a question. */
static void flood(void)
{
	unsigned long threads = number("threads", 100), started = 0;
	pthread_attr_t attributes;
	pthread_t thread;

	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, STACK);
	for (; started < threads; started++)
		if (pthread_create(&thread, &attributes, ask_for_ever, (void *)(started + 1)))
			break;
	printf("%lu threads\n", started);
	say("at work");
	while (!is_over())
		usleep(10000);
}

/* Causes one question at a time, which is answered. */
static void ask(void)
{
	say("at work");
	while (again()) {
		int fd = open(in_dir("%s", text("name", "mine")), O_RDONLY | O_NONBLOCK);

		if (count(fd) >= 0)
			close(fd);
	}
}

static void ask_and_block(const char *fifo)
{
	for (;;) {
		/* after the answer, blocks until there is a writer, which never happens */
		int fd = open(draw(2) ? fifo : in_dir("mine-%u", draw(8)), O_RDONLY);

		if (count(fd) >= 0)
			close(fd);
	}
}

/* Stops, continues and kills waiters at arbitrary moments. */
static void pester(void)
{
	static const int signals[] = { SIGSTOP, SIGCONT, SIGSTOP, SIGCONT, SIGWINCH, SIGKILL };
	char fifo[PATH_ROOM];

	snprintf(fifo, sizeof(fifo), "%s", in_dir("fifo-%u", (unsigned int)getpid()));
	mkfifo(fifo, 0644);
	say("at work");
	while (again()) {
		pid_t child = fork_bound();

		if (!child)
			ask_and_block(fifo);
		for (unsigned int times = draw(12); child > 0 && times; times--) {
			usleep(draw(2000));
			count(kill(child, signals[draw(6)]));
		}
		if (child > 0)
			kill(child, SIGKILL);
		await_child(child);
	}
	unlink(fifo);
}

/* After its answer, blocks until there is a writer, which never happens. */
static void block(void)
{
	int fd;

	say("at work");
	fd = open(in_dir("fifo"), O_RDONLY);
	if (count(fd) >= 0)
		close(fd);
	say("through");
}

const struct attack ask_attacks[] = {
	{ "flood", flood },
	{ "ask", ask },
	{ "pester", pester },
	{ "block", block },
	{ NULL, NULL },
};

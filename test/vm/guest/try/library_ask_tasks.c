// SPDX-License-Identifier: MIT
/* Threads and children that ask, beside one that does something else. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "counts.h"
#include "library.h"
#include "text.h"
#include "verbs.h"

#define TASKS_MAX 600
#define STACK (64 << 10)

struct aside {
	char text[3][TEXT_MAX];
	char *words[4];
	pthread_t thread;
	long result;
};

static struct aside *asides[TASKS_MAX];
static int aside_count;

static void *run_aside(void *data)
{
	struct aside *aside = data;

	aside->result = run_route(aside->words);
	return NULL;
}

static pthread_attr_t small(void)
{
	pthread_attr_t attributes;

	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, STACK);
	return attributes;
}

/* aside ROUTE PATH [SECOND]: in another thread, while this one obeys on */
long begin_aside(char **words)
{
	struct aside *aside = calloc(1, sizeof(*aside));
	pthread_attr_t attributes = small();

	if (!aside || aside_count == TASKS_MAX)
		return -ENOMEM;
	for (int i = 0; i < 3 && words[i]; i++) {
		text_put(aside->text[i], words[i]);
		aside->words[i] = aside->text[i];
	}
	if (pthread_create(&aside->thread, &attributes, run_aside, aside))
		return -EAGAIN;
	asides[aside_count++] = aside;
	return 0;
}

/* join: waits for all threads that were begun aside, and counts */
long join_asides(char **words)
{
	unsigned long counts[ERRNOS] = { 0 };

	(void)words;
	while (aside_count) {
		struct aside *aside = asides[--aside_count];

		pthread_join(aside->thread, NULL);
		count_result(counts, aside->result);
		free(aside);
	}
	print_counts(counts);
	return VERB_PRINTED;
}

/* leave: all threads end */
long leave(char **words)
{
	(void)words;
	_exit(0);
}

static long ending_of(pid_t child)
{
	int status;

	if (child < 0)
		return -errno;
	waitpid(child, &status, 0);
	return WIFEXITED(status) ? -WEXITSTATUS(status) : -ECHILD;
}

/* vfork ROUTE PATH [SECOND]: in a child whose parent waits in vfork() */
long run_vforked(char **words)
{
	pid_t child = vfork();

	if (!child)
		_exit(exit_code(run_route(words)));
	return ending_of(child);
}

/* spawn PATH: a program, by posix_spawn(); what it says goes nowhere */
long run_spawned(char **words)
{
	char *arguments[] = { words[0], NULL }, *environment[] = { NULL };
	posix_spawn_file_actions_t actions;
	pid_t child;
	int err;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	err = posix_spawn(&child, words[0], &actions, NULL, arguments, environment);
	posix_spawn_file_actions_destroy(&actions);
	return err ? -err : ending_of(child);
}

static void count_ending(unsigned long *counts)
{
	int status;

	if (wait(&status) > 0)
		count_result(counts, WIFEXITED(status) ? -WEXITSTATUS(status) : -ECHILD);
}

/* crowd N ROUTE PATH [SECOND]: in so many children at once, and counts */
long run_crowd(char **words)
{
	unsigned long counts[ERRNOS] = { 0 };
	int count = atoi(words[0]);

	for (int i = 0; i < count; i++) {
		pid_t child = fork();

		if (!child)
			_exit(exit_code(run_route(words + 1)));
		if (child < 0)
			return -errno;
	}
	while (count--)
		count_ending(counts);
	print_counts(counts);
	return VERB_PRINTED;
}

/* users N ROUTE PATH [SECOND]: as so many users, one after the other, and counts */
long run_users(char **words)
{
	unsigned long counts[ERRNOS] = { 0 };
	uid_t last = 10000 + (uid_t)atoi(words[0]);

	for (uid_t uid = 10000; uid < last; uid++) {
		pid_t child = fork();

		if (!child)
			_exit(setresuid(uid, uid, uid) ? EUSERS : exit_code(run_route(words + 1)));
		if (child < 0)
			return -errno;
		count_ending(counts);
	}
	print_counts(counts);
	return VERB_PRINTED;
}

struct creation {
	pthread_t thread;
	char path[4096];
	long result;
};

static void *create_one(void *data)
{
	struct creation *creation = data;
	char *words[] = { (char *)"mkdir", creation->path, NULL };

	creation->result = run_route(words);
	return NULL;
}

/* flood N PATH: makes directories PATH0, PATH1 and so on, all at once, and counts */
long run_flood(char **words)
{
	int count = atoi(words[0]), begun = 0;
	struct creation *creations = calloc((size_t)count, sizeof(*creations));
	unsigned long counts[ERRNOS] = { 0 };
	pthread_attr_t attributes = small();

	for (; creations && begun < count; begun++) {
		struct creation *creation = &creations[begun];

		snprintf(creation->path, sizeof(creation->path), "%s%d", words[1], begun);
		if (pthread_create(&creation->thread, &attributes, create_one, creation))
			break;
	}
	/* those begun may wait as long as they are asked about */
	if (begun < count)
		return -EAGAIN;
	for (int i = 0; i < count; i++) {
		pthread_join(creations[i].thread, NULL);
		count_result(counts, creations[i].result);
	}
	free(creations);
	print_counts(counts);
	return VERB_PRINTED;
}

static long hold_with(const char *path, int flags)
{
	route_held = open(path, flags | O_CLOEXEC, 0600);
	return route_held < 0 ? -errno : 0;
}

/* hold-append PATH */
long hold_append(char **words)
{
	return hold_with(words[0], O_WRONLY | O_APPEND);
}

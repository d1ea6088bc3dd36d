// SPDX-License-Identifier: MIT
/* What changes while the kernel looks at it: a path in memory, or what has a name. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "library.h"
#include "verbs.h"

static struct {
	volatile char path[4096];
	const char *names[2]; /* of one length */
	atomic_bool done;
} race;

static void *flip(void *unused)
{
	size_t length = strlen(race.names[0]);

	(void)unused;
	for (int which = 0; !race.done; which = !which)
		for (size_t i = 0; i < length; i++)
			race.path[i] = race.names[which][i];
	return NULL;
}

/* Opened what the first name is, though the path may have been the second one? */
static int is_first(int fd, const struct stat *first)
{
	struct stat opened;

	return !fstat(fd, &opened) && opened.st_ino == first->st_ino &&
	       opened.st_dev == first->st_dev;
}

/*
 * race PATH DECOY TIMES: opens a path that another thread keeps changing from one
 * to the other; EEXIST if that ever opened PATH. Goes on until it has met both.
 */
long race_path(char **words)
{
	int times = atoi(words[2]), opened = 0, refused = 0;
	struct stat first;
	pthread_t thread;
	long result = 0;

	if (strlen(words[0]) != strlen(words[1]) || strlen(words[0]) >= sizeof(race.path))
		return -EINVAL;
	if (stat(words[0], &first))
		return -errno;
	race.names[0] = words[0];
	race.names[1] = words[1];
	strcpy((char *)race.path, words[1]);
	race.done = 0;
	if (pthread_create(&thread, NULL, flip, NULL))
		return -EAGAIN;
	while (!result && (times-- > 0 || !opened || !refused)) {
		int fd = open((const char *)race.path, O_RDONLY);

		if (fd >= 0 && is_first(fd, &first))
			result = -EEXIST;
		opened += fd >= 0;
		refused += fd < 0 && errno == EACCES;
		if (fd >= 0)
			close(fd);
	}
	race.done = 1;
	pthread_join(thread, NULL);
	return result;
}

struct change {
	char **words;
	long result;
	atomic_bool done;
};

static void *make_change(void *data)
{
	struct change *change = data;

	change->result = run_route(change->words);
	change->done = 1;
	return NULL;
}

/*
 * throughout FILE ROUTE PATH [SECOND]: opens the file again and again until the route,
 * which another thread takes, has ended; the first that fails, or how that ended.
 */
long open_throughout(char **words)
{
	struct change change = { .words = words + 1 };
	pthread_t thread;
	long result = 0;
	int fd;

	if (pthread_create(&thread, NULL, make_change, &change))
		return -EAGAIN;
	while (!change.done) {
		fd = open(words[0], O_RDONLY);
		if (fd < 0 && !result)
			result = -errno;
		else if (fd >= 0)
			close(fd);
	}
	pthread_join(thread, NULL);
	return result ?: change.result;
}

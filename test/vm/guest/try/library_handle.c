// SPDX-License-Identifier: MIT
/* Opening by handle what the kernel no longer knows by name. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "library.h"
#include "verbs.h"

/* A name in use is passed over at first: nothing may have used it for two rounds. */
#define ROUNDS 3

static int forget_names(void)
{
	int fd = open("/proc/sys/vm/drop_caches", O_WRONLY), rounds = ROUNDS, result = 0;

	while (fd >= 0 && rounds-- && !result)
		result = write(fd, "2", 1) == 1 ? 0 : -errno;
	if (fd < 0)
		return -errno;
	close(fd);
	return result;
}

static int has_name(int fd, const char *path)
{
	char link[64], target[4096] = "";

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	return readlink(link, target, sizeof(target) - 1) > 0 && !strcmp(target, path);
}

/*
 * open-evicted PATH DIRECTORY: by its handle, when its name is no longer cached;
 * EEXIST if it is still. DIRECTORY: of the same filesystem, kept open.
 */
long open_evicted(char **words)
{
	union {
		struct file_handle handle;
		char room[sizeof(struct file_handle) + MAX_HANDLE_SZ];
	} file = { .handle.handle_bytes = MAX_HANDLE_SZ };
	int mount = open(words[1], O_RDONLY | O_DIRECTORY), id, fd;
	long result;

	if (mount < 0)
		return -errno;
	result = name_to_handle_at(AT_FDCWD, words[0], &file.handle, &id, 0) ? -errno : 0;
	if (!result)
		result = forget_names();
	if (!result) {
		fd = open_by_handle_at(mount, &file.handle, O_RDONLY);
		result = fd < 0 ? -errno : 0;
		if (fd >= 0 && has_name(fd, words[0]))
			result = -EEXIST;
		if (fd >= 0)
			close(fd);
	}
	close(mount);
	return result;
}

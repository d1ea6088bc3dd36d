// SPDX-License-Identifier: MIT
/*
 * An overlay begins to copy an object up and fails. What the same task makes next, in an
 * overlay of its own, is to be taken for that copy: both by one instruction, and with
 * one stack.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "library.h"
#include "sys.h"
#include "uring.h"
#include "verbs.h"

/* More than a rule knows at a time. */
#define COPIES 6

struct call {
	long number;
	long arguments[5];
};

static long make_in_turn(const struct call *calls, unsigned int count)
{
	long result = 0;

	for (unsigned int i = 0; i < count; i++) {
		const long *a = calls[i].arguments;

		result = sys_call(calls[i].number, a[0], a[1], a[2], a[3], a[4], 0);
	}
	return result;
}

/* Of nobody: whoever may look a file up may do it, and it is copied first. */
static struct call chown_of(const char *path)
{
	return (struct call){ SYS_fchownat, { AT_FDCWD, (long)path, -1, -1, 0 } };
}

static long close_opened(long fd)
{
	return fd < 0 ? fd : close((int)fd);
}

static long copy_by_calls(const char *failing, const char *layer)
{
	char own[] = "a";

	for (int i = 0; i < COPIES; i++, own[0]++) {
		const struct call calls[] = {
			chown_of(failing),
			{ SYS_openat, { AT_FDCWD, (long)own, O_WRONLY | O_CREAT, 0644 } },
		};
		long result = close_opened(make_in_turn(calls, 2));

		if (result)
			return result;
	}
	return close_opened(sys(SYS_openat, AT_FDCWD, layer, O_RDONLY));
}

/* What is in the cache, from the directory on, is opened at once. */
static struct io_uring_sqe opening(const char *path, int flags)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	char *directory = slash ? strndup(path, (size_t)(slash - path)) : NULL;
	int parent = directory ? open(directory, O_PATH | O_DIRECTORY) : AT_FDCWD;

	free(directory);
	(void)!faccessat(parent, name, F_OK, 0);
	return (struct io_uring_sqe){
		.opcode = IORING_OP_OPENAT,
		.fd = parent,
		.addr = (uintptr_t)name,
		.open_flags = (uint32_t)flags,
	};
}

/* Within one call. By its name the file is learned anew, so that comes first. */
static long copy_by_ring(const char *failing, const char *layer)
{
	static const char own[COPIES][2] = { "0", "1", "2", "3", "4", "5" };
	struct io_uring_sqe requests[2 * COPIES + 1];

	for (int i = 0; i < COPIES; i++) {
		requests[i] = opening(failing, O_WRONLY);
		requests[COPIES + i] = opening(own[i], O_WRONLY);
	}
	requests[2 * COPIES] = opening(layer, O_RDONLY);
	return close_opened(uring_carry_out(&(struct uring_work){
		.requests = requests,
		.count = 2 * COPIES + 1,
	}));
}

static long copy_often(char **words)
{
	long err = become_root(CLONE_NEWNS);

	if (!err)
		err = overlay_of(words[3], words[4]);
	if (err)
		return -EUSERS;
	return strcmp(words[0], "ring") ? copy_by_calls(words[1], words[2]) :
					  copy_by_ring(words[1], words[2]);
}

static long in_child(long (*work)(char **words), char **words)
{
	pid_t child = fork();
	int status;

	if (!child)
		_exit(exit_code(work(words)));
	waitpid(child, &status, 0);
	return -WEXITSTATUS(status);
}

/*
 * fail-copies calls|ring FILE LAYER PLACE LOWER: makes FILE's copy begin again and again,
 * and each time makes a file in an overlay of its own at PLACE, or copies one of the
 * files 0 to 5 of LOWER up there; then opens what FILE is made of
 */
long fail_copies(char **words)
{
	return in_child(copy_often, words);
}

static int overlay_above(const char *base, const char *upper)
{
	char options[8192], path[4096];

	snprintf(options, sizeof(options),
		 "lowerdir=%s/lower,upperdir=%s,workdir=%s/work,userxattr", base, upper, base);
	snprintf(path, sizeof(path), "%s/merged", base);
	return mount("overlay", path, "overlay", 0, options) || chdir(path) ? -errno : 0;
}

/* No file can grow meanwhile, a copy neither. */
static long with_no_room(const struct call *calls, unsigned int count)
{
	const struct rlimit none = { 0, 0 };

	signal(SIGXFSZ, SIG_IGN);
	return setrlimit(RLIMIT_FSIZE, &none) ? -errno : make_in_turn(calls, count);
}

static long copy_and_rename(char **words)
{
	const struct call calls[] = {
		chown_of(words[0]),
		{ SYS_renameat2, { AT_FDCWD, (long)"secret", AT_FDCWD, (long)"renamed", 0 } },
	};
	long err = become_root(CLONE_NEWNS);

	if (!err)
		err = overlay_above(words[1], words[2]);
	/* What is in the cache is renamed as it is. */
	return err || access("secret", F_OK) ? -EUSERS : with_no_room(calls, 2);
}

/*
 * fail-copy-and-rename FILE BASE UPPER: makes FILE's copy begin, and then renames
 * "secret" in UPPER to "renamed" by an overlay of its own above it
 */
long fail_copy_and_rename(char **words)
{
	return in_child(copy_and_rename, words);
}

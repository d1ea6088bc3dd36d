// SPDX-License-Identifier: MIT
/* Mounts that map users, and descriptors that fanotify gives. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/fanotify.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "library.h"
#include "verbs.h"

static int write_map(pid_t pid, const char *name)
{
	char path[64];
	int fd, result;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	fd = open(path, O_WRONLY);
	result = write(fd, "0 1000 1", 8) == 8 ? 0 : -errno;
	close(fd);
	return result;
}

/* Root of it is user 1000 outside. Gives a descriptor of the namespace. */
static int user_namespace(void)
{
	char path[64], byte;
	int ends[2], fd;
	pid_t child;

	if (pipe(ends))
		return -errno;
	child = fork();
	if (!child) {
		unshare(CLONE_NEWUSER);
		close(ends[0]);
		close(ends[1]);
		pause();
	}
	close(ends[1]);
	(void)!read(ends[0], &byte, 1); /* until it has closed its end */
	close(ends[0]);
	snprintf(path, sizeof(path), "/proc/%d/ns/user", child);
	write_map(child, "uid_map");
	write_map(child, "gid_map");
	fd = open(path, O_RDONLY);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	return fd;
}

/* idmap FROM TO: a copy of the mount of a directory, with other users, is attached */
long mount_idmapped(char **words)
{
	int tree = (int)syscall(SYS_open_tree, AT_FDCWD, words[0], OPEN_TREE_CLONE);
	int users = user_namespace();
	struct mount_attr attributes = { .attr_set = MOUNT_ATTR_IDMAP,
					 .userns_fd = (unsigned int)users };
	long result = tree < 0 || users < 0 ? -errno : 0;

	if (!result && syscall(SYS_mount_setattr, tree, "", AT_EMPTY_PATH, &attributes,
			       sizeof(attributes)))
		result = -errno;
	if (!result && syscall(SYS_move_mount, tree, "", AT_FDCWD, words[1],
			       MOVE_MOUNT_F_EMPTY_PATH))
		result = -errno;
	close(users);
	close(tree);
	return result;
}

static int listener = -1;

/* listen-opens PATH: whoever opens it is told of, with a descriptor */
long listen_for_opens(char **words)
{
	listener = fanotify_init(FAN_CLASS_NOTIF, O_RDWR);
	if (listener < 0)
		return -errno;
	return fanotify_mark(listener, FAN_MARK_ADD, FAN_OPEN, AT_FDCWD, words[0]) ? -errno : 0;
}

/* take-open: the descriptor of the next open */
long take_open(char **words)
{
	struct fanotify_event_metadata event;

	(void)words;
	if (read(listener, &event, sizeof(event)) < 0)
		return -errno;
	close(event.fd);
	return event.fd < 0 ? -ENODATA : 0;
}

// SPDX-License-Identifier: MIT
/*
 * An ordinary user gives an object a path that he made up, and is himself in the first
 * mount namespace: what he cannot mount there he gets a descriptor of.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "library.h"
#include "uring.h"
#include "verbs.h"

#define MADE_UP "tmp/elsewhere/ok"
#define RECURSIVE 0x8000 /* AT_RECURSIVE */

static int hidden = -1;

static long outcome(long result)
{
	return result < 0 ? -errno : result;
}

static int write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);
	int result = fd < 0 || write(fd, text, strlen(text)) < 0 ? -errno : 0;

	close(fd);
	return result;
}

/* A user namespace of his own, in which he is root. */
int become_root(int flags)
{
	char users[32], groups[32];
	int err;

	snprintf(users, sizeof(users), "0 %u 1", getuid());
	snprintf(groups, sizeof(groups), "0 %u 1", getgid());
	if (unshare(CLONE_NEWUSER | flags))
		return -errno;
	err = write_file("/proc/self/uid_map", users);
	if (!err)
		err = write_file("/proc/self/setgroups", "deny");
	return err ? err : write_file("/proc/self/gid_map", groups);
}

static int make_way(char *way)
{
	for (char *slash = way + 1; (slash = strchr(slash, '/')); *slash++ = '/') {
		*slash = 0;
		if (mkdir(way, 0755) && errno != EEXIST)
			return -errno;
	}
	return outcome(mkdir(way, 0755));
}

/* A filesystem of his own, with the made-up directory in it. */
static int make_filesystem(const char *place, char *way, size_t room)
{
	if (mount("none", place, "tmpfs", 0, NULL))
		return -errno;
	snprintf(way, room, "%s/" MADE_UP, place);
	return make_way(way);
}

static int bind_there(const char *way, const char *source, const char *name)
{
	char path[8192];
	int fd;

	snprintf(path, sizeof(path), "%.4000s/%.255s", way, name);
	fd = open(path, O_WRONLY | O_CREAT, 0644);
	close(fd);
	return fd < 0 ? -errno : outcome(mount(source, path, NULL, MS_BIND, NULL));
}

static int overlay_there(const char *way, const char *layers)
{
	char options[4096];

	snprintf(options, sizeof(options), "lowerdir=%s", layers);
	return outcome(mount("overlay", way, "overlay", 0, options));
}

static int open_tree_of(const char *place)
{
	return (int)outcome(
		syscall(SYS_open_tree, AT_FDCWD, place, OPEN_TREE_CLONE | RECURSIVE));
}

/* The tree goes with its descriptor, and what is found in it stays as long as its own. */
static int open_detached(const char *place)
{
	int tree = open_tree_of(place);
	int fd = tree < 0 ? tree : (int)outcome(openat(tree, MADE_UP, O_PATH | O_DIRECTORY));

	close(tree);
	return fd;
}

/* In a namespace below another, what is mounted on a mount stays with it. */
static int open_unmounted(const char *place)
{
	char path[4096];
	int fd;

	if (unshare(CLONE_NEWUSER | CLONE_NEWNS) ||
	    mount(place, place, NULL, MS_BIND | MS_REC, NULL))
		return -errno;
	snprintf(path, sizeof(path), "%s/" MADE_UP, place);
	fd = open(path, O_PATH | O_DIRECTORY);
	return fd < 0 || umount2(place, MNT_DETACH) ? -errno : fd;
}

static int build(char **words)
{
	const char *how = words[0], *place = words[1], *source = words[2];
	char way[4096];
	int err = become_root(CLONE_NEWNS);

	if (!err)
		err = make_filesystem(place, way, sizeof(way));
	if (!err)
		err = strcmp(how, "overlay") ? bind_there(way, source, words[3]) :
					       overlay_there(way, source);
	if (err)
		return err;
	if (!strcmp(how, "overlay"))
		return open_detached(place);
	if (!strcmp(how, "tree"))
		return open_tree_of(place);
	return strcmp(how, "lazy") ? open_detached(place) : open_unmounted(place);
}

union room {
	char bytes[CMSG_SPACE(sizeof(int))];
	struct cmsghdr header;
};

/* Sends a descriptor, or an errno; receives it where @fd is NULL. */
static long pass(int end, const int *fd)
{
	int result = fd ? *fd : 0;
	struct iovec piece = { .iov_base = &result, .iov_len = sizeof(result) };
	union room room = { 0 };
	struct msghdr letter = { .msg_iov = &piece, .msg_iovlen = 1 };

	if (!fd || *fd >= 0) {
		letter.msg_control = room.bytes;
		letter.msg_controllen = sizeof(room.bytes);
		room.header.cmsg_level = SOL_SOCKET;
		room.header.cmsg_type = SCM_RIGHTS;
		room.header.cmsg_len = CMSG_LEN(sizeof(int));
	}
	if (fd) {
		if (*fd >= 0)
			memcpy(CMSG_DATA(&room.header), fd, sizeof(*fd));
		return outcome(sendmsg(end, &letter, 0));
	}
	if (recvmsg(end, &letter, 0) < 0)
		return -errno;
	if (result >= 0)
		memcpy(&result, CMSG_DATA(&room.header), sizeof(result));
	return result;
}

/* Some kernels put an empty file over what is mounted on a mount that goes. */
static int still_there(int fd, const char *name, const char *source)
{
	struct stat seen, meant;

	if (fd < 0)
		return fd;
	if (fstatat(fd, name, &seen, 0) || stat(source, &meant))
		return -errno;
	return seen.st_dev == meant.st_dev ? fd : -ESTALE;
}

/*
 * hide detached|lazy PLACE FILE NAME: as NAME, which the file is mounted on; ENOTCONN
 *	where the kernel covers it then
 * hide tree PLACE FILE NAME: the same, as tmp/elsewhere/ok/NAME
 * hide overlay PLACE LAYERS: of an overlay
 */
long hide(char **words)
{
	int ends[2], fd;
	pid_t child;

	if (socketpair(AF_UNIX, SOCK_DGRAM, 0, ends))
		return -errno;
	child = fork();
	if (!child) {
		fd = build(words);
		pass(ends[1], &fd);
		_exit(0);
	}
	close(ends[1]);
	fd = (int)pass(ends[0], NULL);
	close(ends[0]);
	waitpid(child, NULL, 0);
	if (!strcmp(words[0], "detached") || !strcmp(words[0], "lazy"))
		fd = still_there(fd, words[3], words[2]);
	if (fd < 0)
		return fd;
	close(hidden);
	hidden = fd;
	return 0;
}

/* hide-moved DIRECTORY TO SEEN: which he sees through a mount, and then moves out of it */
long hide_moved(char **words)
{
	close(hidden);
	hidden = open(words[2], O_PATH | O_DIRECTORY);
	return hidden < 0 ? -errno : outcome(rename(words[0], words[1]));
}

/* hidden NAME: opens what was hidden, for reading */
long open_hidden(char **words)
{
	int fd = openat(hidden, words[0], O_RDONLY);

	if (fd < 0)
		return -errno;
	close(fd);
	return 0;
}

/* hidden-as-before NAME: for reading, by a ring, with credentials of before */
long open_hidden_as_before(char **words)
{
	const struct io_uring_sqe request = {
		.opcode = IORING_OP_OPENAT,
		.fd = hidden,
		.addr = (uintptr_t)words[0],
		.open_flags = O_RDONLY,
	};
	long fd = uring_carry_out(&(struct uring_work){
		.requests = &request,
		.count = 1,
		.as_before = true,
	});

	if (fd < 0)
		return fd;
	close((int)fd);
	return 0;
}

/* hidden-execve NAME: goes on as that program; argv[0] says what a script is to run */
long execute_hidden(char **words)
{
	char *arguments[] = { "try", NULL }, *environment[] = { NULL };

	return outcome(syscall(SYS_execveat, hidden, words[0], arguments, environment, 0));
}

/* jailed ROOT ROUTE PATH [SECOND]: in a child whose root is that */
long run_jailed(char **words)
{
	pid_t child = fork();
	int status;

	if (!child) {
		if (become_root(0) || chroot(words[0]) || chdir("/"))
			_exit(EUSERS); /* not an errno that a route could give */
		_exit(exit_code(run_route(words + 1)));
	}
	waitpid(child, &status, 0);
	return -WEXITSTATUS(status);
}

int overlay_of(const char *place, const char *lower)
{
	static const char *const parts[] = { "up", "work", "merged" };
	char path[4096], options[8192];

	if (mount("none", place, "tmpfs", 0, NULL))
		return -errno;
	for (int i = 0; i < 3; i++) {
		snprintf(path, sizeof(path), "%s/%s", place, parts[i]);
		if (mkdir(path, 0755))
			return -errno;
	}
	snprintf(options, sizeof(options), "lowerdir=%s,upperdir=%s/up,workdir=%s/work,userxattr",
		 lower, place, place);
	return mount("overlay", path, "overlay", 0, options) || chdir(path) ? -errno : 0;
}

/*
 * overlaid PLACE LOWER ROUTE PATH [SECOND]: in a child, in the root of an overlay of his
 * own over LOWER
 */
long run_overlaid(char **words)
{
	pid_t child = fork();
	int status, err;

	if (!child) {
		err = become_root(CLONE_NEWNS);
		if (!err)
			err = overlay_of(words[0], words[1]);
		_exit(err ? EUSERS : exit_code(run_route(words + 2)));
	}
	waitpid(child, &status, 0);
	return -WEXITSTATUS(status);
}

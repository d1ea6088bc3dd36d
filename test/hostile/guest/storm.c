// SPDX-License-Identifier: MIT
/* Random operations of every kind on a few names, some of which are guarded. */
#include "hostile.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fanotify.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#define NAMES 12

/* Two thirds are in one directory, the others one level below. */
static const char *any(void)
{
	unsigned int which = draw(NAMES);

	if (!draw(8))
		return in_dir("secret");
	return which % 3 ? in_dir("n%u%s", which, which % 2 ? "" : ".log") :
			   in_dir("sub%u/n%u", which % 2, which);
}

static void open_any(void)
{
	static const int ways[] = { O_RDONLY, O_WRONLY, O_RDWR, O_RDWR | O_CREAT,
				    O_WRONLY | O_CREAT | O_EXCL, O_RDWR | O_TRUNC, O_PATH,
				    O_WRONLY | O_APPEND, O_ACCMODE, O_RDONLY | O_DIRECTORY,
				    O_RDWR | O_CREAT | O_TRUNC };
	int fd = open(any(), ways[draw(sizeof(ways) / sizeof(ways[0]))] | O_NONBLOCK, 0644);

	if (count(fd) < 0)
		return;
	if (draw(2))
		count(write(fd, "hostile", 7));
	if (!draw(4))
		count(ftruncate(fd, draw(9000)));
	if (!draw(4))
		count(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 4096));
	close(fd);
}

static void make_nameless(void)
{
	int fd = open(text("dir", "/tmp"), O_TMPFILE | O_RDWR, 0600);
	char path[64];

	if (count(fd) < 0)
		return;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	count(linkat(AT_FDCWD, path, AT_FDCWD, any(), AT_SYMLINK_FOLLOW));
	close(fd);
}

static void rename_any(void)
{
	static const unsigned int flags[] = { 0, 0, RENAME_NOREPLACE, RENAME_EXCHANGE,
					      RENAME_WHITEOUT };

	count(syscall(SYS_renameat2, AT_FDCWD, any(), AT_FDCWD, any(), flags[draw(5)]));
}

static void link_any(void)
{
	count(draw(2) ? link(any(), any()) : symlink(any(), any()));
}

static void remove_any(void)
{
	count(draw(3) ? unlink(any()) : rmdir(any()));
}

static void make_any(void)
{
	if (draw(3))
		count(mkdir(draw(2) ? any() : in_dir("sub%u", draw(2)), 0755));
	else
		count(mknod(any(), draw(2) ? S_IFIFO | 0644 : S_IFREG | 0644, 0));
}

static void change_any(void)
{
	unsigned long flags = FS_NOATIME_FL;
	int fd;

	count(chmod(any(), 0600 + draw(0200)));
	count(chown(any(), getuid(), getgid()));
	count(utimensat(AT_FDCWD, any(), NULL, AT_SYMLINK_NOFOLLOW));
	count(setxattr(any(), "user.hostile", "x", 1, 0));
	count(removexattr(any(), "user.hostile"));
	count(truncate(any(), draw(5000)));
	fd = open(any(), O_RDONLY | O_NONBLOCK);
	if (fd < 0)
		return;
	count(ioctl(fd, FS_IOC_SETFLAGS, &flags));
	close(fd);
}

static void map_any(void)
{
	int fd = open(any(), O_RDWR | O_NONBLOCK);
	char *at;

	if (count(fd) < 0)
		return;
	at = mmap(NULL, 4096, PROT_READ | PROT_WRITE, draw(2) ? MAP_SHARED : MAP_PRIVATE, fd, 0);
	close(fd);
	if (at == MAP_FAILED)
		return;
	count(mprotect(at, 4096, PROT_READ));
	count(mremap(at, 4096, 8192, MREMAP_MAYMOVE) == MAP_FAILED ? -1 : 0);
	munmap(at, 4096);
}

static void list_any(void)
{
	char room[1024];
	int fd = open(draw(2) ? text("dir", "/tmp") : in_dir("sub%u", draw(2)),
		      O_RDONLY | O_DIRECTORY);

	if (count(fd) < 0)
		return;
	count(syscall(SYS_getdents64, fd, room, sizeof(room)));
	close(fd);
}

static void watch_any(void)
{
	int fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);

	if (fd < 0)
		return;
	count(inotify_add_watch(fd, draw(2) ? any() : text("dir", "/tmp"), IN_ALL_EVENTS));
	close(fd);
	fd = fanotify_init(FAN_CLASS_NOTIF | FAN_REPORT_FID | FAN_NONBLOCK, O_RDONLY);
	if (fd < 0)
		return;
	count(fanotify_mark(fd, FAN_MARK_ADD, FAN_OPEN, AT_FDCWD, any()));
	close(fd);
}

static void bind_any(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	const char *path = any();
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return;
	if (strlen(path) < sizeof(address.sun_path)) {
		strcpy(address.sun_path, path);
		count(draw(2) ? bind(fd, (void *)&address, sizeof(address)) :
				connect(fd, (void *)&address, sizeof(address)));
	}
	close(fd);
}

static void pass_any(void)
{
	int fd = open(any(), O_RDONLY | O_NONBLOCK), ends[2];
	char room[CMSG_SPACE(sizeof(int))] = { 0 }, byte = 0;
	struct iovec data = { &byte, 1 };
	struct msghdr message = { .msg_iov = &data, .msg_iovlen = 1, .msg_control = room,
				  .msg_controllen = sizeof(room) };
	struct cmsghdr *head = CMSG_FIRSTHDR(&message);

	if (count(fd) < 0)
		return;
	if (!socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends)) {
		*head = (struct cmsghdr){ CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS };
		memcpy(CMSG_DATA(head), &fd, sizeof(fd));
		count(sendmsg(ends[0], &message, 0));
		if (draw(2) && count(recvmsg(ends[1], &message, MSG_CMSG_CLOEXEC)) > 0 &&
		    CMSG_FIRSTHDR(&message)) {
			memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(fd));
			close(fd);
		}
		close(ends[0]);
		close(ends[1]);
	} else {
		close(fd);
	}
}

static void execute_any(void)
{
	const char *path = any();
	pid_t child = fork_bound();

	if (!child) {
		execl(path, path, NULL);
		_exit(errno & 0x7f);
	}
	await_child(child);
}

static void (*const operations[])(void) = {
	open_any,   open_any, open_any,	 make_nameless, rename_any, rename_any,
	link_any,   make_any, remove_any, change_any,	map_any,    list_any,
	watch_any,  bind_any, pass_any,	 execute_any,
};

static void storm(void)
{
	say("at work");
	while (again())
		operations[draw(sizeof(operations) / sizeof(operations[0]))]();
}

const struct attack storm_attacks[] = {
	{ "storm", storm },
	{ NULL, NULL },
};

// SPDX-License-Identifier: MIT
/* Programs run, descriptors passed, processes traced. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "battery.h"

/* In a child: gives its exit code, or what exec failed with. */
static long run(int directory, const char *path, int flags)
{
	char *arguments[] = { (char *)path, NULL }, *environment[] = { NULL };
	pid_t child = fork();
	int status;

	if (!child) {
		syscall(SYS_execveat, directory, path, arguments, environment, flags);
		_exit(100 + errno);
	}
	waitpid(child, &status, 0);
	return status;
}

#define ALONE(name, result)             \
	DEED(name)                      \
	{                               \
		UNUSED;                 \
		return result;          \
	}

ALONE(run_script, run(AT_FDCWD, "script", 0))
ALONE(run_text, run(AT_FDCWD, "garbage", 0))
ALONE(run_unrunnable, run(AT_FDCWD, "file", 0))
ALONE(run_missing, run(AT_FDCWD, "missing", 0))
ALONE(run_directory, run(AT_FDCWD, "dir", 0))
ALONE(run_below_file, run(AT_FDCWD, "file/below", 0))
ALONE(run_locked, run(AT_FDCWD, "locked/inside", 0))
ALONE(run_loop, run(AT_FDCWD, "loop", 0))
ALONE(run_program, run(AT_FDCWD, "/bin/true", 0))
ALONE(run_nofollow, run(AT_FDCWD, "soft", AT_SYMLINK_NOFOLLOW))
ALONE(run_descriptor, run(open("/bin/false", O_PATH), "", AT_EMPTY_PATH))
ALONE(run_script_descriptor, run(open("script", O_RDONLY | O_CLOEXEC), "", AT_EMPTY_PATH))

DEED(run_while_written)
{
	int fd = open("script", O_WRONLY);

	UNUSED;
	return fd < 0 ? -errno : run(AT_FDCWD, "script", 0);
}

DEED(run_memory)
{
	int from = open("/bin/true", O_RDONLY), to = memfd_create("program", MFD_CLOEXEC);

	UNUSED;
	while (sendfile(to, from, NULL, 1 << 20) > 0)
		;
	return run(to, "", AT_EMPTY_PATH);
}

DEED(run_setuid)
{
	int from = open("/bin/true", O_RDONLY), to = open("tool", O_WRONLY | O_CREAT, 0700);

	UNUSED;
	while (sendfile(to, from, NULL, 1 << 20) > 0)
		;
	fchmod(to, 04755);
	close(to);
	return run(AT_FDCWD, "tool", 0);
}

union room {
	char bytes[CMSG_SPACE(sizeof(int))];
	struct cmsghdr header;
};

static long pass(const char *path, int flags)
{
	int ends[2], fd = open(path, flags), got;
	struct iovec piece = { (void *)"x", 1 };
	union room room = { .bytes = { 0 } };
	struct msghdr letter = { .msg_iov = &piece, .msg_iovlen = 1, .msg_control = &room,
				 .msg_controllen = sizeof(room) };
	char byte;

	if (fd < 0 || socketpair(AF_UNIX, SOCK_DGRAM, 0, ends))
		return -errno;
	room.header = (struct cmsghdr){ CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS };
	memcpy(CMSG_DATA(&room.header), &fd, sizeof(fd));
	if (sendmsg(ends[0], &letter, 0) < 0)
		return -errno;
	close(fd);
	piece.iov_base = &byte;
	if (recvmsg(ends[1], &letter, 0) < 0)
		return -errno;
	memcpy(&got, CMSG_DATA(&room.header), sizeof(got));
	note(" flags=%x", letter.msg_flags);
	return use(got);
}

ALONE(pass_file, pass("file", O_RDWR))
ALONE(pass_directory, pass("dir", O_RDONLY))
ALONE(pass_path, pass("file", O_PATH))

/* A child that waits to be reached. */
static pid_t victim(void)
{
	pid_t child = fork();

	if (!child)
		for (;;)
			pause();
	return child;
}

static long end(pid_t child, long result)
{
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	return result;
}

static long word;

static long reach(pid_t pid, int write_it)
{
	long copy = 5;
	struct iovec here = { &copy, sizeof(copy) }, there = { &word, sizeof(word) };

	return outcome(write_it ? process_vm_writev(pid, &here, 1, &there, 1, 0) :
				  process_vm_readv(pid, &here, 1, &there, 1, 0));
}

static long attach(pid_t pid)
{
	if (ptrace(PTRACE_ATTACH, pid, NULL, NULL))
		return -errno;
	waitpid(pid, NULL, 0);
	note(" poke=%ld", outcome(ptrace(PTRACE_POKEDATA, pid, &word, 5)));
	return outcome(ptrace(PTRACE_DETACH, pid, NULL, NULL));
}

static long open_of(pid_t pid, const char *what, int flags)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, what);
	return outcome(open(path, flags)) < 0 ? -errno : 0;
}

static long take(pid_t pid)
{
	int process = (int)syscall(SYS_pidfd_open, pid, 0);

	return outcome(syscall(SYS_pidfd_getfd, process, 1, 0)) < 0 ? -errno : 0;
}

/* On a child, and on the first process, which is root's. */
#define REACH(name, call)                               \
	DEED(name)                                      \
	{                                               \
		pid_t pid = victim();                   \
		long result = call;                     \
                                                        \
		UNUSED;                                 \
		end(pid, 0);                            \
		if (getuid()) {                         \
			pid = 1;                        \
			note(" first=%ld", call);       \
		}                                       \
		return result;                          \
	}

REACH(trace, attach(pid))
REACH(memory_read, reach(pid, 0))
REACH(memory_write, reach(pid, 1))
REACH(memory_file, open_of(pid, "mem", O_RDWR))
REACH(open_exe, open_of(pid, "exe", O_RDONLY))
REACH(open_cwd, open_of(pid, "cwd/file", O_RDONLY))
REACH(open_root, open_of(pid, "root", O_RDONLY))
REACH(open_maps, open_of(pid, "maps", O_RDONLY))
REACH(open_environ, open_of(pid, "environ", O_RDONLY))
REACH(list_descriptors, open_of(pid, "fd", O_RDONLY))
REACH(take_descriptor, take(pid))

DEED(trace_me)
{
	int status;
	pid_t child = fork();

	UNUSED;
	if (!child)
		_exit(ptrace(PTRACE_TRACEME, 0, NULL, NULL) ? errno : 0);
	waitpid(child, &status, 0);
	return status;
}

#define ROW(name) { #name, name }

const struct deed_name process_deeds[] = {
	ROW(run_script), ROW(run_text), ROW(run_unrunnable), ROW(run_missing),
	ROW(run_directory), ROW(run_below_file), ROW(run_locked), ROW(run_loop),
	ROW(run_program), ROW(run_nofollow), ROW(run_descriptor), ROW(run_script_descriptor),
	ROW(run_while_written), ROW(run_memory), ROW(run_setuid), ROW(pass_file),
	ROW(pass_directory), ROW(pass_path), ROW(trace), ROW(memory_read), ROW(memory_write),
	ROW(memory_file), ROW(open_exe), ROW(open_cwd), ROW(open_root), ROW(open_maps),
	ROW(open_environ), ROW(list_descriptors), ROW(take_descriptor), ROW(trace_me),
	{ NULL, NULL },
};

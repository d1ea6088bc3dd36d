// SPDX-License-Identifier: MIT
/* Processes that fork, exit, start programs and trace each other. */
#include "hostile.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

static void look(const char *path)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK);

	if (count(fd) >= 0)
		close(fd);
}

static void *look_in_thread(void *path)
{
	look(path);
	return NULL;
}

static void end_some_way(const char *path)
{
	pthread_t thread;

	switch (draw(4)) {
	case 0:
		execl(text("program", "/bin/true"), "true", NULL);
		_exit(1);
	case 1:
		raise(SIGKILL);
		break;
	case 2:
		/* the thread group continues after its leader has ended */
		if (!pthread_create(&thread, NULL, look_in_thread, (void *)path))
			pthread_exit(NULL);
		break;
	default:
		_exit(0);
	}
	_exit(0);
}

/* Children and grandchildren access guarded files, start programs and exit, in any order. */
static void spawn(void)
{
	const char *path = text("path", "/tmp/secret");

	say("at work");
	while (again()) {
		pid_t child = fork_bound();

		if (child) {
			draw(2);
			await_child(child);
			continue;
		}
		look(path);
		if (draw(2) && !fork_bound()) {
			look(path);
			end_some_way(path);
		}
		end_some_way(path);
	}
}

/* Processes that a rule names; they run until their input tells them to exit. */
static void last(void)
{
	const char *path = text("path", "/tmp/secret");

	say("at work");
	do
		look(path);
	while (again() && !usleep(1000));
}

#define STACK (64 * 1024)

static int share_memory(void *path)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	ptrace(PTRACE_TRACEME, 0, 0, 0);
	look(path);
	raise(SIGSTOP);
	return 0;
}

static void trace_sharer(const char *path)
{
	char *stack = mmap(NULL, STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			   -1, 0);
	int status;
	pid_t child;

	if (stack == MAP_FAILED)
		return;
	child = clone(share_memory, stack + STACK, CLONE_VM | SIGCHLD, (void *)path);
	if (count(child) > 0) {
		waitpid(child, &status, 0);
		count(ptrace(draw(2) ? PTRACE_DETACH : PTRACE_CONT, child, 0, 0));
		kill(child, SIGKILL);
		while (waitpid(child, &status, 0) == child && !WIFEXITED(status) &&
		       !WIFSIGNALED(status))
			;
	}
	munmap(stack, STACK);
}

static void trace_other(pid_t other)
{
	char byte, name[64];
	struct iovec here = { &byte, 1 }, there = { (void *)0x400000, 1 };
	int fd;

	count(process_vm_readv(other, &here, 1, &there, 1, 0));
	snprintf(name, sizeof(name), "/proc/%d/mem", other);
	fd = open(name, O_RDWR);
	if (count(fd) >= 0)
		close(fd);
	fd = (int)syscall(SYS_pidfd_open, other, 0);
	if (fd >= 0) {
		count(syscall(SYS_pidfd_getfd, fd, 0, 0));
		close(fd);
	}
	if (count(ptrace(draw(2) ? PTRACE_SEIZE : PTRACE_ATTACH, other, 0, 0)))
		return;
	if (draw(2))
		count(ptrace(PTRACE_INTERRUPT, other, 0, 0));
	ptrace(PTRACE_DETACH, other, 0, 0);
}

static pid_t start_idler(const char *path)
{
	pid_t child = fork_bound();

	if (child)
		return child;
	for (;;) {
		look(path);
		usleep(500);
	}
}

/* Traces processes that a rule names, children, and processes that share its memory. */
static void trace(void)
{
	const char *path = text("path", "/tmp/secret");
	pid_t other = (pid_t)number("pid", 0);

	say("at work");
	while (again()) {
		pid_t child = start_idler(path);

		trace_other(other ? other : child);
		trace_other(child);
		kill(child, draw(2) ? SIGCONT : SIGTERM);
		trace_sharer(path);
		kill(child, SIGKILL);
		await_child(child);
	}
}

const struct attack task_attacks[] = {
	{ "spawn", spawn },
	{ "last", last },
	{ "trace", trace },
	{ NULL, NULL },
};

// SPDX-License-Identifier: MIT
/* Into the memory of another process. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "library.h"
#include "verbs.h"

/* At the same address in every process that runs this program. */
static volatile uint64_t mark;

static long detach(pid_t pid)
{
	return ptrace(PTRACE_DETACH, pid, NULL, NULL) ? -errno : 0;
}

/* trace-attach PID */
long trace_attach(char **words)
{
	pid_t pid = atoi(words[0]);

	if (ptrace(PTRACE_ATTACH, pid, NULL, NULL))
		return -errno;
	waitpid(pid, NULL, __WALL);
	return detach(pid);
}

/* trace-seize PID */
long trace_seize(char **words)
{
	pid_t pid = atoi(words[0]);

	if (ptrace(PTRACE_SEIZE, pid, NULL, NULL))
		return -errno;
	ptrace(PTRACE_INTERRUPT, pid, NULL, NULL);
	waitpid(pid, NULL, __WALL);
	return detach(pid);
}

/* trace-me: lets the parent trace it */
long trace_me(char **words)
{
	(void)words;
	return ptrace(PTRACE_TRACEME, 0, NULL, NULL) ? -errno : 0;
}

/* trace-run PROGRAM: in a child that is traced; ends it when it has begun */
long trace_run(char **words)
{
	char *arguments[] = { words[0], NULL };
	pid_t child = fork();
	int status;

	if (!child) {
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		execv(words[0], arguments);
		_exit(errno);
	}
	if (child < 0)
		return -errno;
	waitpid(child, &status, 0);
	if (WIFEXITED(status))
		return -WEXITSTATUS(status);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	return 0;
}

static long transfer(char **words, ssize_t (*by)(pid_t, const struct iovec *, unsigned long,
						 const struct iovec *, unsigned long,
						 unsigned long))
{
	uint64_t word = 0;
	struct iovec here = { &word, sizeof(word) };
	struct iovec there = { (void *)&mark, sizeof(mark) };

	return by(atoi(words[0]), &here, 1, &there, 1, 0) < 0 ? -errno : 0;
}

/* memory-read PID */
long memory_read(char **words)
{
	return transfer(words, process_vm_readv);
}

/* memory-write PID */
long memory_write(char **words)
{
	return transfer(words, process_vm_writev);
}

/* memory-file PID: opens, reads and writes /proc/PID/mem */
long memory_file(char **words)
{
	uint64_t word = 0;
	char path[64];
	long result;
	int fd;

	snprintf(path, sizeof(path), "/proc/%s/mem", words[0]);
	fd = open(path, O_RDWR);
	if (fd < 0)
		return -errno;
	result = pread(fd, &word, sizeof(word), (intptr_t)&mark);
	if (result >= 0)
		result = pwrite(fd, &word, sizeof(word), (intptr_t)&mark);
	result = result < 0 ? -errno : 0;
	close(fd);
	return result;
}

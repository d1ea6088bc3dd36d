// SPDX-License-Identifier: MIT
/* Tracing a process that waits to be let in. */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include "counts.h"
#include "library.h"
#include "text.h"
#include "verbs.h"

#define ERESTARTNOINTR 513
#define AT_CALL (SIGTRAP | 0x80)

static long begin(pid_t pid)
{
	if (ptrace(PTRACE_SEIZE, pid, NULL, PTRACE_O_TRACESYSGOOD))
		return -errno;
	return ptrace(PTRACE_INTERRUPT, pid, NULL, NULL) ? -errno : 0;
}

/* The signal that it is to have when it goes on. */
static long signal_of(int status)
{
	int signal = WSTOPSIG(status);

	return status >> 16 || signal == AT_CALL ? 0 : signal;
}

static long go_on(pid_t pid, int request, int status)
{
	return ptrace(request, pid, NULL, signal_of(status)) ? -errno : 0;
}

static int leaves_to_return(pid_t pid, int status)
{
	struct user_regs_struct registers;

	return WSTOPSIG(status) == AT_CALL && !ptrace(PTRACE_GETREGS, pid, NULL, &registers) &&
	       (long)registers.rax == -ERESTARTNOINTR;
}

static long end(pid_t pid)
{
	int status;

	if (ptrace(PTRACE_INTERRUPT, pid, NULL, NULL) || waitpid(pid, &status, __WALL) < 0)
		return -errno;
	return ptrace(PTRACE_DETACH, pid, NULL, signal_of(status)) ? -errno : 0;
}

/*
 * trace-calls PID: stops it where each call begins and ends, until the next line
 * comes; then says how often it stopped so, and how often a call was to be made again
 */
long trace_calls(char **words)
{
	pid_t pid = atoi(words[0]);
	unsigned int stops = 0, returns = 0;
	long err = begin(pid);
	char line[64];
	int status;

	if (err)
		return err;
	text_print("tracing\n");
	while (!line_waits()) {
		if (waitpid(pid, &status, __WALL | WNOHANG) <= 0) {
			poll(NULL, 0, 1);
			continue;
		}
		stops += WSTOPSIG(status) == AT_CALL;
		returns += leaves_to_return(pid, status);
		go_on(pid, PTRACE_SYSCALL, status);
	}
	err = end(pid);
	snprintf(line, sizeof(line), "%s stops=%u returns=%u\n", text_errno(err), stops, returns);
	text_print(line);
	return VERB_PRINTED;
}

/* trace-interrupt PID N: so often, and lets it go on each time */
long trace_interrupt(char **words)
{
	pid_t pid = atoi(words[0]);
	int times = atoi(words[1]), status;
	long err = begin(pid);

	while (!err && times-- > 0) {
		if (waitpid(pid, &status, __WALL) < 0)
			return -errno;
		err = go_on(pid, PTRACE_CONT, status);
		if (!err)
			err = ptrace(PTRACE_INTERRUPT, pid, NULL, NULL) ? -errno : 0;
	}
	if (!err && waitpid(pid, &status, __WALL) < 0)
		err = -errno;
	if (!err)
		err = ptrace(PTRACE_DETACH, pid, NULL, signal_of(status)) ? -errno : 0;
	return err;
}

static int has_opened(pid_t pid, int status)
{
	struct user_regs_struct registers;

	return WSTOPSIG(status) == AT_CALL && !ptrace(PTRACE_GETREGS, pid, NULL, &registers) &&
	       (registers.orig_rax == SYS_open || registers.orig_rax == SYS_openat) &&
	       (long)registers.rax >= 0;
}

static long hold(pid_t pid, int (*is_there)(pid_t pid, int status))
{
	long err = begin(pid);
	int status;

	text_print("holding\n");
	for (; !err; err = go_on(pid, PTRACE_SYSCALL, status)) {
		if (waitpid(pid, &status, __WALL) < 0)
			return -errno;
		if (is_there(pid, status))
			break;
	}
	return err;
}

/* trace-hold PID: lets it go on to the end of a call that is to be made again */
long trace_hold(char **words)
{
	return hold(atoi(words[0]), leaves_to_return);
}

/* trace-end PID: lets it go on to the end of a call that has opened a file */
long trace_end(char **words)
{
	return hold(atoi(words[0]), has_opened);
}

/* trace-let PID: lets go of it where it stopped */
long trace_let(char **words)
{
	return ptrace(PTRACE_DETACH, atoi(words[0]), NULL, NULL) ? -errno : 0;
}

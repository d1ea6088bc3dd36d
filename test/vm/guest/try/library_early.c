// SPDX-License-Identifier: MIT
/* Tracing that began before the process was allowed anything. */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#include "library.h"
#include "verbs.h"

/* trace-keep PID: traces it from now on, and lets it run */
long trace_keep(char **words)
{
	return ptrace(PTRACE_SEIZE, atoi(words[0]), NULL, NULL) ? -errno : 0;
}

/* trace-drop PID */
long trace_drop(char **words)
{
	pid_t pid = atoi(words[0]);

	if (ptrace(PTRACE_INTERRUPT, pid, NULL, NULL))
		return -errno;
	waitpid(pid, NULL, __WALL);
	return ptrace(PTRACE_DETACH, pid, NULL, NULL) ? -errno : 0;
}

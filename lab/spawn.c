// SPDX-License-Identifier: MIT
#define _GNU_SOURCE
#include "spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <pty.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void run_child(const struct command *command)
{
	signal(SIGPIPE, SIG_DFL);
	sigprocmask(SIG_SETMASK, command->mask, NULL);
	environ = command->environment; /* the command's PATH finds it, not ours */
	if (chdir(command->cwd))
		dprintf(2, "cannot enter %s: %s\n", command->cwd, strerror(errno));
	else if (execvp(command->arguments[0], command->arguments))
		dprintf(2, "cannot run %s: %s\n", command->arguments[0], strerror(errno));
	_exit(127);
}

static int spawn_on_terminal(const struct command *command, struct process *process)
{
	struct winsize size = { .ws_row = command->rows, .ws_col = command->columns };

	process->pid = forkpty(&process->output, NULL, NULL, &size);
	if (process->pid < 0)
		return -1;
	if (!process->pid)
		run_child(command);
	fcntl(process->output, F_SETFD, FD_CLOEXEC);
	process->input = process->output;
	process->error_output = -1;
	return 0;
}

static void close_pair(int pair[2])
{
	close(pair[0]);
	close(pair[1]);
}

/* Three pipes: into stdin, out of stdout and stderr. */
static int open_pipes(int pipes[3][2])
{
	for (int i = 0; i < 3; i++) {
		if (!pipe2(pipes[i], O_CLOEXEC))
			continue;
		while (i--)
			close_pair(pipes[i]);
		return -1;
	}
	return 0;
}

static void take_pipes(int pipes[3][2])
{
	dup2(pipes[0][0], 0);
	dup2(pipes[1][1], 1);
	dup2(pipes[2][1], 2);
}

static int spawn_on_pipes(const struct command *command, struct process *process)
{
	int pipes[3][2];

	if (open_pipes(pipes))
		return -1;
	process->pid = fork();
	if (process->pid < 0) {
		for (int i = 0; i < 3; i++)
			close_pair(pipes[i]);
		return -1;
	}
	if (!process->pid) {
		setsid();
		take_pipes(pipes);
		run_child(command);
	}
	close(pipes[0][0]);
	close(pipes[1][1]);
	close(pipes[2][1]);
	process->input = pipes[0][1];
	process->output = pipes[1][0];
	process->error_output = pipes[2][0];
	return 0;
}

int spawn(const struct command *command, struct process *process)
{
	int err = command->rows ? spawn_on_terminal(command, process)
				: spawn_on_pipes(command, process);

	if (err)
		return err;
	fcntl(process->input, F_SETFL, O_RDWR | O_NONBLOCK);
	fcntl(process->output, F_SETFL, O_RDWR | O_NONBLOCK);
	if (process->error_output >= 0)
		fcntl(process->error_output, F_SETFL, O_RDONLY | O_NONBLOCK);
	return 0;
}

/* SPDX-License-Identifier: MIT */
/* A process with its three streams, on pipes or on a terminal. */
#ifndef SPAWN_H
#define SPAWN_H

#include <signal.h>
#include <sys/types.h>

struct command {
	const char *cwd;
	char **arguments;
	char **environment;
	unsigned short rows; /* 0: pipes */
	unsigned short columns;
	const sigset_t *mask;
};

struct process {
	pid_t pid;
	int input;
	int output;
	int error_output; /* -1 on a terminal, where @input and @output are one */
};

/* 0, or -1 with errno; a program that cannot be executed ends with 127. */
int spawn(const struct command *command, struct process *process);

#endif

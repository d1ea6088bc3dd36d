// SPDX-License-Identifier: MIT
/*
 * Process 1 of the test VM: runs the host's commands and reports their output
 * and end. Everything else it does is to reap orphans.
 */
#define _GNU_SOURCE
#include "agent.h"
#include "job.h"
#include "port.h"

#include <err.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/reboot.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

static void power_off(void)
{
	sync();
	reboot(RB_POWER_OFF);
}

static void handle_frame(const struct frame *frame, char *data)
{
	switch (frame->type) {
	case FRAME_HELLO:
		/* what the host before this one had started */
		jobs_kill_all();
		port_send(FRAME_HELLO, frame->id, data, frame->length);
		return;
	case FRAME_RUN:
		job_start(frame->id, data, frame->length);
		return;
	case FRAME_INPUT:
		job_input(frame->id, data, frame->length);
		return;
	case FRAME_KILL:
		job_signal(frame->id, data, frame->length);
		return;
	case FRAME_RESIZE:
		job_resize(frame->id, data, frame->length);
		return;
	case FRAME_POWEROFF:
		power_off();
	}
}

static void reap(void)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		job_ended(pid, status);
}

static int open_signals(sigset_t *before)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGIO); /* the host opened or closed its end */
	sigprocmask(SIG_BLOCK, &set, before);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static void read_signals(int fd)
{
	struct signalfd_siginfo info;

	while (read(fd, &info, sizeof(info)) > 0)
		;
	reap();
	port_reconsider();
}

/* Poll set: signals, the port, then what each job needs. */
static void turn(int signals)
{
	struct pollfd fds[2 + JOB_FDS_MAX] = {
		{ .fd = signals, .events = POLLIN },
		{ .fd = port_fd_to_poll(), .events = POLLIN },
	};
	size_t n = 2 + jobs_fill_poll(fds + 2);

	if (poll(fds, n, -1) < 0)
		return;
	jobs_handle_poll(fds + 2, n - 2);
	if (fds[1].revents)
		port_receive(handle_frame);
	if (fds[0].revents)
		read_signals(signals);
}

int main(void)
{
	sigset_t before;
	int signals = open_signals(&before);

	if (signals < 0 || port_open() < 0)
		err(1, "agent");
	signal(SIGPIPE, SIG_IGN);
	jobs_init(&before);
	for (;;)
		turn(signals);
}

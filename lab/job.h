/* SPDX-License-Identifier: MIT */
/* Jobs: the host's commands, each in a session of its own, several at a time. */
#ifndef JOB_H
#define JOB_H

#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define JOBS_MAX 128
#define JOB_FDS_MAX (3 * JOBS_MAX)

/* @mask: the signal mask that commands start with */
void jobs_init(const sigset_t *mask);
void jobs_kill_all(void);
size_t jobs_fill_poll(struct pollfd *fds);
void jobs_handle_poll(const struct pollfd *fds, size_t n);

void job_start(uint32_t id, char *data, size_t length);
void job_input(uint32_t id, const char *data, size_t length);
void job_signal(uint32_t id, const char *data, size_t length);
void job_resize(uint32_t id, const char *data, size_t length);
void job_ended(pid_t pid, int status);

#endif

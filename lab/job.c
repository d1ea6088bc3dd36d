// SPDX-License-Identifier: MIT
#define _GNU_SOURCE
#include "job.h"

#include "port.h"
#include "spawn.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

struct job {
	uint32_t id;
	int used;
	struct process process;
	char *pending; /* input that found no room in the pipe */
	size_t n_pending;
	int input_ends; /* close stdin when @pending is written */
};

static struct job jobs[JOBS_MAX];
static sigset_t start_mask;

void jobs_init(const sigset_t *mask)
{
	start_mask = *mask;
}

static struct job *find_job(uint32_t id)
{
	for (size_t i = 0; i < JOBS_MAX; i++)
		if (jobs[i].used && jobs[i].id == id)
			return &jobs[i];
	return NULL;
}

static struct job *new_job(uint32_t id)
{
	for (size_t i = 0; i < JOBS_MAX; i++) {
		if (jobs[i].used)
			continue;
		jobs[i] = (struct job){ .id = id, .used = 1 };
		return &jobs[i];
	}
	return NULL;
}

static void fail(uint32_t id, const char *what, int error)
{
	char text[256];
	int n = snprintf(text, sizeof(text), "%s: %s", what, strerror(error));

	port_send(FRAME_FAILED, id, text, (size_t)n);
}

/* ---- starting ------------------------------------------------------------- */

/* Cuts @n strings off @data; the vector ends in NULL. NULL: there are fewer. */
static char **take_strings(char **data, const char *end, size_t n)
{
	char **vector = calloc(n + 1, sizeof(*vector));

	for (size_t i = 0; vector && i < n; i++) {
		if (*data >= end) {
			free(vector);
			return NULL;
		}
		vector[i] = *data;
		*data += strlen(*data) + 1;
	}
	return vector;
}

static void start_command(uint32_t id, const struct command *command)
{
	struct job *job = new_job(id);
	uint32_t pid;

	if (!job) {
		fail(id, "too many commands at a time", EAGAIN);
		return;
	}
	if (spawn(command, &job->process)) {
		job->used = 0;
		fail(id, "cannot start a process", errno);
		return;
	}
	pid = (uint32_t)job->process.pid;
	port_send(FRAME_STARTED, id, &pid, sizeof(pid));
}

void job_start(uint32_t id, char *data, size_t length)
{
	char *end = data + length, *strings = data + sizeof(struct run);
	struct command command = { .cwd = strings, .mask = &start_mask };
	struct run run;

	if (length <= sizeof(run) || end[-1]) {
		fail(id, "malformed request", EINVAL);
		return;
	}
	memcpy(&run, data, sizeof(run));
	command.rows = run.rows;
	command.columns = run.columns;
	strings += strlen(strings) + 1;
	command.arguments = take_strings(&strings, end, run.n_arguments);
	command.environment = take_strings(&strings, end, run.n_environment);
	if (run.n_arguments && command.arguments && command.environment)
		start_command(id, &command);
	else
		fail(id, "malformed request", EINVAL);
	free(command.arguments);
	free(command.environment);
}

/* ---- input ---------------------------------------------------------------- */

static void close_input(struct job *job)
{
	static const char end_of_transmission = 4;

	if (job->process.input == job->process.output) {
		job->input_ends = 0;
		(void)!write(job->process.input, &end_of_transmission, 1);
		return;
	}
	close(job->process.input);
	job->process.input = -1;
}

static void flush_input(struct job *job)
{
	ssize_t n = write(job->process.input, job->pending, job->n_pending);

	if (n < 0 && errno == EAGAIN)
		return;
	if (n < 0) /* nobody reads any more */
		n = (ssize_t)job->n_pending;
	job->n_pending -= (size_t)n;
	memmove(job->pending, job->pending + n, job->n_pending);
	if (!job->n_pending && job->input_ends)
		close_input(job);
}

void job_input(uint32_t id, const char *data, size_t length)
{
	struct job *job = find_job(id);
	char *larger;

	if (!job || job->process.input < 0)
		return;
	larger = realloc(job->pending, job->n_pending + length + 1);
	if (!larger)
		return;
	job->pending = larger;
	memcpy(larger + job->n_pending, data, length);
	job->n_pending += length;
	job->input_ends |= !length;
	flush_input(job);
}

/* ---- output and end ------------------------------------------------------- */

/* Sends what there is; 0 when nothing more will come. */
static int forward(struct job *job, int fd, uint32_t type)
{
	char data[16384];
	ssize_t n = read(fd, data, sizeof(data));

	if (n > 0)
		port_send(type, job->id, data, (size_t)n);
	return n > 0 || (n < 0 && errno == EAGAIN);
}

static void drain(struct job *job, int fd, uint32_t type)
{
	int more = 0;

	while (fd >= 0 && !ioctl(fd, FIONREAD, &more) && more > 0 && forward(job, fd, type))
		;
}

static void release(struct job *job)
{
	struct process *process = &job->process;

	if (process->input >= 0 && process->input != process->output)
		close(process->input);
	if (process->output >= 0)
		close(process->output);
	if (process->error_output >= 0)
		close(process->error_output);
	free(job->pending);
	job->used = 0;
}

/* The end of a command is the end of its process, whatever it left behind. */
static void finish(struct job *job, int status)
{
	uint32_t end[2] = {
		WIFEXITED(status) ? (uint32_t)WEXITSTATUS(status) : 0,
		WIFSIGNALED(status) ? (uint32_t)WTERMSIG(status) : 0,
	};

	drain(job, job->process.output, FRAME_OUTPUT);
	drain(job, job->process.error_output, FRAME_ERROR_OUTPUT);
	port_send(FRAME_EXIT, job->id, end, sizeof(end));
	release(job);
}

void job_ended(pid_t pid, int status)
{
	for (size_t i = 0; i < JOBS_MAX; i++)
		if (jobs[i].used && jobs[i].process.pid == pid)
			finish(&jobs[i], status);
}

/* ---- control -------------------------------------------------------------- */

void job_signal(uint32_t id, const char *data, size_t length)
{
	struct job *job = find_job(id);
	uint32_t number;

	if (!job || length != sizeof(number))
		return;
	memcpy(&number, data, sizeof(number));
	kill(-job->process.pid, (int)number);
}

void job_resize(uint32_t id, const char *data, size_t length)
{
	struct job *job = find_job(id);
	uint16_t rows_columns[2];
	struct winsize size = { 0 };

	if (!job || length != sizeof(rows_columns))
		return;
	memcpy(rows_columns, data, sizeof(rows_columns));
	size.ws_row = rows_columns[0];
	size.ws_col = rows_columns[1];
	ioctl(job->process.output, TIOCSWINSZ, &size);
}

void jobs_kill_all(void)
{
	for (size_t i = 0; i < JOBS_MAX; i++) {
		if (!jobs[i].used)
			continue;
		kill(-jobs[i].process.pid, SIGKILL);
		release(&jobs[i]);
	}
}

/* ---- poll: three entries a job, in the order of the array ----------------- */

size_t jobs_fill_poll(struct pollfd *fds)
{
	for (size_t i = 0; i < JOBS_MAX; i++) {
		const struct process *process = &jobs[i].process;
		int used = jobs[i].used;
		struct pollfd *entry = fds + 3 * i;

		entry[0].fd = used && jobs[i].n_pending ? process->input : -1;
		entry[0].events = POLLOUT;
		entry[1].fd = used ? process->output : -1;
		entry[1].events = POLLIN;
		entry[2].fd = used ? process->error_output : -1;
		entry[2].events = POLLIN;
	}
	return JOB_FDS_MAX;
}

static void close_output(int *fd, const struct process *process)
{
	/* a terminal stays open for its input; its end is the process's end */
	if (*fd != process->input)
		close(*fd);
	*fd = -1;
}

void jobs_handle_poll(const struct pollfd *fds, size_t n)
{
	for (size_t i = 0; i < n / 3; i++) {
		struct job *job = &jobs[i];
		const struct pollfd *entry = fds + 3 * i;

		if (!job->used)
			continue;
		if (entry[1].revents && !forward(job, job->process.output, FRAME_OUTPUT))
			close_output(&job->process.output, &job->process);
		if (entry[2].revents && !forward(job, job->process.error_output, FRAME_ERROR_OUTPUT))
			close_output(&job->process.error_output, &job->process);
		if (entry[0].revents)
			flush_input(job);
	}
}

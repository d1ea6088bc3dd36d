// SPDX-License-Identifier: MIT
/* Requests of io_uring that are carried out by others than who submits them, or later. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdint.h>
#include <unistd.h>

#include "library.h"
#include "uring.h"
#include "verbs.h"

static struct io_uring_sqe opening(const char *path)
{
	return (struct io_uring_sqe){
		.opcode = IORING_OP_OPENAT,
		.fd = AT_FDCWD,
		.addr = (uintptr_t)path,
		.open_flags = O_RDONLY,
	};
}

/* uring-polled PATH: opened by a thread of the kernel that looks for requests */
long uring_polled(char **words)
{
	const struct io_uring_sqe request = opening(words[0]);

	return uring_carry_out(&(struct uring_work){
		.requests = &request,
		.count = 1,
		.setup = IORING_SETUP_SQPOLL,
	});
}

/* uring-spin: a thread of the kernel looks for requests from now on, and never sleeps */
long uring_spin(char **words)
{
	const struct io_uring_sqe request = { .opcode = IORING_OP_NOP };

	(void)words;
	return uring_carry_out(&(struct uring_work){
		.requests = &request,
		.count = 1,
		.setup = IORING_SETUP_SQPOLL,
		.idle = INT_MAX,
		.stays = true,
	});
}

static int ends[2];

static void fill_pipe(void)
{
	(void)!write(ends[1], "x", 1);
}

/*
 * uring-linked PATH: opened when a pipe has something to read, on the way back from
 * the call that writes it
 */
long uring_linked(char **words)
{
	const struct io_uring_sqe requests[] = {
		{ .opcode = IORING_OP_POLL_ADD, .flags = IOSQE_IO_LINK, .poll32_events = POLLIN },
		opening(words[0]),
	};
	struct io_uring_sqe linked[] = { requests[0], requests[1] };
	long result;

	if (pipe(ends))
		return -errno;
	linked[0].fd = ends[0];
	result = uring_carry_out(&(struct uring_work){
		.requests = linked,
		.count = 2,
		.between = fill_pipe,
	});
	close(ends[0]);
	close(ends[1]);
	return result;
}

/* SPDX-License-Identifier: MIT */
#ifndef TRY_URING_H
#define TRY_URING_H

#include <linux/io_uring.h>
#include <stdbool.h>

#define URING_MAX 16

/* Requests for a new ring. */
struct uring_work {
	const struct io_uring_sqe *requests;
	unsigned int count; /* at most URING_MAX */
	unsigned int setup; /* IORING_SETUP_ */
	bool as_before; /* with the credentials that the caller has had before */
	bool stays; /* the ring is not closed */
	unsigned int idle; /* ms that its own thread looks for more before it sleeps */
	void (*between)(void); /* what is done after they are submitted, or NULL */
};

/* Gives the result of the last of them. */
long uring_carry_out(const struct uring_work *work);

/* One request; gives its result. */
long uring_run(const struct io_uring_sqe *request);

#endif

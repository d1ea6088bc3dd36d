/* SPDX-License-Identifier: MIT */
#ifndef TRY_URING_H
#define TRY_URING_H

#include <linux/io_uring.h>

/* Lets a new ring carry out one request; gives its result. */
long uring_run(const struct io_uring_sqe *request);

#endif

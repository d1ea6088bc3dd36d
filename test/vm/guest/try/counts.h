/* SPDX-License-Identifier: MIT */
/* What came of many attempts, and until when they go on. */
#ifndef TRY_COUNTS_H
#define TRY_COUNTS_H

#define ERRNOS 256

/* @counts has ERRNOS entries. */
void count_result(unsigned long *counts, long result);
void print_counts(const unsigned long *counts);

/* The next line is there to be read. */
int line_waits(void);

#endif

/* SPDX-License-Identifier: MIT */
/* Text without a C library. */
#ifndef TRY_TEXT_H
#define TRY_TEXT_H

#include <stddef.h>

#define TEXT_MAX 4096

size_t text_length(const char *text);
int text_equal(const char *a, const char *b);

/* Copies at most TEXT_MAX - 1 bytes; gives the end, where more can be put. */
char *text_put(char *to, const char *from);
char *text_put_number(char *to, unsigned long number);
unsigned long text_number(const char *text);

/* Cuts a line into words at spaces, in place; gives how many, at most @max. */
int text_words(char *line, char **words, int max);

/* Writes to standard output, in one piece. */
void text_print(const char *text);

/* "OK" for a result, the name of the errno for a negative one. */
const char *text_errno(long result);

#endif

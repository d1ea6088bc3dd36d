/* SPDX-License-Identifier: MIT */
/*
 * System calls without a C library, so that one source makes the 64-bit and the
 * 32-bit program where no 32-bit library is installed.
 */
#ifndef TRY_SYS_H
#define TRY_SYS_H

#include <asm/unistd.h>
#include <stddef.h>
#include <stdint.h>

/* Returns what the kernel returned: a result, or a negative errno. */
long sys_call(long number, long a, long b, long c, long d, long e, long f);

#define SYS_PADDED(number, a, b, c, d, e, f, ...) \
	sys_call((long)(number), (long)(a), (long)(b), (long)(c), (long)(d), \
		 (long)(e), (long)(f))
#define sys(...) SYS_PADDED(__VA_ARGS__, 0, 0, 0, 0, 0, 0, 0)

#endif

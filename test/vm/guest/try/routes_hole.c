// SPDX-License-Identifier: MIT
/*
 * What a file holds is taken out, wiped, or moved up, without a write: of a file
 * that is opened for it, and of the descriptor that is held.
 */
#include <linux/falloc.h>
#include <linux/fcntl.h>

#include "routes.h"
#include "sys.h"

#define SIZE 4096 /* a whole number of blocks */

#ifdef __NR_ftruncate64
#define FIRST_BLOCKS 0, 0, SIZE, 0 /* low half and high half of each */
#else
#define FIRST_BLOCKS 0, SIZE
#endif

#define PUNCH (FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE)

#define HOLE(name, mode)                                                          \
	ROUTE(name)                                                               \
	{                                                                         \
		long fd = sys(__NR_open, path, O_WRONLY), result = fd;            \
                                                                                  \
		(void)second;                                                     \
		if (fd >= 0)                                                      \
			result = sys(__NR_fallocate, fd, mode, FIRST_BLOCKS);     \
		sys(__NR_close, fd);                                              \
		return result;                                                    \
	}                                                                         \
                                                                                  \
	ROUTE(held_##name)                                                        \
	{                                                                         \
		(void)path, (void)second;                                         \
		return sys(__NR_fallocate, route_held, mode, FIRST_BLOCKS);       \
	}

HOLE(punch, PUNCH)
HOLE(collapse, FALLOC_FL_COLLAPSE_RANGE)
HOLE(zero, FALLOC_FL_ZERO_RANGE)

const struct route_name hole_routes[] = {
	{ "punch-hole", punch },
	{ "collapse-range", collapse },
	{ "zero-range", zero },
	{ "fd-punch-hole", held_punch },
	{ "fd-collapse-range", held_collapse },
	{ "fd-zero-range", held_zero },
	{ NULL, NULL },
};

// SPDX-License-Identifier: MIT
/* What can be done with the descriptor that is held; the path is not used. */
#include <linux/falloc.h>
#include <linux/fs.h>
#include <linux/mman.h>
#include <linux/uio.h>

#include "routes.h"
#include "sys.h"

#ifdef __NR_mmap2
#define MMAP __NR_mmap2
#define FROM 0, 0 /* low half and high half */
#define LENGTH PAGE, 0
#else
#define MMAP __NR_mmap
#define FROM 0
#define LENGTH PAGE
#endif

#define PAGE 4096

static char buffer[PAGE];

#define HELD(name, number, ...)                                 \
	ROUTE(name)                                             \
	{                                                       \
		(void)path, (void)second;                       \
		return sys(number, route_held, __VA_ARGS__);    \
	}

HELD(by_read, __NR_read, buffer, 4)
HELD(by_pread, __NR_pread64, buffer, 4, 0)
HELD(by_write, __NR_write, "spoiled", 7)
HELD(by_pwrite, __NR_pwrite64, "spoiled", 7, 0)
HELD(by_fallocate, __NR_fallocate, FALLOC_FL_KEEP_SIZE, FROM, LENGTH)
HELD(by_getdents, __NR_getdents64, buffer, sizeof(buffer))

ROUTE(by_readv)
{
	struct iovec piece = { buffer, 4 };

	(void)path, (void)second;
	return sys(__NR_readv, route_held, &piece, 1);
}

ROUTE(by_writev)
{
	struct iovec piece = { (void *)"spoiled", 7 };

	(void)path, (void)second;
	return sys(__NR_writev, route_held, &piece, 1);
}

static long map(int protection, int flags)
{
	long address = sys(MMAP, 0, PAGE, protection, flags, route_held, 0);

	if ((unsigned long)address > -PAGE * 1UL)
		return address;
	sys(__NR_munmap, address, PAGE);
	return 0;
}

ROUTE(by_mmap)
{
	(void)path, (void)second;
	return map(PROT_READ, MAP_PRIVATE);
}

ROUTE(by_mmap_shared)
{
	(void)path, (void)second;
	return map(PROT_READ | PROT_WRITE, MAP_SHARED);
}

ROUTE(by_sendfile)
{
	long to = sys(__NR_memfd_create, "copy", 0);
	long result = sys(__NR_sendfile, to, route_held, NULL, 4);

	(void)path, (void)second;
	sys(__NR_close, to);
	return result;
}

ROUTE(by_splice)
{
	int ends[2];
	long result = sys(__NR_pipe2, ends, 0);

	(void)path, (void)second;
	if (!result)
		result = sys(__NR_splice, route_held, NULL, ends[1], NULL, 4, 0);
	sys(__NR_close, ends[0]);
	sys(__NR_close, ends[1]);
	return result;
}

/* Into the file. */
ROUTE(by_splice_into)
{
	int ends[2];
	long result = sys(__NR_pipe2, ends, 0);

	(void)path, (void)second;
	if (!result) {
		sys(__NR_write, ends[1], "spoiled", 7);
		result = sys(__NR_splice, ends[0], NULL, route_held, NULL, 7, 0);
	}
	sys(__NR_close, ends[0]);
	sys(__NR_close, ends[1]);
	return result;
}

const struct route_name fd_routes[] = {
	{ "fd-read", by_read },
	{ "fd-pread", by_pread },
	{ "fd-readv", by_readv },
	{ "fd-write", by_write },
	{ "fd-pwrite", by_pwrite },
	{ "fd-writev", by_writev },
	{ "fd-fallocate", by_fallocate },
	{ "fd-getdents", by_getdents },
	{ "fd-mmap", by_mmap },
	{ "fd-mmap-shared", by_mmap_shared },
	{ "fd-sendfile", by_sendfile },
	{ "fd-splice", by_splice },
	{ "fd-splice-into", by_splice_into },
	{ NULL, NULL },
};

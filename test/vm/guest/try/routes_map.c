// SPDX-License-Identifier: MIT
/* A mapping that is held: made while that is allowed, and used later. */
#include <linux/errno.h>
#include <linux/fcntl.h>
#include <linux/mman.h>
#include <linux/uio.h>

#include "routes.h"
#include "sys.h"

#ifdef __NR_mmap2
#define MMAP __NR_mmap2
#else
#define MMAP __NR_mmap
#endif

#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25
#endif

#define PAGE 4096

volatile char *route_mapping;

static long hold(const char *path, int protection, int flags)
{
	long fd = sys(__NR_open, path, O_RDWR), at;

	if (fd < 0)
		return fd;
	if (route_mapping)
		sys(__NR_munmap, (long)route_mapping, PAGE);
	at = sys(MMAP, 0, PAGE, protection, flags, fd, 0);
	sys(__NR_close, fd);
	if ((unsigned long)at > -PAGE * 1UL)
		return at;
	route_mapping = (char *)at;
	/* In the page table, and ready to be written where that may be. */
	if (protection & PROT_WRITE)
		*route_mapping = *route_mapping;
	return *route_mapping ? 0 : -ENODATA;
}

#define HOLD(name, protection, flags)                   \
	ROUTE(name)                                     \
	{                                               \
		(void)second;                           \
		return hold(path, protection, flags);   \
	}

/* Of as many bytes as a huge page has; nothing is reserved, nor touched. */
ROUTE(hold_huge)
{
	long fd = sys(__NR_open, path, O_RDWR | O_CREAT, 0600), at;

	(void)second;
	if (fd < 0)
		return fd;
	at = sys(MMAP, 0, 2 << 20, PROT_READ, MAP_SHARED | MAP_NORESERVE, fd, 0);
	sys(__NR_close, fd);
	return (unsigned long)at > -PAGE * 1UL ? at : 0;
}

HOLD(hold_reading, PROT_READ, MAP_SHARED)
HOLD(hold_writing, PROT_READ | PROT_WRITE, MAP_SHARED)
HOLD(hold_copy, PROT_READ | PROT_WRITE, MAP_PRIVATE)
HOLD(hold_private, PROT_READ, MAP_PRIVATE)

/* By the kernel, which says EFAULT where the process would get a signal. */
ROUTE(by_reading)
{
	long to = sys(__NR_memfd_create, "copy", 0);
	long result = sys(__NR_write, to, (long)route_mapping, 4);

	(void)path, (void)second;
	sys(__NR_close, to);
	return result;
}

ROUTE(by_writing)
{
	long from = sys(__NR_memfd_create, "new", 0), result;

	(void)path, (void)second;
	sys(__NR_write, from, "spoiled", 7);
	result = sys(__NR_pread64, from, (long)route_mapping, 7, 0);
	sys(__NR_close, from);
	return result;
}

/* By the process itself. */
ROUTE(by_touching)
{
	(void)path, (void)second;
	return *route_mapping ? 0 : -ENODATA;
}

ROUTE(by_protection)
{
	long result = sys(__NR_mprotect, (long)route_mapping, PAGE,
			  PROT_READ | PROT_WRITE);

	(void)path, (void)second;
	if (!result)
		*route_mapping = 'S';
	return result;
}

ROUTE(by_collapse)
{
	(void)path, (void)second;
	return sys(__NR_madvise, (long)route_mapping, PAGE, MADV_COLLAPSE);
}

/* process_madvise(), of itself. */
ROUTE(by_collapse_of_process)
{
	struct iovec part = { (void *)route_mapping, PAGE };
	long self = sys(__NR_pidfd_open, sys(__NR_getpid), 0), result;

	(void)path, (void)second;
	if (self < 0)
		return self;
	result = sys(__NR_process_madvise, self, (long)&part, 1, MADV_COLLAPSE, 0);
	sys(__NR_close, self);
	return result;
}

const struct route_name map_routes[] = {
	{ "map-hold-read", hold_reading },
	{ "map-hold-write", hold_writing },
	{ "map-hold-copy", hold_copy },
	{ "map-hold-private", hold_private },
	{ "map-huge", hold_huge },
	{ "map-read", by_reading },
	{ "map-write", by_writing },
	{ "map-touch", by_touching },
	{ "map-mprotect", by_protection },
	{ "map-collapse", by_collapse },
	{ "map-collapse-process", by_collapse_of_process },
	{ NULL, NULL },
};

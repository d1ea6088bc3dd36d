// SPDX-License-Identifier: MIT
/*
 * The same by other system calls: those that take a directory, those of message
 * queues, and those that only 32-bit programs have.
 */
#include <linux/fcntl.h>
#include <linux/stat.h>

#include "place.h"
#include "routes.h"
#include "sys.h"

ROUTE(do_openat_create)
{
	long fd = sys(__NR_openat, AT_FDCWD, path, O_RDWR | O_CREAT, 0644);

	(void)second;
	if (fd >= 0)
		sys(__NR_close, fd);
	return fd;
}

ROUTE(do_mkdirat)
{
	(void)second;
	return sys(__NR_mkdirat, AT_FDCWD, path, 0755);
}

ROUTE(do_mknodat)
{
	(void)second;
	return sys(__NR_mknodat, AT_FDCWD, path, S_IFREG | 0644, 0);
}

ROUTE(do_symlinkat)
{
	(void)second;
	return sys(__NR_symlinkat, "/somewhere", AT_FDCWD, path);
}

ROUTE(do_linkat)
{
	return sys(__NR_linkat, AT_FDCWD, path, AT_FDCWD, second, 0);
}

/* @path: where its filesystem is mounted, for the name. */
ROUTE(do_mq_create)
{
	long queue = sys(__NR_mq_open, place_of(path).name, O_RDWR | O_CREAT, 0600, NULL);

	(void)second;
	if (queue >= 0)
		sys(__NR_close, queue);
	return queue;
}

ROUTE(do_mq_unlink)
{
	(void)second;
	return sys(__NR_mq_unlink, place_of(path).name);
}

#ifdef __i386__
/* The length as a low half and a high half. */
ROUTE(do_truncate64)
{
	(void)second;
	return sys(__NR_truncate64, path, 1, 0);
}

ROUTE(do_ftruncate64)
{
	(void)path, (void)second;
	return sys(__NR_ftruncate64, route_held, 1, 0);
}

ROUTE(do_old_umount)
{
	(void)second;
	return sys(__NR_umount, path);
}

static long bind_by_socketcall(long fd, const void *address, size_t size)
{
	const long arguments[] = { fd, (long)address, (long)size };

	return sys(__NR_socketcall, 2, arguments);
}

ROUTE(do_socketcall)
{
	(void)second;
	return route_bind_by(path, bind_by_socketcall);
}
#endif

const struct route_name entry_routes[] = {
	{ "openat-create", do_openat_create },
	{ "mkdirat", do_mkdirat },
	{ "mknodat", do_mknodat },
	{ "symlinkat", do_symlinkat },
	{ "linkat", do_linkat },
	{ "mq-create", do_mq_create },
	{ "mq-unlink", do_mq_unlink },
#ifdef __i386__
	{ "truncate64", do_truncate64 },
	{ "ftruncate64", do_ftruncate64 },
	{ "old-umount", do_old_umount },
	{ "socketcall-bind", do_socketcall },
#endif
	{ NULL, NULL },
};

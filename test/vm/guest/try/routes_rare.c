// SPDX-License-Identifier: MIT
/* Ways that few programs take. */
#include <linux/fcntl.h>
#include <linux/fs.h>
#include <linux/mman.h>

#include "routes.h"
#include "sys.h"
#include "uring.h"

#define PAGE 4096
#define NAME "user.try"

#ifdef __NR_mmap2
#define MMAP __NR_mmap2
#else
#define MMAP __NR_mmap
#endif

static uint64_t address(const void *pointer)
{
	return (uintptr_t)pointer;
}

ROUTE(uring_setxattr)
{
	(void)second;
	return uring_run(&(struct io_uring_sqe){
		.opcode = IORING_OP_SETXATTR,
		.addr = address(NAME),
		.addr2 = address("new"),
		.len = 3,
		.addr3 = address(path),
	});
}

ROUTE(uring_fsetxattr)
{
	(void)path, (void)second;
	return uring_run(&(struct io_uring_sqe){
		.opcode = IORING_OP_FSETXATTR,
		.fd = route_held,
		.addr = address(NAME),
		.addr2 = address("new"),
		.len = 3,
	});
}

ROUTE(uring_fallocate)
{
	(void)path, (void)second;
	return uring_run(&(struct io_uring_sqe){
		.opcode = IORING_OP_FALLOCATE,
		.fd = route_held,
		.addr = 2 * PAGE,
	});
}

static long uring_move(uint8_t opcode, const char *bytes, uint8_t flags)
{
	return uring_run(&(struct io_uring_sqe){
		.opcode = opcode,
		.flags = flags,
		.fd = route_held,
		.addr = address(bytes),
		.len = 7,
	});
}

ROUTE(uring_read)
{
	static char buffer[8];

	(void)path, (void)second;
	return uring_move(IORING_OP_READ, buffer, 0);
}

ROUTE(uring_write)
{
	(void)path, (void)second;
	return uring_move(IORING_OP_WRITE, "spoiled", 0);
}

/* By a thread of the kernel. */
ROUTE(uring_write_async)
{
	(void)path, (void)second;
	return uring_move(IORING_OP_WRITE, "spoiled", IOSQE_ASYNC);
}

ROUTE(do_swapon)
{
	(void)second;
	return sys(__NR_swapon, path, 0);
}

ROUTE(do_acct)
{
	long result = sys(__NR_acct, path);

	(void)second;
	if (!result)
		sys(__NR_acct, NULL);
	return result;
}

/* Mapped for reading, then made writable. */
ROUTE(by_mprotect)
{
	long at = sys(MMAP, 0, PAGE, PROT_READ, MAP_SHARED, route_held, 0), result;

	(void)path, (void)second;
	if ((unsigned long)at > -PAGE * 1UL)
		return at;
	result = sys(__NR_mprotect, at, PAGE, PROT_READ | PROT_WRITE);
	if (!result)
		*(volatile char *)at = 'S';
	sys(__NR_munmap, at, PAGE);
	return result;
}

static long with_second(const char *second, long (*run)(long fd))
{
	long fd = sys(__NR_open, second, O_RDWR | O_CREAT, 0600), result = fd;

	if (fd >= 0)
		result = run(fd);
	sys(__NR_close, fd);
	return result;
}

static long clone_out(long fd)
{
	return sys(__NR_ioctl, fd, FICLONE, route_held);
}

static long clone_in(long fd)
{
	return sys(__NR_ioctl, route_held, FICLONE, fd);
}

static long copy_out(long fd)
{
	return sys(__NR_copy_file_range, route_held, NULL, fd, NULL, 4, 0);
}

static long copy_in(long fd)
{
	return sys(__NR_copy_file_range, fd, NULL, route_held, NULL, 4, 0);
}

#define WITH_SECOND(name, run)                  \
	ROUTE(name)                             \
	{                                       \
		(void)path;                     \
		return with_second(second, run); \
	}

WITH_SECOND(by_clone, clone_out)
WITH_SECOND(by_clone_into, clone_in)
WITH_SECOND(by_copy, copy_out)
WITH_SECOND(by_copy_into, copy_in)

const struct route_name rare_routes[] = {
	{ "uring-setxattr", uring_setxattr },
	{ "uring-fsetxattr", uring_fsetxattr },
	{ "uring-fallocate", uring_fallocate },
	{ "uring-read", uring_read },
	{ "uring-write", uring_write },
	{ "uring-write-async", uring_write_async },
	{ "swapon", do_swapon },
	{ "acct", do_acct },
	{ "fd-mprotect", by_mprotect },
	{ "fd-clone", by_clone },
	{ "fd-clone-into", by_clone_into },
	{ "fd-copy", by_copy },
	{ "fd-copy-into", by_copy_into },
	{ NULL, NULL },
};

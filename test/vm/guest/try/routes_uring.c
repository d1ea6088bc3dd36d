// SPDX-License-Identifier: MIT
/* The same through io_uring, whose workers are other threads. */
#include <linux/fcntl.h>
#include <linux/openat2.h>

#include "routes.h"
#include "sys.h"
#include "uring.h"

static uint64_t address(const void *pointer)
{
	return (uintptr_t)pointer;
}

static long closed(long fd)
{
	if (fd >= 0)
		sys(__NR_close, fd);
	return fd;
}

static long uring_open(const char *path, const char *second)
{
	(void)second;
	return closed(uring_run(&(struct io_uring_sqe){
		.opcode = IORING_OP_OPENAT,
		.fd = AT_FDCWD,
		.addr = address(path),
		.open_flags = O_RDONLY,
	}));
}

static long uring_open_async(const char *path, const char *second)
{
	(void)second;
	return closed(uring_run(&(struct io_uring_sqe){
		.opcode = IORING_OP_OPENAT,
		.flags = IOSQE_ASYNC,
		.fd = AT_FDCWD,
		.addr = address(path),
		.open_flags = O_WRONLY,
	}));
}

static long uring_openat2(const char *path, const char *second)
{
	struct open_how how = { .flags = O_RDONLY };

	(void)second;
	return closed(uring_run(&(struct io_uring_sqe){
		.opcode = IORING_OP_OPENAT2,
		.fd = AT_FDCWD,
		.addr = address(path),
		.len = sizeof(how),
		.off = address(&how),
	}));
}

static long uring_unlink(const char *path, const char *second)
{
	(void)second;
	return uring_run(&(struct io_uring_sqe){
		.opcode = IORING_OP_UNLINKAT,
		.fd = AT_FDCWD,
		.addr = address(path),
	});
}

static long two_names(uint8_t opcode, const char *path, const char *second)
{
	return uring_run(&(struct io_uring_sqe){
		.opcode = opcode,
		.fd = AT_FDCWD,
		.addr = address(path),
		.len = (uint32_t)AT_FDCWD,
		.addr2 = address(second),
	});
}

static long uring_rename(const char *path, const char *second)
{
	return two_names(IORING_OP_RENAMEAT, path, second);
}

static long uring_link(const char *path, const char *second)
{
	return two_names(IORING_OP_LINKAT, path, second);
}

static long uring_symlink(const char *path, const char *second)
{
	(void)second;
	return uring_run(&(struct io_uring_sqe){
		.opcode = IORING_OP_SYMLINKAT,
		.fd = AT_FDCWD,
		.addr = address("/somewhere"),
		.addr2 = address(path),
	});
}

static long uring_mkdir(const char *path, const char *second)
{
	(void)second;
	return uring_run(&(struct io_uring_sqe){
		.opcode = IORING_OP_MKDIRAT,
		.fd = AT_FDCWD,
		.addr = address(path),
		.len = 0755,
	});
}

const struct route_name uring_routes[] = {
	{ "uring-open", uring_open },
	{ "uring-open-async", uring_open_async },
	{ "uring-openat2", uring_openat2 },
	{ "uring-unlink", uring_unlink },
	{ "uring-rename", uring_rename },
	{ "uring-link", uring_link },
	{ "uring-symlink", uring_symlink },
	{ "uring-mkdir", uring_mkdir },
	{ NULL, NULL },
};

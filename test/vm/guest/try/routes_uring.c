// SPDX-License-Identifier: MIT
/* The same through io_uring, whose workers are other threads. */
#include <linux/fcntl.h>
#include <linux/fs.h>
#include <linux/openat2.h>

#include "routes.h"
#include "sys.h"
#include "uring.h"

/* Newer than the headers of some systems: since 6.9 and 6.11. */
#define OP_FTRUNCATE 55
#define OP_BIND 56

/* BLOCK_URING_CMD_DISCARD, since 6.12. */
#define OP_COMMAND 46
#define COMMAND_DISCARD _IO(0x12, 0)

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

static long create_by_uring(const char *path, uint8_t flags)
{
	return closed(uring_run(&(struct io_uring_sqe){
		.opcode = IORING_OP_OPENAT,
		.flags = flags,
		.fd = AT_FDCWD,
		.addr = address(path),
		.len = 0600,
		.open_flags = O_WRONLY | O_CREAT,
	}));
}

static long uring_create(const char *path, const char *second)
{
	(void)second;
	return create_by_uring(path, 0);
}

static long uring_create_async(const char *path, const char *second)
{
	(void)second;
	return create_by_uring(path, IOSQE_ASYNC);
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

static long uring_rmdir(const char *path, const char *second)
{
	(void)second;
	return uring_run(&(struct io_uring_sqe){
		.opcode = IORING_OP_UNLINKAT,
		.fd = AT_FDCWD,
		.addr = address(path),
		.unlink_flags = AT_REMOVEDIR,
	});
}

/* Of the descriptor that is held. */
static long uring_ftruncate(const char *path, const char *second)
{
	(void)path, (void)second;
	return uring_run(&(struct io_uring_sqe){
		.opcode = OP_FTRUNCATE,
		.fd = route_held,
		.off = 1,
	});
}

static long bind_by_uring(long fd, const void *name, size_t size)
{
	return uring_run(&(struct io_uring_sqe){
		.opcode = OP_BIND,
		.fd = (int)fd,
		.addr = address(name),
		.addr2 = size,
	});
}

static long uring_bind(const char *path, const char *second)
{
	(void)second;
	return route_bind_by(path, bind_by_uring);
}

static long two_names(uint8_t opcode, uint32_t flags, const char *path, const char *second)
{
	return uring_run(&(struct io_uring_sqe){
		.opcode = opcode,
		.fd = AT_FDCWD,
		.addr = address(path),
		.len = (uint32_t)AT_FDCWD,
		.addr2 = address(second),
		.rename_flags = flags,
	});
}

static long uring_rename(const char *path, const char *second)
{
	return two_names(IORING_OP_RENAMEAT, 0, path, second);
}

static long uring_rename_exchange(const char *path, const char *second)
{
	return two_names(IORING_OP_RENAMEAT, RENAME_EXCHANGE, path, second);
}

static long uring_link(const char *path, const char *second)
{
	return two_names(IORING_OP_LINKAT, 0, path, second);
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

static long uring_discard(const char *path, const char *second)
{
	(void)path, (void)second;
	return uring_run(&(struct io_uring_sqe){
		.opcode = OP_COMMAND,
		.fd = route_held,
		.off = COMMAND_DISCARD,
		.addr = 0,
		.addr3 = 4096,
	});
}

const struct route_name uring_routes[] = {
	{ "fd-discard-blocks-uring", uring_discard },
	{ "uring-open", uring_open },
	{ "uring-open-async", uring_open_async },
	{ "uring-create", uring_create },
	{ "uring-create-async", uring_create_async },
	{ "uring-openat2", uring_openat2 },
	{ "uring-unlink", uring_unlink },
	{ "uring-rmdir", uring_rmdir },
	{ "uring-ftruncate", uring_ftruncate },
	{ "uring-bind", uring_bind },
	{ "uring-rename", uring_rename },
	{ "uring-rename-exchange", uring_rename_exchange },
	{ "uring-link", uring_link },
	{ "uring-symlink", uring_symlink },
	{ "uring-mkdir", uring_mkdir },
	{ NULL, NULL },
};

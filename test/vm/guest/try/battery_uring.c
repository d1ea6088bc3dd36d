// SPDX-License-Identifier: MIT
/* The same through io_uring. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/io_uring.h>
#include <linux/openat2.h>
#include <linux/stat.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include "battery.h"
#include "uring.h"

/* Newer than some headers. */
#define OP_FTRUNCATE 55

static uint64_t at(const void *pointer)
{
	return (uintptr_t)pointer;
}

static char buffer[16];

#define RING(name, ...)                                                       \
	DEED(name)                                                            \
	{                                                                     \
		UNUSED;                                                       \
		return uring_run(&(struct io_uring_sqe){ __VA_ARGS__ });      \
	}
#define ON_FD(name, how, ...)                                                 \
	DEED(name)                                                            \
	{                                                                     \
		int fd = open("file", how);                                   \
                                                                              \
		UNUSED;                                                       \
		return uring_run(&(struct io_uring_sqe){ .fd = fd, __VA_ARGS__ }); \
	}
#define OPEN(name, path, ...)                                                            \
	RING(name, .opcode = IORING_OP_OPENAT, .fd = AT_FDCWD, .addr = at(path), __VA_ARGS__)
#define PAIR(name, code, first, second, ...)                                  \
	RING(name, .opcode = code, .fd = AT_FDCWD, .addr = at(first),         \
	     .len = (uint32_t)AT_FDCWD, .addr2 = at(second), __VA_ARGS__)

OPEN(ring_open, "file", .open_flags = O_RDWR)
OPEN(ring_open_missing, "missing", .open_flags = O_RDONLY)
OPEN(ring_open_private, "private", .open_flags = O_RDONLY)
OPEN(ring_open_create, "new", .open_flags = O_RDWR | O_CREAT | O_EXCL, .len = 0600)
OPEN(ring_open_truncate, "file", .open_flags = O_WRONLY | O_TRUNC)
OPEN(ring_open_worker, "file", .open_flags = O_RDONLY, .flags = IOSQE_ASYNC)
OPEN(ring_open_create_worker, "new", .open_flags = O_RDWR | O_CREAT, .len = 0600,
     .flags = IOSQE_ASYNC)
RING(ring_openat2, .opcode = IORING_OP_OPENAT2, .fd = AT_FDCWD, .addr = at("soft"),
     .len = sizeof(struct open_how),
     .off = at(&(struct open_how){ .resolve = RESOLVE_NO_SYMLINKS }))
RING(ring_unlink, .opcode = IORING_OP_UNLINKAT, .fd = AT_FDCWD, .addr = at("file"))
RING(ring_rmdir, .opcode = IORING_OP_UNLINKAT, .fd = AT_FDCWD, .addr = at("empty"),
     .unlink_flags = AT_REMOVEDIR)
RING(ring_rmdir_full, .opcode = IORING_OP_UNLINKAT, .fd = AT_FDCWD, .addr = at("dir"),
     .unlink_flags = AT_REMOVEDIR)
RING(ring_mkdir, .opcode = IORING_OP_MKDIRAT, .fd = AT_FDCWD, .addr = at("new"), .len = 0755)
RING(ring_mkdir_there, .opcode = IORING_OP_MKDIRAT, .fd = AT_FDCWD, .addr = at("dir"),
     .len = 0755)
RING(ring_symlink, .opcode = IORING_OP_SYMLINKAT, .fd = AT_FDCWD, .addr = at("target"),
     .addr2 = at("new"))
PAIR(ring_rename, IORING_OP_RENAMEAT, "file", "new")
PAIR(ring_rename_over, IORING_OP_RENAMEAT, "file", "readonly")
PAIR(ring_rename_devices, IORING_OP_RENAMEAT, "file", "../other/new")
PAIR(ring_exchange, IORING_OP_RENAMEAT, "file", "dir", .rename_flags = 2)
PAIR(ring_link, IORING_OP_LINKAT, "file", "new")
PAIR(ring_link_private, IORING_OP_LINKAT, "private", "new")
RING(ring_setxattr, .opcode = IORING_OP_SETXATTR, .addr = at("user.new"), .addr2 = at("v"),
     .len = 1, .addr3 = at("file"))
RING(ring_setxattr_missing, .opcode = IORING_OP_SETXATTR, .addr = at("user.new"),
     .addr2 = at("v"), .len = 1, .addr3 = at("missing"))
RING(ring_getxattr, .opcode = IORING_OP_GETXATTR, .addr = at("user.there"),
     .addr2 = at(buffer), .len = sizeof(buffer), .addr3 = at("file"))
ON_FD(ring_fsetxattr, O_RDONLY, .opcode = IORING_OP_FSETXATTR, .addr = at("user.new"),
      .addr2 = at("v"), .len = 1)
ON_FD(ring_read, O_RDONLY, .opcode = IORING_OP_READ, .addr = at(buffer), .len = 5)
ON_FD(ring_read_worker, O_RDONLY, .opcode = IORING_OP_READ, .addr = at(buffer), .len = 5,
      .flags = IOSQE_ASYNC)
ON_FD(ring_read_unreadable, O_WRONLY, .opcode = IORING_OP_READ, .addr = at(buffer), .len = 5)
ON_FD(ring_write, O_RDWR, .opcode = IORING_OP_WRITE, .addr = at("written"), .len = 7)
ON_FD(ring_fallocate, O_RDWR, .opcode = IORING_OP_FALLOCATE, .addr = 9000)
ON_FD(ring_ftruncate, O_RDWR, .opcode = OP_FTRUNCATE, .off = 3)
ON_FD(ring_fsync, O_RDWR, .opcode = IORING_OP_FSYNC)
ON_FD(ring_fadvise, O_RDONLY, .opcode = IORING_OP_FADVISE)
ON_FD(ring_close, O_RDONLY, .opcode = IORING_OP_CLOSE)

#define ROW(name) { #name, name }

const struct deed_name uring_deeds[] = {
	ROW(ring_open), ROW(ring_open_missing), ROW(ring_open_private), ROW(ring_open_create),
	ROW(ring_open_truncate), ROW(ring_open_worker), ROW(ring_open_create_worker),
	ROW(ring_openat2), ROW(ring_unlink), ROW(ring_rmdir), ROW(ring_rmdir_full),
	ROW(ring_mkdir), ROW(ring_mkdir_there), ROW(ring_symlink), ROW(ring_rename),
	ROW(ring_rename_over), ROW(ring_rename_devices), ROW(ring_exchange), ROW(ring_link),
	ROW(ring_link_private), ROW(ring_setxattr), ROW(ring_setxattr_missing),
	ROW(ring_getxattr), ROW(ring_fsetxattr), ROW(ring_read), ROW(ring_read_worker),
	ROW(ring_read_unreadable), ROW(ring_write), ROW(ring_fallocate), ROW(ring_ftruncate),
	ROW(ring_fsync), ROW(ring_fadvise), ROW(ring_close),
	{ NULL, NULL },
};

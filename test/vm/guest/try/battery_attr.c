// SPDX-License-Identifier: MIT
/* Mode, owner, times, extended attributes, ACL, flags. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "battery.h"

#define FCHMODAT2 452
#define SETXATTRAT 463
#define REMOVEXATTRAT 466
#define FILE_GETATTR 468
#define FILE_SETATTR 469
#define ACL "system.posix_acl_access"

static const struct timespec times[2] = { { 1, 0 }, { 1, 0 } };
static const struct timespec omitted[2] = { { 0, UTIME_OMIT }, { 0, UTIME_OMIT } };

static const struct {
	uint32_t version;
	struct {
		uint16_t tag, permissions;
		uint32_t id;
	} entries[5];
} acl = { 2,
	  { { 0x01, 6, ~0U }, { 0x02, 6, 77 }, { 0x04, 4, ~0U }, { 0x10, 6, ~0U },
	    { 0x20, 4, ~0U } } };

#define ONE(name, call)                 \
	DEED(name)                      \
	{                               \
		(void)second;           \
		return outcome(call);   \
	}
/* On a descriptor for reading, which a FIFO gives at once. */
#define HELD(name, call)                                                \
	DEED(name)                                                      \
	{                                                               \
		int fd = open(first, O_RDONLY | O_NONBLOCK);            \
                                                                        \
		(void)second;                                           \
		return fd < 0 ? -errno : outcome(call);                 \
	}

ONE(do_chmod, chmod(first, 0711))
ONE(do_chmod_setuid, chmod(first, 06755))
HELD(do_fchmod, fchmod(fd, 0711))
ONE(do_fchmodat2, syscall(FCHMODAT2, AT_FDCWD, first, 0711, AT_SYMLINK_NOFOLLOW))
ONE(do_fchmodat2_empty,
    syscall(FCHMODAT2, open(first, O_PATH | O_NOFOLLOW), "", 0711, AT_EMPTY_PATH))
ONE(do_chown, chown(first, 77, 77))
ONE(do_chown_group, chown(first, (uid_t)-1, USER))
ONE(do_lchown, lchown(first, USER, USER))
HELD(do_fchown, fchown(fd, 77, 77))
ONE(do_chown_empty, fchownat(open(first, O_PATH | O_NOFOLLOW), "", 77, 77, AT_EMPTY_PATH))
ONE(do_times, utimensat(AT_FDCWD, first, times, 0))
ONE(do_times_link, utimensat(AT_FDCWD, first, times, AT_SYMLINK_NOFOLLOW))
ONE(do_times_omitted, utimensat(AT_FDCWD, first, omitted, 0))
ONE(do_touch, utimensat(AT_FDCWD, first, NULL, 0))
HELD(do_futimens, futimens(fd, times))
ONE(do_setxattr, setxattr(first, "user.new", "v", 1, 0))
ONE(do_setxattr_create, setxattr(first, "user.there", "v", 1, XATTR_CREATE))
ONE(do_setxattr_replace, setxattr(first, "user.none", "v", 1, XATTR_REPLACE))
ONE(do_setxattr_trusted, setxattr(first, "trusted.new", "v", 1, 0))
ONE(do_setxattr_security, setxattr(first, "security.new", "v", 1, 0))
ONE(do_setxattr_bad, setxattr(first, "nonsense", "v", 1, 0))
ONE(do_lsetxattr, lsetxattr(first, "user.new", "v", 1, 0))
HELD(do_fsetxattr, fsetxattr(fd, "user.new", "v", 1, 0))
ONE(do_removexattr, removexattr(first, "user.there"))
ONE(do_removexattr_none, removexattr(first, "user.none"))
HELD(do_fremovexattr, fremovexattr(fd, "user.there"))
ONE(do_getxattr, getxattr(first, "user.there", NULL, 0))
ONE(do_lgetxattr, lgetxattr(first, "user.there", NULL, 0))
ONE(do_listxattr, listxattr(first, NULL, 0))
ONE(do_setfacl, setxattr(first, ACL, &acl, sizeof(acl), 0))
ONE(do_removefacl, removexattr(first, ACL))
ONE(do_bad_acl, setxattr(first, ACL, "x", 1, 0))
ONE(do_removexattrat, syscall(REMOVEXATTRAT, AT_FDCWD, first, 0, "user.there"))

DEED(do_setxattrat)
{
	struct {
		uint64_t value;
		uint32_t size, flags;
	} arguments = { (uintptr_t)"v", 1, 0 };

	(void)second;
	return outcome(syscall(SETXATTRAT, AT_FDCWD, first, 0, "user.new", &arguments,
			       sizeof(arguments)));
}

static long with_flags(const char *path, unsigned int add)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK), flags = 0;

	if (fd < 0)
		return -errno;
	if (ioctl(fd, FS_IOC_GETFLAGS, &flags))
		return -errno;
	flags |= (int)add;
	return outcome(ioctl(fd, FS_IOC_SETFLAGS, &flags));
}

DEED(do_chattr)
{
	long result = with_flags(first, FS_NODUMP_FL);
	int fd = open(first, O_RDONLY | O_NONBLOCK), flags = 0;

	(void)second;
	if (!ioctl(fd, FS_IOC_GETFLAGS, &flags))
		note(" nodump=%d", !!(flags & FS_NODUMP_FL));
	return result;
}

/* Taken back at once, or nobody could clear the place. */
DEED(do_immutable)
{
	long result = with_flags(first, FS_IMMUTABLE_FL);
	int fd = open(first, O_RDONLY | O_NONBLOCK), none = 0;

	(void)second;
	if (!result) {
		note(" write=%ld", outcome(open(first, O_WRONLY | O_NONBLOCK)) < 0 ? -errno : 0L);
		ioctl(fd, FS_IOC_SETFLAGS, &none);
	}
	return result;
}

HELD(do_setversion, ioctl(fd, FS_IOC_SETVERSION, &(int){ 5 }))
HELD(do_fssetxattr, ioctl(fd, FS_IOC_FSSETXATTR, &(struct fsxattr){ 0 }))

DEED(do_file_attr)
{
	struct {
		uint64_t flags;
		uint32_t extent, extents, project, copy;
	} attributes = { 0 };
	long result = outcome(
		syscall(FILE_GETATTR, AT_FDCWD, first, &attributes, sizeof(attributes), 0));

	(void)second;
	note(" get=%ld", result);
	attributes.flags |= FS_XFLAG_NODUMP;
	return outcome(
		syscall(FILE_SETATTR, AT_FDCWD, first, &attributes, sizeof(attributes), 0));
}

const struct deed_name attr_deeds[] = {
	{ "chmod", do_chmod },
	{ "chmod-setuid", do_chmod_setuid },
	{ "fchmod", do_fchmod },
	{ "fchmodat2", do_fchmodat2 },
	{ "fchmodat2-empty", do_fchmodat2_empty },
	{ "chown", do_chown },
	{ "chown-group", do_chown_group },
	{ "lchown", do_lchown },
	{ "fchown", do_fchown },
	{ "chown-empty", do_chown_empty },
	{ "times", do_times },
	{ "times-link", do_times_link },
	{ "times-omitted", do_times_omitted },
	{ "touch", do_touch },
	{ "futimens", do_futimens },
	{ "setxattr", do_setxattr },
	{ "setxattr-create", do_setxattr_create },
	{ "setxattr-replace", do_setxattr_replace },
	{ "setxattr-trusted", do_setxattr_trusted },
	{ "setxattr-security", do_setxattr_security },
	{ "setxattr-bad", do_setxattr_bad },
	{ "lsetxattr", do_lsetxattr },
	{ "fsetxattr", do_fsetxattr },
	{ "setxattrat", do_setxattrat },
	{ "removexattr", do_removexattr },
	{ "removexattr-none", do_removexattr_none },
	{ "fremovexattr", do_fremovexattr },
	{ "removexattrat", do_removexattrat },
	{ "getxattr", do_getxattr },
	{ "lgetxattr", do_lgetxattr },
	{ "listxattr", do_listxattr },
	{ "setfacl", do_setfacl },
	{ "removefacl", do_removefacl },
	{ "bad-acl", do_bad_acl },
	{ "chattr", do_chattr },
	{ "immutable", do_immutable },
	{ "setversion", do_setversion },
	{ "fssetxattr", do_fssetxattr },
	{ "file-attr", do_file_attr },
	{ NULL, NULL },
};

// SPDX-License-Identifier: MIT
/* Attributes: mode, owner, times, extended attributes, ACL, flags. */
#include <linux/fcntl.h>
#include <linux/fs.h>

#include "routes.h"
#include "sys.h"
#include "text.h"

/* Newer than the headers of some systems; the same on all architectures. */
#define FCHMODAT2 452
#define SETXATTRAT 463
#define REMOVEXATTRAT 466
#define FILE_SETATTR 469

#define MODE 0751
#define OWNER 1234
#define NAME "user.try"
#define ACL "system.posix_acl_access"

static const struct {
	long seconds, nanoseconds;
} times[2] = { { 1, 0 }, { 1, 0 } };

static const struct {
	unsigned int version;
	struct {
		unsigned short tag, permissions;
		unsigned int id;
	} entries[5];
} acl = { 2,
	  { { 0x01, 6, ~0U }, { 0x02, 6, OWNER }, { 0x04, 4, ~0U }, { 0x10, 6, ~0U },
	    { 0x20, 4, ~0U } } };

/* A system call whose arguments are made of the path alone. */
#define DIRECT(name, ...)                       \
	ROUTE(name)                             \
	{                                       \
		(void)path, (void)second;       \
		return sys(__VA_ARGS__);        \
	}

DIRECT(by_chmod, __NR_chmod, path, MODE)
DIRECT(by_fchmod, __NR_fchmod, route_held, MODE)
DIRECT(by_fchmodat, __NR_fchmodat, AT_FDCWD, path, MODE)
DIRECT(by_fchmodat2, FCHMODAT2, AT_FDCWD, path, MODE, 0)
DIRECT(by_chown, __NR_chown, path, OWNER, OWNER)
DIRECT(by_chown_none, __NR_chown, path, -1, -1)
DIRECT(by_lchown, __NR_lchown, path, OWNER, OWNER)
DIRECT(by_fchown, __NR_fchown, route_held, OWNER, OWNER)
DIRECT(by_utimensat, __NR_utimensat, AT_FDCWD, path, times, 0)
DIRECT(by_touch, __NR_utimensat, AT_FDCWD, path, NULL, 0)
DIRECT(by_futimens, __NR_utimensat, route_held, NULL, times, 0)
DIRECT(by_setxattr, __NR_setxattr, path, NAME, "new", 3, 0)
DIRECT(by_lsetxattr, __NR_lsetxattr, path, NAME, "new", 3, 0)
DIRECT(by_fsetxattr, __NR_fsetxattr, route_held, NAME, "new", 3, 0)
DIRECT(by_removexattr, __NR_removexattr, path, NAME)
DIRECT(by_fremovexattr, __NR_fremovexattr, route_held, NAME)
DIRECT(by_removexattrat, REMOVEXATTRAT, AT_FDCWD, path, 0, NAME)
DIRECT(by_setfacl, __NR_setxattr, path, ACL, &acl, sizeof(acl), 0)
DIRECT(by_fsetfacl, __NR_fsetxattr, route_held, ACL, &acl, sizeof(acl), 0)
DIRECT(by_remove_acl, __NR_removexattr, path, ACL)

/* The same on a descriptor that gives no access. */
#define BARE(name, ...)                                                \
	ROUTE(name)                                                    \
	{                                                              \
		long fd = sys(__NR_open, path, O_PATH | O_NOFOLLOW);   \
		long result = fd < 0 ? fd : sys(__VA_ARGS__);          \
                                                                       \
		(void)second;                                          \
		sys(__NR_close, fd);                                   \
		return result;                                         \
	}

BARE(by_fchmodat2_empty, FCHMODAT2, fd, "", MODE, AT_EMPTY_PATH)
BARE(by_fchownat_empty, __NR_fchownat, fd, "", OWNER, OWNER, AT_EMPTY_PATH)
BARE(by_utimensat_empty, __NR_utimensat, fd, "", times, AT_EMPTY_PATH)

static long through_proc(const char *path, route run)
{
	long fd = sys(__NR_open, path, O_PATH), result;
	char way[64];

	text_put_number(text_put(way, "/proc/self/fd/"), (unsigned long)fd);
	result = run(way, NULL);
	sys(__NR_close, fd);
	return result;
}

ROUTE(by_chmod_proc)
{
	(void)second;
	return through_proc(path, by_chmod);
}

ROUTE(by_setxattr_proc)
{
	(void)second;
	return through_proc(path, by_setxattr);
}

ROUTE(by_setxattrat)
{
	struct {
		uint64_t value;
		uint32_t size, flags;
	} arguments = { (uintptr_t)"new", 3, 0 };

	(void)second;
	return sys(SETXATTRAT, AT_FDCWD, path, 0, NAME, &arguments, sizeof(arguments));
}

ROUTE(by_file_setattr)
{
	struct {
		uint64_t flags;
		uint32_t extent, extents, project, copy;
	} attributes = { .flags = FS_XFLAG_NOATIME };

	(void)second;
	return sys(FILE_SETATTR, AT_FDCWD, path, &attributes, sizeof(attributes), 0);
}

static long control(unsigned long command, const void *argument)
{
	return sys(__NR_ioctl, route_held, command, argument);
}

ROUTE(by_setflags)
{
	int flags = FS_NOATIME_FL;

	(void)path, (void)second;
	return control(FS_IOC_SETFLAGS, &flags);
}

ROUTE(by_fssetxattr)
{
	struct fsxattr attributes = { .fsx_xflags = FS_XFLAG_NOATIME };

	(void)path, (void)second;
	return control(FS_IOC_FSSETXATTR, &attributes);
}

ROUTE(by_setversion)
{
	int version = 77;

	(void)path, (void)second;
	return control(FS_IOC_SETVERSION, &version);
}

/* What ext4 calls it itself. */
ROUTE(by_ext4_setversion)
{
	int version = 78;

	(void)path, (void)second;
	return control(_IOW('f', 4, long), &version);
}

const struct route_name attr_routes[] = {
	{ "chmod", by_chmod },
	{ "fchmod", by_fchmod },
	{ "fchmodat", by_fchmodat },
	{ "fchmodat2", by_fchmodat2 },
	{ "fchmodat2-empty", by_fchmodat2_empty },
	{ "chmod-proc", by_chmod_proc },
	{ "chown", by_chown },
	{ "chown-none", by_chown_none },
	{ "lchown", by_lchown },
	{ "fchown", by_fchown },
	{ "fchownat-empty", by_fchownat_empty },
	{ "utimensat", by_utimensat },
	{ "utimensat-empty", by_utimensat_empty },
	{ "touch", by_touch },
	{ "futimens", by_futimens },
	{ "setxattr", by_setxattr },
	{ "lsetxattr", by_lsetxattr },
	{ "fsetxattr", by_fsetxattr },
	{ "setxattr-proc", by_setxattr_proc },
	{ "setxattrat", by_setxattrat },
	{ "removexattr", by_removexattr },
	{ "fremovexattr", by_fremovexattr },
	{ "removexattrat", by_removexattrat },
	{ "setfacl", by_setfacl },
	{ "fsetfacl", by_fsetfacl },
	{ "remove-acl", by_remove_acl },
	{ "setflags", by_setflags },
	{ "fssetxattr", by_fssetxattr },
	{ "file-setattr", by_file_setattr },
	{ "setversion", by_setversion },
	{ "ext4-setversion", by_ext4_setversion },
	{ NULL, NULL },
};

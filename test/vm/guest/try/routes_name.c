// SPDX-License-Identifier: MIT
/* Everything but opening: names made, moved and removed, files cut and run. */
#include <linux/fcntl.h>
#include <linux/fs.h>
#include <linux/stat.h>
#include <linux/un.h>

#include "place.h"
#include "routes.h"
#include "sys.h"

int route_held = -1;

static long hold(const char *path, int flags)
{
	route_held = (int)sys(__NR_open, path, flags);
	return route_held;
}

long route_hold(const char *path)
{
	return hold(path, O_RDWR);
}

long route_hold_directory(const char *path)
{
	return hold(path, O_RDONLY | O_DIRECTORY);
}

ROUTE(do_truncate)
{
	(void)second;
	return sys(__NR_truncate, path, 1);
}

ROUTE(do_ftruncate)
{
	(void)path, (void)second;
	return sys(__NR_ftruncate, route_held, 1);
}

ROUTE(do_unlink)
{
	(void)second;
	return sys(__NR_unlink, path);
}

ROUTE(do_unlinkat)
{
	struct place place = place_of(path);
	long dir = sys(__NR_open, place.directory, O_PATH | O_DIRECTORY);
	long result = sys(__NR_unlinkat, dir, place.name, 0);

	(void)second;
	sys(__NR_close, dir);
	return result;
}

ROUTE(do_rmdir)
{
	(void)second;
	return sys(__NR_rmdir, path);
}

ROUTE(do_rename)
{
	return sys(__NR_rename, path, second);
}

ROUTE(do_renameat)
{
	return sys(__NR_renameat, AT_FDCWD, path, AT_FDCWD, second);
}

#define RENAMEAT2(name, flags)                                                     \
	ROUTE(name)                                                                \
	{                                                                          \
		return sys(__NR_renameat2, AT_FDCWD, path, AT_FDCWD, second, flags); \
	}

RENAMEAT2(do_rename_noreplace, RENAME_NOREPLACE)
RENAMEAT2(do_rename_exchange, RENAME_EXCHANGE)
RENAMEAT2(do_rename_whiteout, RENAME_WHITEOUT)

ROUTE(do_link)
{
	return sys(__NR_link, path, second);
}

ROUTE(do_link_empty)
{
	long fd = sys(__NR_open, path, O_PATH | O_NOFOLLOW);
	long result = sys(__NR_linkat, fd, "", AT_FDCWD, second, AT_EMPTY_PATH);

	sys(__NR_close, fd);
	return result;
}

ROUTE(do_link_proc)
{
	long fd = sys(__NR_open, path, O_PATH | O_NOFOLLOW), result;
	char way[64];

	text_put_number(text_put(way, "/proc/self/fd/"), (unsigned long)fd);
	result = sys(__NR_linkat, AT_FDCWD, way, AT_FDCWD, second, AT_SYMLINK_FOLLOW);
	sys(__NR_close, fd);
	return result;
}

/* A file without a name gets one. */
ROUTE(do_link_tmpfile)
{
	struct place place = place_of(path);
	long fd = sys(__NR_open, place.directory, O_TMPFILE | O_RDWR, 0600);
	long result = fd;

	if (fd >= 0)
		result = sys(__NR_linkat, fd, "", AT_FDCWD, path, AT_EMPTY_PATH);
	(void)second;
	sys(__NR_close, fd);
	return result;
}

ROUTE(do_symlink)
{
	(void)second;
	return sys(__NR_symlink, "/somewhere", path);
}

ROUTE(do_mkdir)
{
	(void)second;
	return sys(__NR_mkdir, path, 0755);
}

ROUTE(do_mknod)
{
	(void)second;
	return sys(__NR_mknod, path, S_IFREG | 0644, 0);
}

ROUTE(do_mkfifo)
{
	(void)second;
	return sys(__NR_mknod, path, S_IFIFO | 0644, 0);
}

/* By its last name, because the address of a socket is short. */
long route_bind_by(const char *path, long (*bind)(long fd, const void *address, size_t size))
{
	struct sockaddr_un address = { .sun_family = 1 };
	struct place place = place_of(path);
	long fd = sys(__NR_socket, 1, 1, 0);
	long result = sys(__NR_chdir, place.directory);

	text_put(address.sun_path, place.name);
	if (!result)
		result = bind(fd, &address, sizeof(address));
	sys(__NR_close, fd);
	sys(__NR_chdir, "/");
	return result;
}

static long bind_direct(long fd, const void *address, size_t size)
{
	return sys(__NR_bind, fd, address, size);
}

ROUTE(do_bind)
{
	(void)second;
	return route_bind_by(path, bind_direct);
}

/* In this very process: only a failure comes back. */
ROUTE(do_execve)
{
	const char *arguments[] = { path, NULL }, *environment[] = { NULL };

	(void)second;
	return sys(__NR_execve, path, arguments, environment);
}

ROUTE(do_execveat)
{
	const char *arguments[] = { path, NULL }, *environment[] = { NULL };
	long fd = sys(__NR_open, path, O_PATH | O_CLOEXEC);
	long result = sys(__NR_execveat, fd, "", arguments, environment, AT_EMPTY_PATH);

	(void)second;
	sys(__NR_close, fd);
	return result;
}

ROUTE(do_stat)
{
	struct statx about;

	(void)second;
	return sys(__NR_statx, AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS, &about);
}

const struct route_name name_routes[] = {
	{ "truncate", do_truncate },
	{ "ftruncate", do_ftruncate },
	{ "unlink", do_unlink },
	{ "unlinkat", do_unlinkat },
	{ "rmdir", do_rmdir },
	{ "rename", do_rename },
	{ "renameat", do_renameat },
	{ "rename-noreplace", do_rename_noreplace },
	{ "rename-exchange", do_rename_exchange },
	{ "rename-whiteout", do_rename_whiteout },
	{ "link", do_link },
	{ "link-empty", do_link_empty },
	{ "link-proc", do_link_proc },
	{ "link-tmpfile", do_link_tmpfile },
	{ "symlink", do_symlink },
	{ "mkdir", do_mkdir },
	{ "mknod", do_mknod },
	{ "mkfifo", do_mkfifo },
	{ "bind", do_bind },
	{ "execve", do_execve },
	{ "execveat", do_execveat },
	{ "stat", do_stat },
	{ NULL, NULL },
};

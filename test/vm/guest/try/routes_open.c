// SPDX-License-Identifier: MIT
/* Opening, by all the ways there are. */
#include <linux/errno.h>
#include <linux/fcntl.h>
#include <linux/openat2.h>

#include "place.h"
#include "routes.h"
#include "sys.h"
#include "text.h"

#define MODE 0644

static long closed(long fd)
{
	if (fd >= 0)
		sys(__NR_close, fd);
	return fd;
}

static long open_with(const char *path, int flags)
{
	return closed(sys(__NR_open, path, flags, MODE));
}

#define OPEN(name, flags)                                      \
	static long name(const char *path, const char *second) \
	{                                                      \
		(void)second;                                  \
		return open_with(path, flags);                 \
	}

OPEN(open_read, O_RDONLY)
OPEN(open_write, O_WRONLY)
OPEN(open_rdwr, O_RDWR)
OPEN(open_append, O_WRONLY | O_APPEND)
OPEN(open_trunc, O_WRONLY | O_TRUNC)
OPEN(open_read_trunc, O_RDONLY | O_TRUNC)
OPEN(open_create, O_WRONLY | O_CREAT)
OPEN(open_create_read, O_RDONLY | O_CREAT)
OPEN(open_excl, O_WRONLY | O_CREAT | O_EXCL)
OPEN(open_claim, O_RDONLY | O_EXCL)
OPEN(open_ioctl, 3)
OPEN(open_dir, O_RDONLY | O_DIRECTORY)
OPEN(open_tmpfile, O_RDWR | O_TMPFILE)

static long open_creat(const char *path, const char *second)
{
	(void)second;
	return closed(sys(__NR_creat, path, MODE));
}

static long open_openat(const char *path, const char *second)
{
	(void)second;
	return closed(sys(__NR_openat, AT_FDCWD, path, O_RDONLY));
}

static long open_openat2(const char *path, const char *second)
{
	struct open_how how = { .flags = O_RDWR };

	(void)second;
	return closed(sys(__NR_openat2, AT_FDCWD, path, &how, sizeof(how)));
}

static long open_openat2_create(const char *path, const char *second)
{
	struct open_how how = { .flags = O_WRONLY | O_CREAT, .mode = MODE };

	(void)second;
	return closed(sys(__NR_openat2, AT_FDCWD, path, &how, sizeof(how)));
}

/* From a descriptor of the directory. */
static long open_dirfd(const char *path, const char *second)
{
	struct place place = place_of(path);
	long dir = sys(__NR_open, place.directory, O_PATH | O_DIRECTORY);
	long result = dir;

	(void)second;
	if (dir >= 0)
		result = closed(sys(__NR_openat, dir, place.name, O_RDONLY));
	closed(dir);
	return result;
}

/* By a relative path. */
static long open_relative(const char *path, const char *second)
{
	struct place place = place_of(path);
	long result = sys(__NR_chdir, place.directory);

	(void)second;
	if (!result)
		result = open_with(place.name, O_RDONLY);
	sys(__NR_chdir, "/");
	return result;
}

/* Through the directory's own "..": DIR/./../DIR/NAME. */
static long open_dots(const char *path, const char *second)
{
	struct place place = place_of(path);
	struct place above = place_of(place.directory);
	char *end, way[TEXT_MAX * 2];

	(void)second;
	end = text_put(way, place.directory);
	end = text_put(end, "/./../");
	end = text_put(end, above.name);
	end = text_put(end, "/");
	text_put(end, place.name);
	return open_with(way, O_RDONLY);
}

static long open_below(const char *prefix, const char *path)
{
	char way[TEXT_MAX * 2];

	text_put(text_put(way, prefix), path);
	return open_with(way, O_RDONLY);
}

static long open_root(const char *path, const char *second)
{
	(void)second;
	return open_below("/proc/self/root", path);
}

static long open_cwd(const char *path, const char *second)
{
	struct place place = place_of(path);
	long result = sys(__NR_chdir, place.directory);

	(void)second;
	if (!result)
		result = open_below("/proc/self/cwd/", place.name);
	sys(__NR_chdir, "/");
	return result;
}

static long with_fd_path(long fd, route run, const char *second)
{
	char way[64];
	long result = fd;

	text_put_number(text_put(way, "/proc/self/fd/"), (unsigned long)fd);
	if (fd >= 0)
		result = run(way, second);
	closed(fd);
	return result;
}

/* O_PATH needs no permission; what it gives is opened for real through /proc. */
static long open_o_path(const char *path, const char *second)
{
	return with_fd_path(sys(__NR_open, path, O_PATH), open_rdwr, second);
}

/* @second: a directory of the same mount, where that of the path cannot be opened */
static long open_handle(const char *path, const char *second)
{
	struct {
		unsigned int bytes;
		int type;
		unsigned char data[128];
	} handle = { .bytes = 128 };
	struct place place = place_of(path);
	long mount = sys(__NR_open, second && *second ? second : place.directory,
			 O_RDONLY | O_DIRECTORY);
	long result;
	int id;

	result = sys(__NR_name_to_handle_at, AT_FDCWD, path, &handle, &id, 0);
	if (!result)
		result = closed(sys(__NR_open_by_handle_at, mount, &handle, O_RDONLY));
	closed(mount);
	return result;
}

const struct route_name open_routes[] = {
	{ "open", open_read },
	{ "open-write", open_write },
	{ "open-rdwr", open_rdwr },
	{ "open-append", open_append },
	{ "open-trunc", open_trunc },
	{ "open-read-trunc", open_read_trunc },
	{ "open-create", open_create },
	{ "open-create-read", open_create_read },
	{ "open-excl", open_excl },
	{ "open-claim", open_claim },
	{ "open-ioctl", open_ioctl },
	{ "open-dir", open_dir },
	{ "open-tmpfile", open_tmpfile },
	{ "creat", open_creat },
	{ "openat", open_openat },
	{ "openat2", open_openat2 },
	{ "openat2-create", open_openat2_create },
	{ "dirfd", open_dirfd },
	{ "relative", open_relative },
	{ "dots", open_dots },
	{ "proc-root", open_root },
	{ "proc-cwd", open_cwd },
	{ "o-path", open_o_path },
	{ "handle", open_handle },
	{ NULL, NULL },
};

// SPDX-License-Identifier: MIT
/* Opening with every combination of flags that means something. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "battery.h"

long use(long fd)
{
	char bytes[4];
	long got;

	if (fd < 0)
		return -errno;
	got = read((int)fd, bytes, sizeof(bytes));
	note(" read=%ld", got < 0 ? -errno : got);
	got = write((int)fd, "new!", 4);
	note(" write=%ld flags=%x", got < 0 ? -errno : got, fcntl((int)fd, F_GETFL));
	close((int)fd);
	return 0;
}

/* A fifo would wait. */
#define OPEN(name, flags)                                                 \
	DEED(name)                                                        \
	{                                                                 \
		(void)second;                                             \
		return use(open(first, (flags) | O_NONBLOCK, 0640));      \
	}

OPEN(open_read, O_RDONLY)
OPEN(open_write, O_WRONLY)
OPEN(open_both, O_RDWR)
OPEN(open_append, O_WRONLY | O_APPEND)
OPEN(open_truncate, O_WRONLY | O_TRUNC)
OPEN(open_read_truncate, O_RDONLY | O_TRUNC)
OPEN(open_create, O_RDWR | O_CREAT)
OPEN(open_exclusive, O_RDWR | O_CREAT | O_EXCL)
OPEN(open_create_truncate, O_WRONLY | O_CREAT | O_TRUNC)
OPEN(open_create_directory, O_RDONLY | O_CREAT | O_DIRECTORY)
OPEN(open_path, O_PATH)
OPEN(open_path_nofollow, O_PATH | O_NOFOLLOW)
OPEN(open_directory, O_RDONLY | O_DIRECTORY)
OPEN(open_nofollow, O_RDONLY | O_NOFOLLOW)
OPEN(open_temporary, O_TMPFILE | O_RDWR)
OPEN(open_temporary_read, O_TMPFILE | O_RDONLY)
OPEN(open_ioctl, 3)
OPEN(open_noatime, O_RDONLY | O_NOATIME)
OPEN(open_direct, O_RDONLY | O_DIRECT)
OPEN(open_sync, O_WRONLY | O_SYNC)

DEED(make_creat)
{
	(void)second;
	/* opening a fifo for writing would wait */
	return use(creat(first, 0600));
}

static long openat2_with(const char *path, uint64_t flags, uint64_t mode, uint64_t resolve)
{
	struct open_how how = { .flags = flags, .mode = mode, .resolve = resolve };

	return use(syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof(how)));
}

#define OPENAT2(name, flags, mode, resolve)                             \
	DEED(name)                                                      \
	{                                                               \
		(void)second;                                           \
		return openat2_with(first, flags, mode, resolve);       \
	}

OPENAT2(openat2_beneath, O_RDONLY | O_NONBLOCK, 0, RESOLVE_BENEATH)
OPENAT2(openat2_in_root, O_RDONLY | O_NONBLOCK, 0, RESOLVE_IN_ROOT)
OPENAT2(openat2_no_symlinks, O_RDONLY | O_NONBLOCK, 0, RESOLVE_NO_SYMLINKS)
OPENAT2(openat2_no_xdev, O_RDONLY | O_NONBLOCK, 0, RESOLVE_NO_XDEV)
OPENAT2(openat2_no_magic, O_RDONLY | O_NONBLOCK, 0, RESOLVE_NO_MAGICLINKS)
OPENAT2(openat2_cached, O_RDONLY | O_NONBLOCK, 0, RESOLVE_CACHED)
OPENAT2(openat2_create, O_RDWR | O_CREAT | O_NONBLOCK, 0600, RESOLVE_BENEATH)
OPENAT2(openat2_bad_mode, O_RDONLY, 0600, 0)
OPENAT2(openat2_bad_flag, 1ULL << 40, 0, 0)

DEED(open_from_dir)
{
	int dir = open("dir", O_PATH | O_DIRECTORY);

	(void)second;
	return use(openat(dir, first, O_RDONLY | O_NONBLOCK));
}

DEED(open_by_proc)
{
	char way[64];

	(void)second;
	snprintf(way, sizeof(way), "/proc/self/fd/%d", open(first, O_PATH | O_NOFOLLOW));
	return use(open(way, O_RDWR | O_NONBLOCK));
}

DEED(open_by_handle)
{
	union {
		struct file_handle handle;
		char room[sizeof(struct file_handle) + MAX_HANDLE_SZ];
	} it = { .handle.handle_bytes = MAX_HANDLE_SZ };
	int mount, directory = open(".", O_RDONLY);

	(void)second;
	if (name_to_handle_at(AT_FDCWD, first, &it.handle, &mount, 0))
		return -errno;
	note(" handle=%u", it.handle.handle_bytes);
	return use(open_by_handle_at(directory, &it.handle, O_RDONLY | O_NONBLOCK));
}

const struct deed_name open_deeds[] = {
	{ "open-read", open_read },
	{ "open-write", open_write },
	{ "open-both", open_both },
	{ "open-append", open_append },
	{ "open-truncate", open_truncate },
	{ "open-read-truncate", open_read_truncate },
	{ "open-create", open_create },
	{ "open-exclusive", open_exclusive },
	{ "open-create-truncate", open_create_truncate },
	{ "open-create-directory", open_create_directory },
	{ "open-path", open_path },
	{ "open-path-nofollow", open_path_nofollow },
	{ "open-directory", open_directory },
	{ "open-nofollow", open_nofollow },
	{ "open-temporary", open_temporary },
	{ "open-temporary-read", open_temporary_read },
	{ "open-ioctl", open_ioctl },
	{ "open-noatime", open_noatime },
	{ "open-direct", open_direct },
	{ "open-sync", open_sync },
	{ "creat", make_creat },
	{ "openat2-beneath", openat2_beneath },
	{ "openat2-in-root", openat2_in_root },
	{ "openat2-no-symlinks", openat2_no_symlinks },
	{ "openat2-no-xdev", openat2_no_xdev },
	{ "openat2-no-magic", openat2_no_magic },
	{ "openat2-cached", openat2_cached },
	{ "openat2-create", openat2_create },
	{ "openat2-bad-mode", openat2_bad_mode },
	{ "openat2-bad-flag", openat2_bad_flag },
	{ "open-from-dir", open_from_dir },
	{ "open-by-proc", open_by_proc },
	{ "open-by-handle", open_by_handle },
	{ NULL, NULL },
};

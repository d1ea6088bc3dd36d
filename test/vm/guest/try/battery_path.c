// SPDX-License-Identifier: MIT
/* Names: made, removed, moved, looked at. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <unistd.h>

#include "battery.h"

#define FACCESSAT2 439

#define ONE(name, call)                 \
	DEED(name)                      \
	{                               \
		(void)second;           \
		return outcome(call);   \
	}

ONE(do_unlink, unlink(first))
ONE(do_unlinkat, unlinkat(AT_FDCWD, first, 0))
ONE(do_rmdir, rmdir(first))
ONE(do_rmdirat, unlinkat(AT_FDCWD, first, AT_REMOVEDIR))
ONE(do_mkdir, mkdir(first, 0751))
ONE(do_mknod, mknod(first, S_IFREG | 0640, 0))
ONE(do_mkfifo, mkfifo(first, 0640))
ONE(do_mknod_char, mknod(first, S_IFCHR | 0600, makedev(1, 3)))
ONE(do_mknod_block, mknod(first, S_IFBLK | 0600, makedev(7, 99)))
ONE(do_mknod_socket, mknod(first, S_IFSOCK | 0600, 0))
ONE(do_mknod_bad, mknod(first, S_IFDIR | 0600, 0))
ONE(do_symlink, symlink("target", first))
ONE(do_symlink_empty, symlink("", first))
ONE(do_truncate, truncate(first, 3))
ONE(do_truncate_longer, truncate(first, 10000))
ONE(do_truncate_negative, truncate(first, -1))
ONE(do_access, access(first, R_OK | W_OK))
ONE(do_access_run, access(first, X_OK))
ONE(do_faccessat2, syscall(FACCESSAT2, AT_FDCWD, first, R_OK, AT_EACCESS | AT_SYMLINK_NOFOLLOW))
ONE(do_chdir, chdir(first))

DEED(do_readlink)
{
	char target[32] = "";
	long size = outcome(readlink(first, target, sizeof(target) - 1));

	(void)second;
	note(" to=%s", target);
	return size;
}

static long note_stat(int result, const struct stat *about)
{
	if (!result)
		note(" mode=%o size=%ld owner=%u", about->st_mode,
		     S_ISDIR(about->st_mode) ? 0L : (long)about->st_size, about->st_uid);
	return outcome(result);
}

DEED(do_stat)
{
	struct stat about;

	(void)second;
	return note_stat(stat(first, &about), &about);
}

DEED(do_lstat)
{
	struct stat about;

	(void)second;
	return note_stat(lstat(first, &about), &about);
}

DEED(do_statx)
{
	struct statx about;
	long result = statx(AT_FDCWD, first, AT_EMPTY_PATH, STATX_BASIC_STATS, &about);

	(void)second;
	if (!result)
		note(" mode=%o links=%u", about.stx_mode,
		     S_ISDIR(about.stx_mode) ? 0 : about.stx_nlink);
	return outcome(result);
}

DEED(do_statfs)
{
	struct statfs about;
	long result = statfs(first, &about);

	(void)second;
	if (!result)
		note(" type=%lx", (unsigned long)about.f_type);
	return outcome(result);
}

static int but_dots(const struct dirent *entry)
{
	return strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..");
}

DEED(do_list)
{
	struct dirent **entries;
	int count = scandir(first, &entries, but_dots, alphasort);

	(void)second;
	for (int i = 0; i < count; i++)
		note(" %s", entries[i]->d_name);
	return outcome(count);
}

DEED(do_bind)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	(void)second;
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", first);
	return outcome(bind(fd, (void *)&address, sizeof(address)));
}

const struct deed_name path_deeds[] = {
	{ "unlink", do_unlink },
	{ "unlinkat", do_unlinkat },
	{ "rmdir", do_rmdir },
	{ "unlinkat-directory", do_rmdirat },
	{ "mkdir", do_mkdir },
	{ "mknod", do_mknod },
	{ "mkfifo", do_mkfifo },
	{ "mknod-char", do_mknod_char },
	{ "mknod-block", do_mknod_block },
	{ "mknod-socket", do_mknod_socket },
	{ "mknod-bad", do_mknod_bad },
	{ "symlink", do_symlink },
	{ "symlink-empty", do_symlink_empty },
	{ "truncate", do_truncate },
	{ "truncate-longer", do_truncate_longer },
	{ "truncate-negative", do_truncate_negative },
	{ "access", do_access },
	{ "access-run", do_access_run },
	{ "faccessat2", do_faccessat2 },
	{ "chdir", do_chdir },
	{ "readlink", do_readlink },
	{ "stat", do_stat },
	{ "lstat", do_lstat },
	{ "statx", do_statx },
	{ "statfs", do_statfs },
	{ "list", do_list },
	{ "bind", do_bind },
	{ NULL, NULL },
};

#define TWO(name, call)                 \
	DEED(name)                      \
	{                               \
		return outcome(call);   \
	}
#define RENAME(name, flags) TWO(name, renameat2(AT_FDCWD, first, AT_FDCWD, second, flags))

TWO(do_rename, rename(first, second))
RENAME(do_rename_noreplace, RENAME_NOREPLACE)
RENAME(do_rename_exchange, RENAME_EXCHANGE)
RENAME(do_rename_whiteout, RENAME_WHITEOUT)
RENAME(do_rename_both, RENAME_NOREPLACE | RENAME_EXCHANGE)
RENAME(do_rename_white_exchange, RENAME_WHITEOUT | RENAME_EXCHANGE)
RENAME(do_rename_unknown, 1 << 20)
TWO(do_link, link(first, second))
TWO(do_link_follow, linkat(AT_FDCWD, first, AT_FDCWD, second, AT_SYMLINK_FOLLOW))
TWO(do_link_empty, linkat(open(first, O_PATH | O_NOFOLLOW), "", AT_FDCWD, second, AT_EMPTY_PATH))
TWO(do_link_bad, linkat(AT_FDCWD, first, AT_FDCWD, second, 1))

DEED(do_link_temporary)
{
	int fd = open(first, O_TMPFILE | O_RDWR, 0600);

	return fd < 0 ? -errno : outcome(linkat(fd, "", AT_FDCWD, second, AT_EMPTY_PATH));
}

const struct deed_name pair_deeds[] = {
	{ "rename", do_rename },
	{ "rename-noreplace", do_rename_noreplace },
	{ "rename-exchange", do_rename_exchange },
	{ "rename-whiteout", do_rename_whiteout },
	{ "rename-noreplace-exchange", do_rename_both },
	{ "rename-whiteout-exchange", do_rename_white_exchange },
	{ "rename-unknown", do_rename_unknown },
	{ "link", do_link },
	{ "link-follow", do_link_follow },
	{ "link-empty", do_link_empty },
	{ "link-bad", do_link_bad },
	{ "link-temporary", do_link_temporary },
	{ NULL, NULL },
};

// SPDX-License-Identifier: MIT
/* The files that a battery is fired at, and a picture of them. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "battery.h"

static void must(int result, const char *what)
{
	if (result < 0) {
		printf("cannot make %s: %s\n", what, strerrorname_np(errno));
		exit(1);
	}
}

static void make_file(const char *name, const char *content, mode_t mode, bool theirs)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_EXCL, mode);

	must(fd, name);
	must((int)write(fd, content, strlen(content)), name);
	must(fchmod(fd, mode), name);
	if (theirs)
		must(fchown(fd, USER, USER), name);
	close(fd);
}

static void make_directory(const char *name, mode_t mode, bool theirs)
{
	must(mkdir(name, mode), name);
	must(chmod(name, mode), name);
	if (theirs)
		must(chown(name, USER, USER), name);
}

static void make_link(const char *target, const char *name)
{
	must(symlink(target, name), name);
}

/* Long ago, so that any change shows. */
static const struct timespec long_ago[2] = { { 1000, 0 }, { 1000, 0 } };

static int age_one(const char *path, const struct stat *about, int kind, struct FTW *where)
{
	(void)about, (void)kind, (void)where;
	return utimensat(AT_FDCWD, path, long_ago, AT_SYMLINK_NOFOLLOW);
}

/* "theirs" belongs to the unprivileged user, the rest to root. */
void make_place(void)
{
	make_file("file", CONTENT, 0644, true);
	make_file("private", "private\n", 0600, false);
	make_file("readonly", "readonly\n", 0444, true);
	make_file("script", "#!/bin/sh\nexit 7\n", 0755, true);
	make_file("garbage", "no program\n", 0755, true);
	make_directory("dir", 0755, true);
	make_file("dir/inner", "inner\n", 0644, true);
	make_directory("empty", 0755, true);
	make_directory("locked", 0700, false);
	make_file("locked/inside", "inside\n", 0644, false);
	make_directory("sticky", 01777, false);
	make_file("sticky/roots", "roots\n", 0666, false);
	make_link("file", "soft");
	make_link("nowhere", "dangling");
	make_link("round", "loop");
	make_link("loop", "round");
	make_link("dir", "dirlink");
	must(link("file", "hard"), "hard");
	must(mkfifo("fifo", 0644), "fifo");
	must(chown("fifo", USER, USER), "fifo");
	must(setxattr("file", "user.there", "value", 5, 0) && errno != ENOTSUP ? -1 : 0, "xattr");
	must(chown(".", USER, USER), ".");
	must(nftw(".", age_one, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT), "times");
}

static int remove_one(const char *path, const struct stat *about, int kind, struct FTW *where)
{
	(void)about, (void)kind, (void)where;
	return strcmp(path, ".") ? remove(path) : 0;
}

void clear_place(void)
{
	must(nftw(".", remove_one, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT), "room");
}

static unsigned int sum_of(const char *path)
{
	unsigned int sum = 2166136261U;
	unsigned char buffer[4096];
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
	ssize_t size;

	while ((size = read(fd, buffer, sizeof(buffer))) > 0)
		for (ssize_t i = 0; i < size; i++)
			sum = (sum ^ buffer[i]) * 16777619U;
	close(fd);
	return sum;
}

static unsigned int attributes_of(const char *path)
{
	char names[512];
	ssize_t size = llistxattr(path, names, sizeof(names));
	unsigned int sum = 0;

	/* the order is the filesystem's */
	for (ssize_t at = 0; at < size; at += (ssize_t)strlen(names + at) + 1)
		for (const char *c = names + at; *c; c++)
			sum += (unsigned int)(*c * 31);
	return sum;
}

static struct picture *filling;

static bool same(const struct stat *a, const struct stat *b)
{
	return a->st_ino == b->st_ino && a->st_mode == b->st_mode && a->st_uid == b->st_uid &&
	       a->st_gid == b->st_gid && a->st_size == b->st_size && a->st_nlink == b->st_nlink &&
	       a->st_mtim.tv_sec == b->st_mtim.tv_sec;
}

bool is_as_taken(const struct picture *picture)
{
	struct stat about;

	for (int i = 0; i < picture->count; i++)
		if (lstat(picture->names[i], &about) || !same(&about, &picture->about[i]) ||
		    attributes_of(picture->names[i]) != picture->attributes[i])
			return false;
	return true;
}

static int picture_one(const char *path, const struct stat *about, int kind, struct FTW *where)
{
	char line[1024], target[64] = "";

	(void)kind, (void)where;
	if (S_ISLNK(about->st_mode))
		(void)!readlink(path, target, sizeof(target) - 1);
	snprintf(line, sizeof(line), "%.40s:%o:%u:%u:%ld:%lu:%x:%x:%s:%x", path + 2 * (path[1] == '/'),
		 about->st_mode, about->st_uid, about->st_gid,
		 S_ISDIR(about->st_mode) ? 0L : (long)about->st_size,
		 S_ISDIR(about->st_mode) ? 0UL : (unsigned long)about->st_nlink,
		 S_ISREG(about->st_mode) ? sum_of(path) : 0,
		 about->st_mtime == 1, target, attributes_of(path));
	if (filling->count == PICTURE_MAX)
		return 0;
	filling->about[filling->count] = *about;
	filling->attributes[filling->count] = attributes_of(path);
	filling->names[filling->count] = strdup(path);
	filling->lines[filling->count++] = strdup(line);
	return 0;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void take_picture(struct picture *picture)
{
	picture->count = 0;
	filling = picture;
	nftw(".", picture_one, 16, FTW_PHYS | FTW_MOUNT);
	qsort(picture->lines, (size_t)picture->count, sizeof(*picture->lines), by_text);
}

void free_picture(struct picture *picture)
{
	while (picture->count) {
		free(picture->names[--picture->count]);
		free(picture->lines[picture->count]);
	}
}

// SPDX-License-Identifier: MIT
/*
 * Creates and removes directories with long names above files that others use. The kernel
 * stores a long name in a separate object with a reference count: code that takes it from a
 * directory that is freed meanwhile causes a double free.
 */
#include "hostile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Too long to be stored in the dentry itself: 32 bytes in most kernels, 40 in newer ones. */
#define LONG "a-directory-whose-name-is-too-long-to-be-kept-in-the-entry-itself"

/* One of two chains of directories: all of it is removed while others walk up through it. */
static const char *step_of(unsigned int way, unsigned int depth)
{
	static char path[PATH_ROOM];
	int length = snprintf(path, sizeof(path), "%s", in_dir(LONG "-%u", way % 2));

	for (unsigned int i = 1; i < depth; i++)
		length += snprintf(path + length, sizeof(path) - (size_t)length, "/%s-%u",
				   i % 4 ? "d" : LONG, i);
	return path;
}

static void build(unsigned int way, unsigned int depth)
{
	for (unsigned int i = 1; i <= depth; i++)
		count(mkdir(step_of(way, i), 0755));
}

static void tear_down(unsigned int way, unsigned int depth)
{
	for (unsigned int i = depth; i; i--)
		count(rmdir(step_of(way, i)));
}

/* Always below one of the two chains, so that walks upwards meet removed directories. */
static void move_chain(void)
{
	unsigned int deepest = (unsigned int)number("depth", 24), depth = 0, next;
	char held[PATH_ROOM], moved[PATH_ROOM + 8], other[PATH_ROOM];

	snprintf(held, sizeof(held), "%s", in_dir("held"));
	snprintf(other, sizeof(other), "%s", in_dir(LONG "-renamed"));
	say("at work");
	for (unsigned int way = 0; again(); way++, depth = next) {
		next = 1 + draw(deepest);
		build(way, next);
		snprintf(moved, sizeof(moved), "%s/held", step_of(way, next));
		count(rename(held, moved));
		tear_down(way + 1, depth);
		snprintf(held, sizeof(held), "%.*s", PATH_ROOM - 1, moved);
		if (draw(4))
			continue;
		count(rename(step_of(way, 1), other));
		count(rename(other, step_of(way, 1)));
	}
}

static void use_below(int held)
{
	struct stat about;
	char to[32];
	int fd = openat(held, "file", O_RDWR | O_CREAT, 0644);

	if (fd >= 0)
		close(fd);
	snprintf(to, sizeof(to), "moved-%u", draw(4));
	count(renameat(held, "file", held, to));
	count(linkat(held, to, held, "file", 0));
	count(fchmodat(held, to, 0644, 0));
	count(mkdirat(held, LONG, 0755));
	count(unlinkat(held, LONG, AT_REMOVEDIR));
	fd = openat(held, ".", O_RDONLY | O_DIRECTORY);
	count(fd < 0 ? fd : fstat(fd, &about));
	if (fd >= 0)
		close(fd);
	count(unlinkat(held, to, 0));
}

/* Works below the directory that is moved, without resolving its path. */
static void work_below(void)
{
	int held = open(in_dir("held"), O_RDONLY | O_DIRECTORY);

	say("at work");
	while (again()) {
		int fd = openat(held, "file", O_RDONLY);

		if (fd >= 0)
			close(fd);
		if (!draw(16))
			use_below(held);
	}
}

/* Creates, links, renames and removes as many files with long names as possible. */
static void churn_long_names(void)
{
	say("at work");
	while (again()) {
		unsigned int which = draw(8);
		int fd = open(in_dir(LONG "-file-%u", which), O_WRONLY | O_CREAT, 0644);

		count(fd);
		if (fd >= 0)
			close(fd);
		count(link(in_dir(LONG "-file-%u", which), in_dir(LONG "-link-%u", draw(8))));
		count(syscall(SYS_renameat2, AT_FDCWD, in_dir(LONG "-file-%u", which), AT_FDCWD,
			      in_dir(LONG "-file-%u", draw(8)), draw(2) ? 2 /* exchange */ : 0));
		count(unlink(in_dir(LONG "-link-%u", draw(8))));
		count(unlink(in_dir(LONG "-file-%u", draw(8))));
	}
}

const struct attack name_attacks[] = {
	{ "move-chain", move_chain },
	{ "work-below", work_below },
	{ "churn-long-names", churn_long_names },
	{ NULL, NULL },
};

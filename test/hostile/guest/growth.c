// SPDX-License-Identifier: MIT
/* Operations that a user can repeat without end, and operations that fail for lack of permission. */
#include "hostile.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static void make(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT, 0644);

	count(fd);
	if (fd >= 0)
		close(fd);
}

/* Replaces the file of a guarded name each time, which removes the previous file. */
static void renew(void)
{
	say("at work");
	while (again()) {
		make(in_dir("guarded"));
		count(rename(in_dir("guarded"), in_dir("aside")));
		count(unlink(in_dir("aside")));
	}
}

/* The same in the way an editor saves: a new file, with the old one kept as a backup. */
static void save(void)
{
	make(in_dir("guarded"));
	say("at work");
	while (again()) {
		make(in_dir("new"));
		unlink(in_dir("guarded~"));
		count(link(in_dir("guarded"), in_dir("guarded~")));
		count(rename(in_dir("new"), in_dir("guarded")));
	}
}

static void grab_by(unsigned int way)
{
	const char *victim = text("victim", "/tmp/victim"), *folder = text("folder", "/usr");
	const char *onto = in_dir("%s", text("onto", "guarded")), *own = in_dir("folder");

	switch (way) {
	case 0:
		count(rename(victim, onto));
		break;
	case 1:
		count(rename(onto, victim));
		break;
	case 2:
		count(syscall(SYS_renameat2, AT_FDCWD, victim, AT_FDCWD, onto, RENAME_EXCHANGE));
		break;
	case 3:
		count(link(victim, onto));
		break;
	case 4:
		count(rename(folder, own));
		break;
	default:
		count(syscall(SYS_renameat2, AT_FDCWD, folder, AT_FDCWD, onto, RENAME_EXCHANGE));
	}
}

/*
 * Renames and links to and from guarded names that the kernel refuses for lack of permission:
 * "victim" belongs to another user, in a directory of that user; "onto" is our own file.
 * Tries all the ways, or one of them.
 */
static void grab(void)
{
	if (!number("absent", 0))
		make(in_dir("%s", text("onto", "guarded")));
	mkdir(in_dir("folder"), 0755);
	say("at work");
	while (again())
		grab_by((unsigned int)number("way", draw(6)));
}

const struct attack growth_attacks[] = {
	{ "renew", renew },
	{ "save", save },
	{ "grab", grab },
	{ NULL, NULL },
};

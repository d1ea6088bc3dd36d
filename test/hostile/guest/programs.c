// SPDX-License-Identifier: MIT
/*
 * Renames, exchanges, links, removes, rewrites and runs programs that rules name by path.
 * Two kinds of files never mix: files that sometimes have a path that a rule names
 * ("named-", "spare-"), and strangers, which never have one.
 */
#include "hostile.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/memfd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define EXCHANGE 2

/* The result of an attempt to read a guarded file. */
#define LET_IN 1
#define REFUSED 2
#define NOT_RUN 4

/* The number of rules: their executables are "named-0"…, and they guard "file-0"…. */
#define NAMES 4

/* Where a reader reports that it has started. */
#define READY 3

static int look(const char *path)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK);

	if (fd < 0)
		return REFUSED;
	close(fd);
	return LET_IN;
}

static int look_at_each(const char *closed)
{
	char path[PATH_ROOM];
	int how = 0;

	for (unsigned int i = 0; i < NAMES; i++) {
		snprintf(path, sizeof(path), "%s/file-%u", closed, i);
		how |= look(path);
	}
	return how;
}

/* What the programs do; all of them are copies of this one. */
static void peek(void)
{
	const char *path = text("path", NULL), *closed = text("closed", "/");
	int how = 0;

	while (again()) {
		how |= path ? look(path) : look_at_each(closed);
		if (number("ready", 0))
			close(READY);
	}
	_exit(how);
}

/* ---- making and running --------------------------------------------------------- */

static bool fill(int to)
{
	int from = open("/proc/self/exe", O_RDONLY);
	struct stat about;
	bool done = from >= 0 && !fstat(from, &about) &&
		    sendfile(to, from, NULL, (size_t)about.st_size) == about.st_size;

	if (from >= 0)
		close(from);
	return done && !fchmod(to, 0777);
}

static void make(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0777);

	if (count(fd) < 0)
		return;
	fill(fd);
	close(fd);
}

static void link_nameless(const char *path)
{
	int fd = open(in_dir("."), O_WRONLY | O_TMPFILE, 0777);
	char name[32];

	if (count(fd) < 0)
		return;
	fill(fd);
	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	count(linkat(AT_FDCWD, name, AT_FDCWD, path, AT_SYMLINK_FOLLOW));
	close(fd);
}

static void rewrite(const char *path)
{
	int fd = open(path, O_WRONLY | O_TRUNC);

	if (count(fd) < 0)
		return;
	fill(fd);
	close(fd);
}

/* @fd: what to run, or -1: @path */
static _Noreturn void run(const char *path, int fd, char *const *argv)
{
	if (fd < 0)
		execv(path, argv);
	else
		syscall(SYS_execveat, fd, "", argv, environ, AT_EMPTY_PATH);
	_exit(NOT_RUN);
}

static int how_ended(pid_t child)
{
	int status;

	if (child <= 0 || waitpid(child, &status, 0) != child || !WIFEXITED(status))
		return NOT_RUN;
	return WEXITSTATUS(status);
}

static int run_to_look(const char *path, int fd)
{
	char closed[PATH_ROOM], least[32];
	char *const argv[] = { "program", "peek", closed, least, NULL };
	pid_t child;
	int how;

	snprintf(closed, sizeof(closed), "closed=%s", text("closed", "/"));
	snprintf(least, sizeof(least), "least=%u", 1 + draw(10));
	child = draw(2) ? fork_bound() : vfork();
	if (!child) {
		int nothing = open("/dev/null", O_RDONLY);

		dup2(nothing, 0);
		run(path, fd, argv);
	}
	how = how_ended(child);
	errno = how & NOT_RUN ? ENOENT : EACCES;
	count(how & LET_IN ? 0 : -1);
	return how;
}

/* ---- moving programs ---------------------------------------------------------------- */

static const char *stranger(void)
{
	return in_dir("stranger-%u", draw(6));
}

static const char *one_of_rules(void)
{
	return draw(2) ? in_dir("named-%u", draw(NAMES)) : in_dir("spare-%u", draw(NAMES));
}

/* Creates no new files. */
static void move(const char *(*pick)(void))
{
	const char *from = pick(), *to = pick();

	switch (draw(8)) {
	case 0:
		count(rename(from, to));
		break;
	case 1:
		count(unlink(from));
		count(link(to, from));
		break;
	case 2:
	case 3:
	case 4:
		count(link(from, to));
		break;
	default:
		count(syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, EXCHANGE));
	}
}

static void renew(const char *path)
{
	switch (draw(4)) {
	case 0:
		rewrite(path);
		break;
	case 1:
		count(unlink(path));
		link_nameless(path);
		break;
	default:
		count(unlink(path));
		make(path);
	}
}

static void run_stranger(void)
{
	const char *path = stranger();
	int fd = -1;

	switch (draw(3)) {
	case 0:
		fd = (int)syscall(SYS_memfd_create, "program", MFD_CLOEXEC);
		if (fd >= 0 && !fill(fd)) {
			close(fd);
			return;
		}
		break;
	case 1:
		fd = open(path, O_RDONLY | O_CLOEXEC);
		move(stranger);
	}
	if (run_to_look(path, fd) & LET_IN)
		count_breach("a program that no rule has named was let in");
	if (fd >= 0)
		close(fd);
}

/* Runs, creates and moves files of both kinds, never mixing them. */
static void shuffle_programs(void)
{
	say("at work");
	while (again()) {
		for (unsigned int i = draw(20); i; i--)
			move(draw(4) ? one_of_rules : stranger);
		renew(draw(2) ? one_of_rules() : stranger());
		run_to_look(one_of_rules(), -1);
		run_stranger();
		if (look_at_each(text("closed", "/")) & LET_IN)
			count_breach("who runs nothing that a rule names was let in");
	}
}

/* As fast as possible, to race with processes whose executable loses its name. */
static void exchange_programs(void)
{
	say("at work");
	while (again())
		move(one_of_rules);
}

/* ---- upgrades ---------------------------------------------------------------------- */

/* Runs the program that has the name, as a service, until its input ends. */
static pid_t start_service(const char *path, int *input)
{
	char kept[PATH_ROOM];
	char *const argv[] = { "service", "peek", kept, "ready=1", NULL };
	int hold[2], ready[2];
	pid_t child;
	char byte;

	snprintf(kept, sizeof(kept), "path=%s", text("path", "/"));
	if (pipe2(hold, O_CLOEXEC) || pipe2(ready, O_CLOEXEC))
		return -1;
	child = fork_bound();
	if (!child) {
		dup2(hold[0], 0);
		close(hold[1]);
		if (ready[1] != READY)
			dup2(ready[1], READY);
		else
			fcntl(READY, F_SETFD, 0);
		run(path, -1, argv);
	}
	close(hold[0]);
	close(ready[1]);
	/* ends when it has read for the first time */
	if (read(ready[0], &byte, 1))
		count_breach("nothing is written to say that it has begun");
	close(ready[0]);
	*input = hold[1];
	return child;
}

static void upgrade(void)
{
	unlink("former");
	switch (draw(4)) {
	case 0:
		count(rename("next", "service"));
		break;
	case 1:
		count(syscall(SYS_renameat2, AT_FDCWD, "next", AT_FDCWD, "service", EXCHANGE));
		count(rename("next", "former"));
		break;
	case 2:
		count(unlink("service"));
		count(link("next", "service"));
		count(unlink("next"));
		break;
	default:
		count(rename("service", "former"));
		count(rename("next", "service"));
	}
}

/* A process that already runs the program that had the name stays allowed; no other one is. */
static void upgrade_program(void)
{
	if (chdir(in_dir(".")))
		return;
	make("service");
	say("at work");
	while (again()) {
		int former = open("service", O_RDONLY | O_CLOEXEC), input = -1;
		pid_t service = start_service("service", &input);

		make("next");
		upgrade();
		if (former >= 0 && run_to_look(NULL, former) & LET_IN)
			count_breach("who ran a former file after it was replaced was let in");
		close(input);
		if (how_ended(service) != LET_IN)
			count_breach("who ran the file before it was replaced was refused");
		close(former);
	}
}

const struct attack program_attacks[] = {
	{ "peek", peek },
	{ "shuffle-programs", shuffle_programs },
	{ "exchange-programs", exchange_programs },
	{ "upgrade-program", upgrade_program },
	{ NULL, NULL },
};

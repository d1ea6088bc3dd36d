// SPDX-License-Identifier: MIT
/*
 * battery DIRECTORY: fires every case below the directory, as root and as a
 * user, and prints a line for each: who, what, result, and what it changed.
 * DIRECTORY/ro is a read-only mount with "file" in it, DIRECTORY/other another
 * filesystem.
 */
#define _GNU_SOURCE
#include "battery.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define LINE_MAX_ 4096
#define PATIENCE 20 /* seconds; only a case that hangs takes so long */
#define HOME 3	    /* descriptor of the place */

static char *line; /* shared with the children */
static struct picture pristine;

#define FOR_ROOT 8

static char long_name[300], long_path[5000];

static const char *const single_paths[] = {
	"soft", "dangling", "loop", "file/below", "file/", "", long_name, long_path,
	/* from here on for the user as well */
	"file", "missing", "dir", "empty", "private", "readonly", "locked/new", "sticky/roots",
	"../ro/file", "../ro/new", NULL,
};

static const struct {
	const char *first, *second;
} pairs[] = {
	{ "file", "new" }, { "file", "readonly" }, { "file", "file" }, { "file", "hard" },
	{ "file", "dir" }, { "file", "dir/new" }, { "file", "dir/inner" }, { "dir", "new" },
	{ "dir", "empty" }, { "empty", "dir" }, { "dir", "dir/below" }, { "dir/inner", "file" },
	{ "dir", "file" }, { "missing", "new" }, { "file", "missing/new" }, { "soft", "new" },
	{ "dangling", "new" }, { "loop", "new" }, { "file", "loop/new" }, { "file", "dangling" },
	{ "private", "new" }, { "file", "locked/new" }, { "locked/inside", "new" },
	{ "sticky/roots", "new" }, { "file", "sticky/roots" }, { "file", "../other/new" },
	{ "../ro/file", "new" }, { "file", "../ro/new" }, { "file", "file/below" },
	{ "file", long_name }, { ".", "new" }, { "file", ".." }, { "fifo", "new" }, { "", "new" },
};

long outcome(long result)
{
	return result < 0 ? -errno : result;
}

void note(const char *format, ...)
{
	size_t used = strlen(line);
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(line + used, LINE_MAX_ - used, format, arguments);
	va_end(arguments);
}

static void note_errno(long result)
{
	const char *name = result < 0 ? strerrorname_np((int)-result) : "OK";

	if (result < 0)
		note(" %s", name ? name : "?");
	else
		note(" %ld", result);
}

static void must(int result)
{
	if (result)
		exit(99);
}

/* For good. */
static void become_user(void)
{
	struct rlimit none = { 0, 0 };

	setrlimit(RLIMIT_CORE, &none);
	must(setgroups(0, NULL) || setresgid(USER, USER, USER) || setresuid(USER, USER, USER));
	prctl(PR_SET_DUMPABLE, 1);
}

static void run_in_child(deed run, bool as_user)
{
	pid_t child = fork();
	int status = 0;

	if (!child) {
		alarm(PATIENCE);
		if (as_user)
			become_user();
		note_errno(run(NULL, NULL));
		_exit(0);
	}
	waitpid(child, &status, 0);
	if (status)
		note(" status=%x", status);
}

/* For calls on paths, which leave nothing but descriptors. A fork is dear in an emulator. */
static void run_here(deed run, bool as_user, const char *first, const char *second)
{
	alarm(PATIENCE);
	if (as_user)
		must(setresgid(USER, USER, 0) || setresuid(USER, USER, 0));
	note_errno(run(first, second));
	if (as_user)
		must(setresuid(0, 0, 0) || setresgid(0, 0, 0));
	alarm(0);
	close_range(HOME + 1, ~0U, 0);
	must(fchdir(HOME));
}

static bool has(const struct picture *picture, const char *text)
{
	for (int i = 0; i < picture->count; i++)
		if (!strcmp(picture->lines[i], text))
			return true;
	return false;
}

/* Gives whether anything is other than it was. */
static bool note_changes(void)
{
	struct picture now;
	bool changed = false;

	take_picture(&now);
	for (int i = 0; i < pristine.count; i++)
		if (!has(&now, pristine.lines[i])) {
			note(" -%s", strtok(pristine.lines[i], ":"));
			changed = true;
		}
	for (int i = 0; i < now.count; i++)
		if (!has(&pristine, now.lines[i]) && strncmp(now.lines[i], ".:", 2)) {
			note(" +%s", now.lines[i]);
			changed = true;
		}
	free_picture(&now);
	return changed;
}

static void renew_place(void)
{
	clear_place();
	make_place();
	free_picture(&pristine);
	take_picture(&pristine);
}

static const char *shown(const char *path)
{
	if (path == long_name)
		return "LONG-NAME";
	if (path == long_path)
		return "LONG-PATH";
	return path && *path ? path : "-";
}

static void fire(const struct deed_name *what, bool as_user, const char *first, const char *second)
{
	*line = 0;
	note("%s %s", as_user ? "user" : "root", what->name);
	if (first)
		note(" %s", shown(first));
	if (second)
		note(" %s", shown(second));
	note(":");
	if (first)
		run_here(what->run, as_user, first, second);
	else
		run_in_child(what->run, as_user);
	/* what is written through a mapping need not change the time */
	if ((!first || !is_as_taken(&pristine)) && note_changes())
		renew_place();
	puts(line);
}

/* The user sees to those whose permissions differ. */
static void fire_singles(const struct deed_name *what, bool as_user)
{
	const char *const *path;

	for (; what->name; what++)
		for (path = as_user ? single_paths + FOR_ROOT : single_paths; *path; path++)
			fire(what, as_user, *path, NULL);
}

static void fire_pairs(const struct deed_name *what, bool as_user)
{
	for (; what->name; what++)
		for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++)
			fire(what, as_user, pairs[i].first, pairs[i].second);
}

static void fire_alone(const struct deed_name *what, bool as_user)
{
	for (; what->name; what++)
		fire(what, as_user, NULL, NULL);
}

static void fire_all(bool as_user)
{
	fire_singles(open_deeds, as_user);
	fire_singles(path_deeds, as_user);
	fire_pairs(pair_deeds, as_user);
	fire_singles(attr_deeds, as_user);
	fire_alone(data_deeds, as_user);
	fire_alone(watch_deeds, as_user);
	fire_alone(mount_deeds, as_user);
	fire_alone(process_deeds, as_user);
	fire_alone(uring_deeds, as_user);
}

int main(int argc, char **argv)
{
	if (argc != 2 || chdir(argv[1]) || (mkdir("place", 0755) && errno != EEXIST) ||
	    chdir("place")) {
		perror(argc == 2 ? argv[1] : "battery DIRECTORY");
		return 2;
	}
	memset(long_name, 'n', 256);
	for (int i = 0; i < 4200; i += 2)
		memcpy(long_path + i, "./", 2);
	line = mmap(NULL, LINE_MAX_, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	umask(022);
	must(setgroups(0, NULL) || dup2(open(".", O_PATH), HOME) != HOME);
	setvbuf(stdout, NULL, _IOLBF, 0);
	renew_place();
	fire_all(false);
	fire_all(true);
	clear_place();
	return 0;
}

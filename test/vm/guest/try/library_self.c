// SPDX-License-Identifier: MIT
/* Who the process is: children, users, groups, cgroups, executables. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/sendfile.h>
#include <sys/wait.h>
#include <unistd.h>

#include "library.h"
#include "text.h"
#include "verbs.h"

static long outcome(long result)
{
	return result < 0 ? -errno : 0;
}

static long write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);
	long err = fd < 0 ? -errno : outcome(write(fd, text, strlen(text)));

	if (fd >= 0)
		close(fd);
	return err;
}

static long join_cgroup(const char *directory)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/cgroup.procs", directory);
	return write_file(path, "0");
}

#define GROUPS 65536

/* As many as a task may have: every second number, odd ones if @group is odd. */
static long join_groups(gid_t group)
{
	gid_t *groups = malloc(GROUPS * sizeof(*groups));
	long err;

	if (!groups)
		return -ENOMEM;
	for (gid_t i = 0; i < GROUPS; i++)
		groups[i] = group % 2 + 2 * i;
	err = outcome(setgroups(GROUPS, groups));
	free(groups);
	return err;
}

static long become(const char *kind, const char *who)
{
	unsigned int id = (unsigned int)strtoul(who, NULL, 10);
	gid_t group = id;

	if (!strcmp(kind, "uid"))
		return outcome(setresuid(id, id, id));
	if (!strcmp(kind, "euid"))
		return outcome(setresuid((uid_t)-1, id, (uid_t)-1));
	if (!strcmp(kind, "gid"))
		return outcome(setresgid(id, id, id));
	if (!strcmp(kind, "group"))
		return outcome(setgroups(1, &group));
	if (!strcmp(kind, "groups"))
		return join_groups(group);
	if (!strcmp(kind, "login"))
		return write_file("/proc/self/loginuid", who);
	if (!strcmp(kind, "cgroup"))
		return join_cgroup(who);
	return -EINVAL;
}

/* as uid|euid|gid|group|groups|login|cgroup WHO ROUTE PATH [SECOND]: in a child that is that */
long run_as(char **words)
{
	pid_t child = fork();
	int status;
	long err;

	if (!child) {
		err = become(words[0], words[1]);
		/* Not an errno that a route could give. */
		_exit(err ? EUSERS : exit_code(run_route(words + 2)));
	}
	waitpid(child, &status, 0);
	return -WEXITSTATUS(status);
}

/* fork: a child obeys from now on */
long go_on_in_child(char **words)
{
	pid_t child = fork();

	(void)words;
	if (child <= 0)
		return outcome(child);
	waitpid(child, NULL, 0);
	_exit(0);
}

/* orphan: a grandchild whose parent is gone obeys from now on */
long go_on_as_orphan(char **words)
{
	pid_t middle, parent;
	int ends[2];
	char byte;

	(void)words;
	if (pipe(ends))
		return -errno;
	middle = fork();
	if (!middle) {
		parent = getpid();
		if (fork())
			_exit(0);
		while (getppid() == parent)
			sched_yield();
		close(ends[0]);
		return 0;
	}
	waitpid(middle, NULL, 0);
	close(ends[1]);
	while (read(ends[0], &byte, 1) > 0)
		;
	_exit(0);
}

/* pid: the number of whoever obeys */
long show_pid(char **words)
{
	char line[32];

	(void)words;
	snprintf(line, sizeof(line), "%d\n", getpid());
	text_print(line);
	return VERB_PRINTED;
}

/* memfd: a copy of this program without a name; prints its descriptor */
long hold_memfd(char **words)
{
	int from = open("/proc/self/exe", O_RDONLY);
	int to = memfd_create("try", 0);
	char line[32];

	(void)words;
	while (sendfile(to, from, NULL, 1 << 20) > 0)
		;
	close(from);
	snprintf(line, sizeof(line), "%d\n", to);
	text_print(line);
	return VERB_PRINTED;
}

/* unshare private|slave|shared: a mount namespace of its own; shared: as the mounts are */
long leave_mounts(char **words)
{
	unsigned long how = strcmp(words[0], "slave") ? MS_PRIVATE : MS_SLAVE;

	if (unshare(CLONE_NEWNS))
		return -errno;
	if (!strcmp(words[0], "shared"))
		return 0;
	return outcome(mount(NULL, "/", NULL, MS_REC | how, NULL));
}

/* enter PID: the mount namespace of that process */
long enter_mounts(char **words)
{
	char path[64];
	long result;
	int fd;

	snprintf(path, sizeof(path), "/proc/%s/ns/mnt", words[0]);
	fd = open(path, O_RDONLY);
	if (fd < 0)
		return -errno;
	result = outcome(setns(fd, CLONE_NEWNS));
	close(fd);
	return result;
}

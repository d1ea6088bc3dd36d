// SPDX-License-Identifier: MIT
/* Access to the same files by other ways: namespaces, mounts, overlays, handles. */
#include "hostile.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void write_line(const char *path, const char *line)
{
	int fd = open(path, O_WRONLY);

	if (fd < 0)
		return;
	count(write(fd, line, strlen(line)));
	close(fd);
}

/* Becomes root of a user namespace, where any user can mount. */
static bool enter(void)
{
	char map[64];
	uid_t user = getuid();

	if (count(unshare(CLONE_NEWUSER | CLONE_NEWNS)))
		return false;
	write_line("/proc/self/setgroups", "deny");
	snprintf(map, sizeof(map), "0 %u 1", user);
	write_line("/proc/self/uid_map", map);
	write_line("/proc/self/gid_map", map);
	return true;
}

/* A breach if the content of the secret can be read. */
static void expect_closed(const char *path, const char *how)
{
	char content[32] = "";
	int fd = open(path, O_RDONLY | O_NONBLOCK);

	if (count(fd) < 0)
		return;
	if (read(fd, content, sizeof(content) - 1) > 0 && strstr(content, "treasure"))
		count_breach(how);
	close(fd);
}

static void mount_overlay(const char *closed, const char *place)
{
	char options[3 * PATH_ROOM], path[PATH_ROOM];

	if (count(mount("tmpfs", place, "tmpfs", 0, NULL)))
		return;
	snprintf(path, sizeof(path), "%s/upper", place);
	mkdir(path, 0755);
	snprintf(path, sizeof(path), "%s/work", place);
	mkdir(path, 0755);
	snprintf(path, sizeof(path), "%s/merged", place);
	mkdir(path, 0755);
	snprintf(options, sizeof(options), "lowerdir=%s,upperdir=%s/upper,workdir=%s/work,userxattr",
		 closed, place, place);
	if (!count(mount("overlay", path, "overlay", 0, options))) {
		snprintf(path, sizeof(path), "%s/merged/secret", place);
		expect_closed(path, "read through an overlay");
		count(chmod(path, 0600));
		count(rename(path, place));
		count(unlink(path));
		snprintf(path, sizeof(path), "%s/merged", place);
		count(umount2(path, draw(2) ? MNT_DETACH : 0));
	}
	count(umount2(place, MNT_DETACH));
}

static void mount_other_ways(const char *closed, const char *place)
{
	char path[PATH_ROOM];
	int tree;

	if (!count(mount(closed, place, NULL, MS_BIND | (draw(2) ? MS_REC : 0), NULL))) {
		snprintf(path, sizeof(path), "%s/secret", place);
		expect_closed(path, "read through a bind mount");
		count(umount2(place, draw(2) ? MNT_DETACH : 0));
	}
	count(mount("tmpfs", closed, "tmpfs", 0, NULL));
	count(umount2(closed, MNT_DETACH));
	tree = (int)syscall(SYS_open_tree, AT_FDCWD, closed, 1 /* clone */ | O_CLOEXEC);
	if (count(tree) < 0)
		return;
	count(syscall(SYS_move_mount, tree, "", AT_FDCWD, place, 4 /* from: empty path */));
	count(umount2(place, MNT_DETACH));
	close(tree);
}

static void change_place(const char *closed, const char *place)
{
	char path[PATH_ROOM];

	mkdir(place, 0755);
	if (draw(2))
		mount_overlay(closed, place);
	else
		mount_other_ways(closed, place);
	count(chroot(place));
	snprintf(path, sizeof(path), "%s/secret", closed);
	expect_closed(path, "read after a chroot");
}

/* "closed" is a directory that all users can read, with a guarded "secret". */
static void move_about(void)
{
	const char *closed = text("closed", "/tmp/closed");

	say("at work");
	while (again()) {
		pid_t child = fork_bound();

		if (!child) {
			draw_apart(draw(1U << 30));
			if (enter())
				change_place(closed, in_dir("place-%u", (unsigned int)getppid()));
			_exit(0);
		}
		await_child(child);
		draw(2);
	}
}

/* Mounts and unmounts below rules as root, which the rules do not allow. */
static void mount_and_unmount(void)
{
	const char *place = in_dir("mounted");

	mkdir(place, 0755);
	say("at work");
	while (again()) {
		char path[PATH_ROOM];
		int fd;

		if (count(mount("tmpfs", place, "tmpfs", 0, "mode=777")))
			continue;
		snprintf(path, sizeof(path), "%s/secret", place);
		fd = open(path, O_WRONLY | O_CREAT, 0644);
		if (count(fd) >= 0)
			close(fd);
		usleep(draw(3000));
		count(umount2(place, draw(2) ? MNT_DETACH : 0));
		while (!umount2(place, MNT_DETACH))
			;
	}
}

/* Opens a file by handle, even after its name is gone. */
static void use_handles(void)
{
	struct {
		struct file_handle handle;
		char room[MAX_HANDLE_SZ];
	} named;
	int place = open(text("dir", "/tmp"), O_RDONLY | O_DIRECTORY), id;

	say("at work");
	while (again()) {
		const char *path = draw(2) ? in_dir("secret") : in_dir("sub%u/n%u", draw(2), draw(4));
		char content[32] = "";
		int fd;

		named.handle.handle_bytes = MAX_HANDLE_SZ;
		if (count(name_to_handle_at(AT_FDCWD, path, &named.handle, &id, 0)))
			continue;
		fd = open_by_handle_at(place, &named.handle, O_RDONLY | O_NONBLOCK);
		if (count(fd) < 0)
			continue;
		if (read(fd, content, sizeof(content) - 1) > 0 && strstr(content, "treasure"))
			count_breach("read by its handle");
		close(fd);
	}
}

const struct attack place_attacks[] = {
	{ "move-about", move_about },
	{ "mount-and-unmount", mount_and_unmount },
	{ "use-handles", use_handles },
	{ NULL, NULL },
};

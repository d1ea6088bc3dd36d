// SPDX-License-Identifier: MIT
/* Mounts, each in a mount namespace of its own, so that nothing stays. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <sched.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "battery.h"

int mount(const char *source, const char *target, const char *type, unsigned long flags,
	  const void *data);
int umount2(const char *target, int flags);

/* Root's mounts, or a user's in a user namespace. */
static long apart(void)
{
	if (unshare(getuid() ? CLONE_NEWUSER | CLONE_NEWNS : CLONE_NEWNS))
		return -errno;
	return outcome(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
}

/* What "file" or "empty" shows then. */
static void look(void)
{
	struct stat about;

	note(" file=%ld", stat("file", &about) ? -1L : (long)about.st_size);
	note(" empty=%d", access("empty/inner", F_OK));
}

#define APART(name, call)                               \
	DEED(name)                                      \
	{                                               \
		long result = apart();                  \
                                                        \
		UNUSED;                                 \
		if (!result)                            \
			result = outcome(call);         \
		look();                                 \
		return result;                          \
	}
#define PLAIN(name, call)               \
	DEED(name)                      \
	{                               \
		UNUSED;                 \
		return outcome(call);   \
	}

static long bind(const char *from, const char *to, unsigned long flags)
{
	return mount(from, to, NULL, MS_BIND | flags, NULL);
}

static long tree(const char *from, unsigned int flags)
{
	return syscall(SYS_open_tree, AT_FDCWD, from, flags | OPEN_TREE_CLOEXEC);
}

static long move(long fd, const char *to)
{
	return fd < 0 ? fd : syscall(SYS_move_mount, fd, "", AT_FDCWD, to,
				     MOVE_MOUNT_F_EMPTY_PATH);
}

static long fresh(const char *type)
{
	long context = syscall(SYS_fsopen, type, 0);

	if (context < 0)
		return context;
	syscall(SYS_fsconfig, context, FSCONFIG_CMD_CREATE, NULL, NULL, 0);
	return syscall(SYS_fsmount, context, 0, 0);
}

static long locked(const char *path)
{
	struct mount_attr attributes = { .attr_set = MOUNT_ATTR_RDONLY };
	long result = bind("dir", "empty", 0);

	return result ? result : syscall(SYS_mount_setattr, AT_FDCWD, path, 0, &attributes,
					 sizeof(attributes));
}

static long twice(void)
{
	return bind("dir", "empty", 0) ? -1 : umount2("empty", 0);
}

static long busy(void)
{
	if (bind("dir", "empty", 0) || open("empty/inner", O_RDONLY) < 0)
		return -1;
	return umount2("empty", 0);
}

static long lazy(void)
{
	if (bind("dir", "empty", 0) || open("empty/inner", O_RDONLY) < 0)
		return -1;
	return umount2("empty", 2);
}

static long pivot(void)
{
	if (bind("dir", "dir", MS_REC) || mkdir("dir/old", 0755))
		return -1;
	return syscall(SYS_pivot_root, "dir", "dir/old");
}

static long read_only(void)
{
	if (bind("dir", "empty", 0) ||
	    mount(NULL, "empty", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL))
		return -1;
	return open("empty/inner", O_WRONLY);
}

static long overlay(void)
{
	if (mkdir("empty/up", 0755) || mkdir("empty/work", 0755))
		return -1;
	return mount("overlay", "dir", "overlay", 0,
		     "lowerdir=dir,upperdir=empty/up,workdir=empty/work");
}

APART(mount_tmpfs, mount("none", "empty", "tmpfs", 0, NULL))
APART(mount_unknown, mount("none", "empty", "nosuchfs", 0, NULL))
APART(mount_missing, mount("none", "missing", "tmpfs", 0, NULL))
APART(mount_on_file, mount("none", "file", "tmpfs", 0, NULL))
APART(bind_directory, bind("dir", "empty", 0))
APART(bind_recursive, bind("dir", "empty", MS_REC))
APART(bind_file, bind("readonly", "file", 0))
APART(bind_mixed, bind("dir", "file", 0))
APART(bind_missing, bind("missing", "empty", 0))
APART(bind_read_only, read_only())
APART(make_shared, mount(NULL, ".", NULL, MS_SHARED, NULL))
APART(remount_options, mount(NULL, "/", NULL, MS_REMOUNT | MS_BIND | MS_NOATIME, NULL))
APART(umount_bind, twice())
APART(umount_busy, busy())
APART(umount_lazy, lazy())
APART(umount_nothing, umount2("dir", 0))
APART(umount_missing, umount2("missing", 0))
APART(umount_nofollow, umount2("dirlink", 8))
APART(clone_tree, move(tree("dir", OPEN_TREE_CLONE), "empty"))
APART(clone_missing, tree("missing", OPEN_TREE_CLONE))
APART(plain_tree, tree("dir", 0))
APART(move_tree, move(tree("dir", 0), "empty"))
APART(new_tmpfs, move(fresh("tmpfs"), "empty"))
APART(new_unknown, fresh("nosuchfs"))
APART(set_attributes, locked("empty"))
APART(set_attributes_nothing, locked("dir"))
APART(pivot_root, pivot())
APART(pivot_root_bad, syscall(SYS_pivot_root, "dir", "dir"))
APART(mount_overlay, overlay())
APART(chroot_directory, chroot("dir") ? -1 : access("/inner", F_OK))
PLAIN(mount_here, getuid() ? mount("none", "empty", "tmpfs", 0, NULL) : 0)
PLAIN(umount_here, getuid() ? umount2("../ro", 0) : 0)
PLAIN(chroot_here, chroot("dir"))
PLAIN(chroot_file, chroot("file"))
PLAIN(chroot_missing, chroot("missing"))

#define ROW(name) { #name, name }

const struct deed_name mount_deeds[] = {
	ROW(mount_tmpfs), ROW(mount_unknown), ROW(mount_missing), ROW(mount_on_file),
	ROW(bind_directory), ROW(bind_recursive), ROW(bind_file), ROW(bind_mixed),
	ROW(bind_missing), ROW(bind_read_only), ROW(make_shared), ROW(remount_options),
	ROW(umount_bind), ROW(umount_busy), ROW(umount_lazy), ROW(umount_nothing),
	ROW(umount_missing), ROW(umount_nofollow), ROW(clone_tree), ROW(clone_missing),
	ROW(plain_tree), ROW(move_tree), ROW(new_tmpfs), ROW(new_unknown),
	ROW(set_attributes), ROW(set_attributes_nothing), ROW(pivot_root), ROW(pivot_root_bad),
	ROW(mount_overlay), ROW(chroot_directory), ROW(mount_here), ROW(umount_here),
	ROW(chroot_here), ROW(chroot_file), ROW(chroot_missing),
	{ NULL, NULL },
};

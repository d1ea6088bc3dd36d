// SPDX-License-Identifier: MIT
/* Mounts made, moved, changed and ended. */
#include <linux/fcntl.h>
#include <linux/mount.h>

#include "place.h"
#include "routes.h"
#include "sys.h"

#define DETACH 2 /* MNT_DETACH */
#define BENEATH 0x200 /* MOVE_MOUNT_BENEATH, newer than the headers of some systems */

#define MOUNT(name, ...)                                \
	ROUTE(name)                                     \
	{                                               \
		(void)path, (void)second;               \
		return sys(__VA_ARGS__);                \
	}

MOUNT(do_mount, __NR_mount, "none", path, "tmpfs", 0, NULL)
MOUNT(do_ext4, __NR_mount, second, path, "ext4", 0, NULL)
MOUNT(do_bind, __NR_mount, second, path, NULL, MS_BIND, NULL)
MOUNT(do_rbind, __NR_mount, second, path, NULL, MS_BIND | MS_REC, NULL)
/* Flags that mean something else where MS_BIND is not set. */
MOUNT(do_bind_private, __NR_mount, second, path, NULL, MS_BIND | MS_PRIVATE, NULL)
MOUNT(do_bind_shared, __NR_mount, second, path, NULL, MS_BIND | MS_REC | MS_SHARED, NULL)
MOUNT(do_bind_others, __NR_mount, second, path, NULL,
      MS_BIND | MS_SLAVE | MS_UNBINDABLE | MS_MOVE, NULL)
MOUNT(do_move, __NR_mount, path, second, NULL, MS_MOVE, NULL)
MOUNT(do_remount, __NR_mount, NULL, path, NULL, MS_REMOUNT | MS_BIND | MS_NOATIME, NULL)
MOUNT(do_private, __NR_mount, NULL, path, NULL, MS_PRIVATE, NULL)
MOUNT(do_shared, __NR_mount, NULL, path, NULL, MS_SHARED, NULL)
MOUNT(do_umount, __NR_umount2, path, 0)
MOUNT(do_umount_lazy, __NR_umount2, path, DETACH)
MOUNT(do_pivot_root, __NR_pivot_root, path, second)

static long move_by(long fd, const char *to, unsigned int flags)
{
	long result = fd;

	if (fd >= 0)
		result = sys(__NR_move_mount, fd, "", AT_FDCWD, to,
			     MOVE_MOUNT_F_EMPTY_PATH | flags);
	sys(__NR_close, fd);
	return result;
}

static long move_from(long fd, const char *to)
{
	return move_by(fd, to, 0);
}

/* A mount that is somewhere goes elsewhere. */
ROUTE(do_move_mount)
{
	return move_from(sys(__NR_open_tree, AT_FDCWD, path, 0), second);
}

/* A copy of one is attached. */
ROUTE(do_clone_mount)
{
	return move_from(sys(__NR_open_tree, AT_FDCWD, second, OPEN_TREE_CLONE), path);
}

static long new_filesystem(void)
{
	long context = sys(__NR_fsopen, "tmpfs", 0), result;

	sys(__NR_fsconfig, context, FSCONFIG_CMD_CREATE, NULL, NULL, 0);
	result = sys(__NR_fsmount, context, 0, 0);
	sys(__NR_close, context);
	return result;
}

/* A new filesystem is. */
ROUTE(do_fsmount)
{
	(void)second;
	return move_from(new_filesystem(), path);
}

/* And below what is mounted there, where an unmount reveals it. */
ROUTE(do_mount_beneath)
{
	(void)second;
	return move_by(new_filesystem(), path, BENEATH);
}

/*
 * Below a copy of the directory's mount that is attached nowhere.
 * @act: what is done there to a name
 */
static long below_detached(const char *path, long (*act)(long dir, const char *name))
{
	struct place place = place_of(path);
	long dir = sys(__NR_open_tree, AT_FDCWD, place.directory, OPEN_TREE_CLONE);
	long result = dir < 0 ? dir : act(dir, place.name);

	sys(__NR_close, dir);
	return result;
}

static long open_with(long dir, const char *name, int flags)
{
	long fd = sys(__NR_openat, dir, name, flags);

	if (fd >= 0)
		sys(__NR_close, fd);
	return fd;
}

static long open_in(long dir, const char *name)
{
	return open_with(dir, name, O_RDONLY);
}

static long overwrite_in(long dir, const char *name)
{
	return open_with(dir, name, O_WRONLY | O_TRUNC);
}

static long unlink_in(long dir, const char *name)
{
	return sys(__NR_unlinkat, dir, name, 0);
}

static long rename_in(long dir, const char *name)
{
	return sys(__NR_renameat, dir, name, dir, "away");
}

#define BELOW_DETACHED(name, act)                    \
	ROUTE(name)                                  \
	{                                            \
		(void)second;                        \
		return below_detached(path, act);    \
	}

BELOW_DETACHED(do_detached_open, open_in)
BELOW_DETACHED(do_detached_trunc, overwrite_in)
BELOW_DETACHED(do_detached_unlink, unlink_in)
BELOW_DETACHED(do_detached_rename, rename_in)

const struct route_name mount_routes[] = {
	{ "mount", do_mount },
	{ "mount-ext4", do_ext4 },
	{ "mount-bind", do_bind },
	{ "mount-rbind", do_rbind },
	{ "mount-bind-private", do_bind_private },
	{ "mount-bind-shared", do_bind_shared },
	{ "mount-bind-others", do_bind_others },
	{ "mount-move", do_move },
	{ "move-mount", do_move_mount },
	{ "clone-mount", do_clone_mount },
	{ "fsmount", do_fsmount },
	{ "mount-beneath", do_mount_beneath },
	{ "detached-open", do_detached_open },
	{ "detached-trunc", do_detached_trunc },
	{ "detached-unlink", do_detached_unlink },
	{ "detached-rename", do_detached_rename },
	{ "remount", do_remount },
	{ "make-private", do_private },
	{ "make-shared", do_shared },
	{ "umount", do_umount },
	{ "umount-lazy", do_umount_lazy },
	{ "pivot-root", do_pivot_root },
	{ NULL, NULL },
};

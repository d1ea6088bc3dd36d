// SPDX-License-Identifier: MIT
/* Mounts made, moved, changed and ended. */
#include <linux/fcntl.h>
#include <linux/mount.h>

#include "routes.h"
#include "sys.h"

#define DETACH 2 /* MNT_DETACH */

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
MOUNT(do_move, __NR_mount, path, second, NULL, MS_MOVE, NULL)
MOUNT(do_remount, __NR_mount, NULL, path, NULL, MS_REMOUNT | MS_BIND | MS_NOATIME, NULL)
MOUNT(do_private, __NR_mount, NULL, path, NULL, MS_PRIVATE, NULL)
MOUNT(do_shared, __NR_mount, NULL, path, NULL, MS_SHARED, NULL)
MOUNT(do_umount, __NR_umount2, path, 0)
MOUNT(do_umount_lazy, __NR_umount2, path, DETACH)
MOUNT(do_pivot_root, __NR_pivot_root, path, second)

static long move_from(long fd, const char *to)
{
	long result = fd;

	if (fd >= 0)
		result = sys(__NR_move_mount, fd, "", AT_FDCWD, to, MOVE_MOUNT_F_EMPTY_PATH);
	sys(__NR_close, fd);
	return result;
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

/* A new filesystem is. */
ROUTE(do_fsmount)
{
	long context = sys(__NR_fsopen, "tmpfs", 0), result;

	(void)second;
	sys(__NR_fsconfig, context, FSCONFIG_CMD_CREATE, NULL, NULL, 0);
	result = move_from(sys(__NR_fsmount, context, 0, 0), path);
	sys(__NR_close, context);
	return result;
}

const struct route_name mount_routes[] = {
	{ "mount", do_mount },
	{ "mount-ext4", do_ext4 },
	{ "mount-bind", do_bind },
	{ "mount-rbind", do_rbind },
	{ "mount-move", do_move },
	{ "move-mount", do_move_mount },
	{ "clone-mount", do_clone_mount },
	{ "fsmount", do_fsmount },
	{ "remount", do_remount },
	{ "make-private", do_private },
	{ "make-shared", do_shared },
	{ "umount", do_umount },
	{ "umount-lazy", do_umount_lazy },
	{ "pivot-root", do_pivot_root },
	{ NULL, NULL },
};

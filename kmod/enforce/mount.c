// SPDX-License-Identifier: GPL-2.0-only
/* What is mounted, moved and unmounted, and devices that are claimed for it. */
#include <linux/blkdev.h>
#include <linux/dcache.h>
#include <linux/fs_struct.h>
#include <linux/mount.h>
#include <linux/sched.h>
#include <uapi/linux/mount.h>

#include "enforce/callback.h"
#include "enforce/device.h"
#include "enforce/enforce.h"
#include "enforce/hooks.h"
#include "object/mount.h"
#include "policy/prefilter.h"

/* ---- mounts -------------------------------------------------------------- */

static struct fguard_object mount_on(const struct path *path)
{
	return object_of(path->dentry, path->mnt, BIT(FGUARD_OP_MOUNT));
}

/* What a mount holds is hidden, or what is below it revealed, when it goes. */
static struct fguard_object mount_gone(struct vfsmount *mnt)
{
	struct fguard_object object = object_of(mnt->mnt_root, mnt,
						BIT(FGUARD_OP_MOUNT));

	object.change = FGUARD_CHANGE_UNMOUNT;
	return object;
}

static void enforce_mounts(struct fguard_object first, const struct path *second,
			   struct ftrace_regs *fregs)
{
	struct fguard_object objects[2] = { first };
	struct fguard_request request = { .objects = objects, .count = 1 };

	rcu_read_lock();
	if (second) {
		objects[1] = mount_on(second);
		request.count = 2;
	}
	fguard_enforce(&request, fregs);
	rcu_read_unlock();
}

#define PROPAGATION (MS_SHARED | MS_PRIVATE | MS_SLAVE | MS_UNBINDABLE)

/* Changes of options and propagation mount nothing. The kernel asks in this order. */
static bool mounts_nothing(unsigned long flags)
{
	return (flags & MS_REMOUNT) || (!(flags & MS_BIND) && (flags & PROPAGATION));
}

/* mount(). No lock held. With MS_MOVE nobody says yet which mount goes: perhaps any. */
ON(security_sb_mount)
{
	unsigned long flags = ARGUMENT(unsigned long, 3);
	struct fguard_object object;

	if (mounts_nothing(flags))
		return;
	object = mount_on(ARGUMENT(const struct path *, 1));
	if ((flags & (MS_BIND | MS_MOVE)) == MS_MOVE)
		object.change = FGUARD_CHANGE_MOVE_MOUNT;
	enforce_mounts(object, NULL, fregs);
}

/* move_mount(), also of what fsmount() and open_tree() made. No lock held. */
ON(security_move_mount)
{
	enforce_mounts(mount_gone(ARGUMENT(const struct path *, 0)->mnt),
		       ARGUMENT(const struct path *, 1), fregs);
}

/*
 * Who may not mount on a place, such as one in a tree, may not bare it either. What the
 * mount itself holds matters as well where it is on the way to a guarded path.
 */
static void enforce_unmounting(struct vfsmount *mnt, struct ftrace_regs *fregs)
{
	struct path place = { .mnt = NULL };
	const struct dentry *covered;

	place.mnt = (struct vfsmount *)fguard_mount_parent(mnt, &covered);
	if (place.mnt)
		place.dentry = (struct dentry *)covered;
	if (!place.mnt || !fguard_prefilter_object(rcu_dereference(fguard_index), place.dentry,
						   d_inode_rcu(place.dentry)))
		enforce_mounts(mount_gone(mnt), NULL, fregs);
	else if (is_ancestor(mnt->mnt_root))
		enforce_mounts(mount_gone(mnt), &place, fregs);
	else
		enforce_mounts(mount_on(&place), NULL, fregs);
}

/* umount(), lazy or not. No lock held. */
ON(security_sb_umount)
{
	rcu_read_lock();
	enforce_unmounting(ARGUMENT(struct vfsmount *, 0), fregs);
	rcu_read_unlock();
}

/* pivot_root(): what was the root goes elsewhere. No lock held. */
ON(security_sb_pivotroot)
{
	rcu_read_lock();
	enforce_mounts(mount_gone(READ_ONCE(current->fs->root.mnt)), NULL, fregs);
	rcu_read_unlock();
}

/* ---- devices ------------------------------------------------------------ */

/*
 * What claims a block device for itself, by its number: mount(), device mapper, md,
 * btrfs, targets; swapon(), and files of it that are opened with O_EXCL, which were
 * checked. No spinlock held. Exported since 5.9, before 5.11 with the disk, too.
 */
ON(bd_prepare_to_claim)
{
	const struct block_device *device = ARGUMENT(const struct block_device *, 0);
	const void *holder = ARGUMENT(const void *, FGUARD_CLAIM_HOLDER);

	if (!fguard_device_is_guarded(device->bd_dev) || take_mark(holder, FGUARD_OP_WRITE))
		return;
	fguard_device_enforce(device->bd_dev, parent_ip, fregs);
}

/* ---- the table ---------------------------------------------------------- */

static struct fguard_hook rows[] = {
	FGUARD_HOOK(security_sb_mount, BIT(FGUARD_OP_MOUNT)),
	FGUARD_HOOK(security_move_mount, BIT(FGUARD_OP_MOUNT)),
	FGUARD_HOOK(security_sb_umount, BIT(FGUARD_OP_MOUNT)),
	FGUARD_HOOK(security_sb_pivotroot, BIT(FGUARD_OP_MOUNT)),
	FGUARD_HOOK(bd_prepare_to_claim, BIT(FGUARD_OP_READ) | BIT(FGUARD_OP_WRITE)),
};

const struct fguard_hook_table fguard_mount_hooks = FGUARD_HOOK_TABLE(rows);

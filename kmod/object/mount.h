/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where mounts are. The kernel's struct mount is not in its headers; where its
 * members are is read once from the kernel's own type information (BTF).
 */
#ifndef _FGUARD_MOUNT_H
#define _FGUARD_MOUNT_H

#include <linux/dcache.h>
#include <linux/mount.h>

struct user_namespace;

/**
 * fguard_mounts_init - learn where the members of struct mount are
 *
 * Context: may sleep; reads /sys/kernel/btf/vmlinux.
 */
void fguard_mounts_init(void);

/**
 * fguard_mounts_known - is it known where mounts are?
 *
 * Without that, whoever uses what follows must take the stricter way.
 *
 * Context: any.
 * Return: true if it is.
 */
bool fguard_mounts_known(void);

/**
 * fguard_mount_parent - what a mount is mounted on
 * @mnt: the mount
 * @place: set to the directory that it covers
 *
 * Context: RCU read side.
 * Return: the mount below; NULL if there is none, or it is not known.
 */
const struct vfsmount *fguard_mount_parent(const struct vfsmount *mnt,
					   const struct dentry **place);

/**
 * fguard_mount_namespace - whose mount it is
 * @mnt: the mount
 *
 * Context: RCU read side.
 * Return: the mount namespace, to be compared only; NULL if it has none or it is
 * not known.
 */
const void *fguard_mount_namespace(const struct vfsmount *mnt);

/**
 * fguard_mount_owner - whose a mount namespace is
 * @namespace: the mount namespace of a living task
 *
 * Context: any.
 * Return: the user namespace in which one may mount there; NULL if it is not known.
 */
const struct user_namespace *fguard_mount_owner(const void *namespace);

/**
 * fguard_mount_is_shared - does what is mounted on it also appear elsewhere?
 * @mnt: the mount
 *
 * Context: RCU read side.
 * Return: true if its peers get it too; false if not, or it is not known.
 */
bool fguard_mount_is_shared(const struct vfsmount *mnt);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* Where the current task sees an object, and whether it may be believed. */
#ifndef _FGUARD_VIEW_H
#define _FGUARD_VIEW_H

#include <linux/path.h>
#include <linux/types.h>

/**
 * fguard_view_path - the path of an object in the mount namespace of the current task
 * @to: room for PATH_MAX bytes; gets no NUL
 * @path: the object, or a name that is to be made
 *
 * Context: RCU read side, no spinlock held.
 * Return: the length; -EXDEV: no mount there holds the object, an ordinary user may have
 * arranged the path, or it is not known where mounts are; -ENAMETOOLONG.
 */
int fguard_view_path(char *to, const struct path *path);

/**
 * fguard_view_is_whole - does the current task see what the administrator mounted?
 *
 * Context: RCU read side.
 * Return: false if an ordinary user may have arranged what it sees, if it has a root
 * below that of its mount namespace, or it is not known where mounts are.
 */
bool fguard_view_is_whole(void);

/**
 * fguard_view_has - may what is reached through a mount have a path?
 * @mnt: the mount
 *
 * Context: RCU read side.
 * Return: false if fguard_view_path() has none for anything in it.
 */
bool fguard_view_has(const struct vfsmount *mnt);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* What overlays copy up: a rule about the object is about the copy, too. */
#ifndef _FGUARD_COPYUP_H
#define _FGUARD_COPYUP_H

#include <linux/dcache.h>
#include <linux/fs.h>

/**
 * fguard_copyup_begin - an overlay is about to copy an object of it up
 * @dentry: the object
 * @is_for_one: the call goes on to no other files if the copy fails
 *
 * Whoever wants it copied: to open it, to change its attributes, or to link it.
 *
 * Context: inside an ftrace callback; the caller holds the overlay's mount.
 * Return: 0; -ENOMEM: the copy could not be followed, and must not be made.
 */
int fguard_copyup_begin(struct dentry *dentry, bool is_for_one);

/**
 * fguard_copyup_made - an overlay has made an entry of another filesystem
 * @inode: what has the entry: a copy, perhaps
 *
 * Context: inside an ftrace callback; nobody sees the entry yet.
 */
void fguard_copyup_made(const struct inode *inode);

#endif

// SPDX-License-Identifier: GPL-2.0-only
#include <linux/cred.h>
#include <linux/dcache.h>
#include <linux/err.h>
#include <linux/fs_struct.h>
#include <linux/hash.h>
#include <linux/limits.h>
#include <linux/mount.h>
#include <linux/nsproxy.h>
#include <linux/sched.h>
#include <linux/seqlock.h>
#include <linux/string.h>
#include <linux/user_namespace.h>

#include "object/mount.h"
#include "object/view.h"

/**
 * struct view - from where a task looks
 * @namespace: its mount namespace
 * @root: its root
 */
struct view {
	const void *namespace;
	struct path root;
};

/**
 * struct text - a path that is written from its end
 * @to: where the room begins
 * @at: where the path begins by now
 */
struct text {
	char *to, *at;
};

static bool prepend(struct text *text, const char *string, size_t length)
{
	if (text->at - text->to < length)
		return false;
	text->at -= length;
	memcpy(text->at, string, length);
	return true;
}

static bool prepend_name(struct text *text, struct dentry *dentry)
{
	bool fits;

	spin_lock(&dentry->d_lock);
	fits = prepend(text, dentry->d_name.name, dentry->d_name.len);
	spin_unlock(&dentry->d_lock);
	return fits && prepend(text, "/", 1);
}

/*
 * To the place of a mount in the one below; not if it is the lowest, or is on its way to
 * another place. A mount loses its namespace before it loses its place.
 */
static int leave_mount(const struct view *view, struct path *at)
{
	const struct dentry *place;
	const struct vfsmount *parent = fguard_mount_parent(at->mnt, &place);

	smp_rmb();
	if (fguard_mount_namespace(at->mnt) != view->namespace)
		return -EXDEV;
	if (!parent)
		return 0;
	at->mnt = (struct vfsmount *)parent;
	at->dentry = (struct dentry *)place;
	return 1;
}

/* Is nothing above the task's root but what that covers? */
static bool is_lowest(const struct view *view)
{
	struct path at = view->root;
	int left = 1;

	while (left > 0 && at.dentry == at.mnt->mnt_root)
		left = leave_mount(view, &at);
	return !left;
}

static bool is_root(const struct view *view, const struct path *at)
{
	return at->mnt == view->root.mnt && at->dentry == view->root.dentry;
}

/* The mount on which all others of the namespace are. */
static const struct vfsmount *bottom_of(const struct view *view)
{
	const struct vfsmount *mnt = view->root.mnt, *parent = mnt;
	const struct dentry *place;

	for (; parent; parent = fguard_mount_parent(mnt, &place))
		mnt = parent;
	return mnt;
}

/* What is outside the task's root has a path from that of the namespace. */
static int walk(const struct view *view, struct text *text, struct path at)
{
	int left;

	while (!is_root(view, &at)) {
		if (at.dentry == at.mnt->mnt_root) {
			left = leave_mount(view, &at);
			if (!left)
				return at.mnt == bottom_of(view) ? 0 : -EXDEV;
			if (left < 0)
				return left;
			continue;
		}
		/* It has left what is mounted, or is connected with nothing. */
		if (IS_ROOT(at.dentry))
			return -EXDEV;
		if (!prepend_name(text, at.dentry))
			return -ENAMETOOLONG;
		at.dentry = READ_ONCE(at.dentry->d_parent);
	}
	if (fguard_mount_namespace(at.mnt) != view->namespace)
		return -EXDEV;
	return is_lowest(view) ? 0 : -EXDEV;
}

/* What the path of anything in a mount depends on, but for names, in one number. */
static u64 places_below(const struct view *view, const struct vfsmount *mnt)
{
	const struct dentry *place = NULL;
	u64 places = 0;

	while (mnt && mnt != view->root.mnt) {
		mnt = fguard_mount_parent(mnt, &place);
		places = hash_64(places ^ (unsigned long)mnt, 64) + (unsigned long)place;
	}
	return places;
}

static int render(const struct view *view, char *to, const struct path *path)
{
	/* As long as for d_path(), which ends it with a NUL. */
	struct text text = { .to = to, .at = to + PATH_MAX - 1 };
	const char *end = text.at;
	int err;

	if (!d_is_negative(path->dentry) && d_unlinked(path->dentry))
		prepend(&text, " (deleted)", strlen(" (deleted)"));
	err = walk(view, &text, *path);
	if (err)
		return err;
	if (text.at == end)
		prepend(&text, "/", 1);
	memmove(to, text.at, end - text.at);
	return end - text.at;
}

/*
 * In a mount namespace of his own anybody mounts what he likes where he likes; and in
 * a user namespace of his own he has any root, which his threads may change meanwhile.
 */
static bool is_root_s(const void *namespace, const struct fs_struct *fs)
{
	return fguard_mount_owner(namespace) == &init_user_ns &&
	       (current_user_ns() == &init_user_ns || READ_ONCE(fs->users) == 1);
}

static bool take_view(struct view *view)
{
	const struct fs_struct *fs = current->fs;

	/* An exiting task has neither. */
	if (!fs || !current->nsproxy || !fguard_mounts_known())
		return false;
	view->namespace = current->nsproxy->mnt_ns;
	view->root.mnt = READ_ONCE(fs->root.mnt);
	view->root.dentry = READ_ONCE(fs->root.dentry);
	return is_root_s(view->namespace, fs);
}

static int render_whole(const struct view *view, char *to, const struct path *path)
{
	unsigned int renames = read_seqbegin(&rename_lock);
	int length = render(view, to, path);

	if (likely(!read_seqretry(&rename_lock, renames)))
		return length;
	read_seqlock_excl(&rename_lock);
	length = render(view, to, path);
	read_sequnlock_excl(&rename_lock);
	return length;
}

/*
 * Not d_path(): that tells a path of what no mount holds, too, and what is looked at
 * before or after it may have been otherwise meanwhile. The count of what becomes of
 * mounts is not exported: the mounts must be in the same places afterwards.
 */
int fguard_view_path(char *to, const struct path *path)
{
	struct view view;
	u64 places;
	int length;

	if (!take_view(&view))
		return -EXDEV;
	places = places_below(&view, path->mnt);
	smp_rmb();
	length = render_whole(&view, to, path);
	smp_rmb();
	return places_below(&view, path->mnt) == places ? length : -EXDEV;
}

bool fguard_view_is_whole(void)
{
	struct view view;

	return take_view(&view) && is_lowest(&view);
}

bool fguard_view_has(const struct vfsmount *mnt)
{
	struct view view;

	return take_view(&view) && fguard_mount_namespace(mnt) == view.namespace;
}

// SPDX-License-Identifier: GPL-2.0-only
/* Names in directories: what is done to them, and what has happened to them. */
#include <linux/dcache.h>
#include <linux/fs.h>

#include "enforce/callback.h"
#include "enforce/enforce.h"
#include "enforce/hooks.h"
#include "ftrace/syscall.h"
#include "policy/copyup.h"
#include "policy/names.h"

/* ---- entries of directories ---------------------------------------------- */

/* security_path_NAME(directory, dentry, …): as the other security_path functions
 * since 2.6.29. The directory is locked.
 */
#define ON_ENTRY(name, op)						\
	ON(name)							\
	{								\
		mark(ARGUMENT(struct dentry *, 1), op);			\
		enforce_entry(ARGUMENT(struct dentry *, 1),		\
			      ARGUMENT(const struct path *, 0)->mnt, op, FGUARD_PART_WHOLE, \
			      fregs);					\
	}

static u32 opening_ops(u32 flags)
{
	switch (flags & O_ACCMODE) {
	case O_RDONLY:
		return BIT(FGUARD_OP_READ);
	case O_WRONLY:
		return BIT(FGUARD_OP_WRITE);
	}
	return BIT(FGUARD_OP_READ) | BIT(FGUARD_OP_WRITE);
}

static noinline void enforce_creation(struct dentry *dentry, struct vfsmount *mnt,
				      umode_t mode, struct ftrace_regs *fregs)
{
	static const u8 creations[] = {
		[FGUARD_OPENS_NOT] = FGUARD_CREATION_NONE,
		[FGUARD_OPENS_SOMEHOW] = FGUARD_CREATION_OPENS_SOMEHOW,
		[FGUARD_OPENS] = FGUARD_CREATION_OPENS,
	};
	struct fguard_object object = object_of(dentry, mnt, BIT(FGUARD_OP_CREATE));
	struct fguard_request request = { .objects = &object, .count = 1 };
	u32 flags = O_RDWR;

	if (S_ISREG(mode))
		request.creation = creations[fguard_syscall_opens(&flags)];
	if (request.creation)
		request.opens = opening_ops(flags);
	fguard_enforce(&request, fregs);
}

/* open() with O_CREAT, mknod(), bind(). The directory is locked. */
ON(security_path_mknod)
{
	struct dentry *dentry = ARGUMENT(struct dentry *, 1);

	mark(dentry, FGUARD_OP_CREATE);
	rcu_read_lock();
	if (fguard_enforce_prefilter(dentry, d_inode_rcu(dentry)))
		enforce_creation(dentry, ARGUMENT(const struct path *, 0)->mnt,
				 ARGUMENT(umode_t, 2), fregs);
	rcu_read_unlock();
}

ON_ENTRY(security_path_mkdir, FGUARD_OP_CREATE)
ON_ENTRY(security_path_symlink, FGUARD_OP_CREATE)
ON_ENTRY(security_path_unlink, FGUARD_OP_DELETE)

/* Both on one mount. */
static noinline void enforce_link(struct dentry *old, struct dentry *new,
				  struct vfsmount *mnt, enum fguard_part part,
				  struct ftrace_regs *fregs)
{
	struct fguard_object objects[] = {
		object_of(old, mnt, BIT(FGUARD_OP_LINK)),
		object_of(new, mnt, BIT(FGUARD_OP_CREATE)),
	};
	const struct fguard_request request = {
		.objects = objects,
		.count = 2,
		.part = part,
	};

	fguard_enforce(&request, fregs);
}

static __always_inline void enforce_linking(struct dentry *old, struct dentry *new,
					    struct vfsmount *mnt, enum fguard_part part,
					    struct ftrace_regs *fregs)
{
	rcu_read_lock();
	if (fguard_enforce_prefilter(old, d_inode_rcu(old)) ||
	    fguard_enforce_prefilter(new, d_inode_rcu(new)))
		enforce_link(old, new, mnt, part, fregs);
	rcu_read_unlock();
}

static noinline void enforce_rename(struct dentry *old, struct dentry *new,
				    struct vfsmount *mnt, bool exchange, enum fguard_part part,
				    struct ftrace_regs *fregs)
{
	struct fguard_object objects[] = {
		object_of(old, mnt, BIT(FGUARD_OP_RENAME)),
		object_of(new, mnt, BIT(FGUARD_OP_RENAME)),
	};
	const struct fguard_request request = {
		.objects = objects,
		.count = 2,
		.part = part,
	};

	objects[0].change = FGUARD_CHANGE_NAME;
	objects[0].destination = new;
	if (exchange) {
		objects[1].change = FGUARD_CHANGE_NAME;
		objects[1].destination = old;
	}
	fguard_enforce(&request, fregs);
}

static __always_inline void enforce_removal(struct dentry *dentry, struct vfsmount *mnt,
					    enum fguard_part part, struct ftrace_regs *fregs)
{
	rcu_read_lock();
	if (fguard_enforce_prefilter(dentry, d_inode_rcu(dentry)) || is_ancestor(dentry))
		fguard_enforce_dentry(dentry, mnt, FGUARD_OP_DELETE, part, fregs);
	rcu_read_unlock();
}

/* May a directory take files away from where their suffix counts? */
static bool may_take_along(const struct dentry *old, const struct dentry *new)
{
	return rcu_dereference(fguard_index)->suffix_count &&
	       old->d_parent != new->d_parent && (d_is_dir(old) || d_is_dir(new));
}

static __always_inline void enforce_renaming(struct dentry *old, struct dentry *new,
					     struct vfsmount *mnt, unsigned int flags,
					     enum fguard_part part, struct ftrace_regs *fregs)
{
	rcu_read_lock();
	if (fguard_enforce_prefilter(old, d_inode_rcu(old)) ||
	    fguard_enforce_prefilter(new, d_inode_rcu(new)) ||
	    is_ancestor(old) || is_ancestor(new) || may_take_along(old, new))
		enforce_rename(old, new, mnt, flags & RENAME_EXCHANGE, part, fregs);
	rcu_read_unlock();
}

/* link(). The new directory locked; both names are on one mount. */
ON(security_path_link)
{
	mark(ARGUMENT(struct dentry *, 2), FGUARD_OP_LINK);
	enforce_linking(ARGUMENT(struct dentry *, 0), ARGUMENT(struct dentry *, 2),
			ARGUMENT(const struct path *, 1)->mnt, FGUARD_PART_WHOLE, fregs);
}

/*
 * rmdir(). The directory is locked. One on the way to a guarded path may be empty:
 * what it holds is mounted on it, in another namespace perhaps, or not there yet.
 */
ON(security_path_rmdir)
{
	mark(ARGUMENT(struct dentry *, 1), FGUARD_OP_DELETE);
	enforce_removal(ARGUMENT(struct dentry *, 1), ARGUMENT(const struct path *, 0)->mnt,
			FGUARD_PART_WHOLE, fregs);
}

/* rename(), with all flags. Both directories locked; one mount. */
ON(security_path_rename)
{
	mark(ARGUMENT(struct dentry *, 3), FGUARD_OP_RENAME);
	enforce_renaming(ARGUMENT(struct dentry *, 1), ARGUMENT(struct dentry *, 3),
			 ARGUMENT(const struct path *, 2)->mnt, ARGUMENT(unsigned int, 4),
			 FGUARD_PART_WHOLE, fregs);
}

/* ---- entries of directories, by others than system calls ------------------ */

/* security_inode_NAME(directory, dentry, …). The directory is locked. */
#define ON_INNER(name, op)						\
	ON(name)							\
	{								\
		if (is_unchecked(ARGUMENT(struct dentry *, 1), op))	\
			enforce_entry(ARGUMENT(struct dentry *, 1), NULL, op, \
				      current_part(), fregs);			\
	}

ON_INNER(security_inode_create, FGUARD_OP_CREATE)
ON_INNER(security_inode_mknod, FGUARD_OP_CREATE)
ON_INNER(security_inode_mkdir, FGUARD_OP_CREATE)
ON_INNER(security_inode_symlink, FGUARD_OP_CREATE)
ON_INNER(security_inode_unlink, FGUARD_OP_DELETE)

ON(security_inode_rmdir)
{
	if (is_unchecked(ARGUMENT(struct dentry *, 1), FGUARD_OP_DELETE))
		enforce_removal(ARGUMENT(struct dentry *, 1), NULL, current_part(), fregs);
}

ON(security_inode_link)
{
	if (is_unchecked(ARGUMENT(struct dentry *, 2), FGUARD_OP_LINK))
		enforce_linking(ARGUMENT(struct dentry *, 0), ARGUMENT(struct dentry *, 2),
				NULL, current_part(), fregs);
}

ON(security_inode_rename)
{
	if (is_unchecked(ARGUMENT(struct dentry *, 3), FGUARD_OP_RENAME))
		enforce_renaming(ARGUMENT(struct dentry *, 1), ARGUMENT(struct dentry *, 3),
				 NULL, ARGUMENT(unsigned int, 4), current_part(), fregs);
}

/* ---- what has happened to names ------------------------------------------- */

/*
 * These are called once the filesystem has done what was asked for, and just before
 * it is seen; security functions are called when it is not even clear whether the caller
 * may. Both directories are locked, but where a filesystem finds out by itself.
 */
ON_IN_RCU(d_move)
{
	fguard_names_moved(ARGUMENT(struct dentry *, 0), ARGUMENT(struct dentry *, 1), false);
}

ON_IN_RCU(d_exchange)
{
	fguard_names_moved(ARGUMENT(struct dentry *, 0), ARGUMENT(struct dentry *, 1), true);
}

/* Creation, and link(). */
#define ON_INSTANTIATION(name)						\
	ON_IN_RCU(name)							\
	{								\
		fguard_names_filled(ARGUMENT(struct dentry *, 0),	\
				    ARGUMENT(struct inode *, 1));	\
	}

ON_INSTANTIATION(d_instantiate)
ON_INSTANTIATION(d_instantiate_new)
#ifdef FGUARD_HAVE_D_MAKE_PERSISTENT
ON_INSTANTIATION(d_make_persistent) /* filesystems in memory, since 6.19 */
#endif

/* unlink(), rmdir(). The directory is locked. */
ON_IN_RCU(d_delete)
{
	fguard_names_emptied(ARGUMENT(struct dentry *, 0));
}

/*
 * ovl_copy_up(), before it makes the copy, which only then is moved or linked to where
 * it stays: nobody uses the object's name again to chmod() it, or, since 6.7, to open
 * the copy. The copy's directory may be locked. Since 4.8.
 */
ON_IN_RCU(security_inode_copy_up)
{
	int err = fguard_copyup_begin(ARGUMENT(struct dentry *, 0),
				      fguard_syscall_can_restart(false));

	if (unlikely(err))
		fguard_hook_refuse(fregs, err);
}

/* An inode leaves memory. No lock held. */
ON_IN_RCU(security_inode_free)
{
	fguard_names_inode_freed(ARGUMENT(struct inode *, 0));
}

/* ---- the table ---------------------------------------------------------- */

static struct fguard_hook rows[] = {
	FGUARD_HOOK(security_path_mknod, BIT(FGUARD_OP_CREATE)),
	FGUARD_HOOK(security_path_mkdir, BIT(FGUARD_OP_CREATE)),
	FGUARD_HOOK(security_path_symlink, BIT(FGUARD_OP_CREATE)),
	FGUARD_HOOK(security_path_unlink, BIT(FGUARD_OP_DELETE)),
	FGUARD_HOOK(security_path_rmdir, BIT(FGUARD_OP_DELETE)),
	FGUARD_HOOK(security_path_link, BIT(FGUARD_OP_LINK) | BIT(FGUARD_OP_CREATE)),
	FGUARD_HOOK(security_path_rename, BIT(FGUARD_OP_RENAME)),
	FGUARD_HOOK(security_inode_create, BIT(FGUARD_OP_CREATE)),
	FGUARD_HOOK(security_inode_mknod, BIT(FGUARD_OP_CREATE)),
	FGUARD_HOOK(security_inode_mkdir, BIT(FGUARD_OP_CREATE)),
	FGUARD_HOOK(security_inode_symlink, BIT(FGUARD_OP_CREATE)),
	FGUARD_HOOK(security_inode_unlink, BIT(FGUARD_OP_DELETE)),
	FGUARD_HOOK(security_inode_rmdir, BIT(FGUARD_OP_DELETE)),
	FGUARD_HOOK(security_inode_link, BIT(FGUARD_OP_LINK) | BIT(FGUARD_OP_CREATE)),
	FGUARD_HOOK(security_inode_rename, BIT(FGUARD_OP_RENAME)),
	FGUARD_NOTE(d_move, FGUARD_NEED_NAMES),
	FGUARD_NOTE(d_exchange, FGUARD_NEED_NAMES),
	FGUARD_NOTE(d_instantiate, FGUARD_NEED_NAMES),
	FGUARD_NOTE(d_instantiate_new, FGUARD_NEED_NAMES),
#ifdef FGUARD_HAVE_D_MAKE_PERSISTENT
	FGUARD_NOTE(d_make_persistent, FGUARD_NEED_NAMES),
#endif
	FGUARD_NOTE(d_delete, FGUARD_NEED_NAMES),
	FGUARD_HOOK(security_inode_copy_up, FGUARD_NEED_NAMES),
	FGUARD_NOTE(security_inode_free, FGUARD_NEED_INODES),
};

const struct fguard_hook_table fguard_entry_hooks = FGUARD_HOOK_TABLE(rows);

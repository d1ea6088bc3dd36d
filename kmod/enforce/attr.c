// SPDX-License-Identifier: GPL-2.0-only
/* Length and attributes of files, and ioctls. */
#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/io_uring/cmd.h>
#include <linux/posix_acl.h>
#include <linux/security.h>

#include "enforce/any.h"
#include "enforce/callback.h"
#include "enforce/enforce.h"
#include "enforce/hooks.h"
#include "enforce/ioctl.h"

/* ---- length -------------------------------------------------------------- */

#ifdef FGUARD_HAVE_FILE_TRUNCATE
/* ftruncate() and open with O_TRUNC. Write access to the mount held. Since 6.2. */
ON(security_file_truncate)
{
	struct file *file = ARGUMENT(struct file *, 0);

	mark(file->f_path.dentry, FGUARD_OP_TRUNCATE);
	rcu_read_lock();
	if (fguard_enforce_prefilter(file->f_path.dentry, file_inode(file)))
		fguard_enforce_open(file, BIT(FGUARD_OP_TRUNCATE), 0, fregs);
	rcu_read_unlock();
}
#endif

/*
 * truncate(); before 6.2 also ftruncate() and open with O_TRUNC. Write access
 * to the mount held. Since 2.6.29.
 */
ON(security_path_truncate)
{
	const struct path *path = ARGUMENT(const struct path *, 0);

	mark(path->dentry, FGUARD_OP_TRUNCATE);
	enforce_entry(path->dentry, path->mnt, FGUARD_OP_TRUNCATE, FGUARD_PART_WHOLE, fregs);
}

/* ---- attributes ---------------------------------------------------------- */

/* chown() of neither owner nor group takes capabilities away, and the time of change is new. */
#define ATTR_BY_USER (ATTR_MODE | ATTR_UID | ATTR_GID | ATTR_ATIME | ATTR_MTIME | ATTR_CTIME)

/*
 * notify_change(): chmod(), chown(), utimes(), by path, descriptor, io_uring or
 * nfsd. The inode is locked. Changes of length have hooks of their own, which nfsd
 * goes past, and overlayfs for its upper file; what a write does to the mode by
 * itself (ATTR_FORCE) belongs to the write.
 */
ON(security_inode_setattr)
{
	const struct iattr *attr = ARGUMENT(const struct iattr *, FGUARD_SETATTR_DENTRY + 1);
	struct dentry *dentry = ARGUMENT(struct dentry *, FGUARD_SETATTR_DENTRY);

	if (attr->ia_valid & ATTR_SIZE) {
		if (is_unchecked(dentry, FGUARD_OP_TRUNCATE))
			enforce_entry(dentry, NULL, FGUARD_OP_TRUNCATE, current_part(), fregs);
		return;
	}
	if ((attr->ia_valid & ATTR_BY_USER) && !(attr->ia_valid & ATTR_FORCE))
		enforce_entry(dentry, NULL, FGUARD_OP_ATTR, FGUARD_PART_WHOLE, fregs);
}

/* security_inode_NAME([mount,] dentry, …). The inode is locked. */
#define ON_ATTRIBUTE(name)						\
	ON(name)							\
	{								\
		enforce_entry(ARGUMENT(struct dentry *, FGUARD_XATTR_DENTRY), NULL, \
			      FGUARD_OP_ATTR, FGUARD_PART_WHOLE, fregs); \
	}

ON_ATTRIBUTE(security_inode_setxattr)
ON_ATTRIBUTE(security_inode_removexattr)
#ifdef FGUARD_HAVE_INODE_SET_ACL
/* ACLs went through setxattr before 6.2. */
ON_ATTRIBUTE(security_inode_set_acl)
ON_ATTRIBUTE(security_inode_remove_acl)
#endif

#ifdef CONFIG_FS_POSIX_ACL
/*
 * How nfsd and ksmbd set ACLs, past the functions above. The inode is locked; before
 * 6.2 it is all that is known.
 */
ON(set_posix_acl)
{
	struct dentry *dentry;

	if (!(current->flags & PF_KTHREAD))
		return;
	rcu_read_lock();
#ifdef FGUARD_HAVE_INODE_SET_ACL
	dentry = ARGUMENT(struct dentry *, 1);
#else
	dentry = fguard_any_rule_inode(ARGUMENT(struct inode *, FGUARD_SET_ACL_INODE));
#endif
	if (dentry)
		enforce_entry(dentry, NULL, FGUARD_OP_ATTR, FGUARD_PART_WHOLE, fregs);
	rcu_read_unlock();
}
#endif

#ifdef FGUARD_HAVE_INODE_FILE_SETATTR
/* chattr, by ioctl or file_setattr(). The inode is locked. Since 6.17. */
ON(security_inode_file_setattr)
{
	enforce_entry(ARGUMENT(struct dentry *, 0), NULL, FGUARD_OP_ATTR, FGUARD_PART_WHOLE,
		      fregs);
}
#endif

/* ioctl(). No lock held. */
#define ON_IOCTL(name)							\
	ON(name)							\
	{								\
		fguard_ioctl_enforce(ARGUMENT(struct file *, 0),		\
				     ARGUMENT(unsigned int, 1), fregs);	\
	}

ON_IOCTL(security_file_ioctl)
#ifdef FGUARD_HAVE_FILE_IOCTL_COMPAT
ON_IOCTL(security_file_ioctl_compat) /* since 6.8, and in later stable ones */
#endif

#ifdef FGUARD_HAVE_URING_CMD
/* IORING_OP_URING_CMD, which block devices have since 6.12. No lock held. */
ON(security_uring_cmd)
{
	fguard_ioctl_enforce_device(ARGUMENT(struct io_uring_cmd *, 0)->file, fregs);
}
#endif

/* ---- the table ---------------------------------------------------------- */

/* A device is read and written by one that was opened for less. */
#define IOCTL_OPS (BIT(FGUARD_OP_ATTR) | BIT(FGUARD_OP_READ) | BIT(FGUARD_OP_WRITE))

static struct fguard_hook rows[] = {
#ifdef FGUARD_HAVE_FILE_TRUNCATE
	FGUARD_HOOK(security_file_truncate, BIT(FGUARD_OP_TRUNCATE)),
#endif
	FGUARD_HOOK(security_path_truncate, BIT(FGUARD_OP_TRUNCATE)),
	FGUARD_HOOK(security_inode_setattr, BIT(FGUARD_OP_ATTR) | BIT(FGUARD_OP_TRUNCATE)),
	FGUARD_HOOK(security_inode_setxattr, BIT(FGUARD_OP_ATTR)),
	FGUARD_HOOK(security_inode_removexattr, BIT(FGUARD_OP_ATTR)),
#ifdef FGUARD_HAVE_INODE_SET_ACL
	FGUARD_HOOK(security_inode_set_acl, BIT(FGUARD_OP_ATTR)),
	FGUARD_HOOK(security_inode_remove_acl, BIT(FGUARD_OP_ATTR)),
#endif
#ifdef FGUARD_HAVE_INODE_FILE_SETATTR
	FGUARD_HOOK(security_inode_file_setattr, BIT(FGUARD_OP_ATTR)),
#endif
#ifdef CONFIG_FS_POSIX_ACL
	FGUARD_HOOK(set_posix_acl, BIT(FGUARD_OP_ATTR)),
#endif
	FGUARD_HOOK(security_file_ioctl, IOCTL_OPS | FGUARD_NEED_DESCRIPTORS),
#ifdef FGUARD_HAVE_FILE_IOCTL_COMPAT
	FGUARD_HOOK(security_file_ioctl_compat, IOCTL_OPS | FGUARD_NEED_DESCRIPTORS),
#endif
#ifdef FGUARD_HAVE_URING_CMD
	FGUARD_HOOK(security_uring_cmd, FGUARD_NEED_DESCRIPTORS),
#endif
};

const struct fguard_hook_table fguard_attr_hooks = FGUARD_HOOK_TABLE(rows);

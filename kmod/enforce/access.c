// SPDX-License-Identifier: GPL-2.0-only
#include <linux/binfmts.h>
#include <linux/blkdev.h>
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/dcache.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/fs_struct.h>
#include <linux/fsnotify_backend.h>
#include <linux/hash.h>
#include <linux/io_uring/cmd.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/mount.h>
#include <linux/posix_acl.h>
#include <linux/ptrace.h>
#include <linux/sched/task_stack.h>
#include <linux/sched/signal.h>
#include <linux/signal.h>
#include <linux/security.h>
#include <net/af_unix.h>
#include <asm/syscall.h>
#include <uapi/linux/mount.h>

#include "ask/waiter.h"
#include "enforce/access.h"
#include "enforce/against.h"
#include "enforce/any.h"
#include "enforce/device.h"
#include "enforce/ioctl.h"
#include "enforce/enforce.h"
#include "enforce/mapping.h"
#include "enforce/tracing.h"
#include "ftrace/syscall.h"
#include "object/mount.h"
#include "policy/copyup.h"
#include "policy/names.h"
#include "policy/prefilter.h"
#include "subject/descendants.h"
#include "subject/exe.h"
#include "subject/script.h"
#include "subject/subject.h"

#define ON(name)							\
	static void notrace on_##name(unsigned long ip,			\
				      unsigned long parent_ip,		\
				      struct ftrace_ops *trace,		\
				      struct ftrace_regs *fregs)

#define ARGUMENT(type, n) ((type)ftrace_regs_get_argument(fregs, n))

static __always_inline struct fguard_object
object_of(struct dentry *dentry, struct vfsmount *mnt, u32 ops)
{
	return (struct fguard_object){
		.dentry = dentry,
		.inode = d_inode_rcu(dentry),
		.mnt = mnt,
		.ops = ops,
	};
}

/* ---- what is checked already ---------------------------------------------- */

/*
 * What a system call does to a name comes by security_path_NAME, which knows the
 * mount, and then by security_inode_NAME, which others reach alone. So the former
 * leaves a mark for the latter: task, call, operation and entry in one word, in a slot
 * of the task. If another task's replaces it there, the access is checked twice.
 */
#define MARK_BITS 10

static unsigned long marks[1 << MARK_BITS];

static __always_inline unsigned long mark_of(u64 task, const void *object,
					     enum fguard_op op)
{
	u64 call = syscall_get_nr(current, task_pt_regs(current));

	return task ^ (unsigned long)object ^ (call << 52 | (u64)op << 48);
}

static __always_inline unsigned long *mark_slot(u64 task)
{
	return &marks[task >> (64 - MARK_BITS)];
}

static __always_inline void mark(const void *object, enum fguard_op op)
{
	u64 task = (unsigned long)current * GOLDEN_RATIO_64;

	WRITE_ONCE(*mark_slot(task), mark_of(task, object, op));
}

static __always_inline bool take_mark(const void *object, enum fguard_op op)
{
	u64 task = (unsigned long)current * GOLDEN_RATIO_64;

	if (READ_ONCE(*mark_slot(task)) != mark_of(task, object, op))
		return false;
	WRITE_ONCE(*mark_slot(task), 0);
	return true;
}

/* ---- opening ------------------------------------------------------------- */

static inline u32 mode_ops(const struct file *file)
{
	u32 ops = 0;

	if (S_ISDIR(file_inode(file)->i_mode))
		return BIT(FGUARD_OP_LIST);
	if (file->f_mode & FMODE_READ)
		ops |= BIT(FGUARD_OP_READ);
	if (file->f_mode & FMODE_WRITE)
		ops |= BIT(FGUARD_OP_WRITE);
	/* Access mode 3 is for ioctl only, and asks for both permissions. */
	return ops ?: BIT(FGUARD_OP_READ) | BIT(FGUARD_OP_WRITE);
}

/* Not inlined: what it needs would cost every open. */
static noinline void enforce_execution(struct file *file, struct ftrace_regs *fregs)
{
	u32 ops = BIT(FGUARD_OP_EXEC);

	if (fguard_syscall_gives_raw_flags())
		ops = mode_ops(file);
	fguard_enforce_open(file, ops, file->f_flags, fregs);
}

static __always_inline void enforce_opening(struct file *file, struct ftrace_regs *fregs)
{
	if (unlikely(file->f_flags & __FMODE_EXEC))
		enforce_execution(file, fregs);
	else
		fguard_enforce_open(file, mode_ops(file), file->f_flags, fregs);
}

/* Whoever claims the device next as this file's was checked. */
static noinline void mark_file(const struct file *file)
{
	mark(file, FGUARD_OP_WRITE);
}

/* A node of a device that a rule is about, perhaps by another node. */
static __always_inline bool is_guarded_device(const struct file *file)
{
	return fguard_prefilter_node(rcu_dereference(fguard_index), file_inode(file));
}

/*
 * do_dentry_open(), for every open by name, handle, O_TMPFILE, exec, io_uring,
 * and for files that the kernel opens itself. Not for O_PATH. No lock held, but
 * the directory's when the open may create. Since 2.6.26 (as dentry_open).
 */
ON(security_file_open)
{
	struct file *file = ARGUMENT(struct file *, 0);

	rcu_read_lock();
	if (is_guarded_device(file)) {
		mark_file(file);
		enforce_opening(file, fregs);
	} else if (fguard_enforce_prefilter(file->f_path.dentry, file_inode(file))) {
		enforce_opening(file, fregs);
	}
	rcu_read_unlock();
}

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

/* ---- entries of directories ---------------------------------------------- */

/* @inner: part of what the task was asked for, see struct fguard_request */
static noinline void enforce_dentry(struct dentry *dentry, struct vfsmount *mnt,
				    enum fguard_op op, bool inner,
				    struct ftrace_regs *fregs)
{
	struct fguard_object object = object_of(dentry, mnt, BIT(op));
	const struct fguard_request request = {
		.objects = &object,
		.count = 1,
		.inner = inner,
	};

	fguard_enforce(&request, fregs);
}

static __always_inline void enforce_entry(struct dentry *dentry, struct vfsmount *mnt,
					  enum fguard_op op, bool inner,
					  struct ftrace_regs *fregs)
{
	rcu_read_lock();
	if (fguard_enforce_prefilter(dentry, d_inode_rcu(dentry)))
		enforce_dentry(dentry, mnt, op, inner, fregs);
	rcu_read_unlock();
}

/* security_path_NAME(directory, dentry, …): as the other security_path functions
 * since 2.6.29. The directory is locked.
 */
#define ON_ENTRY(name, op)						\
	ON(name)							\
	{								\
		mark(ARGUMENT(struct dentry *, 1), op);			\
		enforce_entry(ARGUMENT(struct dentry *, 1),		\
			      ARGUMENT(const struct path *, 0)->mnt, op, false, \
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
	struct fguard_object object = object_of(dentry, mnt, BIT(FGUARD_OP_CREATE));
	struct fguard_request request = { .objects = &object, .count = 1 };
	enum fguard_opening opening = FGUARD_OPENS_NOT;
	u32 flags = O_RDWR;

	if (S_ISREG(mode))
		opening = fguard_syscall_opens(&flags);
	if (opening != FGUARD_OPENS_NOT)
		request.opens = opening_ops(flags);
	request.opens_somehow = opening == FGUARD_OPENS_SOMEHOW;
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
				  struct vfsmount *mnt, bool inner,
				  struct ftrace_regs *fregs)
{
	struct fguard_object objects[] = {
		object_of(old, mnt, BIT(FGUARD_OP_LINK)),
		object_of(new, mnt, BIT(FGUARD_OP_CREATE)),
	};
	const struct fguard_request request = {
		.objects = objects,
		.count = 2,
		.inner = inner,
	};

	fguard_enforce(&request, fregs);
}

static __always_inline void enforce_linking(struct dentry *old, struct dentry *new,
					    struct vfsmount *mnt, bool inner,
					    struct ftrace_regs *fregs)
{
	rcu_read_lock();
	if (fguard_enforce_prefilter(old, d_inode_rcu(old)) ||
	    fguard_enforce_prefilter(new, d_inode_rcu(new)))
		enforce_link(old, new, mnt, inner, fregs);
	rcu_read_unlock();
}

static noinline void enforce_rename(struct dentry *old, struct dentry *new,
				    struct vfsmount *mnt, bool exchange, bool inner,
				    struct ftrace_regs *fregs)
{
	struct fguard_object objects[] = {
		object_of(old, mnt, BIT(FGUARD_OP_RENAME)),
		object_of(new, mnt, BIT(FGUARD_OP_RENAME)),
	};
	const struct fguard_request request = {
		.objects = objects,
		.count = 2,
		.inner = inner,
	};

	objects[0].moves = true;
	objects[0].destination = new;
	objects[1].moves = exchange;
	objects[1].destination = exchange ? old : NULL;
	fguard_enforce(&request, fregs);
}

static bool is_ancestor(const struct dentry *dentry)
{
	const struct inode *inode = d_inode_rcu(dentry);

	return inode && S_ISDIR(inode->i_mode) &&
	       fguard_prefilter_key(rcu_dereference(fguard_index),
				    inode->i_ino ^ FGUARD_ANCESTOR_SALT);
}

static __always_inline void enforce_removal(struct dentry *dentry, struct vfsmount *mnt,
					    bool inner, struct ftrace_regs *fregs)
{
	rcu_read_lock();
	if (fguard_enforce_prefilter(dentry, d_inode_rcu(dentry)) || is_ancestor(dentry))
		enforce_dentry(dentry, mnt, FGUARD_OP_DELETE, inner, fregs);
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
					     bool inner, struct ftrace_regs *fregs)
{
	rcu_read_lock();
	if (fguard_enforce_prefilter(old, d_inode_rcu(old)) ||
	    fguard_enforce_prefilter(new, d_inode_rcu(new)) ||
	    is_ancestor(old) || is_ancestor(new) || may_take_along(old, new))
		enforce_rename(old, new, mnt, flags & RENAME_EXCHANGE, inner, fregs);
	rcu_read_unlock();
}

/* link(). The new directory locked; both names are on one mount. */
ON(security_path_link)
{
	mark(ARGUMENT(struct dentry *, 2), FGUARD_OP_LINK);
	enforce_linking(ARGUMENT(struct dentry *, 0), ARGUMENT(struct dentry *, 2),
			ARGUMENT(const struct path *, 1)->mnt, false, fregs);
}

/*
 * rmdir(). The directory is locked. One on the way to a guarded path may be empty:
 * what it holds is mounted on it, in another namespace perhaps, or not there yet.
 */
ON(security_path_rmdir)
{
	mark(ARGUMENT(struct dentry *, 1), FGUARD_OP_DELETE);
	enforce_removal(ARGUMENT(struct dentry *, 1), ARGUMENT(const struct path *, 0)->mnt,
			false, fregs);
}

/* rename(), with all flags. Both directories locked; one mount. */
ON(security_path_rename)
{
	mark(ARGUMENT(struct dentry *, 3), FGUARD_OP_RENAME);
	enforce_renaming(ARGUMENT(struct dentry *, 1), ARGUMENT(struct dentry *, 3),
			 ARGUMENT(const struct path *, 2)->mnt, ARGUMENT(unsigned int, 4),
			 false, fregs);
}

/* ---- entries of directories, by others than system calls ------------------ */

/* A filesystem that stores in another acts as somebody else. */
static bool is_inner(void)
{
	return !(current->flags & PF_KTHREAD) && current_cred() != current_real_cred();
}

/*
 * Servers in the kernel, such as nfsd, and filesystems that store in another, such
 * as overlayfs, go past the security_path functions. The latter act as somebody
 * else, and what they do is part of what they were asked for. As the caller itself
 * act message queues, a mount that clears its working directory, and ecryptfs.
 */
static bool acts_for_another(void)
{
	return (current->flags & PF_KTHREAD) || is_inner();
}

static __always_inline bool is_unchecked(const struct dentry *dentry, enum fguard_op op)
{
	return acts_for_another() || !take_mark(dentry, op);
}

/* security_inode_NAME(directory, dentry, …). The directory is locked. */
#define ON_INNER(name, op)						\
	ON(name)							\
	{								\
		if (is_unchecked(ARGUMENT(struct dentry *, 1), op))	\
			enforce_entry(ARGUMENT(struct dentry *, 1), NULL, op, \
				      is_inner(), fregs);			\
	}

ON_INNER(security_inode_create, FGUARD_OP_CREATE)
ON_INNER(security_inode_mknod, FGUARD_OP_CREATE)
ON_INNER(security_inode_mkdir, FGUARD_OP_CREATE)
ON_INNER(security_inode_symlink, FGUARD_OP_CREATE)
ON_INNER(security_inode_unlink, FGUARD_OP_DELETE)

ON(security_inode_rmdir)
{
	if (is_unchecked(ARGUMENT(struct dentry *, 1), FGUARD_OP_DELETE))
		enforce_removal(ARGUMENT(struct dentry *, 1), NULL, is_inner(), fregs);
}

ON(security_inode_link)
{
	if (is_unchecked(ARGUMENT(struct dentry *, 2), FGUARD_OP_LINK))
		enforce_linking(ARGUMENT(struct dentry *, 0), ARGUMENT(struct dentry *, 2),
				NULL, is_inner(), fregs);
}

ON(security_inode_rename)
{
	if (is_unchecked(ARGUMENT(struct dentry *, 3), FGUARD_OP_RENAME))
		enforce_renaming(ARGUMENT(struct dentry *, 1), ARGUMENT(struct dentry *, 3),
				 NULL, ARGUMENT(unsigned int, 4), is_inner(), fregs);
}

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
	enforce_entry(path->dentry, path->mnt, FGUARD_OP_TRUNCATE, false, fregs);
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
			enforce_entry(dentry, NULL, FGUARD_OP_TRUNCATE, is_inner(), fregs);
		return;
	}
	if ((attr->ia_valid & ATTR_BY_USER) && !(attr->ia_valid & ATTR_FORCE))
		enforce_entry(dentry, NULL, FGUARD_OP_ATTR, false, fregs);
}

/* security_inode_NAME([mount,] dentry, …). The inode is locked. */
#define ON_ATTRIBUTE(name)						\
	ON(name)							\
	{								\
		enforce_entry(ARGUMENT(struct dentry *, FGUARD_XATTR_DENTRY), NULL, \
			      FGUARD_OP_ATTR, false, fregs);			\
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
		enforce_entry(dentry, NULL, FGUARD_OP_ATTR, false, fregs);
	rcu_read_unlock();
}
#endif

#ifdef FGUARD_HAVE_INODE_FILE_SETATTR
/* chattr, by ioctl or file_setattr(). The inode is locked. Since 6.17. */
ON(security_inode_file_setattr)
{
	enforce_entry(ARGUMENT(struct dentry *, 0), NULL, FGUARD_OP_ATTR, false, fregs);
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

/* ---- being told of what others do ---------------------------------------- */

/*
 * inotify_add_watch(), fanotify_mark(), and F_NOTIFY of a descriptor of a directory. A
 * directory's mark tells the names in it; that of a whole mount or filesystem, for
 * which one needs a capability over it, of all that is guarded there. No lock held.
 * Since 5.4.
 */
ON(security_path_notify)
{
	const struct path *path = ARGUMENT(const struct path *, 0);
	enum fguard_op op = d_is_dir(path->dentry) ? FGUARD_OP_LIST : FGUARD_OP_READ;

	rcu_read_lock();
	if (ARGUMENT(unsigned int, 2) != FSNOTIFY_OBJ_TYPE_INODE)
		fguard_any_enforce(path, FGUARD_OP_READ, false, fregs);
	else
		enforce_entry(path->dentry, path->mnt, op, false, fregs);
	rcu_read_unlock();
}

#ifdef CONFIG_SECURITY_NETWORK
/* ---- sockets in directories ----------------------------------------------- */

static noinline void enforce_connection(const struct path *path, bool final,
					struct ftrace_regs *fregs)
{
	struct fguard_object object = object_of(path->dentry, path->mnt,
						BIT(FGUARD_OP_WRITE));
	const struct fguard_request request = {
		.objects = &object,
		.count = 1,
		.final = final,
	};

	fguard_enforce(&request, fregs);
}

/*
 * The socket has the name that it was bound to, if any, as long as it lives. It is
 * locked by a spinlock, under which nobody asks for a lock that a decision takes.
 */
static __always_inline void enforce_peer(const struct sock *peer, bool final,
					 struct ftrace_regs *fregs)
{
	const struct path *path = &unix_sk(peer)->path;

	if (!path->dentry)
		return;
	rcu_read_lock();
	if (fguard_enforce_prefilter(path->dentry, d_inode_rcu(path->dentry)))
		enforce_connection(path, final, fregs);
	rcu_read_unlock();
}

/* connect() to a socket for streams or packets. Since 2.6. */
ON(security_unix_stream_connect)
{
	enforce_peer(ARGUMENT(const struct sock *, 1), false, fregs);
}

/* connect() to a socket for datagrams, and each that is sent there. Since 2.6. */
ON(security_unix_may_send)
{
	const struct socket *peer = ARGUMENT(const struct socket *, 1);

	if (peer && peer->sk)
		enforce_peer(peer->sk, fguard_syscall_sends_many(), fregs);
}
#endif

/* ---- quotas --------------------------------------------------------------- */

static noinline void enforce_whole(struct dentry *dentry, struct ftrace_regs *fregs)
{
	struct fguard_object object = object_of(dentry, NULL, BIT(FGUARD_OP_READ) |
							      BIT(FGUARD_OP_WRITE));
	const struct fguard_request request = { .objects = &object, .count = 1 };

	fguard_enforce(&request, fregs);
}

/*
 * Q_QUOTAON: the kernel reads and writes the file itself, without opening it. The lock
 * of the filesystem is held, which is let go whatever comes of it.
 */
ON(security_quota_on)
{
	struct dentry *dentry = ARGUMENT(struct dentry *, 0);

	rcu_read_lock();
	if (fguard_enforce_prefilter(dentry, d_inode_rcu(dentry)))
		enforce_whole(dentry, fregs);
	rcu_read_unlock();
}

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

	object.ancestors_only = true;
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
	object.any_crossing = (flags & (MS_BIND | MS_MOVE)) == MS_MOVE;
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

/* ---- descriptors from before the rule ------------------------------------ */

static __always_inline void enforce_descriptor(struct file *file, u32 ops,
					       enum fguard_use use,
					       struct ftrace_regs *fregs)
{
	rcu_read_lock();
	if (fguard_prefilter_object(rcu_dereference(fguard_index), file->f_path.dentry,
				    file_inode(file)) ||
	    is_guarded_device(file))
		fguard_enforce_descriptor(file, ops, use, fregs);
	rcu_read_unlock();
}

/* read(), write(), getdents(), splice, fallocate(), io_uring. No lock held. */
ON(security_file_permission)
{
	struct file *file = ARGUMENT(struct file *, 0);
	int mask = ARGUMENT(int, 1);
	u32 ops = 0;

	if (S_ISDIR(file_inode(file)->i_mode))
		ops = BIT(FGUARD_OP_LIST);
	else if (mask & (MAY_WRITE | MAY_APPEND))
		ops = BIT(FGUARD_OP_WRITE);
	else
		ops = BIT(FGUARD_OP_READ);
	enforce_descriptor(file, ops, FGUARD_USE_DESCRIPTOR, fregs);
}

/*
 * mmap(). The address space is not locked yet. A shared mapping of a descriptor
 * for writing may be made writable later, by mprotect().
 */
ON(security_mmap_file)
{
	struct file *file = ARGUMENT(struct file *, 0);
	bool shared = ARGUMENT(unsigned long, 2) & MAP_SHARED;
	u32 ops = BIT(FGUARD_OP_READ);

	if (file && shared && (file->f_mode & FMODE_WRITE))
		ops |= BIT(FGUARD_OP_WRITE);
	if (file)
		enforce_descriptor(file, ops, FGUARD_USE_DESCRIPTOR, fregs);
}

/* A descriptor comes over a socket or by pidfd_getfd(). No lock held. */
ON(security_file_receive)
{
	struct file *file = ARGUMENT(struct file *, 0);

	enforce_descriptor(file, mode_ops(file), FGUARD_USE_RECEIVED, fregs);
}

/*
 * A page of a mapping is needed; mapping.c sees to it that it is asked for. The lock
 * of the address space or of the mapping is held. The machine would not outlive the
 * signal to its first process.
 */
ON(handle_mm_fault)
{
	struct vm_area_struct *vma = ARGUMENT(struct vm_area_struct *, 0);

	if (vma->vm_file && likely(!is_global_init(current)))
		enforce_descriptor(vma->vm_file, fguard_mapping_ops(vma), FGUARD_USE_FAULT,
				   fregs);
}

/*
 * fork() copies the pages of a mapping that has private ones, and leaves others to
 * faults. While mapping.c takes pages out, that would carry some past it. Both address
 * spaces are locked for writing.
 */
ON(copy_page_range)
{
	struct vm_area_struct *vma = ARGUMENT(struct vm_area_struct *, 1);

	if (vma->vm_file && (vma->anon_vma || (vma->vm_flags & VM_MIXEDMAP)) &&
	    fguard_mappings_are_revoked() && likely(!is_global_init(current)))
		enforce_descriptor(vma->vm_file, BIT(FGUARD_OP_READ), FGUARD_USE_COPY, fregs);
}

/* mprotect(). The lock of the address space is held for writing. */
ON(security_file_mprotect)
{
	struct vm_area_struct *vma = ARGUMENT(struct vm_area_struct *, 0);

	if (vma->vm_file && (vma->vm_flags & VM_SHARED) &&
	    (ARGUMENT(unsigned long, 2) & PROT_WRITE))
		enforce_descriptor(vma->vm_file, BIT(FGUARD_OP_WRITE), FGUARD_USE_DESCRIPTOR,
				   fregs);
}

#ifdef FGUARD_HAVE_MADVISE_COLLAPSE
/*
 * MADV_COLLAPSE maps huge pages without a fault. As handle_mm_fault(). Since 6.13
 * process_madvise() does at once again what is to be begun anew, and never goes back.
 */
ON(madvise_collapse)
{
	struct vm_area_struct *vma = ARGUMENT(struct vm_area_struct *, 0);

	if (vma->vm_file)
		enforce_descriptor(vma->vm_file, fguard_mapping_ops(vma), FGUARD_USE_ADVISED,
				   fregs);
}
#endif

/* ---- tracing of those who are let in ------------------------------------- */

/* ptrace(), process_vm_writev(), /proc/PID/mem. task_lock() of the other is held. */
ON(security_ptrace_access_check)
{
	struct task_struct *other = ARGUMENT(struct task_struct *, 0);
	struct fguard_subject tracer = { .task = current, .exe_known = true };
	struct fguard_subject tracee = { .task = other, .exe_known = true };

	if (!(ARGUMENT(unsigned int, 1) & PTRACE_MODE_ATTACH) ||
	    task_tgid(other) == task_tgid(current))
		return;
	tracer.exe = fguard_subject_exe();
	tracee.exe = fguard_subject_exe_locked(other);
	fguard_tracing_enforce(&tracer, &tracee, fregs);
}

/*
 * PTRACE_TRACEME: the current task lets its parent trace it. tasklist_lock is held
 * for writing, inside which task_lock() must not be waited for: one that is busy
 * counts as of an unknown executable.
 */
ON(security_ptrace_traceme)
{
	struct task_struct *parent = ARGUMENT(struct task_struct *, 0);
	struct fguard_subject tracer = { .task = parent, .exe_known = true };
	struct fguard_subject tracee = { .task = current, .exe_known = true };

	if (task_tgid(parent) == task_tgid(current))
		return;
	if (spin_trylock(&parent->alloc_lock)) {
		tracer.exe = fguard_subject_exe_locked(parent);
		spin_unlock(&parent->alloc_lock);
	}
	tracee.exe = fguard_subject_exe();
	fguard_tracing_enforce(&tracer, &tracee, fregs);
}

/* ---- processes that begin and end ---------------------------------------- */

/* Not by tracepoints: those forbid to wait, as locks do in a real-time kernel. */

/* Without memory a child is not let in; one that rules are to be against does not run. */
static noinline void end_unnoted(struct task_struct *child)
{
	const struct fguard_subject parent = {
		.task = current, .exe = fguard_subject_exe(), .exe_known = true,
	};
	bool bound;

	rcu_read_lock();
	bound = fguard_against_task(&parent);
	rcu_read_unlock();
	if (parent.exe)
		fput(parent.exe);
	if (bound)
		send_sig(SIGKILL, child, 1);
}

/* fork(): the child is whole and does not run yet. No lock held. */
ON(wake_up_new_task)
{
	struct task_struct *child = ARGUMENT(struct task_struct *, 0);

	if (unlikely(!fguard_descendants_fork(child)))
		end_unnoted(child);
	fguard_script_fork(child);
}

/* A task ends, which is the current one. No lock held. */
ON(exit_signals)
{
	fguard_waiter_exit();
	fguard_script_exit();
}

/*
 * A task is gone, by whoever waited for it; no number leads to it any more. No lock
 * held. Since 5.7.
 */
ON(proc_flush_pid)
{
	fguard_script_end(ARGUMENT(const struct pid *, 0));
}

/* A handler of a signal is about to run; its frame is made. No lock held. */
ON(signal_setup_done)
{
	const struct ksignal *signal = ARGUMENT(const struct ksignal *, 1);

	fguard_waiter_signal(signal->ka.sa.sa_flags & SA_RESTART);
}

/* execve(), for each file on the way to what is run in the end. No lock held. */
ON(security_bprm_check)
{
	struct linux_binprm *bprm = ARGUMENT(struct linux_binprm *, 0);

	fguard_script_look(bprm);
	if (unlikely(READ_ONCE(current->ptrace)))
		fguard_tracing_enforce_exec(bprm->file, fregs);
}

/* @inode: the file, or what it is made of */
static noinline void enforce_handing(const struct file *file, const struct inode *inode,
				     struct ftrace_regs *fregs)
{
	struct fguard_object object = {
		.dentry = file->f_path.dentry,
		.inode = inode,
		.mnt = file->f_path.mnt,
		.ops = BIT(FGUARD_OP_READ),
	};
	const struct fguard_request request = {
		.objects = &object,
		.count = 1,
		.inner = inode != d_inode_rcu(file->f_path.dentry),
	};

	rcu_read_lock();
	if (fguard_enforce_prefilter(object.dentry, inode))
		fguard_enforce(&request, fregs);
	rcu_read_unlock();
}

/*
 * execve(), before the task gives up its own program. A file that is run by another (by
 * binfmt_misc, with its flags O or C) may be handed to that as a descriptor, which reads
 * it: it was opened to be executed, and is read, too. No lock held but that against
 * ptrace(). Since 5.8.
 */
ON(security_bprm_creds_from_file)
{
	const struct linux_binprm *bprm = ARGUMENT(struct linux_binprm *, 0);
	const struct file *file = bprm->executable;
	const struct inode *beneath;

	if (likely(!bprm->have_execfd || !file))
		return;
	beneath = fguard_object_beneath(file->f_path.dentry);
	if (beneath)
		enforce_handing(file, beneath, fregs);
	enforce_handing(file, file_inode(file), fregs);
}

/* execve(), from here on the task is of the new program. The lock against ptrace() is held. */
ON(security_bprm_committed_creds)
{
	fguard_script_run(ARGUMENT(struct linux_binprm *, 0));
	fguard_exes_run(ARGUMENT(struct linux_binprm *, 0)->file);
}

/*
 * /proc/PID/loginuid, for oneself. Who was never logged in need not be privileged to say
 * that he is somebody, and nothing tells later that it was he who said so.
 */
ON(audit_set_loginuid)
{
	if (!ns_capable_noaudit(&init_user_ns, CAP_AUDIT_CONTROL))
		fguard_hook_refuse(fregs, -EPERM);
}

/* ---- passing for a program that is let in -------------------------------- */

#ifdef FGUARD_HAVE_REPLACE_MM_EXE_FILE
/*
 * prctl(PR_SET_MM), for oneself: whoever is in a user namespace of his own may.
 * No lock held. Since 5.15.
 */
ON(replace_mm_exe_file)
{
	fguard_tracing_enforce_masquerading(ARGUMENT(struct file *, 1), true, fregs);
}
#else
/* The same before; another thread may change yet what the descriptor means. */
ON(prctl_set_mm_exe_file)
{
	struct file *exe = fget(ARGUMENT(unsigned int, 1));

	fguard_tracing_enforce_masquerading(exe, false, fregs);
	if (exe)
		fput(exe);
}
#endif

/* ---- what has happened to names ------------------------------------------- */

/*
 * These are called once the filesystem has done what was asked for, and just before
 * it is seen; security functions are called when it is not even clear whether the caller
 * may. Both directories are locked, but where a filesystem finds out by itself.
 */
ON(d_move)
{
	fguard_names_moved(ARGUMENT(struct dentry *, 0), ARGUMENT(struct dentry *, 1), false);
}

ON(d_exchange)
{
	fguard_names_moved(ARGUMENT(struct dentry *, 0), ARGUMENT(struct dentry *, 1), true);
}

/* Creation, and link(). */
#define ON_INSTANTIATION(name)						\
	ON(name)							\
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
ON(d_delete)
{
	fguard_names_emptied(ARGUMENT(struct dentry *, 0));
}

/*
 * ovl_copy_up(), before it makes the copy, which only then is moved or linked to where
 * it stays: nobody uses the object's name again to chmod() it, or, since 6.7, to open
 * the copy. The copy's directory may be locked. Since 4.8.
 */
ON(security_inode_copy_up)
{
	int err = fguard_copyup_begin(ARGUMENT(struct dentry *, 0));

	if (unlikely(err))
		fguard_hook_refuse(fregs, err);
}

/* An inode leaves memory. No lock held. */
ON(security_inode_free)
{
	fguard_names_inode_freed(ARGUMENT(struct inode *, 0));
}

/* ---- the table ----------------------------------------------------------- */

#define OPEN_OPS (BIT(FGUARD_OP_READ) | BIT(FGUARD_OP_WRITE) | \
		  BIT(FGUARD_OP_EXEC) | BIT(FGUARD_OP_LIST))

/* A device is read and written by one that was opened for less. */
#define IOCTL_OPS (BIT(FGUARD_OP_ATTR) | BIT(FGUARD_OP_READ) | BIT(FGUARD_OP_WRITE))

struct fguard_hook fguard_hook_table[] = {
	FGUARD_HOOK(security_file_open, OPEN_OPS),
	FGUARD_HOOK(bd_prepare_to_claim, BIT(FGUARD_OP_READ) | BIT(FGUARD_OP_WRITE)),
#ifdef FGUARD_HAVE_FILE_TRUNCATE
	FGUARD_HOOK(security_file_truncate, BIT(FGUARD_OP_TRUNCATE)),
#endif
	FGUARD_HOOK(security_path_truncate, BIT(FGUARD_OP_TRUNCATE)),
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
	FGUARD_HOOK(security_inode_setattr, BIT(FGUARD_OP_ATTR) | BIT(FGUARD_OP_TRUNCATE)),
	FGUARD_HOOK(security_inode_setxattr, BIT(FGUARD_OP_ATTR)),
	FGUARD_HOOK(security_inode_removexattr, BIT(FGUARD_OP_ATTR)),
#ifdef FGUARD_HAVE_INODE_SET_ACL
	FGUARD_HOOK(security_inode_set_acl, BIT(FGUARD_OP_ATTR)),
	FGUARD_HOOK(security_inode_remove_acl, BIT(FGUARD_OP_ATTR)),
#endif
#ifdef CONFIG_FS_POSIX_ACL
	FGUARD_HOOK(set_posix_acl, BIT(FGUARD_OP_ATTR)),
#endif
#ifdef FGUARD_HAVE_INODE_FILE_SETATTR
	FGUARD_HOOK(security_inode_file_setattr, BIT(FGUARD_OP_ATTR)),
#endif
	FGUARD_HOOK(security_file_ioctl, IOCTL_OPS | FGUARD_NEED_DESCRIPTORS),
#ifdef FGUARD_HAVE_FILE_IOCTL_COMPAT
	FGUARD_HOOK(security_file_ioctl_compat, IOCTL_OPS | FGUARD_NEED_DESCRIPTORS),
#endif
#ifdef FGUARD_HAVE_URING_CMD
	FGUARD_HOOK(security_uring_cmd, FGUARD_NEED_DESCRIPTORS),
#endif
	FGUARD_HOOK(security_quota_on, BIT(FGUARD_OP_READ) | BIT(FGUARD_OP_WRITE)),
	FGUARD_HOOK(security_path_notify, BIT(FGUARD_OP_LIST) | BIT(FGUARD_OP_READ)),
#ifdef CONFIG_SECURITY_NETWORK
	FGUARD_HOOK(security_unix_stream_connect, BIT(FGUARD_OP_WRITE)),
	FGUARD_HOOK(security_unix_may_send, BIT(FGUARD_OP_WRITE)),
#endif
	FGUARD_HOOK(security_sb_mount, BIT(FGUARD_OP_MOUNT)),
	FGUARD_HOOK(security_move_mount, BIT(FGUARD_OP_MOUNT)),
	FGUARD_HOOK(security_sb_umount, BIT(FGUARD_OP_MOUNT)),
	FGUARD_HOOK(security_sb_pivotroot, BIT(FGUARD_OP_MOUNT)),
	FGUARD_HOOK(security_file_permission, FGUARD_NEED_DESCRIPTORS),
	FGUARD_HOOK(security_mmap_file, FGUARD_NEED_DESCRIPTORS),
	FGUARD_HOOK(security_file_receive, FGUARD_NEED_DESCRIPTORS),
	FGUARD_HOOK(handle_mm_fault, FGUARD_NEED_DESCRIPTORS),
	FGUARD_HOOK(copy_page_range, FGUARD_NEED_DESCRIPTORS),
	FGUARD_HOOK(security_file_mprotect, FGUARD_NEED_DESCRIPTORS),
#ifdef FGUARD_HAVE_MADVISE_COLLAPSE
	FGUARD_HOOK(madvise_collapse, FGUARD_NEED_DESCRIPTORS),
#endif
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
	FGUARD_HOOK(security_ptrace_access_check, FGUARD_NEED_TRACING),
	FGUARD_HOOK(security_ptrace_traceme, FGUARD_NEED_TRACING),
	FGUARD_HOOK(audit_set_loginuid, FGUARD_NEED_LOGINS),
	FGUARD_HOOK(wake_up_new_task, FGUARD_NEED_FORKS),
	FGUARD_HOOK(exit_signals, FGUARD_NEED_EXITS | FGUARD_NEED_EXES),
	FGUARD_HOOK(signal_setup_done, FGUARD_NEED_EXITS),
	FGUARD_HOOK(security_bprm_check, FGUARD_NEED_EXES),
	FGUARD_HOOK(security_bprm_creds_from_file, BIT(FGUARD_OP_READ)),
	FGUARD_NOTE(security_bprm_committed_creds, FGUARD_NEED_EXES),
	FGUARD_NOTE(proc_flush_pid, FGUARD_NEED_EXES),
#ifdef FGUARD_HAVE_REPLACE_MM_EXE_FILE
	FGUARD_HOOK(replace_mm_exe_file, FGUARD_NEED_EXES),
#else
	FGUARD_HOOK(prctl_set_mm_exe_file, FGUARD_NEED_EXES),
#endif
};

const unsigned int fguard_hook_table_size = ARRAY_SIZE(fguard_hook_table);

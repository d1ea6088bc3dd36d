// SPDX-License-Identifier: GPL-2.0-only
/* Files that are opened, and those that were opened before; what comes close to it. */
#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/fsnotify_backend.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/sched/signal.h>
#include <net/af_unix.h>

#include "enforce/any.h"
#include "enforce/callback.h"
#include "enforce/enforce.h"
#include "enforce/hooks.h"
#include "enforce/mapping.h"
#include "ftrace/syscall.h"
#include "policy/prefilter.h"

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
		enforce_entry(path->dentry, path->mnt, op, FGUARD_PART_WHOLE, fregs);
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

/* ---- the table ---------------------------------------------------------- */

#define OPEN_OPS (BIT(FGUARD_OP_READ) | BIT(FGUARD_OP_WRITE) | \
		  BIT(FGUARD_OP_EXEC) | BIT(FGUARD_OP_LIST))

static struct fguard_hook rows[] = {
	FGUARD_HOOK(security_file_open, OPEN_OPS),
	FGUARD_HOOK(security_quota_on, BIT(FGUARD_OP_READ) | BIT(FGUARD_OP_WRITE)),
	FGUARD_HOOK(security_path_notify, BIT(FGUARD_OP_LIST) | BIT(FGUARD_OP_READ)),
#ifdef CONFIG_SECURITY_NETWORK
	FGUARD_HOOK(security_unix_stream_connect, BIT(FGUARD_OP_WRITE)),
	FGUARD_HOOK(security_unix_may_send, BIT(FGUARD_OP_WRITE)),
#endif
	FGUARD_HOOK(security_file_permission, FGUARD_NEED_DESCRIPTORS),
	FGUARD_HOOK(security_mmap_file, FGUARD_NEED_DESCRIPTORS),
	FGUARD_HOOK(security_file_receive, FGUARD_NEED_DESCRIPTORS),
	FGUARD_HOOK(handle_mm_fault, FGUARD_NEED_DESCRIPTORS),
	FGUARD_HOOK(copy_page_range, FGUARD_NEED_DESCRIPTORS),
	FGUARD_HOOK(security_file_mprotect, FGUARD_NEED_DESCRIPTORS),
#ifdef FGUARD_HAVE_MADVISE_COLLAPSE
	FGUARD_HOOK(madvise_collapse, FGUARD_NEED_DESCRIPTORS),
#endif
};

const struct fguard_hook_table fguard_open_hooks = FGUARD_HOOK_TABLE(rows);

// SPDX-License-Identifier: GPL-2.0-only
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/atomic.h>
#include <linux/dcache.h>
#include <linux/err.h>
#include <linux/hash.h>
#include <linux/mount.h>
#include <linux/namei.h>
#include <linux/rculist.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#include "subject/exe.h"

#define BUCKET_BITS 12

#define GFP_FOLLOW (GFP_ATOMIC | __GFP_NOWARN)

/* Who looked at the name may have been overtaken by a rename as often. */
#define LOOKS_MAX 16

/**
 * struct fguard_version - a file that has the name of an executable, or had it
 * @node: link in the bucket of its inode; RCU, exe_lock
 * @of_formers: the same of those that had the name, once it is one; exe_lock
 * @program: the file
 * @exe: the executable, which owns it
 * @left: when it lost the name, once it is a former one, as @leavings counts
 * @rcu: frees it after the last reader
 */
struct fguard_version {
	struct hlist_node node;
	struct hlist_node of_formers;
	struct fguard_program program;
	struct fguard_exe *exe;
	u64 left;
	struct rcu_head rcu;
};

/* Names change in process context, and executables are left in RCU callbacks. */
static DEFINE_SPINLOCK(exe_lock);
static struct hlist_head exes[1 << BUCKET_BITS];
static struct hlist_head versions[1 << BUCKET_BITS];
static struct hlist_head formers[1 << BUCKET_BITS];
static u32 followed; /* in exes */
static u64 leavings; /* how often any file lost a name */
static atomic64_t last_id;

static struct hlist_head *bucket_of(struct hlist_head *table, u64 ino, dev_t dev)
{
	return &table[hash_64(fguard_program_hash(ino, dev), BUCKET_BITS)];
}

static struct hlist_head *bucket_of_inode(struct hlist_head *table, const struct inode *inode)
{
	return bucket_of(table, inode->i_ino, inode->i_sb->s_dev);
}

/* One directory may have all that rules name. @name: of an executable in it */
static struct hlist_head *bucket_of_name(const struct inode *directory, bool folds,
					 const char *name, u32 length)
{
	u64 hash = fguard_program_hash(directory->i_ino, directory->i_sb->s_dev);

	return &exes[hash_64(hash ^ fguard_name_hash(directory->i_ino, folds, name, length),
			     BUCKET_BITS)];
}

static bool is_program(const struct fguard_program *program, const struct inode *inode)
{
	return !READ_ONCE(program->gone) &&
	       fguard_identity_is_original(&program->identity, inode);
}

static struct fguard_version *locked(struct fguard_version __rcu *version)
{
	return rcu_dereference_protected(version, lockdep_is_held(&exe_lock));
}

/* ---- what has the name ------------------------------------------------------- */

static void drop(struct fguard_version *version)
{
	if (!version)
		return;
	lockdep_assert_held(&exe_lock);
	hlist_del_rcu(&version->node);
	hlist_del_init(&version->of_formers);
	/* Not even who looks at it now takes a later inode of the number for it. */
	WRITE_ONCE(version->program.gone, true);
	fguard_program_leave(&version->program);
	kfree_rcu(version, rcu);
}

/* It may be given its old name again, and then all who run it are let in by that. */
static void drop_former(struct fguard_exe *exe, const struct inode *inode)
{
	struct fguard_version *former;
	unsigned int i;

	for (i = 0; i < FGUARD_FORMERS_MAX; i++) {
		former = locked(exe->formers[i]);
		if (!former || is_program(&former->program, inode)) {
			RCU_INIT_POINTER(exe->formers[i], NULL);
			drop(former);
		}
	}
}

/* One that is free, or of which nobody is left. */
static unsigned int find_room(const struct fguard_exe *exe)
{
	const struct fguard_version *former;
	unsigned int i;

	for (i = 0; i < FGUARD_FORMERS_MAX - 1; i++) {
		former = locked(exe->formers[i]);
		if (!former || READ_ONCE(former->program.gone))
			break;
	}
	return i;
}

/* From the end, since who looks from the beginning shall not miss one. */
static void retire(struct fguard_exe *exe, struct fguard_version *version)
{
	unsigned int i = find_room(exe);

	if (!version || READ_ONCE(version->program.gone)) {
		drop(version);
		return;
	}
	drop(locked(exe->formers[i]));
	version->left = ++leavings;
	for (; i; i--)
		rcu_assign_pointer(exe->formers[i], locked(exe->formers[i - 1]));
	rcu_assign_pointer(exe->formers[0], version);
	hlist_add_head(&version->of_formers,
		       bucket_of(formers, version->program.identity.ino,
				 version->program.identity.dev));
}

static struct fguard_version *enter(struct fguard_exe *exe, struct fguard_version *version,
				    const struct inode *inode)
{
	version->exe = exe;
	fguard_identity_take_original(&version->program.identity, inode);
	fguard_program_follow(&version->program);
	hlist_add_head_rcu(&version->node, bucket_of_inode(versions, inode));
	return version;
}

/* Who ran the one before must be found by it before he is not found by the name. */
static void replace(struct fguard_exe *exe, struct fguard_version *next)
{
	struct fguard_version *before = locked(exe->now);

	retire(exe, before);
	rcu_assign_pointer(exe->now, next);
}

/* Gives what of the memory is not needed. */
static struct fguard_version *hold_locked(struct fguard_exe *exe, const struct inode *inode,
					  struct fguard_version *memory)
{
	const struct fguard_version *before = locked(exe->now);

	if (inode && before && is_program(&before->program, inode))
		return memory;
	if (!memory)
		swap(memory, exe->spare);
	if (inode && !memory)
		pr_warn_ratelimited("no memory to follow a program: nobody is let in by it\n");
	if (!inode || !memory) {
		replace(exe, NULL);
		return memory;
	}
	drop_former(exe, inode);
	replace(exe, enter(exe, memory, inode));
	return NULL;
}

static void hold(struct fguard_exe *exe, const struct inode *inode, gfp_t gfp)
{
	struct fguard_version *memory;
	unsigned long flags;

	if (inode && !S_ISREG(inode->i_mode))
		inode = NULL;
	memory = kzalloc(sizeof(*memory), gfp);
	spin_lock_irqsave(&exe_lock, flags);
	/* Whoever found it by its name may come when it is left: it enters nothing then. */
	if (exe->users) {
		memory = hold_locked(exe, inode, memory);
		if (!exe->spare)
			swap(memory, exe->spare);
	}
	spin_unlock_irqrestore(&exe_lock, flags);
	kfree(memory);
}

/* Of the executables that rules name in this way; NULL: its directory is gone. */
static struct hlist_head *bucket_of_entry(struct dentry *dentry)
{
	const struct dentry *directory;
	struct hlist_head *bucket = NULL;

	spin_lock(&dentry->d_lock);
	directory = dentry->d_parent;
	if (d_inode_rcu(directory))
		bucket = bucket_of_name(d_inode_rcu(directory), fguard_folds(directory),
					dentry->d_name.name, dentry->d_name.len);
	spin_unlock(&dentry->d_lock);
	return bucket;
}

static bool has_name(const struct fguard_exe *exe, struct dentry *dentry)
{
	bool has;

	spin_lock(&dentry->d_lock);
	has = fguard_name_is(&exe->entry, dentry) &&
	      is_program(&exe->directory, d_inode_rcu(dentry->d_parent));
	spin_unlock(&dentry->d_lock);
	return has;
}

void fguard_exes_hold(struct dentry *name, const struct inode *inode)
{
	struct hlist_head *bucket;
	struct fguard_exe *exe;

	if (likely(!READ_ONCE(followed)))
		return;
	bucket = bucket_of_entry(name);
	if (!bucket)
		return;
	hlist_for_each_entry_rcu(exe, bucket, node)
		if (has_name(exe, name))
			hold(exe, inode, GFP_FOLLOW);
}

/* ---- making ------------------------------------------------------------------ */

static struct fguard_exe *exe_alloc(const char *name, size_t length)
{
	struct fguard_exe *exe = kzalloc(struct_size(exe, name, length + 1), GFP_KERNEL);

	if (!exe)
		return NULL;
	exe->spare = kzalloc(sizeof(*exe->spare), GFP_KERNEL);
	if (!exe->spare) {
		kfree(exe);
		return NULL;
	}
	exe->users = 1;
	exe->id = atomic64_inc_return(&last_id);
	INIT_HLIST_NODE(&exe->node);
	memcpy(exe->name, name, length);
	exe->entry.name = exe->name;
	exe->entry.length = length;
	return exe;
}

/* One that nothing finds any more by its name. */
static void exe_free(struct fguard_exe *exe)
{
	unsigned long flags;
	unsigned int i;

	spin_lock_irqsave(&exe_lock, flags);
	drop(locked(exe->now));
	for (i = 0; i < FGUARD_FORMERS_MAX; i++)
		drop(locked(exe->formers[i]));
	spin_unlock_irqrestore(&exe_lock, flags);
	fguard_program_leave(&exe->directory);
	kfree(exe->spare);
	kfree_rcu(exe, rcu);
}

void fguard_exe_put(struct fguard_exe *exe)
{
	unsigned long flags;
	bool last;

	if (!exe)
		return;
	spin_lock_irqsave(&exe_lock, flags);
	last = !--exe->users;
	if (last && !hlist_unhashed(&exe->node)) {
		hlist_del_rcu(&exe->node);
		WRITE_ONCE(followed, followed - 1);
	}
	spin_unlock_irqrestore(&exe_lock, flags);
	if (last)
		exe_free(exe);
}

void fguard_exe_count(struct fguard_exe *exe, int by)
{
	unsigned long flags;

	spin_lock_irqsave(&exe_lock, flags);
	exe->rules += by;
	exe->over |= !exe->rules;
	spin_unlock_irqrestore(&exe_lock, flags);
}

static bool is_same(const struct fguard_exe *exe, const struct fguard_exe *other,
		    const struct inode *directory)
{
	return !other->over && is_program(&other->directory, directory) &&
	       exe->entry.length == other->entry.length &&
	       !memcmp(exe->name, other->name, exe->entry.length);
}

/* Those of another rule that has the same name; @exe itself if there is none. */
static struct fguard_exe *share(struct fguard_exe *exe, const struct inode *directory)
{
	struct hlist_head *bucket = bucket_of_name(directory, exe->entry.folds, exe->name,
						   exe->entry.length);
	struct fguard_exe *other;
	unsigned long flags;

	spin_lock_irqsave(&exe_lock, flags);
	hlist_for_each_entry(other, bucket, node)
		if (is_same(exe, other, directory))
			break;
	if (other) {
		other->users++;
	} else {
		hlist_add_head_rcu(&exe->node, bucket);
		WRITE_ONCE(followed, followed + 1);
	}
	spin_unlock_irqrestore(&exe_lock, flags);
	if (!other)
		return exe;
	exe_free(exe);
	return other;
}

/* From here on it is seen what becomes of the name. */
static struct fguard_exe *follow(const struct dentry *directory, const char *name,
				 size_t length)
{
	const struct inode *inode = d_inode(directory);
	struct fguard_exe *exe = exe_alloc(name, length);

	if (!exe)
		return ERR_PTR(-ENOMEM);
	fguard_identity_take(&exe->entry.directory, inode);
	exe->entry.folds = fguard_folds(directory);
	fguard_identity_take_original(&exe->directory.identity, inode);
	fguard_program_follow(&exe->directory);
	return share(exe, inode);
}

/*
 * What is not followed: nobody is let in by it but who runs @inode, if that is not NULL.
 * Nobody can say what a file was that has no name any more, or never had one.
 */
static struct fguard_exe *follow_nothing(const struct inode *inode)
{
	struct fguard_exe *exe = exe_alloc("", 0);

	if (!exe)
		return ERR_PTR(-ENOMEM);
	if (inode && inode->i_nlink)
		hold(exe, inode, GFP_KERNEL);
	return exe;
}

/* With its directory locked nothing is on its way to the name, or from there. */
static bool settle(struct fguard_exe *exe, struct dentry *directory, struct dentry *dentry)
{
	bool has;

	inode_lock_shared(d_inode(directory));
	rcu_read_lock();
	has = !d_unhashed(dentry) && dentry->d_parent == directory && has_name(exe, dentry);
	rcu_read_unlock();
	if (has)
		hold(exe, d_inode(dentry), GFP_KERNEL);
	inode_unlock_shared(d_inode(directory));
	return has;
}

/* Gives NULL if it is elsewhere by then. */
static struct fguard_exe *follow_found(const struct path *found)
{
	struct dentry *dentry = found->dentry, *directory;
	struct fguard_exe *exe;
	char *name;

	/* What is mounted there has the name of what it covers in another filesystem. */
	if (dentry == found->mnt->mnt_root || IS_ROOT(dentry))
		return follow_nothing(d_inode(dentry));
	name = kmalloc(NAME_MAX, GFP_KERNEL);
	if (!name)
		return ERR_PTR(-ENOMEM);
	directory = dget_parent(dentry);
	exe = follow(directory, name, fguard_name_copy(name, dentry));
	if (!IS_ERR(exe) && !settle(exe, directory, dentry)) {
		fguard_exe_put(exe);
		exe = NULL;
	}
	dput(directory);
	kfree(name);
	return exe;
}

/* Gives NULL if something is there by then. A directory that is not there is not followed. */
static struct fguard_exe *follow_missing(const char *path, struct netlink_ext_ack *extack)
{
	struct fguard_found found;
	struct fguard_exe *exe;
	struct path came;
	int err;

	err = fguard_object_find(path, &found, extack);
	if (err)
		return err == -ENOENT || err == -ENOTDIR ? follow_nothing(NULL) : ERR_PTR(err);
	exe = follow(found.directory.dentry, found.last, strlen(found.last));
	fguard_object_release(&found);
	if (IS_ERR(exe) || kern_path(path, LOOKUP_FOLLOW, &came))
		return exe;
	path_put(&came);
	fguard_exe_put(exe);
	return NULL;
}

static struct fguard_exe *look(const char *path, struct netlink_ext_ack *extack)
{
	struct fguard_exe *exe = ERR_PTR(-EINVAL);
	struct path found;
	int err;

	err = kern_path(path, LOOKUP_FOLLOW, &found);
	if (err == -ENOENT || err == -ENOTDIR)
		return follow_missing(path, extack);
	if (err) {
		NL_SET_ERR_MSG(extack, "an executable cannot be reached");
		return ERR_PTR(err);
	}
	if (S_ISREG(d_inode(found.dentry)->i_mode))
		exe = follow_found(&found);
	else
		NL_SET_ERR_MSG(extack, "an executable is a regular file");
	path_put(&found);
	return exe;
}

struct fguard_exe *fguard_exe_new(const char *path, struct netlink_ext_ack *extack)
{
	struct fguard_exe *exe = NULL;
	unsigned int i;

	for (i = 0; !exe && i < LOOKS_MAX; i++)
		exe = look(path, extack);
	return exe ?: follow_nothing(NULL);
}

/* ---- asking ------------------------------------------------------------------ */

bool fguard_exe_is_there(const struct fguard_exe *exe)
{
	return rcu_access_pointer(exe->now);
}

static bool is_version(const struct fguard_version *version, const struct inode *inode)
{
	return version && is_program(&version->program, inode);
}

static const struct fguard_version *former_of(const struct fguard_exe *exe,
					      const struct inode *inode)
{
	const struct fguard_version *former;
	unsigned int i;

	for (i = 0; i < FGUARD_FORMERS_MAX; i++) {
		former = rcu_dereference(exe->formers[i]);
		if (is_version(former, inode))
			return former;
	}
	return NULL;
}

/*
 * Of a file that has the name no more, who ran it by then is known by the others: the file
 * as it was opened to run it later, which all children share, is marked with when that was.
 * Nobody reads there by its position, for nobody has it as a descriptor.
 */
static void mark_late(struct file *file, u64 when)
{
	WRITE_ONCE(file->f_pos, when);
}

static bool was_run_before(const struct file *file, u64 when)
{
	return (u64)READ_ONCE(file->f_pos) < when;
}

bool fguard_exe_is(const struct fguard_exe *exe, const struct file *file)
{
	const struct inode *inode = file_inode(file);
	const struct fguard_version *former;

	if (!fguard_exe_was_run(file))
		return false;
	if (is_version(rcu_dereference(exe->now), inode))
		return true;
	former = former_of(exe, inode);
	return former && was_run_before(file, former->left);
}

bool fguard_exe_may_be(const struct fguard_exe *exe, const struct file *file)
{
	const struct inode *inode = file_inode(file);

	return is_version(rcu_dereference(exe->now), inode) || former_of(exe, inode);
}

bool fguard_exes_visit(const struct inode *inode, bool (*visit)(u64 id, void *context),
		       void *context)
{
	const struct fguard_version *version;

	hlist_for_each_entry_rcu(version, bucket_of_inode(versions, inode), node)
		if (is_program(&version->program, inode) && visit(version->exe->id, context))
			return true;
	return false;
}

/* ---- who runs it later --------------------------------------------------------- */

static bool has_former(const struct hlist_head *bucket, const struct inode *inode)
{
	const struct fguard_version *version;

	lockdep_assert_held(&exe_lock);
	hlist_for_each_entry(version, bucket, of_formers)
		if (is_program(&version->program, inode))
			return true;
	return false;
}

void fguard_exes_run(struct file *file)
{
	const struct inode *inode = file_inode(file);
	const struct hlist_head *bucket = bucket_of_inode(formers, inode);
	unsigned long flags;

	if (likely(hlist_empty(bucket)))
		return;
	spin_lock_irqsave(&exe_lock, flags);
	if (has_former(bucket, inode))
		mark_late(file, leavings);
	spin_unlock_irqrestore(&exe_lock, flags);
}

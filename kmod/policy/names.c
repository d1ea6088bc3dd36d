// SPDX-License-Identifier: GPL-2.0-only
#include <linux/cred.h>
#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/hash.h>
#include <linux/ptrace.h>
#include <linux/rcupdate.h>
#include <linux/sched/task_stack.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#include "object/program.h"
#include "policy/alias.h"
#include "policy/names.h"
#include "policy/rule.h"

/* Whatever is guarded by name is in a directory that the filter holds. */
static bool may_be_named(const struct fguard_store *store, const struct dentry *dentry)
{
	return fguard_store_may_hold(store, d_inode_rcu(READ_ONCE(dentry->d_parent)));
}

static noinline void hold(const struct fguard_store *store, struct dentry *name,
			  const struct dentry *holder, const struct inode *inode,
			  const struct dentry *leaving)
{
	struct fguard_named named = {};
	u32 i;

	while (fguard_store_named(store, name, &named))
		for (i = 0; i < named.count; i++)
			fguard_alias_hold(named.rules[i], holder, inode, leaving, name->d_sb);
}

/* The name of @name belongs to @holder now, or to nothing. */
static void note(struct dentry *name, const struct dentry *holder, const struct inode *inode,
		 const struct dentry *leaving)
{
	const struct fguard_store *store;

	rcu_read_lock();
	store = rcu_dereference(fguard_store);
	if (unlikely(may_be_named(store, name)))
		hold(store, name, holder, inode, leaving);
	rcu_read_unlock();
}

/* ---- what overlays copy up ------------------------------------------------- */

#define COPYING_BITS 8
#define COPYING_RULES ARRAY_SIZE(((struct fguard_named *)NULL)->rules)

/**
 * struct copying - an object of an overlay that a task copies up
 * @task: the task; never followed
 * @call: its system call
 * @hash: of the object's name in the overlay
 * @count: how many rules name it
 * @serials: they
 */
struct copying {
	const struct task_struct *task;
	u64 call;
	u64 hash;
	u32 count;
	u64 serials[COPYING_RULES];
};

static struct copying copyings[1 << COPYING_BITS];
static DEFINE_SPINLOCK(copyings_lock);

/* A copy that failed must not be taken for one that another call makes. */
static u64 this_call(void)
{
	struct pt_regs *regs = task_pt_regs(current);

	return hash_64(instruction_pointer(regs), 64) ^ user_stack_pointer(regs);
}

static struct copying *copying_slot(void)
{
	return &copyings[hash_ptr(current, COPYING_BITS)];
}

static u32 look_up(struct dentry *dentry, u64 *serials)
{
	const struct fguard_store *store;
	struct fguard_named named = {};
	u32 i;

	rcu_read_lock();
	store = rcu_dereference(fguard_store);
	if (may_be_named(store, dentry) && d_is_reg(dentry))
		fguard_store_named(store, dentry, &named);
	for (i = 0; i < named.count; i++)
		serials[i] = named.rules[i]->serial;
	rcu_read_unlock();
	return named.count;
}

void fguard_names_copying(struct dentry *dentry)
{
	struct copying copying = { .task = current, .call = this_call() };
	struct copying *slot = copying_slot();

	copying.count = look_up(dentry, copying.serials);
	if (copying.count)
		copying.hash = fguard_entry_hash(dentry);
	spin_lock(&copyings_lock);
	if (copying.count || slot->task == current)
		*slot = copying;
	spin_unlock(&copyings_lock);
}

static bool take_copying(struct copying *copying)
{
	struct copying *slot = copying_slot();

	spin_lock(&copyings_lock);
	*copying = *slot;
	if (slot->task == current)
		slot->task = NULL;
	spin_unlock(&copyings_lock);
	return copying->task == current && copying->call == this_call() && copying->count;
}

static bool is_among(const struct copying *copying, const struct fguard_rule *rule)
{
	u32 i;

	for (i = 0; i < copying->count; i++)
		if (copying->serials[i] == rule->serial)
			return true;
	return false;
}

/* Not before all is copied: to write the copy is not what the task was asked for. */
static bool is_temporary(const struct dentry *dentry)
{
	return dentry->d_name.name[0] == '#';
}

static noinline void note_copy(const struct inode *inode)
{
	const struct fguard_store *store;
	struct copying copying;
	struct fguard_rule *rule;

	if (!take_copying(&copying))
		return;
	rcu_read_lock();
	store = rcu_dereference(fguard_store);
	hlist_for_each_entry_rcu(rule, fguard_name_bucket(store, copying.hash),
				 by_name[store->links])
		if (is_among(&copying, rule))
			fguard_alias_copied(rule, inode);
	rcu_read_unlock();
}

/* An entry gets an inode, or one that has it another's name. As the overlay's mounter. */
static inline bool may_be_copy(const struct inode *inode)
{
	return current_cred() != current_real_cred() && inode && S_ISREG(inode->i_mode);
}

/* ---- what has happened ------------------------------------------------------ */

void fguard_names_moved(struct dentry *dentry, struct dentry *target, bool exchange)
{
	if (unlikely(may_be_copy(d_inode_rcu(dentry))))
		note_copy(d_inode_rcu(dentry));
	/* First the old name: where case does not count it may be the new one, too. */
	if (exchange)
		note(dentry, target, d_inode_rcu(target), dentry);
	else
		note(dentry, NULL, NULL, dentry);
	note(target, dentry, d_inode_rcu(dentry), target);
}

void fguard_names_filled(struct dentry *dentry, const struct inode *inode)
{
	if (!inode)
		return;
	if (unlikely(may_be_copy(inode)) && !is_temporary(dentry))
		note_copy(inode);
	note(dentry, dentry, inode, NULL);
}

void fguard_names_emptied(struct dentry *dentry)
{
	note(dentry, NULL, NULL, dentry);
}

int fguard_names_used(const struct fguard_target *target)
{
	const struct fguard_store *store = rcu_dereference(fguard_store);
	struct fguard_named named = {};
	int err = 0;
	u32 i;

	while (!err && fguard_store_named(store, target->dentry, &named))
		for (i = 0; !err && i < named.count; i++)
			err = fguard_alias_use(named.rules[i], target);
	return err;
}

static noinline void forget(const struct inode *inode)
{
	rcu_read_lock();
	if (fguard_store_may_hold(rcu_dereference(fguard_store), inode))
		fguard_aliases_forget(inode);
	fguard_programs_forget(inode);
	rcu_read_unlock();
}

/* Does it go with its filesystem, of which the next one may have the device number? */
static bool goes_with_all(const struct inode *inode)
{
	return !(inode->i_sb->s_flags & SB_ACTIVE) && uuid_is_null(fguard_uuid_of(inode->i_sb));
}

/* One that has a name yet is only taken out of memory. */
void fguard_names_inode_freed(const struct inode *inode)
{
	if (unlikely(!inode->i_nlink))
		forget(inode);
	else if (unlikely(goes_with_all(inode)))
		fguard_programs_forget(inode);
}

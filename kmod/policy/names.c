// SPDX-License-Identifier: GPL-2.0-only
#include <linux/cred.h>
#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/rcupdate.h>
#include <linux/spinlock.h>

#include "object/program.h"
#include "policy/rule_inode.h"
#include "policy/copyup.h"
#include "policy/names.h"
#include "policy/prefilter.h"
#include "policy/rule.h"
#include "subject/exe.h"

/* Whatever is guarded by name is in a directory that the filter holds. */
static bool may_be_named(const struct fguard_index *index, const struct dentry *dentry)
{
	return fguard_prefilter_inode(index, d_inode_rcu(READ_ONCE(dentry->d_parent)));
}

static noinline void hold(const struct fguard_index *index, struct dentry *name,
			  const struct dentry *holder, const struct inode *inode,
			  const struct dentry *leaving)
{
	struct fguard_named named = {};
	u32 i;

	while (fguard_index_named(index, name, &named))
		for (i = 0; i < named.count; i++)
			fguard_rule_inode_hold(named.rules[i], holder, inode, leaving,
					       name->d_sb);
}

/* The name of @name belongs to @holder now, or to nothing. */
static void note(struct dentry *name, const struct dentry *holder, const struct inode *inode,
		 const struct dentry *leaving)
{
	const struct fguard_index *index;

	rcu_read_lock();
	index = rcu_dereference(fguard_index);
	if (unlikely(may_be_named(index, name)))
		hold(index, name, holder, inode, leaving);
	fguard_exes_hold(name, inode);
	rcu_read_unlock();
}

/* ---- what has happened ------------------------------------------------------ */

/* Not before all is copied: to write the copy is not what the task was asked for. */
static bool is_temporary(const struct dentry *dentry)
{
	return dentry->d_name.name[0] == '#';
}

/* An entry gets an inode, or one that has it another's name. As the overlay's mounter. */
static inline bool may_be_copy(const struct inode *inode)
{
	return current_cred() != current_real_cred() && inode && S_ISREG(inode->i_mode);
}

void fguard_names_moved(struct dentry *dentry, struct dentry *object, bool exchange)
{
	if (unlikely(may_be_copy(d_inode_rcu(dentry))))
		fguard_copyup_made(d_inode_rcu(dentry));
	/* First the old name: where case does not count it may be the new one, too. */
	if (exchange)
		note(dentry, object, d_inode_rcu(object), dentry);
	else
		note(dentry, NULL, NULL, dentry);
	note(object, dentry, d_inode_rcu(dentry), object);
}

void fguard_names_filled(struct dentry *dentry, const struct inode *inode)
{
	if (!inode)
		return;
	if (unlikely(may_be_copy(inode)) && !is_temporary(dentry))
		fguard_copyup_made(inode);
	note(dentry, dentry, inode, NULL);
}

void fguard_names_emptied(struct dentry *dentry)
{
	note(dentry, NULL, NULL, dentry);
}

int fguard_names_used(const struct fguard_object *object)
{
	const struct fguard_index *index = rcu_dereference(fguard_index);
	struct fguard_named named = {};
	int err = 0;
	u32 i;

	while (!err && fguard_index_named(index, object->dentry, &named))
		for (i = 0; !err && i < named.count; i++)
			err = fguard_rule_inode_use(named.rules[i], object);
	return err;
}

static noinline void forget(const struct inode *inode)
{
	rcu_read_lock();
	if (fguard_prefilter_inode(rcu_dereference(fguard_index), inode))
		fguard_rule_inodes_forget(inode);
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

// SPDX-License-Identifier: GPL-2.0-only
#include <linux/bitops.h>
#include <linux/dcache.h>

#include "policy/prefilter.h"
#include "policy/rule.h"

/*
 * Hashes and numbers only: who passes is checked with care. Not inlined, so that
 * what they need on the stack costs nothing where the filter says no.
 */
static noinline bool holds_name(const struct fguard_index *index, struct dentry *dentry)
{
	u64 hash = fguard_entry_hash(dentry);
	const struct fguard_rule *rule;

	hlist_for_each_entry_rcu(rule, fguard_name_bucket(index, hash),
				 by_entry[index->links])
		if (rule->entry.hash == hash)
			return true;
	return false;
}

static noinline bool holds_inode(const struct fguard_index *index,
				 const struct inode *inode)
{
	const struct fguard_rule_inode *rule_inode;

	hlist_for_each_entry_rcu(rule_inode, fguard_rule_inode_bucket(index, inode->i_ino),
				 links[index->links])
		if (rule_inode->identity.ino == inode->i_ino)
			return true;
	return false;
}

static bool prefilter_tree(const struct fguard_index *index, struct dentry *object)
{
	struct dentry *entry = object, *directory;
	const struct inode *inode;

	for (; !IS_ROOT(entry); entry = directory) {
		directory = READ_ONCE(entry->d_parent);
		inode = d_inode_rcu(directory);
		if (likely(!fguard_prefilter_inode(index, inode)))
			continue;
		if (holds_inode(index, inode) ||
		    (entry != object && holds_name(index, entry)))
			return true;
	}
	return false;
}

static bool prefilter_suffix(const struct fguard_index *index, const struct qstr *name)
{
	unsigned long length;

	for_each_set_bit(length, index->suffix_lengths, NAME_MAX + 1) {
		if (length > name->len)
			return false;
		if (fguard_prefilter_key(index,
				fguard_suffix_hash(name->name + name->len - length,
						   length)))
			return true;
	}
	return false;
}

static noinline bool may_end_in_suffix(const struct fguard_index *index,
				       struct dentry *dentry)
{
	bool passes;

	spin_lock(&dentry->d_lock);
	passes = prefilter_suffix(index, &dentry->d_name);
	spin_unlock(&dentry->d_lock);
	return passes;
}

bool fguard_prefilter_names(const struct fguard_index *index, struct dentry *dentry,
			    const struct inode *inode)
{
	if (fguard_prefilter_inode(index, d_inode_rcu(READ_ONCE(dentry->d_parent))) &&
	    holds_name(index, dentry))
		return true;
	if (!index->trees && !index->suffix_count)
		return false;
	dentry = fguard_object_place(dentry, inode);
	if (!dentry)
		return true;
	return (index->trees && prefilter_tree(index, dentry)) ||
	       (index->suffix_count && may_end_in_suffix(index, dentry));
}

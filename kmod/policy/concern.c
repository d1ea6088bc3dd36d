// SPDX-License-Identifier: GPL-2.0-only
#include <linux/bitops.h>
#include <linux/dcache.h>

#include "policy/rule.h"
#include "policy/store.h"

/*
 * Hashes and numbers only: who passes is checked with care. Not inlined, so that
 * what they need on the stack costs nothing where the filter says no.
 */
static noinline bool holds_name(const struct fguard_store *store, struct dentry *dentry)
{
	u64 hash = fguard_entry_hash(dentry);
	const struct fguard_rule *rule;

	hlist_for_each_entry_rcu(rule, fguard_name_bucket(store, hash),
				 by_name[store->links])
		if (rule->name.hash == hash)
			return true;
	return false;
}

static noinline bool holds_inode(const struct fguard_store *store,
				 const struct inode *inode)
{
	const struct fguard_alias *alias;

	hlist_for_each_entry_rcu(alias, fguard_alias_bucket(store, inode->i_ino),
				 links[store->links])
		if (alias->identity.ino == inode->i_ino)
			return true;
	return false;
}

static bool may_hold_tree(const struct fguard_store *store, struct dentry *object)
{
	struct dentry *entry = object, *directory;
	const struct inode *inode;

	for (; !IS_ROOT(entry); entry = directory) {
		directory = READ_ONCE(entry->d_parent);
		inode = d_inode_rcu(directory);
		if (likely(!fguard_store_may_hold(store, inode)))
			continue;
		if (holds_inode(store, inode) ||
		    (entry != object && holds_name(store, entry)))
			return true;
	}
	return false;
}

static bool may_hold_suffix(const struct fguard_store *store, const struct qstr *name)
{
	unsigned long length;

	for_each_set_bit(length, store->suffix_lengths, NAME_MAX + 1) {
		if (length > name->len)
			return false;
		if (fguard_store_may_hold_key(store,
				fguard_suffix_hash(name->name + name->len - length,
						   length)))
			return true;
	}
	return false;
}

static noinline bool may_end_in_suffix(const struct fguard_store *store,
				       struct dentry *dentry)
{
	bool may_hold;

	spin_lock(&dentry->d_lock);
	may_hold = may_hold_suffix(store, &dentry->d_name);
	spin_unlock(&dentry->d_lock);
	return may_hold;
}

bool fguard_store_holds(const struct fguard_store *store, struct dentry *dentry,
			const struct inode *inode)
{
	if (fguard_store_may_hold(store, d_inode_rcu(READ_ONCE(dentry->d_parent))) &&
	    holds_name(store, dentry))
		return true;
	if (!store->trees && !store->suffix_count)
		return false;
	dentry = fguard_object_place(dentry, inode);
	if (!dentry)
		return true;
	return (store->trees && may_hold_tree(store, dentry)) ||
	       (store->suffix_count && may_end_in_suffix(store, dentry));
}

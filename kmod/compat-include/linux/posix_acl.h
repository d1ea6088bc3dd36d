/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * set_posix_acl() is told the dentry since 6.2, and only the inode before: since 5.12
 * as its second argument.
 */
#ifndef _FGUARD_COMPAT_POSIX_ACL_H
#define _FGUARD_COMPAT_POSIX_ACL_H

#include_next <linux/posix_acl.h>

#ifndef FGUARD_HAVE_INODE_SET_ACL
#define FGUARD_SET_ACL_INODE						\
	(__same_type(set_posix_acl,					\
		     int (struct inode *, int, struct posix_acl *)) ? 0 : 1)

/* Under RCU, of an inode that is held. */
static inline struct dentry *fguard_any_rule_inode(struct inode *inode)
{
	struct dentry *dentry;

	spin_lock(&inode->i_lock);
	dentry = hlist_entry_safe(inode->i_dentry.first, struct dentry, d_u.d_alias);
	spin_unlock(&inode->i_lock);
	return dentry;
}
#endif

#endif

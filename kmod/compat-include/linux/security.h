/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which argument of a function is the dentry: since 5.12 (xattr) and 6.0 (setattr)
 * one that tells of the mount comes before it. Told from the types, because a wrong
 * one would be followed as a pointer.
 */
#ifndef _FGUARD_COMPAT_SECURITY_H
#define _FGUARD_COMPAT_SECURITY_H

#include_next <linux/security.h>

#define FGUARD_SETATTR_DENTRY						\
	(__same_type(security_inode_setattr,				\
		     int (struct dentry *, struct iattr *)) ? 0 : 1)

#define FGUARD_XATTR_DENTRY						\
	(__same_type(security_inode_removexattr,			\
		     int (struct dentry *, const char *)) ? 0 : 1)

#endif

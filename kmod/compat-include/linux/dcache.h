/* SPDX-License-Identifier: GPL-2.0-only */
/* for_each_alias() came when the list of aliases left its union, with 7.x. */
#ifndef _FGUARD_COMPAT_DCACHE_H
#define _FGUARD_COMPAT_DCACHE_H

#include_next <linux/dcache.h>

#ifndef for_each_alias
#define for_each_alias(dentry, inode) \
	hlist_for_each_entry(dentry, &(inode)->i_dentry, d_u.d_alias)
#endif

#endif

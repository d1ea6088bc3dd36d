/* SPDX-License-Identifier: GPL-2.0-only */
/* get_file_active() came with 6.7, when files became type-safe by RCU. */
#ifndef _FGUARD_COMPAT_FS_H
#define _FGUARD_COMPAT_FS_H

#include_next <linux/fs.h>
#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 7, 0)
static inline struct file *get_file_active(struct file **f)
{
	struct file *file;

	rcu_read_lock();
	file = rcu_dereference_raw(*f);
	if (file && !get_file_rcu(file))
		file = NULL;
	rcu_read_unlock();
	return file;
}
#endif

#endif

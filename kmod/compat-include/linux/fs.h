/* SPDX-License-Identifier: GPL-2.0-only */
/* get_file_active() came with 6.7, when files became type-safe by RCU. */
#ifndef _FGUARD_COMPAT_FS_H
#define _FGUARD_COMPAT_FS_H

#include_next <linux/fs.h>

#ifndef FGUARD_HAVE_GET_FILE_ACTIVE
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

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which functions there are, where one took over from another:
 * security_file_truncate() (6.2) from security_path_truncate() for ftruncate and
 * open with O_TRUNC; security_inode_set_acl() (6.2) from setxattr;
 * security_file_ioctl_compat() (6.8) and security_inode_file_setattr() (6.17)
 * from security_file_ioctl().
 */
#ifndef _FGUARD_COMPAT_SECURITY_H
#define _FGUARD_COMPAT_SECURITY_H

#include_next <linux/security.h>
#include <linux/version.h>

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 2, 0)
#define FGUARD_HAVE_FILE_TRUNCATE 1
#define FGUARD_HAVE_INODE_SET_ACL 1
#endif

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 8, 0)
#define FGUARD_HAVE_FILE_IOCTL_COMPAT 1
#endif

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 17, 0)
#define FGUARD_HAVE_INODE_FILE_SETATTR 1
#endif

#endif

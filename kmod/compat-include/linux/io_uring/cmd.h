/* SPDX-License-Identifier: GPL-2.0-only */
/* Commands by io_uring have a header of their own since 6.8. */
#ifndef _FGUARD_COMPAT_IO_URING_CMD_H
#define _FGUARD_COMPAT_IO_URING_CMD_H

#ifdef FGUARD_HAVE_URING_CMD
#ifdef FGUARD_HAVE_URING_CMD_HEADER
#include_next <linux/io_uring/cmd.h>
#else
#include <linux/io_uring.h>
#endif
#endif

#endif

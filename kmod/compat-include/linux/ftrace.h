/* SPDX-License-Identifier: GPL-2.0-only */
/* ftrace_regs_get_argument() and its like came with 6.2. */
#ifndef _FGUARD_COMPAT_FTRACE_H
#define _FGUARD_COMPAT_FTRACE_H

#include_next <linux/ftrace.h>
#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)

#ifndef ftrace_regs_get_argument
#define ftrace_regs_get_argument(fregs, n) \
	regs_get_kernel_argument(&(fregs)->regs, n)
#endif

#ifndef ftrace_regs_set_instruction_pointer
#define ftrace_regs_set_instruction_pointer(fregs, ip) \
	ftrace_instruction_pointer_set(fregs, ip)
#endif

#endif

#endif

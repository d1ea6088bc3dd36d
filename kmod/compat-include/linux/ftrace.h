/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * struct ftrace_regs came with 5.11, ftrace_regs_get_argument() and its like with
 * 6.2. Where it is missing a callback gets the registers themselves, and only one
 * that asks for all of them may redirect the call.
 */
#ifndef _FGUARD_COMPAT_FTRACE_H
#define _FGUARD_COMPAT_FTRACE_H

#include_next <linux/ftrace.h>

#ifndef FGUARD_HAVE_FTRACE_REGS

#define ftrace_regs pt_regs
#define ftrace_regs_get_argument(fregs, n) regs_get_kernel_argument(fregs, n)
#define ftrace_regs_set_instruction_pointer(fregs, ip) \
	instruction_pointer_set(fregs, ip)
#define FGUARD_REGS_FLAGS FTRACE_OPS_FL_SAVE_REGS

#else

#define FGUARD_REGS_FLAGS 0

#ifndef ftrace_regs_get_argument
#define ftrace_regs_get_argument(fregs, n) \
	regs_get_kernel_argument(&(fregs)->regs, n)
#endif

#ifndef ftrace_regs_set_instruction_pointer
#define ftrace_regs_set_instruction_pointer(fregs, ip) \
	ftrace_instruction_pointer_set(fregs, ip)
#endif

#endif

/*
 * Later kernels lock recursion out for those who ask, these for those who do not
 * say that it is safe; our callbacks call nothing that is hooked.
 */
#ifdef FGUARD_HAVE_FTRACE_OPS_FL_RECURSION_SAFE
#define FGUARD_OPS_FLAGS (FGUARD_REGS_FLAGS | FTRACE_OPS_FL_RECURSION_SAFE)
#else
#define FGUARD_OPS_FLAGS FGUARD_REGS_FLAGS
#endif

#ifndef FGUARD_HAVE_FTRACE_FREE_FILTER
/* Modules may not call ftrace_free_filter(), but an empty filter takes no memory. */
static inline void fguard_free_filter(struct ftrace_ops *ops)
{
	ftrace_set_filter(ops, NULL, 0, 1);
}

#define ftrace_free_filter fguard_free_filter
#endif

#endif

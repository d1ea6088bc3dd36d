/* SPDX-License-Identifier: GPL-2.0-only */
/* Controls of filesystems that change files. */
#ifndef _FGUARD_IOCTL_H
#define _FGUARD_IOCTL_H

#include "ftrace/hook.h"

/**
 * fguard_ioctl_enforce - decide an ioctl(), refuse it if so decided, and report it
 * @file: the descriptor
 * @command: the command
 * @fregs: the registers that the callback was given
 *
 * Context: inside an ftrace callback, no lock held.
 */
void fguard_ioctl_enforce(struct file *file, unsigned int command, struct ftrace_regs *fregs);

/**
 * fguard_ioctl_enforce_device - the same for a command by io_uring: those for block
 *	devices throw away what is on them
 * @file: the descriptor, of anything
 * @fregs: the registers that the callback was given
 *
 * Context: inside an ftrace callback, no lock held.
 */
void fguard_ioctl_enforce_device(struct file *file, struct ftrace_regs *fregs);

#endif

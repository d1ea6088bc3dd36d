/* SPDX-License-Identifier: GPL-2.0-only */
/* Block devices that the kernel opens by their number, past every node. */
#ifndef _FGUARD_DEVICE_H
#define _FGUARD_DEVICE_H

#include <linux/types.h>

#include "ftrace/hook.h"

/**
 * fguard_device_is_guarded - may any rule be about a node of this block device?
 * @device: the device's number
 *
 * Context: any.
 * Return: false if certainly not.
 */
bool fguard_device_is_guarded(dev_t device);

/**
 * fguard_device_enforce - decide a claim of a device, refuse it if so decided, and
 *	report it
 * @device: the device's number
 * @caller: where the hooked function was called
 * @fregs: the registers that the callback was given
 *
 * It is checked as opening for reading and writing: a filesystem that is mounted to be
 * read only writes what its journal holds.
 *
 * Context: inside an ftrace callback, no spinlock held.
 */
void fguard_device_enforce(dev_t device, unsigned long caller, struct ftrace_regs *fregs);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* Whether a redirected call does what the hooks rely on; tried, not assumed. */
#ifndef _FGUARD_SELFTEST_H
#define _FGUARD_SELFTEST_H

/**
 * fguard_selftest - redirect a function of our own, and look what its caller gets
 *
 * There are kernels whose way to redirect a call compiles, and does nothing: on
 * them all would seem guarded, and nothing would be refused.
 *
 * Context: may sleep; one caller at a time.
 * Return: 0; -EOPNOTSUPP if it has no effect or arguments do not arrive, which the
 * kernel log tells; -EBUSY while kernel.ftrace_enabled is 0, -ENODEV if ftrace gave
 * up; or -ENOMEM.
 */
int fguard_selftest(void);

/**
 * fguard_selftest_end - let go of that function
 *
 * Only when all ends: ftrace waits for every task of the machine meanwhile.
 *
 * Context: may sleep.
 */
void fguard_selftest_end(void);

#endif

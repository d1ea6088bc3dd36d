/* SPDX-License-Identifier: GPL-2.0-only */
/* Tracepoints of the kernel, found by name because modules cannot link to them. */
#ifndef _FGUARD_PROBE_H
#define _FGUARD_PROBE_H

#include <linux/types.h>

struct netlink_ext_ack;
struct tracepoint;

/**
 * struct fguard_probe - a function called at a tracepoint
 * @name: of the tracepoint
 * @function: takes void * and what the tracepoint passes
 * @tracepoint: once found
 * @active: registered
 */
struct fguard_probe {
	const char *name;
	void *function;
	struct tracepoint *tracepoint;
	bool active;
};

/**
 * fguard_probe_begin - call the function from now on
 * @probe: the probe; does nothing if it is active
 * @extack: receives the sentence if refused
 *
 * Context: may sleep; the caller orders this and fguard_probe_end().
 * Return: 0; -EOPNOTSUPP: no such tracepoint; -ENOMEM.
 */
int fguard_probe_begin(struct fguard_probe *probe, struct netlink_ext_ack *extack);

/**
 * fguard_probe_end - call it no more, and wait until nobody is inside
 * @probe: the probe; does nothing if it is not active
 *
 * Context: may sleep.
 */
void fguard_probe_end(struct fguard_probe *probe);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* Mappings of files from before a strict rule. */
#ifndef _FGUARD_MAPPING_H
#define _FGUARD_MAPPING_H

#include <linux/mm.h>
#include <linux/types.h>

#include "uapi/fguard.h"

struct fguard_round;

/**
 * fguard_mapping_ops - what the use of a mapping's pages is
 * @vma: the mapping, of a file
 *
 * A shared mapping that may be written to is written to without a further fault.
 *
 * Context: the lock of its address space, or its own, is held.
 * Return: mask of enum fguard_op.
 */
static __always_inline u32 fguard_mapping_ops(const struct vm_area_struct *vma)
{
	u32 ops = BIT(FGUARD_OP_READ);

	if ((vma->vm_flags & (VM_SHARED | VM_WRITE)) == (VM_SHARED | VM_WRITE))
		ops |= BIT(FGUARD_OP_WRITE);
	return ops;
}

/**
 * fguard_mappings_prepare - get memory to go through all address spaces
 *
 * Context: may sleep.
 * Return: for fguard_mappings_revoke(); NULL: there is not enough.
 */
struct fguard_round *fguard_mappings_prepare(void);

/**
 * fguard_mappings_revoke - let pages of guarded files be asked for anew
 * @round: from fguard_mappings_prepare(), or NULL: nothing is done
 * @in_force: the rule is in force, and its hooks are; otherwise nothing is done
 *
 * Whoever has mapped a file reaches the pages that are in his page table without the
 * kernel. They are taken out, so that their next use is a fault, which is checked. That
 * is done in the background; the caller waits until all address spaces were looked
 * through, unless it is killed. Those that are busy then are tried again later.
 *
 * Context: may sleep, without a lock.
 */
void fguard_mappings_revoke(struct fguard_round *round, bool in_force);

/**
 * fguard_mappings_revoke_later - the same, without waiting for it
 *
 * A rule went away, and a strict one may decide in its place.
 *
 * Context: may sleep.
 */
void fguard_mappings_revoke_later(void);

/**
 * fguard_mappings_are_revoked - are pages being taken out?
 *
 * Context: any.
 * Return: true while not all address spaces were looked through.
 */
bool fguard_mappings_are_revoked(void);

/**
 * fguard_mappings_exit - try no longer
 *
 * Context: may sleep; no more rules are made, or go.
 */
void fguard_mappings_exit(void);

#endif

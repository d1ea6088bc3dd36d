/* SPDX-License-Identifier: GPL-2.0-only */
/* Mappings of files from before a strict rule. */
#ifndef _FGUARD_MAPPING_H
#define _FGUARD_MAPPING_H

#include <linux/types.h>

struct fguard_round;

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
 * kernel. They are taken out, so that their next use is a fault, which is judged.
 * Address spaces that are busy are tried again later, in the background.
 *
 * Context: may sleep.
 */
void fguard_mappings_revoke(struct fguard_round *round, bool in_force);

/**
 * fguard_mappings_revoke_later - the same in the background, at once
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

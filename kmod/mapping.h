/* SPDX-License-Identifier: GPL-2.0-only */
/* Mappings of files from before a strict rule. */
#ifndef _FGUARD_MAPPING_H
#define _FGUARD_MAPPING_H

/**
 * fguard_mappings_revoke - let pages of guarded files be asked for anew
 *
 * Whoever has mapped a file reaches the pages that are in his page table without the
 * kernel. They are taken out, so that their next use is a fault, which is judged.
 * Address spaces that are busy are tried again later, in the background.
 *
 * Context: may sleep; the rule is in force, and its hooks are.
 */
void fguard_mappings_revoke(void);

/**
 * fguard_mappings_exit - try no longer
 *
 * Context: may sleep; no more rules are made.
 */
void fguard_mappings_exit(void);

#endif

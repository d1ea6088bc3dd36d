/* SPDX-License-Identifier: GPL-2.0-only */
/* The set of rules in force. One mutex, ruleset_lock, orders those who change it. */
#ifndef _FGUARD_RULESET_H
#define _FGUARD_RULESET_H

#include "control/expire.h"
#include "policy/rule.h"

/**
 * struct fguard_added - what became of a rule that was added
 * @id: its id
 * @flags: FGUARD_RULE_EXISTS, FGUARD_RULE_REPLACED
 */
struct fguard_added {
	u32 id;
	u32 flags;
};

/**
 * fguard_ruleset_add - put rules in force, all or none
 * @rules: the rules, taken over if it succeeds
 * @count: how many
 * @added: filled with what became of each
 * @extack: receives the sentence if refused
 *
 * Context: may sleep.
 * Return: 0 or a negative errno as ADD_RULES documents.
 */
int fguard_ruleset_add(struct fguard_rule **rules, u32 count,
		       struct fguard_added *added, struct netlink_ext_ack *extack);

/**
 * fguard_ruleset_replace - put a new set in the place of the old one, in one step
 * @rules: the rules, taken over if it succeeds
 * @count: how many
 * @extack: receives the sentence if refused
 *
 * Context: may sleep.
 * Return: 0 or a negative errno as SET_RULES documents.
 */
int fguard_ruleset_replace(struct fguard_rule **rules, u32 count,
		     struct netlink_ext_ack *extack);

/**
 * struct fguard_rule_key - names one rule
 * @id: by id, if not 0
 * @path: by path, if not NULL
 * @name: by name, if not NULL
 */
struct fguard_rule_key {
	u32 id;
	const char *path;
	const char *name;
};

/**
 * fguard_ruleset_delete - end rules, all or none
 * @keys: which
 * @count: how many
 * @extack: receives the sentence if refused
 *
 * Context: may sleep.
 * Return: 0; -ENOENT: no such rule; -ENOMEM.
 */
int fguard_ruleset_delete(const struct fguard_rule_key *keys, u32 count,
			struct netlink_ext_ack *extack);

/* How rules end that end by themselves. */
extern const struct fguard_expiry fguard_set_expiry;

/**
 * fguard_ruleset_settle - wait until every change that is under way is complete
 *
 * Context: may sleep.
 */
void fguard_ruleset_settle(void);

/**
 * fguard_ruleset_show - show the rules in the order of their ids
 * @from: first id to show; set to where to go on
 * @generation: set to a number that changes with the ruleset
 * @show: called for each, under a lock that allows sleeping; stops if not 0
 * @context: given to @show
 *
 * Context: may sleep.
 * Return: what @show returned last, 0 at the end.
 */
int fguard_ruleset_show(unsigned long *from, u32 *generation,
		      int (*show)(const struct fguard_rule *rule,
				  void *context),
		      void *context);

/**
 * struct fguard_totals - counters of all rules since loading
 * @rules: how many are in force
 * @allowed: accesses let in by a grant or only logged
 * @denied: accesses refused
 */
struct fguard_totals {
	u32 rules;
	u64 allowed;
	u64 denied;
};

/**
 * fguard_ruleset_total - read the counters
 * @totals: filled
 *
 * Context: may sleep.
 */
void fguard_ruleset_total(struct fguard_totals *totals);

/**
 * fguard_ruleset_init - make the empty set
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int fguard_ruleset_init(void);

/**
 * fguard_ruleset_exit - free the ruleset; no hook may be registered any more
 *
 * Context: may sleep.
 */
void fguard_ruleset_exit(void);

#endif

/* SPDX-License-Identifier: GPL-2.0-only */
/* How a rule comes to be, and goes. */
#ifndef _FGUARD_MAKE_H
#define _FGUARD_MAKE_H

#include <linux/netlink.h>

#include "policy/rule.h"

/**
 * struct fguard_rule_spec - a rule as it was asked for
 * @path: absolute path, or NULL: anywhere
 * @suffix: end of the file names it is about, or NULL
 * @name: the rule's name, or NULL
 * @flags: FGUARD_RULE_*
 * @ops: mask of enum fguard_op
 * @else_action: enum fguard_else
 * @error: errno of a refusal, positive
 * @ttl: milliseconds it is to last, 0: for ever
 * @default_verdict: enum fguard_verdict, where it asks and nobody answers
 * @timeout: milliseconds an answer may take
 * @subjects: who is allowed
 */
struct fguard_rule_spec {
	const char *path;
	const char *suffix;
	const char *name;
	u32 flags;
	u32 ops;
	u8 else_action;
	u32 error;
	u64 ttl;
	u8 default_verdict;
	u32 timeout;
	struct fguard_subjects_spec subjects;
};

/**
 * fguard_rule_new - make a rule that is not yet in force
 * @spec: what it is to be
 * @extack: receives the sentence if refused
 *
 * Context: may sleep.
 * Return: the rule, for fguard_ruleset_add(), fguard_ruleset_replace() or
 * fguard_rule_discard(); or an ERR_PTR as ADD_RULES documents.
 */
struct fguard_rule *fguard_rule_new(const struct fguard_rule_spec *spec,
				    struct netlink_ext_ack *extack);

/**
 * fguard_rule_keep - let a socket keep a rule that ends with its sockets
 * @rule: a rule that is not yet in force
 * @socket: the socket
 * @port: its port
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int fguard_rule_keep(struct fguard_rule *rule, struct sock *socket, u32 port);

/**
 * fguard_rule_may_be_kept - does a socket keep any rule?
 * @port: its port; ports are another's later
 *
 * Anybody closes sockets: not for each of them all are to be looked at.
 *
 * Context: any.
 * Return: false if certainly not.
 */
bool fguard_rule_may_be_kept(u32 port);

/**
 * fguard_rule_keeper_drop - take a socket from a rule
 * @keeper: the socket
 *
 * Context: ruleset_lock held, or nobody else can see the rule.
 */
void fguard_rule_keeper_drop(struct fguard_keeper *keeper);

/**
 * fguard_rule_discard - free a rule that never was in force, after its last reader
 * @rule: the rule
 *
 * Context: may sleep.
 */
void fguard_rule_discard(struct fguard_rule *rule);

/**
 * fguard_rule_free_rcu - free a rule after its last reader, its answers are gone
 * @head: its @rcu
 *
 * Context: RCU callback.
 */
void fguard_rule_free_rcu(struct rcu_head *head);

#endif

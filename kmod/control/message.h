/* SPDX-License-Identifier: GPL-2.0-only */
/* Rules to and from netlink attributes. */
#ifndef _FGUARD_MESSAGE_H
#define _FGUARD_MESSAGE_H

#include <net/netlink.h>

#include "ask/answer_cache.h"
#include "control/explain.h"
#include "control/ruleset.h"

/* Of FGUARD_A_RULE. */
extern const struct nla_policy fguard_rule_policy[FGUARD_RULE_A_MAX + 1];

/**
 * fguard_message_validate_ttl - may something hold for so long?
 * @attr: milliseconds, 64 bits
 * @extack: receives the sentence if refused
 *
 * Longer times would not be nanoseconds any more. For policies, whose own ranges
 * are too short for it.
 *
 * Context: any.
 * Return: 0 or -ERANGE.
 */
int fguard_message_validate_ttl(const struct nlattr *attr,
				struct netlink_ext_ack *extack);

/**
 * fguard_message_rule - make a rule of an attribute
 * @attr: FGUARD_A_RULE
 * @extack: receives the sentence if refused
 *
 * Context: may sleep.
 * Return: the rule, not in force yet; or an ERR_PTR as ADD_RULES documents.
 */
struct fguard_rule *fguard_message_rule(const struct nlattr *attr,
					struct netlink_ext_ack *extack);

/**
 * fguard_message_key - read which rule an attribute names
 * @attr: FGUARD_A_RULE
 * @key: filled; points into the attribute
 * @extack: receives the sentence if refused
 *
 * Context: any.
 * Return: 0 or -EINVAL.
 */
int fguard_message_key(const struct nlattr *attr, struct fguard_rule_key *key,
		       struct netlink_ext_ack *extack);

/**
 * fguard_message_put_rule - write a rule as an attribute
 * @skb: the message
 * @rule: the rule
 *
 * Context: the rule cannot go away.
 * Return: 0; -EMSGSIZE: no room.
 */
int fguard_message_put_rule(struct sk_buff *skb, const struct fguard_rule *rule);

/**
 * fguard_message_put_added - write what became of a rule as an attribute
 * @skb: the message
 * @added: what became of it
 *
 * Context: any.
 * Return: 0; -EMSGSIZE: no room.
 */
int fguard_message_put_added(struct sk_buff *skb, const struct fguard_added *added);

/**
 * fguard_message_put_explanation - write an explanation as an attribute
 * @skb: the message
 * @explanation: the explanation
 *
 * Context: any.
 * Return: 0; -EMSGSIZE: no room.
 */
int fguard_message_put_explanation(struct sk_buff *skb,
				   const struct fguard_explanation *explanation);

/**
 * fguard_message_put_remembered - write an answer that is remembered
 * @skb: the message
 * @shown: the answer
 *
 * Context: any that may hold spinlocks.
 * Return: 0 or -EMSGSIZE.
 */
int fguard_message_put_remembered(struct sk_buff *skb,
				  const struct fguard_remembered *shown);

#endif

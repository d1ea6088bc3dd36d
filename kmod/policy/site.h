/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where rules have a say about what is not their object: directories on the way to it,
 * mount namespaces, filesystems. Rules that say the same to the same are one voice
 * there, so that to hear them costs as much with many rules as with one.
 */
#ifndef _FGUARD_SITE_H
#define _FGUARD_SITE_H

#include <linux/list.h>
#include <linux/rculist.h>
#include <linux/rcupdate.h>

#include "object/identity.h"
#include "policy/rule.h"

enum fguard_site_kind {
	FGUARD_SITE_ANCESTOR,	/* a directory on the way, with those above */
	FGUARD_SITE_CROSSING,	/* a namespace in which mounts are on the way */
	FGUARD_SITE_TREES,	/* trees of a filesystem */
	FGUARD_SITE_SUFFIXES,	/* suffixes of a filesystem, or of all */
	FGUARD_SITE_ATTRIBUTES,	/* attributes of anything on a filesystem, or on any */
	FGUARD_SITE_WRITES,	/* the same for writes by descriptors: strict rules */
	FGUARD_SITE_MARKS,	/* the same for reads and listings, of which marks tell */
};

/*
 * Different voices at a site, at most. Where there are more, the rest is not heard one
 * by one: it refuses.
 */
#define FGUARD_VOICES_MAX 1024

/**
 * struct fguard_site - where rules have a say
 * @node: link in the table of sites; RCU, ruleset_lock
 * @kind: enum fguard_site_kind
 * @identity: the directory, or nothing but its filesystem, or nothing at all
 * @above: of a way, the site of the directory or mount point above; NULL: none
 * @namespace: the mount namespace of a way or crossing; never followed, only compared
 * @users: seats
 * @count: voices
 * @voices: struct fguard_voice; RCU, ruleset_lock
 * @rest: seats of rules that refuse, for which there was no voice left; then of those
 *	that ask; RCU, ruleset_lock
 * @speakers: for each operation one of the rest that is about it, and refuses if any does;
 *	or NULL; RCU, ruleset_lock
 * @rest_strict: there are, or were, strict rules among them
 * @rcu: frees it after the last reader
 */
struct fguard_site {
	struct hlist_node node;
	enum fguard_site_kind kind;
	struct fguard_identity identity;
	struct fguard_site *above;
	const void *namespace;
	u32 users;
	u32 count;
	struct list_head voices;
	struct list_head rest[2];
	struct fguard_seat __rcu *speakers[__FGUARD_OP_MAX];
	bool rest_strict;
	struct rcu_head rcu;
};

/**
 * struct fguard_voice - rules at a site that say the same to the same
 * @node: link in the site's list; RCU, ruleset_lock
 * @seats: struct fguard_seat of those in force; RCU, ruleset_lock
 * @reserved: of those that are to be in force; ruleset_lock
 * @rcu: frees it after the last reader
 */
struct fguard_voice {
	struct list_head node;
	struct list_head seats;
	struct list_head reserved;
	struct rcu_head rcu;
};

/**
 * struct fguard_seat - a rule at a site
 * @node: link in the list of its voice, or of the rest; RCU, ruleset_lock
 * @site: the site
 * @voice: its voice, or NULL
 * @rule: the rule, which owns it
 */
struct fguard_seat {
	struct list_head node;
	struct fguard_site *site;
	struct fguard_voice *voice;
	struct fguard_rule *rule;
};

/**
 * fguard_rule_start - where the way ends: the directory in which a rule's name is, or what
 *	is mounted on that name, or the directory below which its suffix counts
 * @rule: the rule, in force or about to be
 *
 * Context: RCU read side, or ruleset_lock held.
 * Return: the site of it; NULL if the rule has none.
 */
static inline const struct fguard_site *fguard_rule_start(const struct fguard_rule *rule)
{
	return rule->ancestor_count ? rule->seats[rule->ancestor_count - 1].site : NULL;
}

/**
 * fguard_site_is_object - does a site stand for what a rule is about?
 * @site: the site
 * @rule: a rule that has a say there
 *
 * What is mounted on the rule's name leads nowhere else.
 *
 * Context: RCU read side, or ruleset_lock held.
 * Return: true if so; false: it is on the way to that.
 */
static inline bool fguard_site_is_object(const struct fguard_site *site,
					 const struct fguard_rule *rule)
{
	return rule->mounted && site == fguard_rule_start(rule);
}

/**
 * fguard_sites_reserve - find the sites of a rule that is to be in force
 * @rule: the rule; gets its seats, and loses the list of its way
 *
 * Context: may sleep; ruleset_lock held.
 * Return: 0 or -ENOMEM.
 */
int fguard_sites_reserve(struct fguard_rule *rule);

/**
 * fguard_sites_enter - let a rule have its say
 * @rule: the rule
 *
 * Context: ruleset_lock held.
 */
void fguard_sites_enter(struct fguard_rule *rule);

/**
 * fguard_sites_leave - let a rule have no say any more
 * @rule: the rule; readers may hear it until a grace period later
 *
 * Context: ruleset_lock held.
 */
void fguard_sites_leave(struct fguard_rule *rule);

/**
 * fguard_site_bucket - where sites stand
 * @kind: enum fguard_site_kind
 * @key: the directory's inode number, the filesystem as fguard_site_key() has it, or
 *	the namespace
 *
 * Context: any.
 * Return: the bucket, in which there are others, too.
 */
struct hlist_head *fguard_site_bucket(enum fguard_site_kind kind, u64 key);

/**
 * fguard_site_of_filesystem - the site of a filesystem
 * @kind: enum fguard_site_kind
 * @sb: the filesystem
 * @turn: 0: by its UUID; 1: by its device; 2: of any filesystem
 *
 * Context: RCU read side.
 * Return: the site, or NULL.
 */
const struct fguard_site *fguard_site_of_filesystem(enum fguard_site_kind kind,
						    const struct super_block *sb,
						    unsigned int turn);

#define FGUARD_SITE_TURNS 3

/**
 * fguard_voice_rule - a rule that speaks for its like
 * @voice: the voice
 *
 * Context: RCU read side.
 * Return: the rule; NULL if none is in force.
 */
static inline struct fguard_rule *fguard_voice_rule(struct fguard_voice *voice)
{
	struct fguard_seat *seat = list_first_or_null_rcu(&voice->seats,
							  struct fguard_seat, node);

	return seat ? seat->rule : NULL;
}

/**
 * fguard_site_rest - a rule that speaks for those that are not heard one by one
 * @site: the site
 * @op: what they are to be about
 * @strict: only strict ones count
 *
 * Context: RCU read side.
 * Return: one of them that refuses, or one that asks; NULL if there is none.
 */
struct fguard_rule *fguard_site_rest(const struct fguard_site *site, enum fguard_op op,
				     bool strict);

#endif

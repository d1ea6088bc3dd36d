/* SPDX-License-Identifier: GPL-2.0-only */
/* Answerers: subscribers who take questions instead of accesses. */
#ifndef _FGUARD_ANSWERER_H
#define _FGUARD_ANSWERER_H

#include <linux/types.h>

struct fguard_record;
struct fguard_subscription;
struct netlink_ext_ack;

/* What the current task is to the answerers. */
enum fguard_relation {
	FGUARD_RELATION_NONE,
	FGUARD_RELATION_OWN,	/* an answerer, or a descendant */
	FGUARD_RELATION_NEEDED,	/* an ancestor or a tracer, for whom one might wait */
};

struct fguard_answerer;

/**
 * fguard_answerer_begin - make the current process an answerer
 * @subscription: how it is told
 * @extack: receives the sentence if refused
 *
 * Context: may sleep.
 * Return: the answerer, or an ERR_PTR: -ENOMEM, -EOPNOTSUPP.
 */
struct fguard_answerer *fguard_answerer_begin(struct fguard_subscription *subscription,
					      struct netlink_ext_ack *extack);

/**
 * fguard_answerer_end - it answers no more; if it is the last, all questions end
 * @answerer: the answerer; the caller waits for a grace period before it frees the
 *	subscription
 *
 * Context: may sleep.
 */
void fguard_answerer_end(struct fguard_answerer *answerer);

/**
 * fguard_answerers_present - is there any?
 *
 * Context: any.
 * Return: how many.
 */
u32 fguard_answerers_present(void);

/**
 * fguard_answerers_relation - what is the current task to them?
 *
 * Context: RCU read side.
 * Return: enum fguard_relation.
 */
enum fguard_relation fguard_answerers_relation(void);

/**
 * fguard_answerers_have_room - has any room for a record?
 * @record: the record
 *
 * Context: question_lock held.
 * Return: true if so.
 */
bool fguard_answerers_have_room(const struct fguard_record *record);

/**
 * fguard_answerers_tell - queue a record for all
 * @record: the record
 *
 * Context: question_lock held.
 * Return: how many had room.
 */
u32 fguard_answerers_tell(const struct fguard_record *record);

/**
 * fguard_answerers_tell_later - the same, with the next record or a little later
 * @record: the record
 *
 * Context: question_lock held.
 */
void fguard_answerers_tell_later(const struct fguard_record *record);

/**
 * fguard_answerers_exit - stop; nobody answers any more
 *
 * Context: may sleep.
 */
void fguard_answerers_exit(void);

#endif

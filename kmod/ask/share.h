/* SPDX-License-Identifier: GPL-2.0-only */
/* What each user has of the questions, so that none takes another's place. */
#ifndef _FGUARD_SHARE_H
#define _FGUARD_SHARE_H

#include <linux/gfp.h>
#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/uidgid.h>

#include "uapi/fguard.h"

/* Users make it, so it is on their account. */
#define FGUARD_GFP_ASKING (GFP_ATOMIC | __GFP_NOWARN | __GFP_ACCOUNT)

/* For all that is noted of questions, of those who ask, and of answers. */
extern spinlock_t fguard_question_lock;

/* Questions that waiters of one user still hold, those that are settled, too. */
#define FGUARD_PENDING_SHARE (4 * FGUARD_QUESTIONS_SHARE)

/**
 * struct fguard_share - what one user has; all under question_lock
 * @node: link by @uid
 * @uid: who pays
 * @questions: its questions that are not settled, in the order of their numbers
 * @question_count: how many
 * @pending_count: pending requests of its tasks
 */
struct fguard_share {
	struct hlist_node node;
	kuid_t uid;
	struct list_head questions;
	u32 question_count;
	u32 pending_count;
};

/**
 * fguard_share_payer - who pays for what the current task asks
 *
 * Context: any.
 * Return: root for a task of root; else the owner of the outermost user namespace, or the
 * real user.
 */
kuid_t fguard_share_payer(void);

/**
 * fguard_share_of - the share of a user
 * @uid: the user
 *
 * Context: question_lock held.
 * Return: it, for fguard_share_put(); or NULL if there is no memory.
 */
struct fguard_share *fguard_share_of(kuid_t uid);

/**
 * fguard_share_put - forget a share of which nothing is used
 * @share: the share
 *
 * Context: question_lock held.
 */
void fguard_share_put(struct fguard_share *share);

/**
 * fguard_share_greatest - who has most questions?
 *
 * Context: question_lock held.
 * Return: that share, or NULL.
 */
struct fguard_share *fguard_share_greatest(void);

#endif

// SPDX-License-Identifier: GPL-2.0-only
#include <linux/cred.h>
#include <linux/hashtable.h>
#include <linux/slab.h>
#include <linux/user_namespace.h>

#include "ask/share.h"

#define BUCKET_BITS 8

DEFINE_SPINLOCK(fguard_question_lock);

static DEFINE_HASHTABLE(shares, BUCKET_BITS);

/* Who made the outermost namespace pays for all users that he has in there. */
static kuid_t owner_of(const struct user_namespace *namespace)
{
	while (namespace->parent && namespace->parent != &init_user_ns)
		namespace = namespace->parent;
	return namespace->owner;
}

/*
 * Not who is logged in: anybody may say that of himself who never was, and would take
 * the shares of others.
 */
kuid_t fguard_share_payer(void)
{
	const struct user_namespace *namespace = current_real_cred()->user_ns;
	kuid_t real = current_real_cred()->uid;

	if (uid_eq(real, GLOBAL_ROOT_UID) || namespace == &init_user_ns ||
	    uid_eq(owner_of(namespace), GLOBAL_ROOT_UID))
		return real;
	return owner_of(namespace);
}

struct fguard_share *fguard_share_of(kuid_t uid)
{
	struct fguard_share *share;

	lockdep_assert_held(&fguard_question_lock);
	hash_for_each_possible(shares, share, node, __kuid_val(uid))
		if (uid_eq(share->uid, uid))
			return share;
	share = kzalloc(sizeof(*share), FGUARD_GFP_ASKING);
	if (!share)
		return NULL;
	share->uid = uid;
	INIT_LIST_HEAD(&share->questions);
	hash_add(shares, &share->node, __kuid_val(uid));
	return share;
}

void fguard_share_put(struct fguard_share *share)
{
	lockdep_assert_held(&fguard_question_lock);
	if (share->question_count || share->pending_count)
		return;
	hash_del(&share->node);
	kfree(share);
}

struct fguard_share *fguard_share_greatest(void)
{
	struct fguard_share *share, *greatest = NULL;
	unsigned int bucket;

	lockdep_assert_held(&fguard_question_lock);
	hash_for_each(shares, bucket, share, node)
		if (!greatest || share->question_count > greatest->question_count)
			greatest = share;
	return greatest;
}

// SPDX-License-Identifier: GPL-2.0-only
#include <linux/hash.h>
#include <linux/random.h>
#include <linux/siphash.h>
#include <linux/spinlock.h>

#include "object/program.h"

#define BUCKET_BITS 10

static struct hlist_head programs[1 << BUCKET_BITS];

/* Programs are left in RCU callbacks, too. */
static DEFINE_SPINLOCK(programs_lock);

/* On a filesystem of their own users choose the numbers. */
static siphash_key_t key;

void fguard_programs_init(void)
{
	get_random_bytes(&key, sizeof(key));
}

u64 fguard_program_hash(u64 ino, dev_t dev)
{
	return siphash_2u64(ino, dev, &key);
}

static struct hlist_head *bucket_of(u64 ino, dev_t dev)
{
	return &programs[hash_64(fguard_program_hash(ino, dev), BUCKET_BITS)];
}

void fguard_program_follow(struct fguard_program *program)
{
	unsigned long flags;

	spin_lock_irqsave(&programs_lock, flags);
	hlist_add_head(&program->node, bucket_of(program->identity.ino, program->identity.dev));
	spin_unlock_irqrestore(&programs_lock, flags);
}

void fguard_program_leave(struct fguard_program *program)
{
	unsigned long flags;

	spin_lock_irqsave(&programs_lock, flags);
	if (!hlist_unhashed(&program->node))
		hlist_del_init(&program->node);
	spin_unlock_irqrestore(&programs_lock, flags);
}

void fguard_programs_forget(const struct inode *inode)
{
	struct hlist_head *bucket = bucket_of(inode->i_ino, inode->i_sb->s_dev);
	struct fguard_program *program;
	unsigned long flags;

	if (hlist_empty(bucket))
		return;
	spin_lock_irqsave(&programs_lock, flags);
	hlist_for_each_entry(program, bucket, node)
		if (fguard_identity_is_original(&program->identity, inode))
			WRITE_ONCE(program->gone, true);
	spin_unlock_irqrestore(&programs_lock, flags);
}

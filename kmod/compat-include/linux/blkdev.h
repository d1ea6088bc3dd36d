/* SPDX-License-Identifier: GPL-2.0-only */
/* Which argument of bd_prepare_to_claim() is the holder: before 5.11 the disk came first. */
#ifndef _FGUARD_COMPAT_BLKDEV_H
#define _FGUARD_COMPAT_BLKDEV_H

#include_next <linux/blkdev.h>

#define FGUARD_CLAIM_HOLDER						\
	(__same_type(bd_prepare_to_claim,				\
		     int (struct block_device *, struct block_device *, void *)) ? 2 : 1)

#endif

// SPDX-License-Identifier: GPL-2.0-only
#include "enforce/callback.h"

unsigned long fguard_marks[1 << MARK_BITS];

/* Not inlined: an access that nobody guards does not get here. */
void fguard_enforce_dentry(struct dentry *dentry, struct vfsmount *mnt, enum fguard_op op,
			   enum fguard_part part, struct ftrace_regs *fregs)
{
	struct fguard_object object = object_of(dentry, mnt, BIT(op));
	const struct fguard_request request = {
		.objects = &object,
		.count = 1,
		.part = part,
	};

	fguard_enforce(&request, fregs);
}

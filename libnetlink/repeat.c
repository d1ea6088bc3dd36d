/* SPDX-License-Identifier: MIT */
/* What a nest has several of. */
#include "internal.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <stddef.h>

ssize_t fguard_take_values(const struct nlattr *nest,
			   const struct fguard_kind *kind, void *values,
			   size_t max)
{
	_Alignas(max_align_t) char beyond[FGUARD_VALUE_MAX];
	const struct nlattr *attr;
	size_t at = 0, n = 0;
	int more;

	while ((more = fguard_next_attr(mnl_attr_get_payload(nest),
					mnl_attr_get_payload_len(nest), &at,
					&attr)) > 0) {
		if (mnl_attr_get_type(attr) != kind->type)
			continue;
		if (kind->take(attr, n < max ? (char *)values + n * kind->size :
					       beyond))
			return -EPROTO;
		n++;
	}
	return more < 0 ? more : (ssize_t)n;
}

/* SPDX-License-Identifier: MIT */
#include "internal.h"

#include <libmnl/libmnl.h>

int fguard_lock(struct fguard *guard)
{
	struct fguard_request request;
	int err;

	fguard_request_begin(&request, guard->family, FGUARD_CMD_LOCK,
			     FGUARD_GENL_VERSION, NLM_F_ACK);
	err = fguard_exchange(guard, &request, NULL, NULL);
	fguard_request_free(&request);
	return err;
}

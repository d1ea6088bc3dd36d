/* SPDX-License-Identifier: MIT */
/* The event stream's filter, and its start. */
#include "internal.h"

#include <errno.h>
#include <sys/socket.h>

#define INPUT_BUFFER (1024 * 1024)

static void put_numbers(struct fguard_request *request, uint16_t type,
			const uint32_t *values, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		fguard_put_u32(request, type, values[i]);
}

static void put_filter(struct fguard_request *request,
		       const struct fguard_filter *filter)
{
	size_t nest = fguard_nest(request, FGUARD_A_SUBSCRIPTION);

	fguard_put_u32(request, FGUARD_SUBSCRIPTION_A_FLAGS,
		       (filter->all ? FGUARD_SUBSCRIBE_ALL : 0) |
			       (filter->answer ? FGUARD_SUBSCRIBE_ANSWER : 0));
	if (filter->ops)
		fguard_put_u32(request, FGUARD_SUBSCRIPTION_A_OPS, filter->ops);
	if (filter->verdicts)
		fguard_put_u32(request, FGUARD_SUBSCRIPTION_A_VERDICTS,
			       filter->verdicts);
	fguard_put_strings(request, FGUARD_SUBSCRIPTION_A_PATH, filter->paths,
			   filter->n_paths);
	fguard_put_strings(request, FGUARD_SUBSCRIPTION_A_TREE, filter->trees,
			   filter->n_trees);
	fguard_put_strings(request, FGUARD_SUBSCRIPTION_A_SUFFIX,
			   filter->suffixes, filter->n_suffixes);
	put_numbers(request, FGUARD_SUBSCRIPTION_A_PID, filter->pids,
		    filter->n_pids);
	fguard_put_strings(request, FGUARD_SUBSCRIPTION_A_EXE, filter->exes,
			   filter->n_exes);
	put_numbers(request, FGUARD_SUBSCRIPTION_A_UID, filter->uids,
		    filter->n_uids);
	fguard_nest_end(request, nest);
}

static int check_filter(struct fguard *guard, const struct fguard_filter *filter)
{
	if (!fguard_has_strings(filter->paths, filter->n_paths) ||
	    !fguard_has_strings(filter->trees, filter->n_trees) ||
	    !fguard_has_strings(filter->suffixes, filter->n_suffixes) ||
	    !fguard_has_strings(filter->exes, filter->n_exes) ||
	    (filter->n_pids && !filter->pids) ||
	    (filter->n_uids && !filter->uids))
		return fguard_fail(guard, -EINVAL,
				   "the filter lacks a value that it counts");
	return 0;
}

static int listen_to_unload(struct fguard *guard)
{
	struct fguard_family control = { 0 };
	int err;

	err = fguard_find_family(guard, "nlctrl", "notify", &control);
	if (err)
		return err;
	if (!control.group)
		return fguard_fail(guard, -EPROTO,
				   "the kernel does not tell when modules go");
	if (!guard->notices)
		err = guard->transport->open(guard->carrier, &guard->notices);
	if (!err)
		err = guard->transport->join(guard->notices, control.group);
	return err ? fguard_fail_errno(guard, err) : 0;
}

static int prepare(struct fguard *guard)
{
	if (guard->subscribed)
		return 0;
	if (!guard->transport)
		return fguard_fail_errno(guard, -ENOTCONN);
	/* A smaller buffer only makes smaller gulps: no reason to fail. */
	guard->transport->grow(guard->carrier, SO_RCVBUFFORCE, INPUT_BUFFER);
	/* First of all, so that no unloading falls between. */
	return listen_to_unload(guard);
}

int fguard_subscribe(struct fguard *guard, const struct fguard_filter *filter)
{
	struct fguard_request request;
	int err;

	err = check_filter(guard, filter);
	if (!err)
		err = prepare(guard);
	if (err)
		return err;
	fguard_request_begin(&request, guard->family, FGUARD_CMD_SUBSCRIBE,
			     FGUARD_GENL_VERSION, NLM_F_ACK);
	put_filter(&request, filter);
	if (request.error == -E2BIG)
		err = fguard_fail(guard, -E2BIG,
				  "the filter is longer than %u bytes",
				  UINT16_MAX);
	else
		err = fguard_exchange(guard, &request, NULL, NULL);
	fguard_request_free(&request);
	if (!err)
		guard->subscribed = true;
	return err;
}

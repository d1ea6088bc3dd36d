/* SPDX-License-Identifier: MIT */
/* The event stream: started with its filter, waited for, and interrupted. */
#include "internal.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* ---- the subscription --------------------------------------------------- */

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
				   "the filter has a number of values but no array of them");
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
				   "the kernel does not report when modules are unloaded");
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
	/* With a smaller buffer, reads are smaller; that is no reason to fail. */
	guard->transport->grow(guard->carrier, SO_RCVBUFFORCE, INPUT_BUFFER);
	/* First, so that unloading in between is not missed. */
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

/* ---- the reader --------------------------------------------------------- */

#define READY_EVENTS 1
#define READY_NOTICE 2

static ssize_t give_kept(struct fguard *guard, void *buffer)
{
	struct fguard_batch *batch = guard->first_batch;
	size_t size = batch->size;

	memcpy(buffer, batch->records, size);
	fguard_drop_event(guard);
	return (ssize_t)size;
}

static ssize_t give_message(struct fguard *guard, const struct nlmsghdr *head,
			    void *buffer)
{
	const void *records;
	size_t size;
	int err;

	if (!fguard_is_event(guard, head))
		return 0;
	err = fguard_event_records(guard, head, &records, &size);
	if (err)
		return err;
	memcpy(buffer, records, size);
	return (ssize_t)size;
}

/* Return: bytes; 0 if nothing is at hand; -EPROTO. */
static ssize_t give_next(struct fguard *guard, void *buffer)
{
	const struct nlmsghdr *head;
	ssize_t given = 0;
	int more = 1;

	if (guard->first_batch)
		return give_kept(guard, buffer);
	while (!given && more > 0) {
		more = fguard_next_message(guard, &head);
		given = more > 0 ? give_message(guard, head, buffer) : more;
	}
	return given;
}

static int take_notices(struct fguard *guard)
{
	const struct nlmsghdr *head;
	int more = fguard_receive(guard, guard->notices, false);

	while (more > 0) {
		more = fguard_next_message(guard, &head);
		if (more > 0)
			fguard_notice(guard, head);
	}
	return more;
}

/* Return: READY_EVENTS, READY_NOTICE, both; 0: the time is over; -EINTR. */
static int wait_for_input(struct fguard *guard, int timeout)
{
	struct pollfd sources[] = {
		{ .fd = guard->interrupt, .events = POLLIN },
		{ .fd = guard->transport->descriptor(guard->carrier),
		  .events = POLLIN },
		{ .fd = guard->transport->descriptor(guard->notices),
		  .events = POLLIN },
	};

	if (poll(sources, 3, timeout) < 0)
		return fguard_fail_errno(guard, -errno);
	if (sources[0].revents)
		return fguard_fail(guard, -EINTR, "interrupted");
	return (sources[1].revents ? READY_EVENTS : 0) |
	       (sources[2].revents ? READY_NOTICE : 0);
}

static int64_t milliseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* The time left of @timeout, counted from @start; no limit if negative. */
static int time_left(int timeout, int64_t start)
{
	int64_t left;

	if (timeout < 0)
		return -1;
	left = start + timeout - milliseconds();
	return left > 0 ? (int)left : 0;
}

static int check_reader(struct fguard *guard, size_t size)
{
	if (!guard->subscribed)
		return fguard_fail(guard, -EINVAL,
				   "the handle has no subscription");
	if (size < FGUARD_BATCH_MAX)
		return fguard_fail(guard, -EMSGSIZE,
				   "a buffer of %zu bytes may be too small for a batch",
				   size);
	return 0;
}

/* The timeout is over, or the module is gone and its last event was read. */
static int end_wait(struct fguard *guard)
{
	if (guard->gone)
		return fguard_fail(guard, -ENODEV,
				   "the fguard module was unloaded");
	return 0;
}

static bool has_stock(const struct fguard *guard)
{
	return guard->first_batch || guard->input_at < guard->input_size;
}

ssize_t fguard_read_events(struct fguard *guard, void *buffer, size_t size,
			   int timeout)
{
	int64_t start = milliseconds();
	ssize_t given = check_reader(guard, size);

	while (!given) {
		bool stocked = has_stock(guard);
		bool now = stocked || guard->gone;
		int ready = wait_for_input(guard,
					   now ? 0 : time_left(timeout, start));

		if (ready >= 0 && !stocked) {
			if (!ready)
				return end_wait(guard);
			ready = ready & READY_EVENTS ?
					fguard_receive(guard, guard->carrier, false) :
					take_notices(guard);
		}
		given = ready < 0 ? ready : give_next(guard, buffer);
	}
	return given;
}

int fguard_interrupt(struct fguard *guard)
{
	uint64_t one = 1;

	/* A full eventfd stays readable, so EAGAIN is success. */
	if (write(guard->interrupt, &one, sizeof(one)) < 0 && errno != EAGAIN)
		return -errno;
	return 0;
}

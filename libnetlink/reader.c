/* SPDX-License-Identifier: MIT */
/* The reader of events: waits for the next batch, and can be interrupted. */
#include "internal.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

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

/* What is left of @timeout, which began at @start; without end if negative. */
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

/* The time is over, or the module is gone and its last event was read. */
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

	/* Full is as good as written: it stays readable. */
	if (write(guard->interrupt, &one, sizeof(one)) < 0 && errno != EAGAIN)
		return -errno;
	return 0;
}

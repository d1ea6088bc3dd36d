/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Subscribers: each has a queue of records and a thread that hands full batches
 * to its socket and waits there for room; who queues never waits.
 */
#ifndef _FGUARD_SUBSCRIPTION_H
#define _FGUARD_SUBSCRIPTION_H

#include <linux/compiler.h>
#include <linux/netlink.h>
#include <linux/types.h>

#include "events/filter.h"
#include "policy/evaluate.h"

struct fguard_subscription;
struct sk_buff;
struct sock;

/* Subscribers, and those among them who want accesses no rule concerns. */
extern unsigned int fguard_subscribers;
extern unsigned int fguard_subscribers_of_all;

/**
 * fguard_events_of_all - does anybody want accesses that no rule concerns?
 *
 * Context: any.
 * Return: true if so.
 */
static inline bool fguard_events_of_all(void)
{
	return READ_ONCE(fguard_subscribers_of_all);
}

/**
 * fguard_events_wanted - may anybody want this event?
 * @concerned: a rule concerns the access
 *
 * Context: any.
 * Return: true if so.
 */
static inline bool fguard_events_wanted(bool concerned)
{
	return concerned ? READ_ONCE(fguard_subscribers) :
			   READ_ONCE(fguard_subscribers_of_all);
}

/**
 * fguard_subscription_next - step through those who want an event
 * @subscription: the one before, or NULL
 * @request: the request, by the current task
 * @decision: what was decided
 *
 * Context: RCU read side.
 * Return: the next one, or NULL.
 */
struct fguard_subscription *
fguard_subscription_next(struct fguard_subscription *subscription,
			 const struct fguard_request *request,
			 const struct fguard_decision *decision);

/**
 * fguard_subscription_takes - has a subscriber room for a record?
 * @subscription: the subscriber
 * @record: the record
 *
 * Context: any that may hold spinlocks.
 * Return: true if it would be queued.
 */
bool fguard_subscription_takes(struct fguard_subscription *subscription,
			       const struct fguard_record *record);

/**
 * fguard_subscription_queue - queue a record, or count it as lost
 * @subscription: for whom
 * @time: when, nanoseconds since the epoch
 * @record: the record; its sequence number is filled in where it is queued; NULL if
 *	there was no memory to build it
 *
 * Context: RCU read side.
 * Return: true if it was queued.
 */
bool fguard_subscription_queue(struct fguard_subscription *subscription, u64 time,
			       const struct fguard_record *record);

/**
 * fguard_subscription_add - queue a record that can wait for the next one
 * @subscription: for whom
 * @time: when, nanoseconds since the epoch
 * @record: the record
 *
 * It goes with the next record, or when fguard_subscription_flush() says so.
 *
 * Context: RCU read side, or the subscription cannot end.
 * Return: true if it was queued.
 */
bool fguard_subscription_add(struct fguard_subscription *subscription, u64 time,
			     const struct fguard_record *record);

/**
 * fguard_subscription_flush - send what waits for the next record
 * @subscription: whose
 *
 * Context: RCU read side, or the subscription cannot end.
 */
void fguard_subscription_flush(struct fguard_subscription *subscription);

/**
 * struct fguard_feed - what a subscriber takes instead of accesses
 * @begin: called when a subscription begins; returns what @end is given, or an ERR_PTR
 * @end: called when it ends; a grace period passes before the subscription is freed
 * @has_room: called, in the thread of a subscription, when its socket has taken some
 *
 * All may sleep.
 */
struct fguard_feed {
	void *(*begin)(struct fguard_subscription *subscription,
		       struct netlink_ext_ack *extack);
	void (*end)(void *fed);
	void (*has_room)(void);
};

/*
 * Makes a message of @size bytes of packed records, which is charged to @sender and waits
 * until that has room; or gives NULL and sets @err: -EPIPE: @sender is shut down;
 * -ENOBUFS: no memory.
 */
typedef struct sk_buff *fguard_pack_fn(struct sock *sender, const void *records, u32 size,
				       int *err);

/**
 * fguard_subscribe - start a subscription, or change its filter
 * @reader: the socket; nobody else is told, whatever becomes of its port
 * @portid: its port, by which its thread is known
 * @filter: what it wants; taken over if it succeeds
 * @feed: what it takes instead of accesses, or NULL; it keeps to that
 * @extack: receives the sentence if refused
 *
 * Context: may sleep.
 * Return: 0 or a negative errno as SUBSCRIBE documents.
 */
int fguard_subscribe(struct sock *reader, u32 portid, struct fguard_filter *filter,
		     const struct fguard_feed *feed, struct netlink_ext_ack *extack);

/**
 * struct fguard_delivery - counters of all subscriptions since loading
 * @subscribers: how many there are now
 * @events: records queued
 * @lost: records that found no room
 */
struct fguard_delivery {
	u32 subscribers;
	u64 events;
	u64 lost;
};

/**
 * fguard_subscriptions_count - read the counters
 * @delivery: filled
 *
 * Context: may sleep.
 */
void fguard_subscriptions_count(struct fguard_delivery *delivery);

/**
 * fguard_subscriptions_settle - wait until those whose socket was closed have ended
 *
 * Context: may sleep.
 */
void fguard_subscriptions_settle(void);

/**
 * fguard_subscriptions_init - begin to watch for sockets that close
 * @pack_records: makes the messages
 *
 * Context: may sleep.
 * Return: 0 or a negative errno.
 */
int fguard_subscriptions_init(fguard_pack_fn *pack_records);

/**
 * fguard_subscriptions_exit - end all subscriptions
 *
 * Context: may sleep; nobody may subscribe any more.
 */
void fguard_subscriptions_exit(void);

#endif

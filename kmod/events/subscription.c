// SPDX-License-Identifier: GPL-2.0-only
#include <linux/filter.h>
#include <linux/kthread.h>
#include <linux/mutex.h>
#include <linux/net.h>
#include <linux/netlink.h>
#include <linux/rculist.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <net/net_namespace.h>
#include <net/sock.h>

#include "events/subscription.h"
#include "ftrace/hook.h"

#define SEGMENTS 16
#define SEGMENT_SIZE (32 * 1024)

/* How long a record may wait for others to share its message. */
#define BATCH_DELAY (HZ / 100 ?: 1)

/**
 * struct segment - part of a queue, sent as one message
 * @bytes: the records
 * @used: how many bytes of them
 */
struct segment {
	char *bytes;
	u32 used;
};

/**
 * struct fguard_subscription - a subscriber
 * @node: link in subscriptions; RCU, subscription_lock
 * @reader: the socket that subscribed, held: its port may be another's at any time
 * @sender: what the reader has not taken yet is charged to it; its buffer is as large
 *	as the reader's, and @thread waits there for room
 * @filter: what it wants; RCU, subscription_lock
 * @lock: all that follows up to @wait
 * @segments: ring of the queue
 * @fill: count of segments that were begun; the last one is being filled
 * @drain: count of segments that were sent
 * @seq: sequence number of the last record
 * @lost: records that found no room since the last gap record
 * @lost_from: when the first of them was
 * @lost_to: when the last
 * @events: records queued, ever
 * @lost_ever: records that found no room, ever
 * @quiet: what is queued was not told to @thread
 * @feed: what it takes instead of accesses; or NULL
 * @fed: for @feed
 * @wait: where @thread waits for records
 * @thread: hands the segments to the socket
 */
struct fguard_subscription {
	struct list_head node;
	struct sock *reader;
	struct socket *sender;
	struct fguard_filter __rcu *filter;
	spinlock_t lock;
	struct segment segments[SEGMENTS];
	u32 fill;
	u32 drain;
	u64 seq;
	u64 lost;
	u64 lost_from;
	u64 lost_to;
	u64 events;
	u64 lost_ever;
	bool quiet;
	const struct fguard_feed *feed;
	void *fed;
	wait_queue_head_t wait;
	struct task_struct *thread;
};

/* Who is subscribed, and the sums of those who were. */
static DEFINE_MUTEX(subscription_lock);
static LIST_HEAD(subscriptions);
static struct fguard_delivery past;
static u32 subscriber_count; /* those of a feed, too */
static fguard_pack_fn *pack;

unsigned int fguard_subscribers;
unsigned int fguard_subscribers_of_all;

/* ---- the queue ----------------------------------------------------------- */

static struct segment *segment_at(struct fguard_subscription *subscription, u32 at)
{
	return &subscription->segments[at % SEGMENTS];
}

static char *reserve(struct fguard_subscription *subscription, u32 size)
{
	struct segment *segment = segment_at(subscription, subscription->fill);
	char *at;

	if (segment->used + size > SEGMENT_SIZE) {
		if (subscription->fill + 1 - subscription->drain == SEGMENTS)
			return NULL;
		segment = segment_at(subscription, ++subscription->fill);
	}
	at = segment->bytes + segment->used;
	segment->used += size;
	return at;
}

static void append(struct fguard_subscription *subscription, char *at,
		   const struct fguard_record *record)
{
	memcpy(at, record, record->length);
	((struct fguard_record *)at)->seq = ++subscription->seq;
}

static bool append_gap(struct fguard_subscription *subscription, u64 time)
{
	struct fguard_gap_record gap = {
		.head = {
			.length = sizeof(gap),
			.version = FGUARD_RECORD_VERSION,
			.type = FGUARD_RECORD_GAP,
			.time = time,
		},
		.lost = subscription->lost,
		.from = subscription->lost_from,
		.to = subscription->lost_to,
	};
	char *at;

	if (!subscription->lost)
		return true;
	at = reserve(subscription, sizeof(gap));
	if (!at)
		return false;
	append(subscription, at, &gap.head);
	subscription->lost = 0;
	return true;
}

static void lose(struct fguard_subscription *subscription, u64 time)
{
	if (!subscription->lost++)
		subscription->lost_from = time;
	subscription->lost_to = time;
	subscription->lost_ever++;
}

static bool has_records(const struct fguard_subscription *subscription)
{
	u32 drain = READ_ONCE(subscription->drain);

	return READ_ONCE(subscription->fill) != drain ||
	       READ_ONCE(subscription->segments[drain % SEGMENTS].used) ||
	       READ_ONCE(subscription->lost);
}

static bool has_batch(const struct fguard_subscription *subscription)
{
	return READ_ONCE(subscription->fill) != READ_ONCE(subscription->drain);
}

static __always_inline bool queue(struct fguard_subscription *subscription, u64 time,
				  const struct fguard_record *record, bool quietly)
{
	bool untold, had_batch, wake;
	char *at = NULL;

	spin_lock(&subscription->lock);
	untold = subscription->quiet || !has_records(subscription);
	had_batch = has_batch(subscription);
	if (record && (likely(!subscription->lost) || append_gap(subscription, time)))
		at = reserve(subscription, record->length);
	if (at) {
		append(subscription, at, record);
		subscription->events++;
	} else {
		lose(subscription, time);
	}
	subscription->quiet = untold && quietly;
	wake = (untold && !quietly) || (!had_batch && has_batch(subscription));
	spin_unlock(&subscription->lock);

	if (wake)
		wake_up_interruptible(&subscription->wait);
	return at;
}

bool fguard_subscription_takes(struct fguard_subscription *subscription,
			       const struct fguard_record *record)
{
	const u32 size = record->length + sizeof(struct fguard_gap_record);
	bool takes;

	spin_lock(&subscription->lock);
	takes = subscription->fill + 1 - subscription->drain < SEGMENTS ||
		segment_at(subscription, subscription->fill)->used + size <= SEGMENT_SIZE;
	spin_unlock(&subscription->lock);
	return takes;
}

bool fguard_subscription_queue(struct fguard_subscription *subscription, u64 time,
			       const struct fguard_record *record)
{
	return queue(subscription, time, record, false);
}

bool fguard_subscription_add(struct fguard_subscription *subscription, u64 time,
			     const struct fguard_record *record)
{
	return queue(subscription, time, record, true);
}

void fguard_subscription_flush(struct fguard_subscription *subscription)
{
	bool wake;

	spin_lock(&subscription->lock);
	wake = subscription->quiet;
	subscription->quiet = false;
	spin_unlock(&subscription->lock);
	if (wake)
		wake_up_interruptible(&subscription->wait);
}

/* Closes the oldest segment to writers, so that it can be sent. */
static struct segment *take_segment(struct fguard_subscription *subscription)
{
	struct segment *segment = NULL;

	spin_lock(&subscription->lock);
	append_gap(subscription, ktime_get_real_ns());
	if (has_batch(subscription)) {
		segment = segment_at(subscription, subscription->drain);
	} else if (segment_at(subscription, subscription->fill)->used) {
		segment = segment_at(subscription, subscription->fill++);
	}
	spin_unlock(&subscription->lock);
	return segment;
}

static void give_back_segment(struct fguard_subscription *subscription)
{
	spin_lock(&subscription->lock);
	segment_at(subscription, subscription->drain)->used = 0;
	subscription->drain++;
	spin_unlock(&subscription->lock);
}

/* ---- delivery ------------------------------------------------------------ */

/* Waits until the reader has made room; NULL: the stream is over. */
static struct sk_buff *make_message(const struct fguard_subscription *subscription,
				    const struct segment *segment)
{
	struct sock *sender = subscription->sender->sk;
	struct sk_buff *message;
	int err;

	for (;;) {
		WRITE_ONCE(sender->sk_sndbuf, READ_ONCE(subscription->reader->sk_rcvbuf));
		message = pack(sender, segment->bytes, segment->used, &err);
		if (message || err == -EPIPE || kthread_should_stop())
			return message;
		/* Nobody tells when there is memory again. */
		schedule_timeout_idle(HZ / 10);
	}
}

/*
 * As netlink_unicast() would, but for the lookup of the port. What comes after the
 * socket was closed is freed with it.
 */
static void hand_over(struct sock *reader, struct sk_buff *message)
{
	if (sk_filter(reader, message)) {
		kfree_skb(message);
		return;
	}
	skb_queue_tail(&reader->sk_receive_queue, message);
	reader->sk_data_ready(reader);
}

/* Gives whether the stream goes on. */
static bool send_all(struct fguard_subscription *subscription)
{
	struct segment *segment;
	struct sk_buff *message;

	while (!kthread_should_stop() && (segment = take_segment(subscription))) {
		message = make_message(subscription, segment);
		if (!message)
			return false;
		hand_over(subscription->reader, message);
		give_back_segment(subscription);
		if (subscription->feed)
			subscription->feed->has_room();
	}
	return true;
}

static int deliver(void *data)
{
	struct fguard_subscription *subscription = data;

	do {
		wait_event_interruptible(subscription->wait, has_records(subscription) ||
						       kthread_should_stop());
		/* Of a feed each record is wanted at once. */
		if (!subscription->feed)
			wait_event_interruptible_timeout(subscription->wait,
							 has_batch(subscription) ||
								 kthread_should_stop(),
							 BATCH_DELAY);
	} while (!kthread_should_stop() && send_all(subscription));

	/* end() comes, and wakes it once more. */
	wait_event_interruptible(subscription->wait, kthread_should_stop());
	return 0;
}

/* ---- who wants what ------------------------------------------------------ */

struct fguard_subscription *
fguard_subscription_next(struct fguard_subscription *subscription,
			 const struct fguard_request *request,
			 const struct fguard_decision *decision)
{
	struct list_head *before = subscription ? &subscription->node : &subscriptions;

	subscription = list_entry_rcu(before->next, struct fguard_subscription, node);
	list_for_each_entry_from_rcu(subscription, &subscriptions, node)
		if (!subscription->feed &&
		    fguard_filter_passes(rcu_dereference(subscription->filter),
					 request, decision))
			return subscription;
	return NULL;
}

static struct fguard_subscription *find(const struct sock *reader)
{
	struct fguard_subscription *subscription;

	list_for_each_entry(subscription, &subscriptions, node)
		if (subscription->reader == reader)
			return subscription;
	return NULL;
}

static int need_filter(const struct fguard_filter *filter,
		       struct netlink_ext_ack *extack)
{
	int err;

	if (!fguard_filter_needs_all(filter))
		return 0;
	err = fguard_hooks_get(filter->ops, extack);
	if (!err)
		WRITE_ONCE(fguard_subscribers_of_all, fguard_subscribers_of_all + 1);
	return err;
}

static void unneed_filter(const struct fguard_filter *filter)
{
	if (!fguard_filter_needs_all(filter))
		return;
	WRITE_ONCE(fguard_subscribers_of_all, fguard_subscribers_of_all - 1);
	fguard_hooks_put(filter->ops);
}

static struct fguard_filter *filter_of(struct fguard_subscription *subscription)
{
	return rcu_dereference_protected(subscription->filter,
					 lockdep_is_held(&subscription_lock));
}

/* ---- life ---------------------------------------------------------------- */

static void subscription_free(struct fguard_subscription *subscription)
{
	int i;

	for (i = 0; i < SEGMENTS; i++)
		kvfree(subscription->segments[i].bytes);
	if (subscription->sender)
		sock_release(subscription->sender);
	sock_put(subscription->reader);
	kfree(subscription);
}

static int get_room(struct fguard_subscription *subscription)
{
	int i;

	for (i = 0; i < SEGMENTS; i++) {
		subscription->segments[i].bytes = kvmalloc(SEGMENT_SIZE, GFP_KERNEL);
		if (!subscription->segments[i].bytes)
			return -ENOMEM;
	}
	return sock_create_kern(&init_net, PF_NETLINK, SOCK_RAW, NETLINK_GENERIC,
				&subscription->sender);
}

static struct fguard_subscription *subscription_new(struct sock *reader)
{
	struct fguard_subscription *subscription;
	int err;

	subscription = kzalloc(sizeof(*subscription), GFP_KERNEL);
	if (!subscription)
		return ERR_PTR(-ENOMEM);
	sock_hold(reader);
	subscription->reader = reader;
	spin_lock_init(&subscription->lock);
	init_waitqueue_head(&subscription->wait);
	err = get_room(subscription);
	if (err) {
		subscription_free(subscription);
		return ERR_PTR(err);
	}
	return subscription;
}

static int begin_feed(struct fguard_subscription *subscription, const struct fguard_feed *feed,
		      struct netlink_ext_ack *extack)
{
	subscription->fed = feed->begin(subscription, extack);
	if (IS_ERR(subscription->fed))
		return PTR_ERR(subscription->fed);
	subscription->feed = feed;
	return 0;
}

static int begin_with(struct fguard_subscription *subscription, u32 portid,
		      struct fguard_filter *filter, const struct fguard_feed *feed,
		      struct netlink_ext_ack *extack)
{
	struct task_struct *thread;
	int err = 0;

	thread = kthread_create(deliver, subscription, "fguard/%u", portid);
	if (IS_ERR(thread))
		return PTR_ERR(thread);
	if (feed)
		err = begin_feed(subscription, feed, extack);
	if (err) {
		kthread_stop(thread);
		return err;
	}
	subscription->thread = thread;
	rcu_assign_pointer(subscription->filter, filter);
	list_add_tail_rcu(&subscription->node, &subscriptions);
	WRITE_ONCE(subscriber_count, subscriber_count + 1);
	if (!feed)
		WRITE_ONCE(fguard_subscribers, fguard_subscribers + 1);
	wake_up_process(thread);
	return 0;
}

static int begin(struct sock *reader, u32 portid, struct fguard_filter *filter,
		 const struct fguard_feed *feed, struct netlink_ext_ack *extack)
{
	struct fguard_subscription *subscription = subscription_new(reader);
	int err;

	if (IS_ERR(subscription))
		return PTR_ERR(subscription);
	err = begin_with(subscription, portid, filter, feed, extack);
	if (err)
		subscription_free(subscription);
	return err;
}

static void end(struct fguard_subscription *subscription)
{
	struct fguard_filter *filter = filter_of(subscription);

	list_del_rcu(&subscription->node);
	WRITE_ONCE(subscriber_count, subscriber_count - 1);
	if (subscription->feed)
		subscription->feed->end(subscription->fed);
	else
		WRITE_ONCE(fguard_subscribers, fguard_subscribers - 1);
	unneed_filter(filter);
	synchronize_rcu();

	/* It may wait for room: nobody signals to a thread of the kernel. */
	WRITE_ONCE(subscription->sender->sk->sk_shutdown, SHUTDOWN_MASK);
	kthread_stop(subscription->thread);
	past.events += subscription->events;
	past.lost += subscription->lost_ever;
	fguard_filter_free(filter);
	subscription_free(subscription);
}

static int change(struct fguard_subscription *subscription, struct fguard_filter *filter,
		  const struct fguard_feed *feed, struct netlink_ext_ack *extack)
{
	struct fguard_filter *old = filter_of(subscription);

	if (feed != subscription->feed) {
		NL_SET_ERR_MSG(extack, "a socket takes questions or accesses, and keeps to that");
		return -EINVAL;
	}
	rcu_assign_pointer(subscription->filter, filter);
	unneed_filter(old);
	fguard_filter_retire(old);
	return 0;
}

int fguard_subscribe(struct sock *reader, u32 portid, struct fguard_filter *filter,
		     const struct fguard_feed *feed, struct netlink_ext_ack *extack)
{
	struct fguard_subscription *subscription;
	int err;

	mutex_lock(&subscription_lock);
	err = need_filter(filter, extack);
	if (err)
		goto unlock;
	subscription = find(reader);
	if (subscription)
		err = change(subscription, filter, feed, extack);
	else
		err = begin(reader, portid, filter, feed, extack);
	if (err)
		unneed_filter(filter);
unlock:
	mutex_unlock(&subscription_lock);
	return err;
}

/* By now another socket may have the port, and be subscribed. */
static void end_closed(struct work_struct *work)
{
	struct fguard_subscription *subscription, *next;

	mutex_lock(&subscription_lock);
	list_for_each_entry_safe(subscription, next, &subscriptions, node)
		if (sock_flag(subscription->reader, SOCK_DEAD))
			end(subscription);
	mutex_unlock(&subscription_lock);
}

static DECLARE_WORK(closing, end_closed);

/* Of whatever process: it does not wait for who subscribes. */
static int socket_closed(struct notifier_block *block, unsigned long event, void *data)
{
	const struct netlink_notify *notify = data;

	if (event == NETLINK_URELEASE && notify->protocol == NETLINK_GENERIC &&
	    READ_ONCE(subscriber_count))
		queue_work(system_dfl_wq, &closing);
	return NOTIFY_DONE;
}

static struct notifier_block socket_notifier = { .notifier_call = socket_closed };

void fguard_subscriptions_count(struct fguard_delivery *delivery)
{
	struct fguard_subscription *subscription;

	mutex_lock(&subscription_lock);
	*delivery = past;
	list_for_each_entry(subscription, &subscriptions, node) {
		delivery->subscribers += !subscription->feed;
		spin_lock(&subscription->lock);
		delivery->events += subscription->events;
		delivery->lost += subscription->lost_ever;
		spin_unlock(&subscription->lock);
	}
	mutex_unlock(&subscription_lock);
}

void fguard_subscriptions_settle(void)
{
	flush_work(&closing);
}

int fguard_subscriptions_init(fguard_pack_fn *pack_records)
{
	pack = pack_records;
	return netlink_register_notifier(&socket_notifier);
}

void fguard_subscriptions_exit(void)
{
	struct fguard_subscription *subscription, *next;

	netlink_unregister_notifier(&socket_notifier);
	cancel_work_sync(&closing);
	mutex_lock(&subscription_lock);
	list_for_each_entry_safe(subscription, next, &subscriptions, node)
		end(subscription);
	mutex_unlock(&subscription_lock);
	rcu_barrier(); /* filter_free_rcu() */
}

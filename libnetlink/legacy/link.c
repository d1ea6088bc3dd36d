/* SPDX-License-Identifier: MIT */
/* The connection of an agent: a thread translates questions to texts. */
#include "legacy/parts.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

int fguard_legacy_send(int inner, uint64_t id, const char *text)
{
	struct iovec parts[] = {
		{ .iov_base = &id, .iov_len = sizeof(id) },
		{ .iov_base = (char *)text, .iov_len = strlen(text) },
	};
	const struct msghdr message = { .msg_iov = parts, .msg_iovlen = 2 };

	return sendmsg(inner, &message, MSG_NOSIGNAL | MSG_DONTWAIT) < 0 ?
		       -errno :
		       0;
}

/* Waits until the socket has room or the stream is interrupted. */
static int send_patiently(const struct fguard_legacy_link *link, uint64_t id,
			  const char *text)
{
	struct pollfd sources[] = {
		{ .fd = link->inner, .events = POLLOUT },
		{ .fd = link->stream->interrupt, .events = POLLIN },
	};
	int err = fguard_legacy_send(link->inner, id, text);

	while (err == -EAGAIN) {
		poll(sources, 2, -1);
		err = sources[1].revents ?
			      -EINTR :
			      fguard_legacy_send(link->inner, id, text);
	}
	return err;
}

/* Sends without holding the lock: the program may have to answer first. */
static int hand_out_texts(struct fguard_legacy_link *link, uint64_t id,
			  char *const *texts, int n)
{
	int err;

	fguard_legacy_lock();
	err = fguard_legacy_add(&link->pending, id, texts, n);
	fguard_legacy_unlock();
	if (err <= 0)
		return err;
	err = 0;
	for (int i = 0; i < n && !err; i++)
		err = send_patiently(link, id, texts[i]);
	return err;
}

static int hand_out(struct fguard_legacy_link *link,
		    const struct fguard_question_record *question)
{
	char *texts[FGUARD_LEGACY_NAMES];
	int n = fguard_legacy_tell(question, fguard_legacy_file_type(), texts);
	int err = n < 0 ? n : hand_out_texts(link, question->id, texts, n);

	while (n > 0)
		free(texts[--n]);
	return err;
}

static void forget(struct fguard_legacy_link *link, uint64_t id)
{
	fguard_legacy_lock();
	fguard_legacy_remove(&link->pending, id);
	fguard_legacy_unlock();
}

/* After a gap, passes on the questions that are still pending. */
static int catch_up(struct fguard_legacy_link *link)
{
	const struct fguard_question_record *question;
	ssize_t n;
	int err = 0;

	fguard_legacy_lock();
	n = fguard_list_questions(link->guard);
	fguard_legacy_unlock();
	if (n < 0)
		return (int)n;
	/* No other thread uses this list. */
	while (!err && fguard_next_question(link->guard, &question) > 0)
		err = hand_out(link, question);
	return err;
}

static int take_record(struct fguard_legacy_link *link,
		       const struct fguard_record *record)
{
	switch (record->type) {
	case FGUARD_RECORD_QUESTION:
		return hand_out(link, (const void *)record);
	case FGUARD_RECORD_CLOSED:
		forget(link, ((const struct fguard_closed_record *)record)->id);
		return 0;
	case FGUARD_RECORD_GAP:
		return catch_up(link);
	default:
		return 0;
	}
}

static int take_batch(struct fguard_legacy_link *link,
		      const unsigned char *batch, ssize_t size)
{
	const struct fguard_record *record;
	int err = 0;

	for (ssize_t at = 0; at < size && !err; at += record->length) {
		record = (const void *)(batch + at);
		err = take_record(link, record);
	}
	return err;
}

/* Return: whether the program still has its end open. */
static bool wait_for_more(const struct fguard_legacy_link *link)
{
	const struct fguard *stream = link->stream;
	struct pollfd sources[] = {
		{ .fd = link->inner },
		{ .fd = stream->interrupt, .events = POLLIN },
		{ .fd = stream->transport->descriptor(stream->carrier),
		  .events = POLLIN },
		{ .fd = stream->transport->descriptor(stream->notices),
		  .events = POLLIN },
	};

	poll(sources, 4, -1);
	return !sources[0].revents;
}

/* Return: -EINTR if it should stop being an agent; otherwise the error that ended it. */
static int follow(struct fguard_legacy_link *link)
{
	unsigned char *batch = malloc(FGUARD_BATCH_MAX);
	ssize_t size;
	int err = batch ? 0 : -ENOMEM;

	while (!err) {
		size = fguard_read_events(link->stream, batch, FGUARD_BATCH_MAX, 0);
		if (size)
			err = size < 0 ? (int)size : take_batch(link, batch, size);
		else if (!wait_for_more(link))
			err = -EPIPE;
	}
	free(batch);
	return err;
}

/* The kernel removes the rule with the stream, as when the program is killed. */
static void stop_answering(struct fguard_legacy_link *link)
{
	fguard_close(link->stream);
	link->stream = NULL;
	fguard_legacy_remove_all(&link->pending);
}

static void *run(void *argument)
{
	struct fguard_legacy_link *link = argument;
	int err = follow(link);

	fguard_legacy_lock();
	stop_answering(link);
	if (err != -EINTR) {
		close(link->inner);
		link->inner = -1;
	}
	link->running = false;
	fguard_legacy_tell_end();
	fguard_legacy_unlock();
	return NULL;
}

/* Blocks all signals: they are for the program's own threads. */
static int start_thread(struct fguard_legacy_link *link)
{
	sigset_t all, before;
	pthread_attr_t detached;
	pthread_t thread;
	int err;

	pthread_attr_init(&detached);
	pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	err = pthread_create(&thread, &detached, run, link);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&detached);
	return -err;
}

/* Subscribes before adding the rule, so that the rule always has an answerer. */
int fguard_legacy_attach(struct fguard_legacy_link *link)
{
	const struct fguard_filter filter = { .answer = 1 };
	int err;

	if (link->running || link->inner < 0)
		return 0;
	err = fguard_legacy_open(&link->stream);
	if (!err)
		err = fguard_subscribe(link->stream, &filter);
	if (!err)
		err = fguard_legacy_intercept(link->stream);
	if (!err)
		err = start_thread(link);
	if (err)
		stop_answering(link);
	link->agent = link->running = !err;
	return err;
}

void fguard_legacy_detach(struct fguard_legacy_link *link)
{
	if (link->running)
		fguard_interrupt(link->stream);
	while (link->running)
		fguard_legacy_await_end();
	link->agent = false;
}

/* SPDX-License-Identifier: MIT */
/* The entry points of the earlier protocol, and the connections of this process. */
#include "legacy/parts.h"

#pragma GCC visibility push(default)
#include "legacy/legacy.h"
#pragma GCC visibility pop

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

static pthread_once_t forks_handled = PTHREAD_ONCE_INIT;
static struct fguard_legacy_link *links;

static void lose_links(void)
{
	fguard_legacy_lose(links);
	fguard_legacy_unlock();
}

static void handle_forks(void)
{
	pthread_atfork(fguard_legacy_lock, fguard_legacy_unlock, lose_links);
}

/* Return: -1 with errno set if @result is a failure, else @result. */
static int tell(int result)
{
	if (result >= 0)
		return result;
	errno = -result;
	return -1;
}

static int open_link(bool agent)
{
	int sock;

	pthread_once(&forks_handled, handle_forks);
	fguard_legacy_lock();
	sock = fguard_legacy_connect(&links, agent);
	fguard_legacy_unlock();
	return tell(sock);
}

int open_netlink_connection(void)
{
	return open_link(true);
}

int sock_netlink_connection(void)
{
	char hello[] = FGUARD_LEGACY_HELLO, *reply = NULL;
	int sock = open_link(false);

	if (sock >= 0 && !send_kernel_message(sock, hello))
		reply = read_kernel_message(sock);
	if (reply || sock < 0) {
		free(reply);
		return sock;
	}
	sock_netlink_disconnection(sock);
	return -1;
}

void sock_netlink_disconnection(int sock)
{
	fguard_legacy_lock();
	fguard_legacy_disconnect(fguard_legacy_look_up(&links, sock));
	fguard_legacy_unlock();
}

/* Reading the reply to "hello", which may already be there, does not make an agent. */
static int prepare_reading(struct fguard_legacy_link *link)
{
	char byte;

	if (recv(link->outer, &byte, 1, MSG_PEEK | MSG_DONTWAIT) >= 0)
		return 0;
	link->undecided = false;
	return fguard_legacy_attach(link);
}

static void note_read(int sock, uint64_t id, const char *text)
{
	struct fguard_legacy_link *link;

	fguard_legacy_lock();
	link = *fguard_legacy_look_up(&links, sock);
	if (link && id) {
		link->undecided = false;
		fguard_legacy_mark_read(link->pending, id, text);
	}
	fguard_legacy_unlock();
}

static char *receive(int sock)
{
	struct fguard_legacy_datagram *datagram = malloc(sizeof(*datagram));
	char *text = NULL;
	ssize_t size;

	if (!datagram)
		return NULL;
	size = recv(sock, datagram, sizeof(*datagram), 0);
	if (size > (ssize_t)sizeof(datagram->id)) {
		text = strndup(datagram->text, (size_t)size - sizeof(datagram->id));
		if (text)
			note_read(sock, datagram->id, text);
	} else if (size >= 0) {
		errno = ENODEV;
	}
	free(datagram);
	return text;
}

char *read_kernel_message(int sock)
{
	struct fguard_legacy_link *link;
	int err;

	fguard_legacy_lock();
	err = fguard_legacy_find(&links, sock, &link);
	if (!err)
		err = prepare_reading(link);
	fguard_legacy_unlock();
	return tell(err) < 0 ? NULL : receive(sock);
}

static int set_guards(struct fguard_legacy_link *link,
		      struct fguard_legacy_message *message)
{
	if (link->undecided)
		fguard_legacy_detach(link);
	link->undecided = false;
	return message->action == FGUARD_LEGACY_CLEAR ?
		       fguard_legacy_clear(link->guard) :
		       fguard_legacy_change(link->guard, message);
}

static int obey(struct fguard_legacy_link *link,
		struct fguard_legacy_message *message)
{
	switch (message->action) {
	case FGUARD_LEGACY_SAY_HELLO:
		return link->inner < 0 ? -ENODEV :
					 fguard_legacy_send(link->inner, 0,
							    FGUARD_LEGACY_REPLY);
	case FGUARD_LEGACY_INIT:
		link->undecided = false;
		return fguard_legacy_attach(link);
	case FGUARD_LEGACY_RETURN:
		link->undecided = false;
		return fguard_legacy_answer(link->guard, &link->pending, message);
	default:
		return set_guards(link, message);
	}
}

int send_kernel_message(int sock, char *msg)
{
	struct fguard_legacy_message message;
	struct fguard_legacy_link *link;
	int err = fguard_legacy_parse(msg, &message);

	if (err)
		return tell(err);
	fguard_legacy_lock();
	err = fguard_legacy_find(&links, sock, &link);
	if (!err)
		err = obey(link, &message);
	fguard_legacy_unlock();
	fguard_legacy_free(&message);
	return tell(err);
}

char *get_username_by_pid(int pid)
{
	char *name = NULL, *larger;
	int found = -ERANGE;

	for (size_t room = 64; found == -ERANGE && room <= 65536; room *= 4) {
		larger = realloc(name, room);
		if (!larger)
			break;
		name = larger;
		found = fguard_login_name(pid, name, room);
	}
	if (found <= 0 && name)
		*name = '\0';
	return name;
}

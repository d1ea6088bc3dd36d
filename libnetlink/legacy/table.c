/* SPDX-License-Identifier: MIT */
/* The connections of a process, found by the program's file descriptors. */
#include "legacy/parts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* The program may have closed its end, and the number may be that of another file. */
static bool is_open(const struct fguard_legacy_link *link)
{
	struct stat about;

	return !fstat(link->outer, &about) && about.st_dev == link->device &&
	       about.st_ino == link->inode;
}

static void free_link(struct fguard_legacy_link *link)
{
	if (link->inner >= 0)
		close(link->inner);
	fguard_close(link->guard);
	fguard_legacy_remove_all(&link->pending);
	free(link);
}

/* Frees links whose descriptor the program closed itself. */
static void drop_closed_links(struct fguard_legacy_link **at)
{
	while (*at) {
		struct fguard_legacy_link *link = *at;

		if (link->running || is_open(link)) {
			at = &link->next;
			continue;
		}
		*at = link->next;
		free_link(link);
	}
}

/* Creates the socket pair and records how to recognize its outer end. */
static int make_ends(struct fguard_legacy_link *link)
{
	struct stat about;
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends))
		return -errno;
	link->outer = ends[0];
	link->inner = ends[1];
	if (fstat(link->outer, &about))
		return -errno;
	link->device = about.st_dev;
	link->inode = about.st_ino;
	return 0;
}

/* Gives @link a new socket pair; the program's descriptor keeps its number. */
static int replace_ends(struct fguard_legacy_link *link)
{
	struct fguard_legacy_link ends = { .outer = -1, .inner = -1 };
	int err = make_ends(&ends);

	if (!err && dup3(ends.outer, link->outer, O_CLOEXEC) < 0)
		err = -errno;
	if (ends.outer >= 0)
		close(ends.outer);
	if (err) {
		if (ends.inner >= 0)
			close(ends.inner);
		return err;
	}
	link->inner = ends.inner;
	link->device = ends.device;
	link->inode = ends.inode;
	return 0;
}

static void take_back(struct fguard_legacy_link *link)
{
	if (link->inner >= 0)
		close(link->inner);
	link->inner = -1;
	fguard_close(link->guard);
	link->guard = NULL;
}

/* Connects again, in this process. After a failure, the next call retries. */
static int renew(struct fguard_legacy_link *link)
{
	bool agent = link->agent;
	int err = fguard_legacy_open(&link->guard);

	if (!err)
		err = replace_ends(link);
	if (!err && agent)
		err = fguard_legacy_attach(link);
	link->lost = err != 0;
	if (err) {
		link->agent = agent;
		take_back(link);
	}
	return err;
}

struct fguard_legacy_link **
fguard_legacy_look_up(struct fguard_legacy_link **links, int sock)
{
	while (*links && ((*links)->outer != sock || !is_open(*links)))
		links = &(*links)->next;
	return links;
}

int fguard_legacy_find(struct fguard_legacy_link **links, int sock,
		       struct fguard_legacy_link **link)
{
	*link = *fguard_legacy_look_up(links, sock);
	if (!*link)
		return -EBADF;
	return (*link)->lost ? renew(*link) : 0;
}

static int start_link(struct fguard_legacy_link *link, bool agent)
{
	int err = fguard_legacy_open(&link->guard);

	if (!err)
		err = make_ends(link);
	if (!err && agent)
		err = fguard_legacy_attach(link);
	link->undecided = agent;
	return err;
}

int fguard_legacy_connect(struct fguard_legacy_link **links, bool agent)
{
	struct fguard_legacy_link *link = calloc(1, sizeof(*link));
	int err;

	if (!link)
		return -ENOMEM;
	link->outer = link->inner = -1;
	drop_closed_links(links);
	err = start_link(link, agent);
	if (!err) {
		link->next = *links;
		*links = link;
		return link->outer;
	}
	if (link->outer >= 0)
		close(link->outer);
	free_link(link);
	return err;
}

void fguard_legacy_disconnect(struct fguard_legacy_link **at)
{
	struct fguard_legacy_link *link = *at;

	if (!link)
		return;
	*at = link->next;
	/* Wakes a thread that waits on this end; not for a lost link, where the parent may wait. */
	if (!link->lost)
		shutdown(link->outer, SHUT_RDWR);
	fguard_legacy_detach(link);
	close(link->outer);
	free_link(link);
}

static void close_handle(const struct fguard *guard)
{
	if (!guard || !guard->carrier)
		return;
	close(guard->transport->descriptor(guard->carrier));
	if (guard->notices)
		close(guard->transport->descriptor(guard->notices));
	close(guard->interrupt);
}

/*
 * The child does not have the thread, which may have been using the handles. It only
 * closes its copies, because open ones would keep the parent's answerer alive.
 */
void fguard_legacy_lose(struct fguard_legacy_link *links)
{
	for (struct fguard_legacy_link *link = links; link; link = link->next) {
		close_handle(link->guard);
		close_handle(link->stream);
		if (link->inner >= 0)
			close(link->inner);
		link->guard = link->stream = NULL;
		link->inner = -1;
		link->running = false;
		link->lost = true;
	}
}


// SPDX-License-Identifier: MIT
/* Being told of what happens to files. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/fanotify.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "battery.h"

/* Something to be told of. */
static void act(void)
{
	int fd = open("dir/new", O_WRONLY | O_CREAT, 0600);

	(void)!write(fd, "x", 1);
	close(fd);
	(void)!rename("dir/new", "dir/old");
	(void)!chmod("dir/old", 0644);
	(void)!unlink("dir/old");
	close(open("file", O_RDONLY));
}

static void note_inotify(int fd)
{
	_Alignas(struct inotify_event) char bytes[4096];
	ssize_t size = read(fd, bytes, sizeof(bytes));

	for (char *at = bytes; at < bytes + size;) {
		const struct inotify_event *event = (const void *)at;

		note(" %x%s%s", event->mask, event->len ? "=" : "", event->len ? event->name : "");
		at += sizeof(*event) + event->len;
	}
}

static long inotify_on(const char *path, uint32_t mask)
{
	int fd = inotify_init1(IN_NONBLOCK);
	long watch = outcome(inotify_add_watch(fd, path, mask));

	act();
	note_inotify(fd);
	return watch;
}

static long fanotify_on(unsigned int how, unsigned int flags, uint64_t mask, const char *path)
{
	int fd = fanotify_init(how | FAN_NONBLOCK, O_RDONLY);
	_Alignas(struct fanotify_event_metadata) char bytes[4096];
	const struct fanotify_event_metadata *event = (const void *)bytes;
	ssize_t size;

	if (fd < 0)
		return -errno;
	if (fanotify_mark(fd, FAN_MARK_ADD | flags, mask, AT_FDCWD, path))
		return -errno;
	act();
	size = read(fd, bytes, sizeof(bytes));
	for (; FAN_EVENT_OK(event, size); event = FAN_EVENT_NEXT(event, size))
		note(" %llx/%d", (unsigned long long)event->mask, event->fd >= 0);
	return 0;
}

/* Allows what it is asked about. */
static long fanotify_allow(void)
{
	int fd = fanotify_init(FAN_CLASS_CONTENT, O_RDONLY);
	struct fanotify_event_metadata event;
	struct fanotify_response answer = { .response = FAN_ALLOW };

	if (fd < 0)
		return -errno;
	if (fanotify_mark(fd, FAN_MARK_ADD, FAN_OPEN_PERM, AT_FDCWD, "file"))
		return -errno;
	if (!fork()) {
		close(fd);
		_exit(open("file", O_RDONLY) < 0);
	}
	if (read(fd, &event, sizeof(event)) < 0)
		return -errno;
	answer.fd = event.fd;
	return outcome(write(fd, &answer, sizeof(answer)));
}

#define ALONE(name, result)     \
	DEED(name)              \
	{                       \
		UNUSED;         \
		return result;  \
	}

ALONE(inotify_dir, inotify_on("dir", IN_ALL_EVENTS))
ALONE(inotify_file, inotify_on("file", IN_ALL_EVENTS))
ALONE(inotify_only_dir, inotify_on("file", IN_ONLYDIR | IN_OPEN))
ALONE(inotify_missing, inotify_on("missing", IN_OPEN))
ALONE(inotify_private, inotify_on("private", IN_OPEN))
ALONE(inotify_nothing, inotify_on("file", 0))
ALONE(fanotify_file, fanotify_on(FAN_CLASS_NOTIF, 0, FAN_OPEN | FAN_CLOSE, "file"))
ALONE(fanotify_children,
      fanotify_on(FAN_CLASS_NOTIF, 0, FAN_OPEN | FAN_MODIFY | FAN_EVENT_ON_CHILD, "dir"))
ALONE(fanotify_mount, fanotify_on(FAN_CLASS_NOTIF, FAN_MARK_MOUNT, FAN_OPEN, "."))
ALONE(fanotify_names,
      fanotify_on(FAN_CLASS_NOTIF | FAN_REPORT_DFID_NAME, 0,
		  FAN_CREATE | FAN_DELETE | FAN_MOVE | FAN_ATTRIB | FAN_ONDIR, "dir"))
ALONE(fanotify_missing, fanotify_on(FAN_CLASS_NOTIF, 0, FAN_OPEN, "missing"))
ALONE(fanotify_permission, fanotify_allow())

const struct deed_name watch_deeds[] = {
	{ "inotify-dir", inotify_dir },
	{ "inotify-file", inotify_file },
	{ "inotify-only-dir", inotify_only_dir },
	{ "inotify-missing", inotify_missing },
	{ "inotify-private", inotify_private },
	{ "inotify-nothing", inotify_nothing },
	{ "fanotify-file", fanotify_file },
	{ "fanotify-children", fanotify_children },
	{ "fanotify-mount", fanotify_mount },
	{ "fanotify-names", fanotify_names },
	{ "fanotify-missing", fanotify_missing },
	{ "fanotify-permission", fanotify_permission },
	{ NULL, NULL },
};

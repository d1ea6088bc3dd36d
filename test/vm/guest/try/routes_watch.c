// SPDX-License-Identifier: MIT
/* Asking to be told of what happens to files. */
#include <linux/errno.h>
#include <linux/fanotify.h>
#include <linux/fcntl.h>
#include <linux/inotify.h>

#include "routes.h"
#include "sys.h"


static long closing(long fd, long result)
{
	sys(__NR_close, fd);
	return result < 0 ? result : 0;
}

ROUTE(by_inotify)
{
	long fd = sys(__NR_inotify_init1, 0);

	(void)second;
	return fd < 0 ? fd : closing(fd, sys(__NR_inotify_add_watch, fd, path, IN_ALL_EVENTS));
}

/* A 32-bit program gives the mask in halves. */
static long mark(long fd, unsigned int flags, uint32_t mask, const char *path)
{
	flags |= FAN_MARK_ADD;
	if (sizeof(long) == 8)
		return sys(__NR_fanotify_mark, fd, flags, mask, AT_FDCWD, path);
	return sys(__NR_fanotify_mark, fd, flags, mask, 0, AT_FDCWD, path);
}

static long fanotify(unsigned int how, unsigned int flags, uint32_t mask, const char *path)
{
	long fd = sys(__NR_fanotify_init, how, O_RDONLY);

	return fd < 0 ? fd : closing(fd, mark(fd, flags, mask, path));
}

ROUTE(by_fanotify)
{
	(void)second;
	return fanotify(FAN_CLASS_NOTIF, 0, FAN_OPEN | FAN_CLOSE, path);
}

ROUTE(by_fanotify_names)
{
	(void)second;
	return fanotify(FAN_CLASS_NOTIF | FAN_REPORT_DFID_NAME, 0,
			FAN_CREATE | FAN_DELETE | FAN_ONDIR, path);
}

ROUTE(by_fanotify_mount)
{
	(void)second;
	return fanotify(FAN_CLASS_NOTIF, FAN_MARK_MOUNT, FAN_OPEN, path);
}

ROUTE(by_fanotify_filesystem)
{
	(void)second;
	return fanotify(FAN_CLASS_NOTIF | FAN_REPORT_DFID_NAME, FAN_MARK_FILESYSTEM,
			FAN_CREATE | FAN_DELETE | FAN_ONDIR, path);
}

ROUTE(by_dnotify)
{
	(void)path, (void)second;
	return sys(__NR_fcntl, route_held, F_NOTIFY, DN_CREATE | DN_RENAME);
}

const struct route_name watch_routes[] = {
	{ "inotify", by_inotify },
	{ "fanotify", by_fanotify },
	{ "fanotify-names", by_fanotify_names },
	{ "fanotify-mount", by_fanotify_mount },
	{ "fanotify-filesystem", by_fanotify_filesystem },
	{ "fd-dnotify", by_dnotify },
	{ NULL, NULL },
};

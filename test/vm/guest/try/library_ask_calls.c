// SPDX-License-Identifier: MIT
/* Calls that cannot be made again once they have begun, though they ask. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fanotify.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "library.h"
#include "verbs.h"

static int judge = -1;

/* listen-permits PATH: whoever opens it waits for "permit" */
long listen_for_permits(char **words)
{
	judge = fanotify_init(FAN_CLASS_CONTENT, O_RDONLY);
	if (judge < 0)
		return -errno;
	return fanotify_mark(judge, FAN_MARK_ADD, FAN_OPEN_PERM, AT_FDCWD, words[0]) ? -errno : 0;
}

/* permit: lets in the next one that opens it; the read opens the file, too */
long permit(char **words)
{
	struct fanotify_event_metadata event;
	struct fanotify_response answer = { .response = FAN_ALLOW };

	(void)words;
	if (read(judge, &event, sizeof(event)) < 0)
		return -errno;
	answer.fd = event.fd;
	if (event.fd < 0 || write(judge, &answer, sizeof(answer)) < 0)
		return -ENODATA;
	close(event.fd);
	return 0;
}

static int from = -1, to = -1;

/* dedupe-hold FROM TO: both are open from now on */
long hold_duplicates(char **words)
{
	from = open(words[0], O_RDONLY);
	to = open(words[1], O_RDWR);
	return from < 0 || to < 0 ? -errno : 0;
}

/* dedupe: the result that the kernel writes beside the second one */
long dedupe(char **words)
{
	struct file_dedupe_range *range = calloc(1, sizeof(*range) + sizeof(range->info[0]));
	long result;

	(void)words;
	if (!range)
		return -ENOMEM;
	range->src_length = 4096;
	range->dest_count = 1;
	range->info[0].dest_fd = to;
	result = ioctl(from, FIDEDUPERANGE, range) ? -errno : range->info[0].status;
	free(range);
	return result;
}

// SPDX-License-Identifier: MIT
/*
 * Takes the netlink port of an event reader that has closed its socket, and waits for
 * messages. Any user can bind any free port.
 */
#include "hostile.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static char room[128 * 1024];

static void receive(int fd)
{
	ssize_t size = recv(fd, room, sizeof(room), MSG_DONTWAIT);

	if (count(size) > 0)
		count_breach("what was meant for a reader of events came to a user");
}

static int take(unsigned int port)
{
	struct sockaddr_nl address = { .nl_family = AF_NETLINK, .nl_pid = port };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);

	if (fd >= 0 && !count(bind(fd, (void *)&address, sizeof(address))))
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

/* Until it gets the port, and then until nothing has arrived for a while. */
static void lie_in_wait(unsigned int port)
{
	int fd = -1;

	while (fd < 0 && again())
		fd = take(port);
	for (int times = 0; fd >= 0 && times < 2000; times++)
		receive(fd);
	if (fd >= 0)
		close(fd);
}

/* Reads ports, one on each line, and reports when it is done with one. */
static void steal(void)
{
	char line[64];

	say("at work");
	while (fgets(line, sizeof(line), stdin)) {
		again();
		say("waiting");
		lie_in_wait((unsigned int)strtoul(line, NULL, 10));
		say("done");
	}
}

/* Causes events one after the other. */
static void hammer(void)
{
	char path[PATH_ROOM];

	snprintf(path, sizeof(path), "%s", in_dir("file"));
	say("at work");
	while (again()) {
		int fd = open(path, O_RDONLY | O_CREAT, 0644);

		if (count(fd) >= 0)
			close(fd);
	}
}

const struct attack stream_attacks[] = {
	{ "steal", steal },
	{ "hammer", hammer },
	{ NULL, NULL },
};

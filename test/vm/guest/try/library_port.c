// SPDX-License-Identifier: MIT
/* Netlink ports that belong to others, taken as soon as they are left. */
#include <errno.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "counts.h"
#include "library.h"
#include "text.h"
#include "verbs.h"

static int bind_port(unsigned int number)
{
	struct sockaddr_nl address = { .nl_family = AF_NETLINK, .nl_pid = number };
	int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_GENERIC);

	if (!bind(fd, (void *)&address, sizeof(address)))
		return fd;
	close(fd);
	return -1;
}

static unsigned long receive(int fd)
{
	static char message[1 << 16];
	unsigned long total = 0;
	ssize_t size;

	while ((size = recv(fd, message, sizeof(message), MSG_DONTWAIT | MSG_TRUNC)) > 0)
		total += (unsigned long)size;
	return total;
}

static void try_port(const char *number, int *fd, unsigned long *bytes)
{
	if (*fd < 0)
		*fd = bind_port((unsigned int)text_number(number));
	if (*fd >= 0)
		*bytes += receive(*fd);
}

/*
 * port-take PORT…: until the next line comes; then how many it has taken, and how many
 * bytes came to them
 */
long take_ports(char **words)
{
	int fds[WORDS_MAX], taken = 0, count = 0;
	unsigned long bytes = 0;
	char line[64];

	while (words[count])
		fds[count++] = -1;
	text_print("trying\n");
	while (!line_waits())
		for (int i = 0; i < count; i++)
			try_port(words[i], &fds[i], &bytes);
	for (int i = 0; i < count; i++) {
		taken += fds[i] >= 0;
		if (fds[i] >= 0)
			close(fds[i]);
	}
	snprintf(line, sizeof(line), "taken=%d bytes=%lu\n", taken, bytes);
	text_print(line);
	return VERB_PRINTED;
}

/* port-leave: a port of one's own, and gone again */
long leave_port(char **words)
{
	int fd = bind_port(0);

	(void)words;
	if (fd < 0)
		return -errno;
	close(fd);
	return 0;
}

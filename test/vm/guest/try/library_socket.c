// SPDX-License-Identifier: MIT
/* Sockets that others connect to. */
#define _GNU_SOURCE
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "library.h"

static int kind_of(const char *name)
{
	if (!strcmp(name, "stream"))
		return SOCK_STREAM;
	return strcmp(name, "packet") ? SOCK_DGRAM : SOCK_SEQPACKET;
}

/* serve PATH stream|packet|datagram: as long as the process lives; nobody reads */
long serve(char **words)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int kind = kind_of(words[1]), fd = socket(AF_UNIX, kind, 0);

	strncpy(address.sun_path, words[0], sizeof(address.sun_path) - 1);
	if (bind(fd, (const void *)&address, sizeof(address)))
		return -errno;
	return kind != SOCK_DGRAM && listen(fd, 64) ? -errno : 0;
}

// SPDX-License-Identifier: MIT
/* Connecting to sockets in directories. */
#include <linux/errno.h>
#include <linux/un.h>

#include "place.h"
#include "routes.h"
#include "sys.h"

#define FAMILY 1 /* AF_UNIX */

enum kind { STREAM = 1, DATAGRAM = 2, PACKET = 5 };

typedef long (*reach)(long fd, const struct sockaddr_un *address);

static long by_connect(long fd, const struct sockaddr_un *address)
{
	return sys(__NR_connect, fd, address, sizeof(*address));
}

static long by_sendto(long fd, const struct sockaddr_un *address)
{
	return sys(__NR_sendto, fd, "x", 1, 0, address, sizeof(*address));
}

static long socket_of(enum kind kind)
{
	return sys(__NR_socket, FAMILY, (long)kind, 0);
}

/* By its last name, because the address of a socket is short. */
static long reach_by(const char *path, long fd, reach by)
{
	struct sockaddr_un address = { .sun_family = FAMILY };
	struct place place = place_of(path);
	long result = sys(__NR_chdir, place.directory);

	text_put(address.sun_path, place.name);
	if (!result)
		result = by(fd, &address);
	sys(__NR_chdir, "/");
	return result < 0 ? result : 0;
}

static long reach_once(const char *path, enum kind kind, reach by)
{
	long fd = socket_of(kind), result = reach_by(path, fd, by);

	sys(__NR_close, fd);
	return result;
}

#define ONCE(name, kind, by)                         \
	ROUTE(name)                                  \
	{                                            \
		(void)second;                        \
		return reach_once(path, kind, by);   \
	}

ONCE(connect_stream, STREAM, by_connect)
ONCE(connect_packet, PACKET, by_connect)
ONCE(connect_datagram, DATAGRAM, by_connect)
ONCE(send_datagram, DATAGRAM, by_sendto)

static long connected = -1;

ROUTE(connect_held)
{
	(void)second;
	sys(__NR_close, connected);
	connected = socket_of(DATAGRAM);
	return reach_by(path, connected, by_connect);
}

ROUTE(send_held)
{
	long result = sys(__NR_write, connected, "x", 1);

	(void)path, (void)second;
	return result < 0 ? result : 0;
}

const struct route_name socket_routes[] = {
	{ "connect-stream", connect_stream },
	{ "connect-packet", connect_packet },
	{ "connect-datagram", connect_datagram },
	{ "send-datagram", send_datagram },
	{ "connect-held", connect_held },
	{ "send-held", send_held },
	{ NULL, NULL },
};

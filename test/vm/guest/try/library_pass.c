// SPDX-License-Identifier: MIT
/* Descriptors that come from another process. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "library.h"
#include "text.h"
#include "verbs.h"

static int mailbox = -1;

static struct sockaddr_un address_of(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	return address;
}

/* listen SOCKET: makes it */
long listen_for_descriptor(char **words)
{
	struct sockaddr_un address = address_of(words[0]);

	unlink(words[0]);
	mailbox = socket(AF_UNIX, SOCK_DGRAM, 0);
	return bind(mailbox, (void *)&address, sizeof(address)) ? -errno : 0;
}

union room {
	char bytes[CMSG_SPACE(sizeof(int))];
	struct cmsghdr header;
};

static struct msghdr letter_of(struct iovec *piece, union room *room)
{
	memset(room, 0, sizeof(*room));
	return (struct msghdr){
		.msg_iov = piece,
		.msg_iovlen = 1,
		.msg_control = room->bytes,
		.msg_controllen = sizeof(room->bytes),
	};
}

/* send SOCKET: the descriptor that is held */
long send_descriptor(char **words)
{
	struct sockaddr_un address = address_of(words[0]);
	struct iovec piece = { .iov_base = "x", .iov_len = 1 };
	union room room;
	struct msghdr letter = letter_of(&piece, &room);
	int from = socket(AF_UNIX, SOCK_DGRAM, 0);
	long result;

	room.header = (struct cmsghdr){ CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS };
	memcpy(CMSG_DATA(&room.header), &route_held, sizeof(int));
	letter.msg_name = &address;
	letter.msg_namelen = sizeof(address);
	result = sendmsg(from, &letter, 0) < 0 ? -errno : 0;
	close(from);
	return result;
}

/* receive: a descriptor, which is then held; "LOST" where the kernel kept it back */
long receive_descriptor(char **words)
{
	char byte;
	struct iovec piece = { .iov_base = &byte, .iov_len = 1 };
	union room room;
	struct msghdr letter = letter_of(&piece, &room);

	(void)words;
	if (recvmsg(mailbox, &letter, 0) < 0)
		return -errno;
	if (!CMSG_FIRSTHDR(&letter)) {
		text_print(letter.msg_flags & MSG_CTRUNC ? "LOST\n" : "NONE\n");
		return VERB_PRINTED;
	}
	memcpy(&route_held, CMSG_DATA(&room.header), sizeof(int));
	return 0;
}

/* take PID FD: a copy of a descriptor of that process, which is then held */
long take_descriptor(char **words)
{
	int process = (int)syscall(SYS_pidfd_open, atoi(words[0]), 0);
	long fd = syscall(SYS_pidfd_getfd, process, atoi(words[1]), 0);
	long result = fd < 0 ? -errno : 0;

	if (!result)
		route_held = (int)fd;
	close(process);
	return result;
}

/* held: the number of the descriptor that is held */
long show_held(char **words)
{
	char line[32];

	(void)words;
	snprintf(line, sizeof(line), "%d\n", route_held);
	text_print(line);
	return VERB_PRINTED;
}

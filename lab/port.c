// SPDX-License-Identifier: MIT
#define _GNU_SOURCE
#include "port.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int fd = -1;
static int connected;
static char buffer[sizeof(struct frame) + FRAME_MAX + 1];
static size_t filled;

static int has_name(const char *name_file)
{
	char name[64] = "";
	FILE *file = fopen(name_file, "re");

	if (!file)
		return 0;
	if (!fgets(name, sizeof(name), file))
		name[0] = '\0';
	fclose(file);
	name[strcspn(name, "\n")] = '\0';
	return !strcmp(name, PORT_NAME);
}

static int find_device(char *device, size_t size)
{
	glob_t names;
	int found = 0;

	if (glob("/sys/class/virtio-ports/*/name", 0, NULL, &names))
		return 0;
	for (size_t i = 0; i < names.gl_pathc && !found; i++) {
		char port[32];

		if (sscanf(names.gl_pathv[i], "/sys/class/virtio-ports/%31[^/]", port) != 1)
			continue;
		found = has_name(names.gl_pathv[i]);
		snprintf(device, size, "/dev/%s", port);
	}
	globfree(&names);
	return found;
}

int port_open(void)
{
	char device[64];

	if (!find_device(device, sizeof(device))) {
		errno = ENODEV;
		return -1;
	}
	fd = open(device, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return -1;
	fcntl(fd, F_SETOWN, getpid());
	fcntl(fd, F_SETFL, O_RDWR | O_NONBLOCK | O_ASYNC);
	port_reconsider();
	return 0;
}

void port_reconsider(void)
{
	struct pollfd poll_port = { .fd = fd, .events = POLLIN };

	connected = poll(&poll_port, 1, 0) >= 0 && !(poll_port.revents & POLLHUP);
}

int port_fd_to_poll(void)
{
	return connected ? fd : -1;
}

/*
 * Waits for room. Without a host it waits for the next one: what that one sent may
 * arrive before the kernel knows that it is there, and the answer must not be lost.
 */
static void wait_for_room(void)
{
	struct pollfd poll_port = { .fd = fd, .events = POLLOUT };
	sigset_t changes;

	sigemptyset(&changes);
	sigaddset(&changes, SIGIO);
	while (poll(&poll_port, 1, -1) >= 0 && (poll_port.revents & POLLHUP))
		sigwaitinfo(&changes, NULL);
	/* In place of who reads the signals, which may be gone now. */
	port_reconsider();
}

static int send_all(const char *data, size_t length)
{
	while (length) {
		ssize_t n = write(fd, data, length);

		if (n > 0) {
			data += n;
			length -= (size_t)n;
		} else if (errno == EAGAIN) {
			wait_for_room();
		} else {
			return -1;
		}
	}
	return 0;
}

void port_send(uint32_t type, uint32_t id, const void *data, size_t length)
{
	struct frame frame = { .length = (uint32_t)length, .type = type, .id = id };

	if (!send_all((const char *)&frame, sizeof(frame)))
		send_all(data, length);
}

/* Handles the whole frames in the buffer; keeps the rest. */
static void handle_frames(void (*handle)(const struct frame *, char *))
{
	size_t at = 0;

	while (filled - at >= sizeof(struct frame)) {
		struct frame frame;
		char *data = buffer + at + sizeof(frame);
		char kept;

		memcpy(&frame, buffer + at, sizeof(frame));
		if (filled - at - sizeof(frame) < frame.length)
			break;
		/* handlers may read the data as strings */
		kept = data[frame.length];
		data[frame.length] = '\0';
		handle(&frame, data);
		data[frame.length] = kept;
		at += sizeof(frame) + frame.length;
	}
	filled -= at;
	memmove(buffer, buffer + at, filled);
}

void port_receive(void (*handle)(const struct frame *, char *))
{
	ssize_t n = read(fd, buffer + filled, sizeof(buffer) - 1 - filled);

	if (n > 0) {
		filled += (size_t)n;
		handle_frames(handle);
		return;
	}
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	filled = 0;
	port_reconsider();
}

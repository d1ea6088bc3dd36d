/* SPDX-License-Identifier: MIT */
/* The virtio-serial port: whole frames in and out, and whether a host is there. */
#ifndef PORT_H
#define PORT_H

#include "agent.h"

#include <stddef.h>

int port_open(void);
/* Waits for room, and for a host; SIGIO must be blocked. */
void port_send(uint32_t type, uint32_t id, const void *data, size_t length);

/* Reads what is there. */
void port_receive(void (*handle)(const struct frame *, char *));

/* -1 while no host is connected: poll() would return at once, for ever. */
int port_fd_to_poll(void);

/* To be called after SIGIO, which the kernel sends when the host comes or goes. */
void port_reconsider(void);

#endif

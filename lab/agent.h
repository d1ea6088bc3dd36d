/* SPDX-License-Identifier: MIT */
/*
 * What the host and the guest's agent say to each other, over one virtio-serial
 * port: frames, each a head and @length bytes. src/lab/frame.ts
 * is the same in TypeScript. Numbers are little-endian.
 */
#ifndef AGENT_H
#define AGENT_H

#include <stdint.h>

#define PORT_NAME "fguard"
#define FRAME_MAX 65536

struct frame {
	uint32_t length;
	uint32_t type;
	uint32_t id; /* the host's number of the job */
};

enum frame_type {
	/* to the guest */
	FRAME_HELLO = 1, /* echoed, so that the host knows where a session begins */
	FRAME_RUN,	 /* struct run, then cwd, arguments, environment, each with NUL */
	FRAME_INPUT,	 /* bytes for stdin; none: end of file */
	FRAME_KILL,	 /* uint32_t signal, to the job's process group */
	FRAME_RESIZE,	 /* uint16_t rows, columns */
	FRAME_POWEROFF,
	/* to the host */
	FRAME_STARTED = 16, /* uint32_t pid */
	FRAME_OUTPUT,
	FRAME_ERROR_OUTPUT,
	FRAME_EXIT,   /* uint32_t code, uint32_t signal */
	FRAME_FAILED, /* a sentence: the job could not be started */
};

struct run {
	uint16_t rows; /* 0: pipes; otherwise a terminal of this size */
	uint16_t columns;
	uint32_t n_arguments;
	uint32_t n_environment;
};

#endif

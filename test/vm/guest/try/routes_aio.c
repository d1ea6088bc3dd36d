// SPDX-License-Identifier: MIT
/* Reading and writing the descriptor that is held, by io_submit(). */
#include <linux/aio_abi.h>
#include <linux/errno.h>

#include "routes.h"
#include "sys.h"

static long submit(unsigned short opcode, const char *bytes)
{
	struct iocb request = {
		.aio_lio_opcode = opcode,
		.aio_fildes = (uint32_t)route_held,
		.aio_buf = (uintptr_t)bytes,
		.aio_nbytes = 7,
	};
	struct iocb *const requests[] = { &request };
	unsigned long context = 0;
	struct io_event event;
	long result = sys(__NR_io_setup, 1, &context);

	if (result)
		return result;
	result = sys(__NR_io_submit, context, 1, requests);
	if (result == 1)
		result = sys(__NR_io_getevents, context, 1, 1, &event, NULL);
	sys(__NR_io_destroy, context);
	return result == 1 ? (long)event.res : result;
}

ROUTE(aio_read)
{
	static char buffer[8];

	(void)path, (void)second;
	return submit(IOCB_CMD_PREAD, buffer);
}

ROUTE(aio_write)
{
	(void)path, (void)second;
	return submit(IOCB_CMD_PWRITE, "spoiled");
}

const struct route_name aio_routes[] = {
	{ "aio-read", aio_read },
	{ "aio-write", aio_write },
	{ NULL, NULL },
};

/* SPDX-License-Identifier: MIT */
/* The handle: made, connected, closed; and the sentence about its failures. */
#include "internal.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

int fguard_fail(struct fguard *guard, int error, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(guard->message, sizeof(guard->message), format, arguments);
	va_end(arguments);
	return error;
}

int fguard_fail_errno(struct fguard *guard, int error)
{
	char text[128];

	return fguard_fail(guard, error, "%s",
			   strerror_r(-error, text, sizeof(text)));
}

const char *fguard_message(const struct fguard *guard)
{
	return guard ? guard->message : "out of memory";
}

int fguard_create(struct fguard **guard)
{
	struct fguard *made = calloc(1, sizeof(*made));

	*guard = NULL;
	if (!made)
		return -ENOMEM;
	made->interrupt = -1;
	made->input = malloc(FGUARD_INPUT_SIZE);
	if (!made->input) {
		free(made);
		return -ENOMEM;
	}
	*guard = made;
	return 0;
}

static int find_module(struct fguard *guard)
{
	struct fguard_family family = { 0 };
	int err = fguard_find_family(guard, FGUARD_GENL_NAME, NULL, &family);

	if (err == -ENOENT)
		return fguard_fail(guard, err, "the fguard module is not loaded");
	if (err)
		return err;
	if (family.version != FGUARD_GENL_VERSION)
		return fguard_fail(guard, -EPROTO,
				   "the fguard module speaks version %u of the protocol, this library version %u",
				   family.version, FGUARD_GENL_VERSION);
	guard->family = family.id;
	guard->version = family.version;
	return 0;
}

int fguard_connect(struct fguard *guard,
		   const struct fguard_transport *transport, void *carrier)
{
	guard->transport = transport;
	guard->carrier = carrier;
	guard->interrupt = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (guard->interrupt < 0)
		return fguard_fail_errno(guard, -errno);
	return find_module(guard);
}

int fguard_open(struct fguard **guard)
{
	void *carrier = NULL;
	int err;

	err = fguard_create(guard);
	if (err)
		return err;
	err = fguard_socket_open(&carrier);
	if (err)
		return fguard_fail_errno(*guard, err);
	return fguard_connect(*guard, &fguard_socket_transport, carrier);
}

void fguard_close(struct fguard *guard)
{
	if (!guard)
		return;
	if (guard->carrier)
		guard->transport->close(guard->carrier);
	if (guard->notices)
		guard->transport->close(guard->notices);
	if (guard->interrupt >= 0)
		close(guard->interrupt);
	fguard_drop_events(guard);
	fguard_drop_list(guard);
	fguard_store_free(&guard->questions);
	fguard_store_free(&guard->answers);
	free(guard->input);
	free(guard);
}

/* SPDX-License-Identifier: MIT */
/* The sentence about the last failure of a handle. */
#include "internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

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

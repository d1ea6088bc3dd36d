// SPDX-License-Identifier: MIT
#include "text.h"

#include <linux/errno.h>

#include "sys.h"

size_t text_length(const char *text)
{
	size_t length = 0;

	while (text[length])
		length++;
	return length;
}

int text_equal(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return *a == *b;
}

char *text_put(char *to, const char *from)
{
	int room = TEXT_MAX - 1;

	while (*from && room--)
		*to++ = *from++;
	*to = 0;
	return to;
}

char *text_put_number(char *to, unsigned long number)
{
	char digits[24];
	int at = sizeof(digits) - 1;

	digits[at] = 0;
	do {
		digits[--at] = (char)('0' + number % 10);
		number /= 10;
	} while (number);
	return text_put(to, digits + at);
}

unsigned long text_number(const char *text)
{
	unsigned long number = 0;

	while (*text >= '0' && *text <= '9')
		number = number * 10 + (unsigned long)(*text++ - '0');
	return number;
}

int text_words(char *line, char **words, int max)
{
	int count = 0;

	while (count < max && *line) {
		words[count++] = line;
		while (*line && *line != ' ')
			line++;
		while (*line == ' ')
			*line++ = 0;
	}
	return count;
}

void text_print(const char *text)
{
	sys(__NR_write, 1, text, text_length(text));
}

static const struct {
	long number;
	const char *name;
} names[] = {
#define NAME(name) { name, #name }
	NAME(EPERM), NAME(ENOENT), NAME(EIO), NAME(EBADF), NAME(EAGAIN),
	NAME(ENOMEM), NAME(EACCES), NAME(EFAULT), NAME(EBUSY), NAME(EEXIST),
	NAME(EXDEV), NAME(ENODEV), NAME(ENOTDIR), NAME(EISDIR), NAME(EINVAL),
	NAME(ETXTBSY), NAME(ENOSPC), NAME(EROFS), NAME(EMLINK), NAME(ERANGE),
	NAME(ENAMETOOLONG), NAME(ENOSYS), NAME(ENOTEMPTY), NAME(ELOOP),
	NAME(ENOTSOCK), NAME(EOPNOTSUPP), NAME(EADDRINUSE), NAME(ESRCH),
	NAME(E2BIG), NAME(ENOEXEC), NAME(ECANCELED), NAME(EMSGSIZE),
	NAME(EINTR), NAME(ESTALE), NAME(EPROTO), NAME(ENOBUFS),
	NAME(ECONNREFUSED), NAME(ENODATA), NAME(ENOTTY), NAME(EUSERS),
};

const char *text_errno(long result)
{
	static char unknown[32] = "errno ";

	if (result >= 0)
		return "OK";
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].number == -result)
			return names[i].name;
	text_put_number(unknown + 6, (unsigned long)-result);
	return unknown;
}

// SPDX-License-Identifier: MIT
#include "counts.h"

#include <linux/poll.h>

#include "sys.h"
#include "text.h"

void count_result(unsigned long *counts, long result)
{
	counts[result < 0 && -result < ERRNOS ? -result : 0]++;
}

void print_counts(const unsigned long *counts)
{
	char line[TEXT_MAX], *end = line;

	for (int i = 0; i < ERRNOS; i++) {
		if (!counts[i])
			continue;
		if (end != line)
			end = text_put(end, " ");
		end = text_put(end, text_errno(-i));
		end = text_put(end, "=");
		end = text_put_number(end, counts[i]);
	}
	text_put(end, "\n");
	text_print(line);
}

int line_waits(void)
{
	struct pollfd input = { .fd = 0, .events = POLLIN };

	return sys(__NR_poll, &input, 1, 0) != 0;
}

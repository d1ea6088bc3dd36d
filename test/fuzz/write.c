/* SPDX-License-Identifier: MIT */
/* Writes an input for each answer that malformed_test.c breaks: write FOLDER */
#include <stdio.h>
#include <stdlib.h>

#include "answers.h"
#include "fuzz.h"

static void write_seed(const char *folder, size_t number)
{
	const struct victim *victim = &victims[number];
	struct nlmsghdr *head;
	char path[4096];
	struct fake fake;
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, victim->name);
	file = fopen(path, "w");
	if (!file) {
		perror(path);
		exit(1);
	}
	fake_start(&fake);
	head = victim->write(&fake, FUZZ_SEQUENCE);
	fputc((int)number, file);
	fwrite(head, 1, head->nlmsg_len, file);
	fake_stop(&fake, NULL);
	if (fclose(file)) {
		perror(path);
		exit(1);
	}
}

int main(int argc, char **argv)
{
	if (argc != 2)
		return 2;
	for (size_t i = 0; i < n_victims; i++)
		write_seed(argv[1], i);
	return 0;
}

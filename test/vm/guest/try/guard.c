// SPDX-License-Identifier: MIT
/*
 * Drives the module through the library: reads lines "COMMAND WORD…" (or takes
 * one as its arguments) and answers each with lines of JSON. Ends with 1 if anything
 * was refused.
 */
#include "guard.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define WORDS_MAX 64

const char *option(char **words, const char *key)
{
	size_t length = strlen(key);

	for (; *words; words++)
		if (!strncmp(*words, key, length) && (*words)[length] == '=')
			return *words + length + 1;
	return NULL;
}

uint32_t number_option(char **words, const char *key, uint32_t otherwise)
{
	const char *value = option(words, key);

	return value ? (uint32_t)strtoul(value, NULL, 0) : otherwise;
}

uint64_t time_option(char **words, const char *key)
{
	const char *value = option(words, key);

	return value ? strtoull(value, NULL, 0) : 0;
}

uint32_t numbers_option(char **words, const char *key, uint32_t *numbers, uint32_t max)
{
	const char *value = option(words, key);
	uint32_t count = 0;
	char *end;

	while (value && *value && count < max) {
		numbers[count++] = (uint32_t)strtoul(value, &end, 0);
		value = *end ? end + 1 : end;
	}
	return count;
}

const struct values *take_values(struct values *values, char **words, const char *key)
{
	const char *value;

	for (values->count = 0; *words && values->count < VALUES_MAX; words++) {
		value = option((char *[]){ *words, NULL }, key);
		if (value)
			values->strings[values->count++] = value;
	}
	return values;
}

void print_string(const char *label, const char *text, size_t length)
{
	printf("\"%s\":\"", label);
	for (size_t i = 0; i < length; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c < ' ' || c == '"' || c == '\\')
			printf("\\u%04x", c);
		else
			putchar(c);
	}
	putchar('"');
}

/* Whether anything was refused so far. */
static bool failed;

bool print_failure(const struct fguard *guard, long result)
{
	const char *name, *message = fguard_message(guard);

	if (result >= 0)
		return false;
	failed = true;
	name = strerrorname_np((int)-result);
	printf("{\"errno\":\"%s\",", name ? name : "?");
	print_string("message", message, strlen(message));
	puts("}");
	return true;
}

long clock_milliseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static bool run_one_of(const struct command *commands, struct fguard *guard, char **words)
{
	for (; commands->name; commands++) {
		if (strcmp(commands->name, words[0]))
			continue;
		commands->run(guard, words + 1);
		return true;
	}
	return false;
}

void obey(struct fguard *guard, char **words)
{
	if (!words[0])
		return;
	if (!run_one_of(rule_commands, guard, words) &&
	    !run_one_of(bulk_commands, guard, words) &&
	    !run_one_of(event_commands, guard, words) &&
	    !run_one_of(explain_commands, guard, words) &&
	    !run_one_of(ask_commands, guard, words) &&
	    !run_one_of(fault_commands, guard, words) &&
	    !run_one_of(model_commands, guard, words)) {
		failed = true;
		puts("{\"errno\":\"ENOSYS\",\"message\":\"no such command\"}");
	}
}

static void obey_line(struct fguard *guard, char *line)
{
	char *words[WORDS_MAX + 1] = { NULL };
	int count = 0;

	for (char *word = strtok(line, " \n"); word && count < WORDS_MAX; word = strtok(NULL, " \n"))
		words[count++] = word;
	obey(guard, words);
	if (!holds_back())
		fflush(stdout);
}

int main(int argc, char **argv)
{
	struct fguard *guard;
	int err = fguard_open(&guard);
	char *line = NULL;
	size_t room = 0;

	if (print_failure(guard, err))
		return 1;
	if (argc > 1)
		obey(guard, argv + 1);
	else
		while (getline(&line, &room, stdin) > 0)
			obey_line(guard, line);
	free(line);
	fguard_close(guard);
	return failed;
}

/* SPDX-License-Identifier: MIT */
#ifndef TRY_GUARD_H
#define TRY_GUARD_H

#include <fguard.h>
#include <stdbool.h>

/* The value of the word "KEY=VALUE", or NULL. */
const char *option(char **words, const char *key);
uint32_t number_option(char **words, const char *key, uint32_t otherwise);

/* Milliseconds, 0 without it. */
uint64_t time_option(char **words, const char *key);

/* A comma-separated list of numbers; gives how many. */
uint32_t numbers_option(char **words, const char *key, uint32_t *numbers, uint32_t max);

#define VALUES_MAX 300

struct values {
	const char *strings[VALUES_MAX];
	uint32_t count;
};

/* Every word "KEY=VALUE" of a key; gives @values. */
const struct values *take_values(struct values *values, char **words, const char *key);

/*
 * [path=P] [suffix=S] [name=S] [flags=MASK] [ops=MASK] [else=N] [errno=N] [ttl=MS]
 *	[default=N] [deadline=MS] [pids=N,…] [uids=N,…] [gids=N,…] [loginuids=N,…]
 *	[exe=P]… [cgroup=P]…; holds until the next call
 */
struct fguard_rule take_rule(char **words);

void print_string(const char *label, const char *text, size_t length);

/* Members of a JSON object, without braces and without the head of the record. */
void print_access(const struct fguard_access_record *record);
void print_gap(const struct fguard_gap_record *gap);

extern const char *const verdict_names[];

/* Prints {"errno":…,"message":…}, or nothing if @result is no failure; gives whether it is. */
bool print_failure(const struct fguard *guard, long result);

/* Is what is printed kept until more has come? */
bool holds_back(void);

/* Milliseconds since some moment. */
long clock_milliseconds(void);

struct command {
	const char *name;
	void (*run)(struct fguard *guard, char **words);
};

extern const struct command rule_commands[], bulk_commands[], event_commands[],
	explain_commands[], ask_commands[], fault_commands[], model_commands[];

/* Runs "COMMAND WORD…"; what it prints may still be in the buffer. */
void obey(struct fguard *guard, char **words);

#endif

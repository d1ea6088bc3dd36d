// SPDX-License-Identifier: MIT
/* Many rules, and sets that change while others look. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "guard.h"

static struct fguard_rule *make_rules(const char *prefix, uint32_t count)
{
	struct fguard_rule *rules = calloc(count + 1, sizeof(*rules));
	char *path;

	for (uint32_t i = 0; rules && i < count; i++) {
		if (asprintf(&path, "%s%u", prefix, i) < 0)
			return NULL;
		rules[i].path = path;
	}
	return rules;
}

static void free_rules(struct fguard_rule *rules, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		free((char *)rules[i].path);
	free(rules);
}

/* Each lets in one user more than the others do, whom nobody else lets in. */
static bool give_each_a_user(struct fguard_rule *rule, uint32_t number)
{
	uint32_t *uids = calloc(rule->n_uids + 1, sizeof(*uids));

	if (!uids)
		return false;
	memcpy(uids, rule->uids, rule->n_uids * sizeof(*uids));
	uids[rule->n_uids++] = 1000000 + number;
	rule->uids = uids;
	return true;
}

/* Each lets in one program only, PREFIX0, PREFIX1, … */
static bool give_each_a_program(struct fguard_rule *rule, const char *prefix, uint32_t number)
{
	const char **exes = malloc(sizeof(*exes));
	char *path;

	if (!exes || asprintf(&path, "%s%u", prefix, number) < 0)
		return false;
	exes[0] = path;
	rule->exes = exes;
	rule->n_exes = 1;
	return true;
}

static void free_programs(struct fguard_rule *rules, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		free((char *)rules[i].exes[0]);
		free((const char **)rules[i].exes);
	}
}

/*
 * add-alike prefix=P count=N [each=1] [programs=P] RULE: for PREFIX0, PREFIX1, …, otherwise
 * the same
 */
static void add_alike(struct fguard *guard, char **words)
{
	uint32_t count = number_option(words, "count", 0);
	bool each = number_option(words, "each", 0);
	const char *programs = option(words, "programs");
	struct fguard_rule *rules = make_rules(option(words, "prefix"), count);
	struct fguard_added *added = calloc(count, sizeof(*added));

	for (uint32_t i = 0; i < count; i++) {
		const char *path = rules[i].path;

		rules[i] = take_rule(words);
		rules[i].path = path;
		if (each && !give_each_a_user(&rules[i], i))
			return;
		if (programs && !give_each_a_program(&rules[i], programs, i))
			return;
	}
	if (!print_failure(guard, fguard_add_rules(guard, rules, count, added)))
		puts("{}");
	for (uint32_t i = 0; each && i < count; i++)
		free((uint32_t *)rules[i].uids);
	if (programs)
		free_programs(rules, count);
	free_rules(rules, count);
	free(added);
}

/* keep-alike prefix=P count=N RULE: as add-alike, one by one, and stays until it is killed */
static void keep_alike(struct fguard *guard, char **words)
{
	uint32_t count = number_option(words, "count", 0);
	struct fguard_rule *rules = make_rules(option(words, "prefix"), count);
	struct fguard_added added;

	for (uint32_t i = 0; i < count; i++) {
		struct fguard_rule rule = take_rule(words);

		rule.path = rules[i].path;
		if (print_failure(guard, fguard_add_rules(guard, &rule, 1, &added)))
			return;
	}
	puts("{}");
	fflush(stdout);
	pause();
}

/* add-many prefix=P count=N [also=P]: rules for PREFIX0, PREFIX1, … */
static void add_many(struct fguard *guard, char **words)
{
	uint32_t count = number_option(words, "count", 0);
	struct fguard_rule *rules = make_rules(option(words, "prefix"), count);
	struct fguard_added *added = calloc(count + 1, sizeof(*added));
	const char *also = option(words, "also");
	long start = clock_milliseconds();

	if (also)
		rules[count].path = also;
	if (!print_failure(guard, fguard_add_rules(guard, rules, count + !!also, added)))
		printf("{\"milliseconds\":%ld}\n", clock_milliseconds() - start);
	free_rules(rules, count);
	free(added);
}

/* set-many prefix=P count=N [also=P]: the same, as the whole set */
static void set_many(struct fguard *guard, char **words)
{
	uint32_t count = number_option(words, "count", 0);
	struct fguard_rule *rules = make_rules(option(words, "prefix"), count);
	const char *also = option(words, "also");
	long start = clock_milliseconds();

	if (also)
		rules[count].path = also;
	if (!print_failure(guard, fguard_set_rules(guard, rules, count + !!also)))
		printf("{\"milliseconds\":%ld}\n", clock_milliseconds() - start);
	free_rules(rules, count);
}

/* del-many prefix=P count=N, in one message */
static void del_many(struct fguard *guard, char **words)
{
	uint32_t count = number_option(words, "count", 0);
	struct fguard_rule *rules = make_rules(option(words, "prefix"), count);
	struct fguard_rule_key *keys = calloc(count, sizeof(*keys));
	long start = clock_milliseconds();

	for (uint32_t i = 0; i < count; i++)
		keys[i].path = rules[i].path;
	if (!print_failure(guard, fguard_delete_rules(guard, keys, count)))
		printf("{\"milliseconds\":%ld}\n", clock_milliseconds() - start);
	free_rules(rules, count);
	free(keys);
}

/* swap times=N common=P a=P b=P: sets {common, a}, then {common, b}, and so on */
static void swap(struct fguard *guard, char **words)
{
	uint32_t times = number_option(words, "times", 0);
	struct fguard_rule rules[2] = { { .path = option(words, "common") } };

	for (uint32_t i = 0; i < times; i++) {
		rules[1].path = option(words, i % 2 ? "b" : "a");
		if (print_failure(guard, fguard_set_rules(guard, rules, 2)))
			return;
	}
	printf("{\"swaps\":%u}\n", times);
}

/* churn times=N prefix=P count=N: adds and removes those */
static void churn(struct fguard *guard, char **words)
{
	uint32_t times = number_option(words, "times", 0), count = number_option(words, "count", 0);
	struct fguard_rule *rules = make_rules(option(words, "prefix"), count);
	struct fguard_added *added = calloc(count, sizeof(*added));
	struct fguard_rule_key *keys = calloc(count, sizeof(*keys));

	for (uint32_t i = 0; i < count; i++)
		keys[i].path = rules[i].path;
	puts("{\"churning\":true}");
	fflush(stdout);
	while (times--)
		if (print_failure(guard, fguard_add_rules(guard, rules, count, added)) ||
		    print_failure(guard, fguard_delete_rules(guard, keys, count)))
			break;
	puts("{\"churning\":false}");
	free_rules(rules, count);
	free(added);
	free(keys);
}

/* tally-list prefix=P: how many rules, of those, in what order, and how long it took */
static void tally_list(struct fguard *guard, char **words)
{
	const char *prefix = option(words, "prefix");
	uint32_t rules = 0, of_prefix = 0, last = 0;
	long start = clock_milliseconds();
	struct fguard_rule_info info;
	bool ordered = true;

	if (print_failure(guard, fguard_list_rules(guard)))
		return;
	while (fguard_next_rule(guard, &info) > 0) {
		rules++;
		of_prefix += !strncmp(info.path, prefix, strlen(prefix));
		ordered = ordered && info.id > last;
		last = info.id;
	}
	printf("{\"rules\":%u,\"ofPrefix\":%u,\"ordered\":%s,\"milliseconds\":%ld}\n", rules,
	       of_prefix, ordered ? "true" : "false", clock_milliseconds() - start);
}

const struct command bulk_commands[] = {
	{ "add-many", add_many },
	{ "add-alike", add_alike },
	{ "keep-alike", keep_alike },
	{ "set-many", set_many },
	{ "del-many", del_many },
	{ "swap", swap },
	{ "churn", churn },
	{ "tally-list", tally_list },
	{ NULL, NULL },
};

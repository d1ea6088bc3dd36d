// SPDX-License-Identifier: MIT
/* Single rules, the list, the status. */
#include <stdio.h>
#include <string.h>

#include "guard.h"

#define MORE (FGUARD_SUBJECTS_MAX + 8)

/* The values of one kind of subject. */
struct numbers {
	uint32_t values[MORE];
	uint32_t count;
};

static const struct numbers *take_numbers(struct numbers *numbers, char **words,
					  const char *key)
{
	numbers->count = numbers_option(words, key, numbers->values, MORE);
	return numbers;
}

struct fguard_rule take_rule(char **words)
{
	static struct numbers pids, uids, gids, loginuids;
	static struct values exes, cgroups;

	return (struct fguard_rule){
		.path = option(words, "path"),
		.suffix = option(words, "suffix"),
		.name = option(words, "name"),
		.flags = number_option(words, "flags", 0),
		.ops = number_option(words, "ops", 0),
		.else_action = number_option(words, "else", 0),
		.error = number_option(words, "errno", 0),
		.ttl = time_option(words, "ttl"),
		.default_allow =
			number_option(words, "default", FGUARD_VERDICT_DENY) == FGUARD_VERDICT_ALLOW,
		.timeout = number_option(words, "deadline", 0),
		.n_pids = take_numbers(&pids, words, "pids")->count,
		.n_uids = take_numbers(&uids, words, "uids")->count,
		.n_gids = take_numbers(&gids, words, "gids")->count,
		.n_loginuids = take_numbers(&loginuids, words, "loginuids")->count,
		.n_exes = take_values(&exes, words, "exe")->count,
		.n_cgroups = take_values(&cgroups, words, "cgroup")->count,
		.pids = pids.values,
		.uids = uids.values,
		.gids = gids.values,
		.loginuids = loginuids.values,
		.exes = exes.strings,
		.cgroups = cgroups.strings,
	};
}

/* add RULE, as take_rule() has it */
static void add(struct fguard *guard, char **words)
{
	struct fguard_rule rule = take_rule(words);
	struct fguard_added added;

	if (!print_failure(guard, fguard_add_rules(guard, &rule, 1, &added)))
		printf("{\"id\":%u,\"flags\":%u}\n", added.id, added.flags);
}

/* del id=N | path=P | name=S */
static void del(struct fguard *guard, char **words)
{
	struct fguard_rule_key key = {
		.id = number_option(words, "id", 0),
		.path = option(words, "path"),
		.name = option(words, "name"),
	};

	if (!print_failure(guard, fguard_delete_rules(guard, &key, 1)))
		puts("{}");
}

/* set RULE: in the place of all */
static void set(struct fguard *guard, char **words)
{
	struct fguard_rule rule = take_rule(words);

	if (!print_failure(guard, fguard_set_rules(guard, &rule, 1)))
		puts("{}");
}

static void clear(struct fguard *guard, char **words)
{
	(void)words;
	if (!print_failure(guard, fguard_set_rules(guard, NULL, 0)))
		puts("{}");
}

static void print_text(const char *label, const char *text)
{
	if (text)
		print_string(label, text, strlen(text));
	else
		printf("\"%s\":null", label);
	putchar(',');
}

static void print_numbers(const char *label, const uint32_t *numbers, uint32_t count)
{
	printf("\"%s\":[", label);
	for (uint32_t i = 0; i < count; i++)
		printf("%s%u", i ? "," : "", numbers[i]);
	printf("],");
}

static void print_paths(const char *label, const char *const *paths, uint32_t count)
{
	printf("\"%s\":{", label);
	for (uint32_t i = 0; i < count; i++) {
		if (i)
			putchar(',');
		print_string(paths[i], paths[i], strlen(paths[i]));
	}
	printf("},");
}

static void print_subjects(const struct fguard_rule_info *info)
{
	print_numbers("uids", info->uids, info->n_uids);
	print_numbers("gids", info->gids, info->n_gids);
	print_numbers("loginuids", info->loginuids, info->n_loginuids);
	print_paths("exes", info->exes, info->n_exes);
	print_paths("cgroups", info->cgroups, info->n_cgroups);
}

static void print_grants(const struct fguard_rule_info *info)
{
	printf("\"grants\":[");
	for (uint32_t i = 0; i < info->n_grants; i++) {
		const struct fguard_grant *grant = &info->grants[i];

		printf("%s{\"pid\":%u,\"alive\":%s,", i ? "," : "", grant->pid,
		       grant->alive ? "true" : "false");
		print_string("comm", grant->comm, strnlen(grant->comm, sizeof(grant->comm)));
		putchar('}');
	}
	printf("]");
}

static void print_rule(const struct fguard_rule_info *info)
{
	printf("{\"id\":%u,\"flags\":%u,\"ops\":%u,\"otherwise\":%u,\"error\":%u,", info->id,
	       info->flags, info->ops, info->else_action, info->error);
	printf("\"allowed\":%llu,\"denied\":%llu,", (unsigned long long)info->allowed,
	       (unsigned long long)info->denied);
	printf("\"asked\":%llu,\"expired\":%llu,", (unsigned long long)info->asked,
	       (unsigned long long)info->expired);
	printf("\"ttl\":%llu,\"default\":\"%s\",\"deadline\":%u,", (unsigned long long)info->ttl,
	       info->default_allow ? "allow" : "deny", info->timeout);
	print_text("path", info->path);
	print_text("suffix", info->suffix);
	print_text("name", info->name);
	print_subjects(info);
	print_grants(info);
	putchar('}');
}

static void list(struct fguard *guard, char **words)
{
	struct fguard_rule_info info;
	bool first = true;

	(void)words;
	if (print_failure(guard, fguard_list_rules(guard)))
		return;
	printf("{\"rules\":[");
	for (; fguard_next_rule(guard, &info) > 0; first = false) {
		if (!first)
			putchar(',');
		print_rule(&info);
	}
	puts("]}");
}

static void print_hooks(const struct fguard_hook *hooks, uint32_t count)
{
	static const char *const states[] = { "idle", "active", "missing" };

	printf("\"hooks\":{");
	for (uint32_t i = 0; i < count; i++)
		printf("%s\"%s\":\"%s\"", i ? "," : "", hooks[i].function,
		       states[hooks[i].state]);
	printf("}");
}

static void status(struct fguard *guard, char **words)
{
	struct fguard_status now;
	struct fguard_hook hooks[64];

	(void)words;
	if (print_failure(guard, fguard_get_status(guard, &now, hooks, 64)))
		return;
	printf("{\"rules\":%u,\"subscribers\":%u,\"allowed\":%llu,\"denied\":%llu,", now.rules,
	       now.subscribers, (unsigned long long)now.allowed, (unsigned long long)now.denied);
	printf("\"events\":%llu,\"lost\":%llu,", (unsigned long long)now.events,
	       (unsigned long long)now.lost);
	printf("\"locked\":%u,\"answerers\":%u,\"waiting\":%u,", now.locked, now.answerers,
	       now.waiting);
	printf("\"asked\":%llu,\"expired\":%llu,", (unsigned long long)now.asked, (unsigned long long)now.expired);
	print_hooks(hooks, now.n_hooks);
	puts("}");
}

const struct command rule_commands[] = {
	{ "add", add },
	{ "del", del },
	{ "clear", clear },
	{ "set", set },
	{ "list", list },
	{ "status", status },
	{ NULL, NULL },
};

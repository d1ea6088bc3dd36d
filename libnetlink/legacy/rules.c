/* SPDX-License-Identifier: MIT */
/* The rules that implement the earlier protocol, recognized by their names. */
#include "legacy/parts.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define GUARDS "CryptoCli:"
#define AGENTS "DSSAgent:"
#define DEADLINE 5000

/* Attempts if the rules change between listing and deleting them. */
#define ATTEMPTS 4

/* A path may be longer than a rule's name, so its hash is used (FNV-1a). */
static void make_name(const char *start, const char *text,
		      char name[FGUARD_NAME_MAX + 1])
{
	uint64_t hash = 0xcbf29ce484222325;

	for (; *text; text++)
		hash = (hash ^ (unsigned char)*text) * 0x100000001b3;
	snprintf(name, FGUARD_NAME_MAX + 1, "%s%016llx", start,
		 (unsigned long long)hash);
}

static int delete_named(struct fguard *guard, const char *name)
{
	const struct fguard_rule_key key = { .name = name };
	int err = fguard_delete_rules(guard, &key, 1);

	return err == -ENOENT ? 0 : err;
}

static uint32_t keep_living(uint32_t *pids, uint32_t n)
{
	uint32_t living = 0;

	for (uint32_t i = 0; i < n; i++)
		if (!kill((pid_t)pids[i], 0) || errno != ESRCH)
			pids[living++] = pids[i];
	return living;
}

static bool is_directory(const char *path)
{
	struct stat about;

	return !lstat(path, &about) && S_ISDIR(about.st_mode);
}

/*
 * Resolves symbolic links, because a rule about a link would guard only the link.
 * A path that does not exist yet is used as it is.
 * Return: the path, which the caller frees, or NULL.
 */
static char *find_path(const char *text)
{
	char *path = *text == '/' ? realpath(text, NULL) : NULL;
	size_t length;

	if (path)
		return path;
	path = strdup(text);
	length = path ? strlen(path) : 0;
	while (length > 1 && path[length - 1] == '/')
		path[--length] = '\0';
	return path;
}

/* Leaves out processes of @message that no longer exist. */
static int add_guard(struct fguard *guard, const char *name, const char *path,
		     struct fguard_legacy_message *message)
{
	struct fguard_rule rule = {
		.path = path,
		.name = name,
		.flags = is_directory(path) ? FGUARD_RULE_TREE : 0,
		.pids = message->pids,
	};
	struct fguard_added added;

	message->n_pids = keep_living(message->pids, message->n_pids);
	rule.n_pids = message->n_pids;
	return fguard_add_rules(guard, &rule, 1, &added);
}

static int put_guard(struct fguard *guard, const char *name, const char *text,
		     struct fguard_legacy_message *message)
{
	char *path = find_path(text);
	int err = path ? -ESRCH : -ENOMEM;

	for (int i = 0; i < ATTEMPTS && err == -ESRCH; i++)
		err = add_guard(guard, name, path, message);
	/* The path led to another object before. */
	if (err == -EEXIST && !delete_named(guard, name))
		err = add_guard(guard, name, path, message);
	free(path);
	return err;
}

static int drop_guard(struct fguard *guard, const char *path)
{
	char name[FGUARD_NAME_MAX + 1];

	make_name(GUARDS, path, name);
	return delete_named(guard, name);
}

static int drop_guards(struct fguard *guard,
		       const struct fguard_legacy_message *message)
{
	int err = message->whole ? drop_guard(guard, message->whole) : 0;

	return err ? err : drop_guard(guard, message->file);
}

/* A path that looks like fields is used if that file exists. */
static const char *choose_path(const struct fguard_legacy_message *message)
{
	struct stat about;

	return message->whole && !lstat(message->whole, &about) ? message->whole :
								  message->file;
}

/* The rule is named after the path as written, to find it again when that leads elsewhere. */
int fguard_legacy_change(struct fguard *guard,
			 struct fguard_legacy_message *message)
{
	const char *path = choose_path(message);
	char name[FGUARD_NAME_MAX + 1];

	if (!message->count)
		return drop_guards(guard, message);
	make_name(GUARDS, path, name);
	return put_guard(guard, name, path, message);
}

/* Return: the number of guards, with their ids in @keys, or -errno. */
static ssize_t find_guards(struct fguard *guard, struct fguard_rule_key **keys)
{
	struct fguard_rule_info info;
	ssize_t found = 0, n = fguard_list_rules(guard);

	if (n < 0)
		return n;
	*keys = calloc((size_t)n + 1, sizeof(**keys));
	if (!*keys)
		return -ENOMEM;
	while (fguard_next_rule(guard, &info) > 0)
		if (info.name && !strncmp(info.name, GUARDS, strlen(GUARDS)))
			(*keys)[found++].id = info.id;
	return found;
}

int fguard_legacy_clear(struct fguard *guard)
{
	int err = -ENOENT;

	/* Another process may remove one of them first. */
	for (int i = 0; i < ATTEMPTS && err == -ENOENT; i++) {
		struct fguard_rule_key *keys = NULL;
		ssize_t n = find_guards(guard, &keys);

		err = n < 0 ? (int)n :
			      fguard_delete_rules(guard, keys, (size_t)n);
		free(keys);
	}
	return err;
}

const char *fguard_legacy_file_type(void)
{
	const char *type = secure_getenv("FGUARD_FILE_TYPE");

	return type && *type ? type : ".docx";
}

/*
 * Agents share the rule: it lasts until the last of their streams is closed. A rule
 * that another program made is left unchanged; if it asks, it also asks these agents.
 */
int fguard_legacy_intercept(struct fguard *stream)
{
	char name[FGUARD_NAME_MAX + 1];
	const struct fguard_rule rule = {
		.suffix = fguard_legacy_file_type(),
		.name = name,
		.flags = FGUARD_RULE_UNTIL_CLOSED,
		.else_action = FGUARD_ELSE_ASK,
		.default_allow = 1,
		.timeout = DEADLINE,
	};
	struct fguard_added added;
	int err;

	make_name(AGENTS, rule.suffix, name);
	err = fguard_add_rules(stream, &rule, 1, &added);
	return err == -EEXIST ? 0 : err;
}

// SPDX-License-Identifier: MIT
/*
 * What test/model drives: whole rule sets, processes that act, and many explanations in
 * one line. Answers are lines of words, not JSON, since there are thousands.
 */
#include <errno.h>
#include <ftw.h>
#include <mntent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guard.h"

/* ---- many lines at once ------------------------------------------------------ */

static bool holding;

bool holds_back(void)
{
	return holding;
}

/* hold: answers are sent when there are many, or at "release" */
static void hold(struct fguard *guard, char **words)
{
	(void)guard, (void)words;
	holding = true;
	puts("OK");
}

static void release(struct fguard *guard, char **words)
{
	(void)guard, (void)words;
	holding = false;
	puts("OK");
}

/* ---- rule sets ------------------------------------------------------------- */

#define STAGED_MAX 16

static struct fguard_rule staged[STAGED_MAX];
static size_t n_staged;

static void *copy_of(const void *from, size_t size)
{
	void *to = malloc(size ? size : 1);

	if (!to)
		abort();
	return memcpy(to, from, size);
}

static const char *text_of(const char *text)
{
	return text ? copy_of(text, strlen(text) + 1) : NULL;
}

static const uint32_t *numbers_of(const uint32_t *numbers, uint32_t count)
{
	return copy_of(numbers, count * sizeof(*numbers));
}

static const char *const *texts_of(const char *const *texts, uint32_t count)
{
	const char **copies = copy_of(texts, count * sizeof(*texts));

	for (uint32_t i = 0; i < count; i++)
		copies[i] = text_of(texts[i]);
	return copies;
}

/* stage RULE, as take_rule() has it: for the next set */
static void stage(struct fguard *guard, char **words)
{
	struct fguard_rule *rule = &staged[n_staged];

	(void)guard;
	if (n_staged == STAGED_MAX) {
		puts("E2BIG");
		return;
	}
	*rule = take_rule(words);
	rule->path = text_of(rule->path);
	rule->suffix = text_of(rule->suffix);
	rule->name = text_of(rule->name);
	rule->pids = numbers_of(rule->pids, rule->n_pids);
	rule->uids = numbers_of(rule->uids, rule->n_uids);
	rule->gids = numbers_of(rule->gids, rule->n_gids);
	rule->loginuids = numbers_of(rule->loginuids, rule->n_loginuids);
	rule->exes = texts_of(rule->exes, rule->n_exes);
	rule->cgroups = texts_of(rule->cgroups, rule->n_cgroups);
	n_staged++;
	puts("OK");
}

static void free_texts(const char *const *texts, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		free((char *)texts[i]);
	free((void *)texts);
}

static void free_staged(void)
{
	while (n_staged) {
		struct fguard_rule *rule = &staged[--n_staged];

		free((char *)rule->path);
		free((char *)rule->suffix);
		free((char *)rule->name);
		free((void *)rule->pids);
		free((void *)rule->uids);
		free((void *)rule->gids);
		free((void *)rule->loginuids);
		free_texts(rule->exes, rule->n_exes);
		free_texts(rule->cgroups, rule->n_cgroups);
	}
}

static const char *errno_name(long result)
{
	const char *name = strerrorname_np((int)-result);

	return name ? name : "?";
}

/* put: what is staged is the whole set; gives the id of each rule: NAME=ID … */
static void put(struct fguard *guard, char **words)
{
	struct fguard_rule_info info;
	long result = fguard_set_rules(guard, staged, n_staged);

	(void)words;
	free_staged();
	if (result >= 0)
		result = fguard_list_rules(guard);
	if (result < 0) {
		printf("%s %s\n", errno_name(result), fguard_message(guard));
		return;
	}
	printf("OK");
	while (fguard_next_rule(guard, &info) > 0)
		printf(" %s=%u", info.name ? info.name : "?", info.id);
	putchar('\n');
}

/* ---- explanations ---------------------------------------------------------- */

static char letter(const struct fguard_explanation *why)
{
	switch (why->reason) {
	case FGUARD_REASON_NONE:
		return '.';
	case FGUARD_REASON_GRANT:
		return 'g';
	case FGUARD_REASON_ASK:
		return 'q';
	default:
		return why->verdict == FGUARD_VERDICT_ALLOW ? 'l' : 'd';
	}
}

static void look_one(struct fguard *guard, const struct fguard_query *query)
{
	struct fguard_explanation why;
	int err = fguard_explain(guard, query, &why, NULL, 0);

	if (err)
		printf(" %s", errno_name(err));
	else
		printf(" %c%u", letter(&why), why.rule);
}

static uint32_t pid_of(const char *name);

static void look_at(struct fguard *guard, const char *path, uint32_t ops, uint32_t pid)
{
	struct fguard_query query = { .path = path, .pid = pid };

	for (query.op = 0; query.op < 32; query.op++)
		if (ops & (1U << query.op))
			look_one(guard, &query);
}

/*
 * look path=P by=NAME ops=MASK [path=…]: what would happen, of each path by that process:
 * . no rule, g granted, l let in but told, q asked, d refused; and the rule
 */
static void look(struct fguard *guard, char **words)
{
	for (; words[0] && words[1] && words[2]; words += 3) {
		char *of[] = { words[0], words[1], words[2], NULL };

		look_at(guard, option(of, "path"), number_option(of, "ops", 0),
			pid_of(option(of, "by")));
	}
	putchar('\n');
}

/* ---- processes --------------------------------------------------------------- */

#define ACTORS_MAX 16

static struct actor {
	char name[16];
	pid_t pid;
	FILE *to, *from;
} actors[ACTORS_MAX];

static struct actor *actor_named(const char *name)
{
	for (int i = 0; i < ACTORS_MAX; i++)
		if (!strcmp(actors[i].name, name))
			return &actors[i];
	return NULL;
}

static uint32_t pid_of(const char *name)
{
	const struct actor *actor = name ? actor_named(name) : NULL;

	return actor ? (uint32_t)actor->pid : 0;
}

static _Noreturn void become(const char *program, uint32_t uid, const int *in, const int *out)
{
	dup2(in[0], 0);
	dup2(out[1], 1);
	for (int fd = 3; fd < 64; fd++)
		close(fd);
	/* Rules look at the real user; that it may do as much as root does not matter. */
	if (uid && setresuid(uid, 0, 0))
		_exit(126);
	execl(program, program, NULL);
	_exit(127);
}

static void open_actor(struct actor *actor, const char *name, pid_t pid, const int *in,
		       const int *out)
{
	close(in[0]);
	close(out[1]);
	snprintf(actor->name, sizeof(actor->name), "%s", name);
	actor->pid = pid;
	actor->to = fdopen(in[1], "w");
	actor->from = fdopen(out[0], "r");
}

static void order(const struct actor *actor, char **words)
{
	for (; *words; words++)
		fprintf(actor->to, "%s%c", *words, words[1] ? ' ' : '\n');
	fflush(actor->to);
}

/* Prints what it answers, behind @before. */
static void pass_on(const struct actor *actor, const char *before)
{
	char line[512];

	if (fgets(line, sizeof(line), actor->from))
		printf("%s%s", before, line);
	else
		printf("%sended\n", before);
}

/* start NAME program=P [uid=N]: a process that does what it is told; gives its pid, "OK" */
static void start(struct fguard *guard, char **words)
{
	struct actor *actor = actor_named("");
	int in[2], out[2];
	char before[32];
	pid_t pid;

	(void)guard;
	if (!actor || pipe(in) || pipe(out)) {
		puts("EMFILE");
		return;
	}
	/* One that could not be started reads nothing. */
	signal(SIGPIPE, SIG_IGN);
	pid = fork();
	if (!pid)
		become(option(words + 1, "program"), number_option(words + 1, "uid", 0), in, out);
	open_actor(actor, words[0], pid, in, out);
	snprintf(before, sizeof(before), "%d ", pid);
	/* Its answer says that it runs the program. */
	order(actor, (char *[]){ "stat", "/", NULL });
	pass_on(actor, before);
}

/* tell NAME ROUTE …: what it answers */
static void tell(struct fguard *guard, char **words)
{
	const struct actor *actor = words[0] ? actor_named(words[0]) : NULL;

	(void)guard;
	if (!actor) {
		puts("ESRCH");
		return;
	}
	order(actor, words + 1);
	pass_on(actor, "");
}

/* stop NAME */
static void stop(struct fguard *guard, char **words)
{
	struct actor *actor = words[0] ? actor_named(words[0]) : NULL;

	(void)guard;
	if (!actor) {
		puts("ESRCH");
		return;
	}
	fclose(actor->to);
	waitpid(actor->pid, NULL, 0);
	fclose(actor->from);
	*actor = (struct actor){ .pid = 0 };
	puts("OK");
}

/* ---- folders ----------------------------------------------------------------- */

static int remove_one(const char *path, const struct stat *about, int type, struct FTW *place)
{
	(void)about, (void)type, (void)place;
	return remove(path) ? -1 : 0;
}

#define MOUNTS_MAX 64

/* The last first. */
static void unmount_below(const char *folder)
{
	FILE *mounts = setmntent("/proc/self/mounts", "r");
	char *places[MOUNTS_MAX];
	struct mntent *entry;
	int count = 0;

	while (mounts && count < MOUNTS_MAX && (entry = getmntent(mounts)))
		if (!strncmp(entry->mnt_dir, folder, strlen(folder)))
			places[count++] = strdup(entry->mnt_dir);
	if (mounts)
		endmntent(mounts);
	while (count) {
		umount2(places[--count], MNT_DETACH);
		free(places[count]);
	}
}

/* sweep FOLDER: away with it and all below, what is mounted there first */
static void sweep(struct fguard *guard, char **words)
{
	(void)guard;
	unmount_below(words[0]);
	if (nftw(words[0], remove_one, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT))
		printf("%s\n", errno_name(-errno));
	else
		puts("OK");
}

const struct command model_commands[] = {
	{ "hold", hold },
	{ "release", release },
	{ "stage", stage },
	{ "put", put },
	{ "look", look },
	{ "start", start },
	{ "tell", tell },
	{ "stop", stop },
	{ "sweep", sweep },
	{ NULL, NULL },
};

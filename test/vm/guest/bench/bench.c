// SPDX-License-Identifier: MIT
/*
 * What a guarded system costs:
 *
 *	bench measure OPERATION PATH	nanoseconds of an operation
 *	bench granted OPERATION PATH	the same, let in by a rule about PATH
 *	bench rules N DIRECTORY		replaces all rules by N on names in DIRECTORY
 *	bench tree DIRECTORY		adds a rule about a tree that lets nobody in
 *	bench deny PATH			adds a rule that lets nobody in
 *	bench watch PATH		reads the events about PATH until it is killed
 *	bench ask PATH			adds a rule that asks about PATH
 *	bench answer			says yes to all questions until it is killed
 *	bench fanotify PATH		a fanotify daemon that says yes to who opens PATH
 *	bench few OPERATION PATH	as measure, a tenth as often
 *
 * OPERATION: open (and close), stat, renew (create and unlink), rename (and back)
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fanotify.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <fguard.h>

#define ROUNDS 5

/* How often in a round. */
static int times = 10000;

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static void check(int result, const char *path)
{
	if (result < 0 && errno != EACCES)
		err(1, "%s", path);
}

static void do_open(const char *path, const char *other)
{
	int fd = open(path, O_RDONLY);

	(void)other;
	check(fd, path);
	if (fd >= 0)
		close(fd);
}

static void do_stat(const char *path, const char *other)
{
	struct stat status;

	(void)other;
	check(stat(path, &status), path);
}

static void do_renew(const char *path, const char *other)
{
	int fd = open(other, O_WRONLY | O_CREAT | O_EXCL, 0644);

	check(fd, path);
	close(fd);
	check(unlink(other), path);
}

static void do_rename(const char *path, const char *other)
{
	check(rename(path, other), path);
	check(rename(other, path), path);
}

static const struct operation {
	const char *name;
	void (*run)(const char *path, const char *other);
} operations[] = {
	{ "open", do_open },
	{ "stat", do_stat },
	{ "renew", do_renew },
	{ "rename", do_rename },
};

static void (*operation_of(const char *name))(const char *, const char *)
{
	for (size_t i = 0; i < sizeof(operations) / sizeof(*operations); i++)
		if (!strcmp(operations[i].name, name))
			return operations[i].run;
	errx(2, "no operation %s", name);
}

/* The cheapest round: the others had an interrupt in them. */
static int measure(const char *operation, const char *path)
{
	void (*run)(const char *, const char *) = operation_of(operation);
	double best = 0;
	char *other;

	if (asprintf(&other, "%s.other", path) < 0)
		err(1, "asprintf");
	for (int round = 0; round < ROUNDS; round++) {
		double start = now(), cost;

		for (int i = 0; i < times; i++)
			run(path, other);
		cost = (now() - start) / times;
		if (!round || cost < best)
			best = cost;
	}
	printf("%.1f\n", best);
	return 0;
}

static struct fguard *connect_module(void)
{
	struct fguard *guard;

	if (fguard_open(&guard) < 0)
		errx(1, "%s", fguard_message(guard));
	return guard;
}

static int set_rules(size_t n, const char *directory)
{
	struct fguard *guard = connect_module();
	struct fguard_rule *rules = calloc(n + 1, sizeof(*rules));

	for (size_t i = 0; rules && i < n; i++) {
		char *path;

		if (asprintf(&path, "%s/file-%zu", directory, i) < 0)
			err(1, "asprintf");
		rules[i].path = path;
	}
	if (!rules || fguard_set_rules(guard, rules, n) < 0)
		errx(1, "%s", fguard_message(guard));
	return 0;
}

static int add_rule(const struct fguard_rule *rule)
{
	struct fguard *guard = connect_module();
	struct fguard_added added;

	if (fguard_add_rules(guard, rule, 1, &added) < 0)
		errx(1, "%s", fguard_message(guard));
	return 0;
}

static int deny(const char *path, uint32_t flags)
{
	return add_rule(&(struct fguard_rule){ .path = path, .flags = flags });
}

static int granted(const char *operation, const char *path)
{
	uint32_t self = (uint32_t)getpid();

	add_rule(&(struct fguard_rule){ .path = path, .n_pids = 1, .pids = &self });
	return measure(operation, path);
}

static int watch(const char *path)
{
	static char batch[FGUARD_BATCH_MAX];
	struct fguard *guard = connect_module();
	struct fguard_filter filter = { .n_paths = 1, .paths = &path };

	if (fguard_subscribe(guard, &filter) < 0)
		errx(1, "%s", fguard_message(guard));
	puts("ready");
	fflush(stdout);
	while (fguard_read_events(guard, batch, sizeof(batch), -1) > 0)
		;
	errx(1, "%s", fguard_message(guard));
}

static int ask(const char *path)
{
	return add_rule(&(struct fguard_rule){ .path = path, .otherwise = FGUARD_ELSE_ASK });
}

static void say_yes(struct fguard *guard, const char *batch, size_t size)
{
	for (size_t at = 0; at < size;) {
		const struct fguard_question_record *question = (const void *)(batch + at);

		at += question->head.length;
		if (question->head.type == FGUARD_RECORD_QUESTION &&
		    fguard_answer(guard, &(struct fguard_answer){ .id = question->id }) < 0)
			errx(1, "%s", fguard_message(guard));
	}
}

static int answer(void)
{
	static _Alignas(8) char batch[FGUARD_BATCH_MAX];
	struct fguard *questions = connect_module(), *answers = connect_module();
	ssize_t size;

	if (fguard_subscribe(questions, &(struct fguard_filter){ .answer = 1 }) < 0)
		errx(1, "%s", fguard_message(questions));
	puts("ready");
	fflush(stdout);
	while ((size = fguard_read_events(questions, batch, sizeof(batch), -1)) > 0)
		say_yes(answers, batch, (size_t)size);
	errx(1, "%s", fguard_message(questions));
}

static void permit(int group, const struct fanotify_event_metadata *event, ssize_t size)
{
	for (; FAN_EVENT_OK(event, size); event = FAN_EVENT_NEXT(event, size)) {
		struct fanotify_response response = { .fd = event->fd, .response = FAN_ALLOW };

		if (write(group, &response, sizeof(response)) < 0)
			err(1, "fanotify response");
		close(event->fd);
	}
}

static int fanotify(const char *path)
{
	static _Alignas(8) char events[4096];
	int group = fanotify_init(FAN_CLASS_CONTENT | FAN_CLOEXEC, O_RDONLY);
	ssize_t size;

	if (group < 0 || fanotify_mark(group, FAN_MARK_ADD, FAN_OPEN_PERM, AT_FDCWD, path))
		err(1, "fanotify");
	puts("ready");
	fflush(stdout);
	while ((size = read(group, events, sizeof(events))) > 0)
		permit(group, (const void *)events, size);
	err(1, "fanotify");
}

int main(int argc, char **argv)
{
	if (argc == 4 && !strcmp(argv[1], "few")) {
		times /= 10;
		return measure(argv[2], argv[3]);
	}
	if (argc == 3 && !strcmp(argv[1], "ask"))
		return ask(argv[2]);
	if (argc == 2 && !strcmp(argv[1], "answer"))
		return answer();
	if (argc == 3 && !strcmp(argv[1], "fanotify"))
		return fanotify(argv[2]);
	if (argc == 4 && !strcmp(argv[1], "measure"))
		return measure(argv[2], argv[3]);
	if (argc == 4 && !strcmp(argv[1], "granted"))
		return granted(argv[2], argv[3]);
	if (argc == 4 && !strcmp(argv[1], "rules"))
		return set_rules(strtoul(argv[2], NULL, 10), argv[3]);
	if (argc == 3 && !strcmp(argv[1], "tree"))
		return deny(argv[2], FGUARD_RULE_TREE);
	if (argc == 3 && !strcmp(argv[1], "deny"))
		return deny(argv[2], 0);
	if (argc == 3 && !strcmp(argv[1], "watch"))
		return watch(argv[2]);
	errx(2, "usage: see the top of bench.c");
}

// SPDX-License-Identifier: MIT
/*
 * What a guarded system costs:
 *
 *	bench measure OPERATION PATH	nanoseconds of an operation
 *	bench few OPERATION PATH	the same, a tenth as often
 *	bench granted OPERATION PATH	the same, let in by a rule
 *	bench refused OPERATION PATH	the same, where each try must be refused
 *	bench rules N DIRECTORY		replaces all rules by N on names in DIRECTORY
 *	bench tree DIRECTORY		adds a rule about a tree that lets nobody in
 *	bench strict DIRECTORY		the same, also about what is open or mapped
 *	bench deny OPERATION PATH	adds a rule that lets nobody in
 *	bench ask OPERATION PATH	adds a rule that asks
 *	bench watch OPERATION PATH	reads the events until it is killed
 *	bench answer			says yes to all questions until it is killed
 *	bench fanotify PATH		a fanotify daemon that says yes to who opens PATH
 *
 * OPERATION: open (and close), stat, renew (create and unlink), rename (and back), read
 * (a byte of what is open), fault (of a page that is mapped). Renew and rename need
 * PATH.other as well; there is then a rule about each.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fanotify.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <fguard.h>

#define ROUNDS 5

/* How often in a round. */
static int times = 10000;

/* Whether nothing may succeed. */
static bool refused;

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

/* What is measured must be what was meant. */
static void check(int result, const char *path)
{
	if (!refused && result < 0)
		err(1, "%s", path);
	if (refused && result >= 0)
		errx(1, "%s: not refused", path);
	if (refused && errno != EACCES)
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
	if (stat(path, &status))
		err(1, "%s", path);
}

static void do_renew(const char *path, const char *other)
{
	int fd = open(other, O_WRONLY | O_CREAT | O_EXCL, 0644);

	check(fd, other);
	if (fd >= 0)
		close(fd);
	/* what could not be made is not there to be removed */
	check(unlink(fd < 0 ? path : other), path);
}

static void do_rename(const char *path, const char *other)
{
	int moved = rename(path, other);

	check(moved, path);
	check(moved < 0 ? rename(path, other) : rename(other, path), path);
}

static int open_once(const char *path)
{
	static int fd = -1;

	if (fd < 0)
		fd = open(path, O_RDONLY);
	if (fd < 0)
		err(1, "%s", path);
	return fd;
}

static void do_read(const char *path, const char *other)
{
	char byte;

	(void)other;
	if (pread(open_once(path), &byte, 1, 0) != 1)
		err(1, "%s", path);
}

static void do_fault(const char *path, const char *other)
{
	static char *page;

	(void)other;
	if (!page)
		page = mmap(NULL, 1, PROT_READ, MAP_SHARED, open_once(path), 0);
	/* it has no page table entry then, and the page stays in the cache */
	if (page == MAP_FAILED || madvise(page, 1, MADV_DONTNEED))
		err(1, "%s", path);
	*(volatile char *)page;
}

static const struct operation {
	const char *name;
	void (*run)(const char *path, const char *other);
	/* Of those two. */
	uint32_t names;
} operations[] = {
	{ "open", do_open, 1 },
	{ "stat", do_stat, 1 },
	{ "renew", do_renew, 2 },
	{ "rename", do_rename, 2 },
	{ "read", do_read, 1 },
	{ "fault", do_fault, 1 },
};

static const struct operation *operation_of(const char *name)
{
	for (size_t i = 0; i < sizeof(operations) / sizeof(*operations); i++)
		if (!strcmp(operations[i].name, name))
			return &operations[i];
	errx(2, "no operation %s", name);
}

static const char *other_name(const char *path)
{
	char *other;

	if (asprintf(&other, "%s.other", path) < 0)
		err(1, "asprintf");
	return other;
}

/* The cheapest round: the others had an interrupt in them. */
static int measure(char **words)
{
	const struct operation *operation = operation_of(words[0]);
	const char *path = words[1], *other = other_name(path);
	double best = 0;

	for (int round = 0; round < ROUNDS; round++) {
		double start = now(), cost;

		for (int i = 0; i < times; i++)
			operation->run(path, other);
		cost = (now() - start) / times;
		if (!round || cost < best)
			best = cost;
	}
	printf("%.1f\n", best);
	return 0;
}

static int measure_few(char **words)
{
	times /= 10;
	return measure(words);
}

static int measure_refused(char **words)
{
	refused = true;
	return measure(words);
}

static struct fguard *connect_module(void)
{
	struct fguard *guard;

	if (fguard_open(&guard) < 0)
		errx(1, "%s", fguard_message(guard));
	return guard;
}

static int set_rules(char **words)
{
	size_t n = strtoul(words[0], NULL, 10);
	struct fguard *guard = connect_module();
	struct fguard_rule *rules = calloc(n + 1, sizeof(*rules));

	for (size_t i = 0; rules && i < n; i++) {
		char *path;

		if (asprintf(&path, "%s/file-%zu", words[1], i) < 0)
			err(1, "asprintf");
		rules[i].path = path;
	}
	if (!rules || fguard_set_rules(guard, rules, n) < 0)
		errx(1, "%s", fguard_message(guard));
	return 0;
}

static int add_rules(const struct fguard_rule *rules, size_t n)
{
	struct fguard *guard = connect_module();
	struct fguard_added added[2];

	if (fguard_add_rules(guard, rules, n, added) < 0)
		errx(1, "%s", fguard_message(guard));
	return 0;
}

/* The same rule about each name that an operation needs. */
static int add_each(struct fguard_rule rule, char **words)
{
	struct fguard_rule rules[] = { rule, rule };

	rules[0].path = words[1];
	rules[1].path = other_name(words[1]);
	return add_rules(rules, operation_of(words[0])->names);
}

static int measure_granted(char **words)
{
	uint32_t self = (uint32_t)getpid();

	add_each((struct fguard_rule){ .n_pids = 1, .pids = &self }, words);
	return measure(words);
}

static int add_tree_with(const char *directory, uint32_t flags)
{
	return add_rules(&(struct fguard_rule){ .path = directory, .flags = FGUARD_RULE_TREE | flags }, 1);
}

static int add_tree(char **words)
{
	return add_tree_with(words[0], 0);
}

static int add_strict(char **words)
{
	return add_tree_with(words[0], FGUARD_RULE_STRICT);
}

static int add_deny(char **words)
{
	return add_each((struct fguard_rule){ 0 }, words);
}

static int add_ask(char **words)
{
	return add_each((struct fguard_rule){ .else_action = FGUARD_ELSE_ASK }, words);
}

static int watch(char **words)
{
	static char batch[FGUARD_BATCH_MAX];
	struct fguard *guard = connect_module();
	const char *paths[] = { words[1], other_name(words[1]) };
	struct fguard_filter filter = { .n_paths = operation_of(words[0])->names, .paths = paths };

	if (fguard_subscribe(guard, &filter) < 0)
		errx(1, "%s", fguard_message(guard));
	puts("ready");
	fflush(stdout);
	while (fguard_read_events(guard, batch, sizeof(batch), -1) > 0)
		;
	errx(1, "%s", fguard_message(guard));
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

static int answer(char **words)
{
	static _Alignas(8) char batch[FGUARD_BATCH_MAX];
	struct fguard *questions = connect_module(), *answers = connect_module();
	ssize_t size;

	(void)words;
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

static int fanotify(char **words)
{
	static _Alignas(8) char events[4096];
	int group = fanotify_init(FAN_CLASS_CONTENT | FAN_CLOEXEC, O_RDONLY);
	ssize_t size;

	if (group < 0 || fanotify_mark(group, FAN_MARK_ADD, FAN_OPEN_PERM, AT_FDCWD, words[0]))
		err(1, "fanotify");
	puts("ready");
	fflush(stdout);
	while ((size = read(group, events, sizeof(events))) > 0)
		permit(group, (const void *)events, size);
	err(1, "fanotify");
}

static const struct verb {
	const char *name;
	int words;
	int (*run)(char **words);
} verbs[] = {
	{ "measure", 2, measure },
	{ "few", 2, measure_few },
	{ "granted", 2, measure_granted },
	{ "refused", 2, measure_refused },
	{ "rules", 2, set_rules },
	{ "tree", 1, add_tree },
	{ "strict", 1, add_strict },
	{ "deny", 2, add_deny },
	{ "ask", 2, add_ask },
	{ "answer", 0, answer },
	{ "watch", 2, watch },
	{ "fanotify", 1, fanotify },
};

int main(int argc, char **argv)
{
	for (size_t i = 0; i < sizeof(verbs) / sizeof(*verbs); i++)
		if (argc == verbs[i].words + 2 && !strcmp(argv[1], verbs[i].name))
			return verbs[i].run(argv + 2);
	errx(2, "usage: see the top of bench.c");
}

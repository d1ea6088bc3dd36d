// SPDX-License-Identifier: MIT
/* Questions: answered one by one or by a policy, and listed. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guard.h"

/* A number by its name in the list, which NULL ends; the first without a name. */
static uint32_t named(char **words, const char *key, const char *const *names)
{
	const char *value = option(words, key);

	for (uint32_t i = 0; value && names[i]; i++)
		if (!strcmp(value, names[i]))
			return i;
	return value ? number_option(words, key, 0) : 0;
}

/* [verdict=allow|deny] [lifetime=once|process|time|forever] [ttl=MS] */
static struct fguard_answer take_answer(char **words)
{
	static const char *const verdicts[] = { "allow", "deny", NULL };
	static const char *const lifetimes[] = { "once", "process", "time", "forever", NULL };

	return (struct fguard_answer){
		.ttl = time_option(words, "ttl"),
		.verdict = named(words, "verdict", verdicts),
		.lifetime = named(words, "lifetime", lifetimes),
	};
}

/* answer id=N ANSWER… */
static void answer(struct fguard *guard, char **words)
{
	struct fguard_answer given = take_answer(words);

	given.id = number_option(words, "id", 0);
	if (!print_failure(guard, fguard_answer(guard, &given)))
		puts("{}");
}

static void print_question(const struct fguard_question_record *question)
{
	printf("{\"type\":\"question\",\"seq\":%llu,\"time\":%llu,\"id\":%llu,\"deadline\":%llu,",
	       (unsigned long long)question->head.seq, (unsigned long long)question->head.time,
	       (unsigned long long)question->id, (unsigned long long)question->deadline);
	print_access(&question->access);
	if (question->head.script_length) {
		putchar(',');
		print_string("script", (const char *)&question->access + question->access.head.length,
			     question->head.script_length);
	}
	putchar('}');
}

/* questions: those that wait */
static void list_questions(struct fguard *guard, char **words)
{
	const struct fguard_question_record *question;
	bool first = true;

	(void)words;
	if (print_failure(guard, fguard_list_questions(guard)))
		return;
	printf("{\"questions\":[");
	for (; fguard_next_question(guard, &question) > 0; first = false) {
		if (!first)
			putchar(',');
		print_question(question);
	}
	puts("]}");
}

static void print_remembered(const struct fguard_remembered *answer)
{
	static const char *const lifetimes[] = { "once", "process", "time", "forever" };

	printf("{\"id\":%llu,\"rule\":%u,\"ops\":%u,\"verdict\":\"%s\",\"lifetime\":\"%s\",",
	       (unsigned long long)answer->id, answer->rule, answer->ops,
	       verdict_names[answer->verdict], lifetimes[answer->lifetime]);
	printf("\"pid\":%u,\"uid\":%u,\"ttl\":%llu,\"given\":%llu,", answer->pid, answer->uid,
	       (unsigned long long)answer->ttl, (unsigned long long)answer->given);
	print_string("comm", answer->comm, strlen(answer->comm));
	if (answer->exe) {
		putchar(',');
		print_string("exe", answer->exe, strlen(answer->exe));
	}
	if (answer->script) {
		putchar(',');
		print_string("script", answer->script, strlen(answer->script));
	}
	putchar('}');
}

/* answers: those that rules remember */
static void list_answers(struct fguard *guard, char **words)
{
	struct fguard_remembered answer;
	bool first = true;

	(void)words;
	if (print_failure(guard, fguard_list_answers(guard)))
		return;
	printf("{\"answers\":[");
	for (; fguard_next_answer(guard, &answer) > 0; first = false) {
		if (!first)
			putchar(',');
		print_remembered(&answer);
	}
	puts("]}");
}

/* forget id=N…; without one all */
static void forget_answers(struct fguard *guard, char **words)
{
	struct values values;
	uint64_t ids[VALUES_MAX];
	int err;

	take_values(&values, words, "id");
	for (uint32_t i = 0; i < values.count; i++)
		ids[i] = strtoull(values.strings[i], NULL, 0);
	err = values.count ? fguard_forget_answers(guard, ids, values.count) :
			     fguard_forget_all_answers(guard);
	if (!print_failure(guard, err))
		puts("{}");
}

/**
 * struct policy - how questions are answered
 * @answers: they are; else they are only printed
 * @answer: the answer
 * @path: to questions about this only, or NULL
 * @read: what the answerer reads before it answers, or NULL
 * @log: what it writes each question to before it answers, or NULL
 * @child: a child of its does both
 * @user: as whom the child does, 0: the same
 * @delay: milliseconds that it takes to think
 */
struct policy {
	bool answers;
	struct fguard_answer answer;
	const char *path;
	const char *read;
	const char *log;
	bool child;
	uid_t user;
	uint32_t delay;
};

static void read_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	printf("{\"type\":\"read\",\"errno\":\"%s\"}\n", fd < 0 ? strerrorname_np(errno) : "OK");
	if (fd >= 0)
		close(fd);
}

static void write_log(const char *path, const struct fguard_question_record *question)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

	printf("{\"type\":\"log\",\"errno\":\"%s\"}\n", fd < 0 ? strerrorname_np(errno) : "OK");
	if (fd < 0)
		return;
	if (dprintf(fd, "%llu\n", (unsigned long long)question->id) < 0)
		perror(path);
	close(fd);
}

static void use_files(const struct policy *policy, const struct fguard_question_record *question)
{
	if (policy->read)
		read_file(policy->read);
	if (policy->log)
		write_log(policy->log, question);
	fflush(stdout);
}

static void think(const struct policy *policy, const struct fguard_question_record *question)
{
	pid_t child;

	usleep(policy->delay * 1000);
	child = policy->child ? fork() : 0;
	if (!child && policy->user && setuid(policy->user))
		perror("setuid");
	if (!child)
		use_files(policy, question);
	if (!policy->child)
		return;
	if (!child)
		_exit(0);
	waitpid(child, NULL, 0);
}

static bool is_about(const struct fguard_question_record *question, const char *path)
{
	return !path || (!(question->access.cut & FGUARD_CUT_PATH) &&
			 strlen(path) == question->access.path_length &&
			 !memcmp(question + 1, path, strlen(path)));
}

static void decide(struct fguard *guard, const struct policy *policy,
		   const struct fguard_question_record *question)
{
	struct fguard_answer given = policy->answer;

	if (!policy->answers || !is_about(question, policy->path))
		return;
	think(policy, question);
	given.id = question->id;
	if (!print_failure(guard, fguard_answer(guard, &given)))
		printf("{\"type\":\"answered\",\"id\":%llu}\n", (unsigned long long)given.id);
}

static void print_closed(const struct fguard_closed_record *closed)
{
	static const char *const reasons[] = { "answered", "expired", "gone" };

	printf("{\"type\":\"closed\",\"seq\":%llu,\"id\":%llu,\"reason\":\"%s\",\"verdict\":\"%s\"}\n",
	       (unsigned long long)closed->head.seq, (unsigned long long)closed->id,
	       reasons[closed->reason], verdict_names[closed->verdict]);
}

static void take_record(struct fguard *guard, const struct policy *policy,
			const struct fguard_record *record)
{
	if (record->type == FGUARD_RECORD_QUESTION) {
		print_question((const void *)record);
		putchar('\n');
		fflush(stdout);
		decide(guard, policy, (const void *)record);
	} else if (record->type == FGUARD_RECORD_CLOSED) {
		print_closed((const void *)record);
	} else if (record->type == FGUARD_RECORD_GAP) {
		print_gap((const void *)record);
	}
	fflush(stdout);
}

static void follow(struct fguard *guard, struct fguard *stream, const struct policy *policy)
{
	static _Alignas(8) char buffer[FGUARD_BATCH_MAX];
	ssize_t size;

	while ((size = fguard_read_events(stream, buffer, sizeof(buffer), -1)) > 0)
		for (ssize_t at = 0; at < size;) {
			const struct fguard_record *record = (const void *)(buffer + at);

			take_record(guard, policy, record);
			at += record->length;
		}
	print_failure(stream, size);
}

/*
 * serve: is an answerer and prints questions and how they ended, a line each
 * serve ANSWER… [match=PATH] [delay=MS] [read=PATH] [log=PATH] [child=1]: and answers
 *	them, after a while, after reading and writing something
 */
static void serve(struct fguard *guard, char **words)
{
	const struct fguard_filter filter = { .answer = 1 };
	const struct policy policy = {
		.answers = option(words, "verdict"),
		.answer = take_answer(words),
		.path = option(words, "match"),
		.read = option(words, "read"),
		.log = option(words, "log"),
		.child = number_option(words, "child", 0),
		.user = number_option(words, "user", 0),
		.delay = number_option(words, "delay", 0),
	};
	struct fguard *stream;
	int err = fguard_open(&stream);

	if (!err)
		err = fguard_subscribe(stream, &filter);
	if (!print_failure(stream, err)) {
		puts("{\"serving\":true}");
		fflush(stdout);
		follow(guard, stream, &policy);
	}
	fguard_close(stream);
}

const struct command ask_commands[] = {
	{ "answer", answer },
	{ "answers", list_answers },
	{ "forget", forget_answers },
	{ "questions", list_questions },
	{ "serve", serve },
	{ NULL, NULL },
};

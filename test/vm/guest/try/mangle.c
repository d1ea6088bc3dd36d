// SPDX-License-Identifier: MIT
/*
 * Speaks to the module without the library:
 *	each FAMILY QUESTION          every command once, as it should be; answers
 *	                              the question, and locks
 *	one FAMILY QUESTION COMMAND   one of them
 *	on FD FAMILY QUESTION         all on a socket that was handed down, by sendto()
 *	written FD FAMILY QUESTION    likewise, by write()
 *	table              messages that are wrong, by name
 *	random SEED COUNT  messages with a few bytes changed; counts the answers
 *	open PROGRAM ARG…  runs it with a new socket as descriptor 9
 *	family             the family's number
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mangle.h"

static struct message message;

const char *name_of(int result)
{
	if (result == SILENT)
		return "SILENT";
	return result ? strerrorname_np(-result) : "OK";
}

static void put_rule(uint32_t question)
{
	(void)question;
	message_put_rule(&message, "/tmp/each");
}

static void put_key(uint32_t question)
{
	struct nlattr *nest = message_open(&message, FGUARD_A_RULE);

	(void)question;
	message_put_u32(&message, FGUARD_RULE_A_ID, 1);
	message_close(&message, nest);
}

static void put_subscription(uint32_t question)
{
	(void)question;
	message_close(&message, message_open(&message, FGUARD_A_SUBSCRIPTION));
}

static void put_subscription_to_questions(uint32_t question)
{
	struct nlattr *nest = message_open(&message, FGUARD_A_SUBSCRIPTION);

	(void)question;
	message_put_u32(&message, FGUARD_SUBSCRIPTION_A_FLAGS, FGUARD_SUBSCRIBE_ANSWER);
	message_close(&message, nest);
}

static void put_answer(uint32_t question)
{
	message_put_answer(&message, question, FGUARD_VERDICT_ALLOW);
}

/* All of them. */
static void put_remembered(uint32_t question)
{
	(void)question;
	message_put_remembered(&message, 0);
}

static void put_query(uint32_t question)
{
	(void)question;
	message_put_query(&message, "/tmp/each", FGUARD_OP_READ);
}

/* LOCK comes last: whoever may not send it must have been refused the rest. */
static const struct {
	const char *name;
	int command;
	void (*put)(uint32_t question); /* its attributes, if it has any */
} commands[] = {
	{ "GET_STATUS", FGUARD_CMD_GET_STATUS, NULL },
	{ "ADD_RULES", FGUARD_CMD_ADD_RULES, put_rule },
	{ "SET_RULES", FGUARD_CMD_SET_RULES, put_rule },
	{ "DEL_RULES", FGUARD_CMD_DEL_RULES, put_key },
	{ "GET_RULES", FGUARD_CMD_GET_RULES, NULL },
	{ "SUBSCRIBE", FGUARD_CMD_SUBSCRIBE, put_subscription },
	{ "SUBSCRIBE_ANSWER", FGUARD_CMD_SUBSCRIBE, put_subscription_to_questions },
	{ "EXPLAIN", FGUARD_CMD_EXPLAIN, put_query },
	{ "ANSWER", FGUARD_CMD_ANSWER, put_answer },
	{ "GET_QUESTIONS", FGUARD_CMD_GET_QUESTIONS, NULL },
	{ "GET_ANSWERS", FGUARD_CMD_GET_ANSWERS, NULL },
	{ "FORGET", FGUARD_CMD_FORGET, put_remembered },
	{ "LOCK", FGUARD_CMD_LOCK, NULL },
};

typedef int (*ask)(int link, const struct message *message);

/*
 * @question: an id, to be answered
 * @only: the name of a command, or NULL for all
 */
static int send_each(int link, int family, uint32_t question, const char *only, ask ask_by)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (only && strcmp(only, commands[i].name))
			continue;
		message_begin(&message, family, commands[i].command);
		if (commands[i].put)
			commands[i].put(question);
		printf("%s %s\n", commands[i].name, name_of(ask_by(link, &message)));
	}
	return 0;
}

static int send_table(int link, int family, const struct malformed *wrong)
{
	for (; wrong->name; wrong++) {
		wrong->make(&message, family);
		printf("%s %s\n", wrong->name, name_of(link_ask(link, &message)));
	}
	return 0;
}

/* xorshift: the same numbers on every machine. */
static uint32_t next_random(uint32_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

/*
 * Right in form and wrong in content, at least by its last part, so that a
 * change that leaves it well-formed does not make it right.
 */
static void make_base(uint32_t kind, int family)
{
	static const uint32_t numbers[] = { 1, 2, 3 };
	struct nlattr *nest;

	if (kind % 8 == 0) {
		message_begin(&message, family, FGUARD_CMD_EXPLAIN);
		message_put_query(&message, "nonexistent/directory/of/file", FGUARD_OP_READ);
		return;
	}
	if (kind % 8 == 1) {
		message_begin(&message, family, FGUARD_CMD_ANSWER);
		message_put_answer(&message, 4000000000U, FGUARD_VERDICT_ALLOW);
		return;
	}
	message_begin(&message, family, kind % 2 ? FGUARD_CMD_ADD_RULES : FGUARD_CMD_DEL_RULES);
	for (int i = 0; i < 3; i++) {
		nest = message_open(&message, FGUARD_A_RULE);
		message_put_string(&message, FGUARD_RULE_A_PATH, "nonexistent/directory/of/file");
		message_put_u32(&message, FGUARD_RULE_A_OPS, 0xff);
		message_put(&message, FGUARD_RULE_A_PIDS, numbers, sizeof(numbers));
		message_put_string(&message, FGUARD_RULE_A_NAME, "nonexistent");
		message_close(&message, nest);
	}
}

/* Not the head: a message to another family would test that one. */
static void change_bytes(uint32_t *state)
{
	uint32_t first = NLMSG_HDRLEN + GENL_HDRLEN, times = 1 + next_random(state) % 3;

	while (times--) {
		uint32_t at = first + next_random(state) % (message.head.nlmsg_len - first);

		message.bytes[at] = (unsigned char)next_random(state);
	}
	if (next_random(state) % 8 == 0)
		message.head.nlmsg_len -= next_random(state) % (message.head.nlmsg_len - first);
}

static int send_random(int link, int family, uint32_t seed, uint32_t count)
{
	unsigned long answers[256] = { 0 }, silent = 0;

	for (uint32_t i = 0; i < count; i++) {
		int result;

		make_base(next_random(&seed), family);
		change_bytes(&seed);
		result = link_ask(link, &message);
		if (result == SILENT)
			silent++;
		else
			answers[-result & 0xff]++;
	}
	for (int i = 0; i < 256; i++)
		if (answers[i])
			printf("%s %lu\n", name_of(-i), answers[i]);
	if (silent)
		printf("SILENT %lu\n", silent);
	return 0;
}

static int run_with_link(char **arguments)
{
	dup2(link_open(), 9);
	execvp(arguments[0], arguments);
	perror(arguments[0]);
	return 1;
}

static int send_commands(int argc, char **argv)
{
	bool one = !strcmp(argv[1], "one"), written = !strcmp(argv[1], "written");
	bool handed = written || !strcmp(argv[1], "on");
	char **rest = argv + (handed ? 3 : 2);

	if (argc != (handed || one ? 5 : 4))
		return 1;
	return send_each(handed ? atoi(argv[2]) : link_open(), atoi(rest[0]),
			 (uint32_t)atoi(rest[1]), one ? argv[4] : NULL,
			 written ? link_ask_written : link_ask);
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	int link, family;

	if (!strcmp(what, "each") || !strcmp(what, "one") || !strcmp(what, "on") ||
	    !strcmp(what, "written"))
		return send_commands(argc, argv);
	if (!strcmp(what, "open") && argc > 2)
		return run_with_link(argv + 2);
	link = link_open();
	family = link_family(link);
	if (family < 0) {
		printf("family %s\n", name_of(family));
		return 1;
	}
	if (!strcmp(what, "family"))
		return printf("%d\n", family) < 0;
	if (!strcmp(what, "table"))
		return send_table(link, family, malformed_messages) ||
		       send_table(link, family, malformed_questions);
	if (!strcmp(what, "random") && argc == 4)
		return send_random(link, family, (uint32_t)atoi(argv[2]), (uint32_t)atoi(argv[3]));
	return 1;
}

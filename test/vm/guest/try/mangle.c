// SPDX-License-Identifier: MIT
/*
 * Speaks to the module without the library:
 *	each [FAMILY]      every command once, as it should be
 *	on FD FAMILY       the same on a socket that was handed down, by sendto()
 *	written FD FAMILY  likewise, by write()
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

static void make_command(int family, int command)
{
	struct nlattr *nest;

	message_begin(&message, family, command);
	switch (command) {
	case FGUARD_CMD_ADD_RULES:
	case FGUARD_CMD_SET_RULES:
		message_put_rule(&message, "/tmp/each");
		break;
	case FGUARD_CMD_DEL_RULES:
		nest = message_open(&message, FGUARD_A_RULE);
		message_put_u32(&message, FGUARD_RULE_A_ID, 1);
		message_close(&message, nest);
		break;
	case FGUARD_CMD_SUBSCRIBE:
		message_close(&message, message_open(&message, FGUARD_A_SUBSCRIPTION));
		break;
	}
}

typedef int (*ask)(int link, const struct message *message);

static int send_each(int link, int family, ask ask_by)
{
	static const char *const names[] = { NULL,	  "GET_STATUS", "ADD_RULES", "SET_RULES",
					     "DEL_RULES", "GET_RULES",	"SUBSCRIBE" };

	for (int command = FGUARD_CMD_GET_STATUS; command <= FGUARD_CMD_SUBSCRIBE; command++) {
		make_command(family, command);
		printf("%s %s\n", names[command], name_of(ask_by(link, &message)));
	}
	return 0;
}

static int send_table(int link, int family)
{
	for (const struct malformed *wrong = malformed_messages; wrong->name; wrong++) {
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

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	bool written = !strcmp(what, "written") && argc == 4;
	bool handed = written || (!strcmp(what, "on") && argc == 4);
	int link = handed ? atoi(argv[2]) : link_open();
	int family = handed ? atoi(argv[3]) : link_family(link);

	if (!strcmp(what, "open") && argc > 2)
		return run_with_link(argv + 2);
	if (!strcmp(what, "each") && argc == 3)
		family = atoi(argv[2]);
	if (family < 0) {
		printf("family %s\n", name_of(family));
		return 1;
	}
	if (!strcmp(what, "family"))
		return printf("%d\n", family) < 0;
	if (!strcmp(what, "table"))
		return send_table(link, family);
	if (!strcmp(what, "random") && argc == 4)
		return send_random(link, family, (uint32_t)atoi(argv[2]), (uint32_t)atoi(argv[3]));
	return send_each(link, family, written ? link_ask_written : link_ask);
}

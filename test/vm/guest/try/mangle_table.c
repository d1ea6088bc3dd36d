// SPDX-License-Identifier: MIT
/* What is wrong with each is its name. */
#include <string.h>

#include "mangle.h"

/* Messages that stand for "one right rule, and then this one". */
static void begin_rules(struct message *message, int family, int command)
{
	message_begin(message, family, command);
	message_put_rule(message, "/tmp/right");
}

static void put_rule_with(struct message *message, int type, const void *data, size_t size)
{
	struct nlattr *nest = message_open(message, FGUARD_A_RULE);

	message_put_string(message, FGUARD_RULE_A_PATH, "/tmp/wrong");
	message_put(message, type, data, size);
	message_close(message, nest);
}

#define MAKE_NUMBER(name, type, number, number_type)                      \
	MAKE(name)                                                        \
	{                                                                 \
		number_type value = number;                               \
                                                                          \
		begin_rules(message, family, FGUARD_CMD_ADD_RULES);       \
		put_rule_with(message, type, &value, sizeof(value));      \
	}

#define MAKE_U32(name, type, number) MAKE_NUMBER(name, type, number, uint32_t)
#define MAKE_U64(name, type, number) MAKE_NUMBER(name, type, number, uint64_t)

#define MAKE_PATH(name, path)                                             \
	MAKE(name)                                                        \
	{                                                                 \
		begin_rules(message, family, FGUARD_CMD_ADD_RULES);       \
		message_put_rule(message, path);                          \
	}

MAKE_U32(ops_unknown, FGUARD_RULE_A_OPS, 1U << 31)
MAKE_U32(ops_none, FGUARD_RULE_A_OPS, 0)
MAKE_U32(errno_other, FGUARD_RULE_A_ERRNO, 5)
MAKE_U32(id_in_new_rule, FGUARD_RULE_A_ID, 1)
MAKE_U32(pid_unknown, FGUARD_RULE_A_PIDS, 4000000)
MAKE_U32(attribute_unknown, 200, 1)
MAKE_U32(attribute_of_kernel, FGUARD_RULE_A_FLAGS, 1)
MAKE_U32(name_number, FGUARD_RULE_A_NAME, 0x41414141)
MAKE_U64(ttl_zero, FGUARD_RULE_A_TTL, 0)
MAKE_U64(ttl_beyond, FGUARD_RULE_A_TTL, FGUARD_TTL_MAX + 1)
/* In nanoseconds, and 64 bits, less than a millisecond. */
MAKE_U64(ttl_wraps, FGUARD_RULE_A_TTL, 18446744073710)
MAKE_U32(ttl_short, FGUARD_RULE_A_TTL, 1)
MAKE_PATH(path_relative, "tmp/wrong")
MAKE_PATH(path_empty, "")
MAKE_PATH(path_root, "/")
MAKE_PATH(path_dots, "/tmp/..")
MAKE_PATH(path_slash, "/tmp/wrong/")
MAKE_PATH(path_no_directory, "/tmp/nowhere/wrong")
MAKE_PATH(path_through_file, "/etc/passwd/wrong")
MAKE_PATH(path_twice, "/tmp/right")

MAKE(else_unknown)
{
	uint8_t value = 7;

	begin_rules(message, family, FGUARD_CMD_ADD_RULES);
	put_rule_with(message, FGUARD_RULE_A_ELSE, &value, sizeof(value));
}

MAKE(else_wide)
{
	uint32_t value = 1;

	begin_rules(message, family, FGUARD_CMD_ADD_RULES);
	put_rule_with(message, FGUARD_RULE_A_ELSE, &value, sizeof(value));
}

MAKE(ops_short)
{
	uint16_t value = 1;

	begin_rules(message, family, FGUARD_CMD_ADD_RULES);
	put_rule_with(message, FGUARD_RULE_A_OPS, &value, sizeof(value));
}

MAKE(pids_broken)
{
	begin_rules(message, family, FGUARD_CMD_ADD_RULES);
	put_rule_with(message, FGUARD_RULE_A_PIDS, "12345", 5);
}

MAKE(pids_too_many)
{
	static uint32_t pids[FGUARD_SUBJECTS_MAX + 1];

	for (size_t i = 0; i <= FGUARD_SUBJECTS_MAX; i++)
		pids[i] = 1;
	begin_rules(message, family, FGUARD_CMD_ADD_RULES);
	put_rule_with(message, FGUARD_RULE_A_PIDS, pids, sizeof(pids));
}

MAKE(name_empty)
{
	begin_rules(message, family, FGUARD_CMD_ADD_RULES);
	put_rule_with(message, FGUARD_RULE_A_NAME, "", 1);
}

MAKE(name_long)
{
	char name[FGUARD_NAME_MAX + 2];

	memset(name, 'n', sizeof(name));
	name[sizeof(name) - 1] = 0;
	begin_rules(message, family, FGUARD_CMD_ADD_RULES);
	put_rule_with(message, FGUARD_RULE_A_NAME, name, sizeof(name));
}

MAKE(path_unended)
{
	struct nlattr *nest;

	begin_rules(message, family, FGUARD_CMD_ADD_RULES);
	nest = message_open(message, FGUARD_A_RULE);
	message_put(message, FGUARD_RULE_A_PATH, "/tmp/wrong", 10);
	message_close(message, nest);
}

MAKE(path_long)
{
	static char path[5000];

	memset(path, 'a', sizeof(path) - 1);
	path[0] = '/';
	begin_rules(message, family, FGUARD_CMD_ADD_RULES);
	message_put_rule(message, path);
}

MAKE(path_name_long)
{
	char path[400] = "/tmp/";

	memset(path + 5, 'a', 300);
	begin_rules(message, family, FGUARD_CMD_ADD_RULES);
	message_put_rule(message, path);
}

MAKE(path_missing)
{
	begin_rules(message, family, FGUARD_CMD_ADD_RULES);
	message_close(message, message_open(message, FGUARD_A_RULE));
}

MAKE(rule_not_nested)
{
	begin_rules(message, family, FGUARD_CMD_ADD_RULES);
	message_put_u32(message, FGUARD_A_RULE, 1);
}

MAKE(no_rule)
{
	message_begin(message, family, FGUARD_CMD_ADD_RULES);
}

MAKE(nest_beyond_end)
{
	struct nlattr *nest;

	begin_rules(message, family, FGUARD_CMD_ADD_RULES);
	nest = message_open(message, FGUARD_A_RULE);
	message_put_string(message, FGUARD_RULE_A_PATH, "/tmp/wrong");
	nest->nla_len = 4000;
}

MAKE(attribute_beyond_nest)
{
	struct nlattr *nest, *path;

	begin_rules(message, family, FGUARD_CMD_ADD_RULES);
	nest = message_open(message, FGUARD_A_RULE);
	path = message_put_string(message, FGUARD_RULE_A_PATH, "/tmp/wrong");
	message_close(message, nest);
	path->nla_len = 200;
}

MAKE(attribute_without_length)
{
	struct nlattr *nest;

	begin_rules(message, family, FGUARD_CMD_ADD_RULES);
	nest = message_open(message, FGUARD_A_RULE);
	message_put_string(message, FGUARD_RULE_A_PATH, "/tmp/wrong")->nla_len = 0;
	message_close(message, nest);
}

MAKE(trailing_bytes)
{
	begin_rules(message, family, FGUARD_CMD_ADD_RULES);
	memset(message->bytes + message->head.nlmsg_len, 0, 2);
	message->head.nlmsg_len += 2;
}

MAKE(top_attribute_unknown)
{
	begin_rules(message, family, FGUARD_CMD_ADD_RULES);
	message_put_u32(message, 77, 1);
}

MAKE(too_many_rules)
{
	message_begin(message, family, FGUARD_CMD_ADD_RULES);
	for (int i = 0; i <= FGUARD_RULES_PER_ADD; i++)
		message_put_rule(message, "/tmp/right");
}

MAKE(set_with_wrong_rule)
{
	begin_rules(message, family, FGUARD_CMD_SET_RULES);
	message_put_rule(message, "tmp/wrong");
}

MAKE(set_without_directory)
{
	begin_rules(message, family, FGUARD_CMD_SET_RULES);
	message_put_rule(message, "/tmp/nowhere/wrong");
}

MAKE(set_with_twins)
{
	begin_rules(message, family, FGUARD_CMD_SET_RULES);
	message_put_rule(message, "/tmp/right");
}

MAKE(delete_nothing)
{
	message_begin(message, family, FGUARD_CMD_DEL_RULES);
}

MAKE(delete_by_nothing)
{
	message_begin(message, family, FGUARD_CMD_DEL_RULES);
	message_close(message, message_open(message, FGUARD_A_RULE));
}

static void put_key(struct message *message, uint32_t id, const char *path)
{
	struct nlattr *nest = message_open(message, FGUARD_A_RULE);

	message_put_u32(message, FGUARD_RULE_A_ID, id);
	if (path)
		message_put_string(message, FGUARD_RULE_A_PATH, path);
	message_close(message, nest);
}

MAKE(delete_by_two)
{
	message_begin(message, family, FGUARD_CMD_DEL_RULES);
	put_key(message, 1, "/tmp/right");
}

MAKE(delete_id_zero)
{
	message_begin(message, family, FGUARD_CMD_DEL_RULES);
	put_key(message, 0, NULL);
}

MAKE(delete_unknown)
{
	message_begin(message, family, FGUARD_CMD_DEL_RULES);
	put_key(message, 4000000000U, NULL);
}

MAKE(subscribe_to_nothing)
{
	message_begin(message, family, FGUARD_CMD_SUBSCRIBE);
}

static void subscribe_with(struct message *message, int family, int type, const void *data,
			   size_t size)
{
	struct nlattr *nest;

	message_begin(message, family, FGUARD_CMD_SUBSCRIBE);
	nest = message_open(message, FGUARD_A_SUBSCRIPTION);
	message_put(message, type, data, size);
	message_close(message, nest);
}

#define SUBSCRIBE(name, type, text) \
	MAKE(name) { subscribe_with(message, family, type, text, sizeof(text)); }

SUBSCRIBE(subscribe_path_relative, FGUARD_SUBSCRIPTION_A_PATH, "tmp")
SUBSCRIBE(subscribe_tree_missing, FGUARD_SUBSCRIPTION_A_TREE, "/tmp/nowhere")
SUBSCRIBE(subscribe_tree_of_file, FGUARD_SUBSCRIPTION_A_TREE, "/etc/passwd")
SUBSCRIBE(subscribe_exe_missing, FGUARD_SUBSCRIPTION_A_EXE, "/tmp/nowhere")
SUBSCRIBE(subscribe_suffix_empty, FGUARD_SUBSCRIPTION_A_SUFFIX, "")
SUBSCRIBE(subscribe_pid_unknown, FGUARD_SUBSCRIPTION_A_PID, "\x01\x02\x03")
SUBSCRIBE(subscribe_pid_short, FGUARD_SUBSCRIPTION_A_PID, "1")
SUBSCRIBE(subscribe_flags_unknown, FGUARD_SUBSCRIPTION_A_FLAGS, "\x80\x00\x00")
SUBSCRIBE(subscribe_ops_unknown, FGUARD_SUBSCRIPTION_A_OPS, "\x01\x80\x00")
SUBSCRIBE(subscribe_verdicts_unknown, FGUARD_SUBSCRIPTION_A_VERDICTS, "\x04\x00\x00")
SUBSCRIBE(subscribe_attribute_unknown, 99, "\x04\x00\x00")

MAKE(subscribe_too_much)
{
	struct nlattr *nest;

	message_begin(message, family, FGUARD_CMD_SUBSCRIBE);
	nest = message_open(message, FGUARD_A_SUBSCRIPTION);
	for (int i = 0; i <= FGUARD_FILTERS_MAX; i++)
		message_put_string(message, FGUARD_SUBSCRIPTION_A_SUFFIX, ".x");
	message_close(message, nest);
}

MAKE(command_zero)
{
	message_begin(message, family, FGUARD_CMD_UNSPEC);
}

MAKE(command_of_kernel)
{
	message_begin(message, family, FGUARD_CMD_EVENTS);
}

MAKE(command_unknown)
{
	message_begin(message, family, 200);
}

MAKE(list_without_dump)
{
	message_begin(message, family, FGUARD_CMD_GET_RULES);
	message->head.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
}

MAKE(status_as_dump)
{
	message_begin(message, family, FGUARD_CMD_GET_STATUS);
	message->head.nlmsg_flags |= NLM_F_DUMP;
}

MAKE(header_too_short)
{
	message_begin(message, family, FGUARD_CMD_SET_RULES);
	message->head.nlmsg_len = NLMSG_HDRLEN + 1;
}

const struct malformed malformed_messages[] = {
	ROW(ops_unknown), ROW(ops_none), ROW(ops_short), ROW(errno_other),
	ROW(else_unknown), ROW(else_wide), ROW(id_in_new_rule), ROW(pid_unknown),
	ROW(pids_broken), ROW(pids_too_many), ROW(attribute_unknown),
	ROW(attribute_of_kernel), ROW(name_number), ROW(name_empty), ROW(name_long),
	ROW(ttl_zero), ROW(ttl_beyond), ROW(ttl_wraps), ROW(ttl_short),
	ROW(path_relative), ROW(path_empty), ROW(path_root), ROW(path_dots),
	ROW(path_slash), ROW(path_no_directory), ROW(path_through_file),
	ROW(path_twice), ROW(path_unended), ROW(path_long), ROW(path_name_long),
	ROW(path_missing), ROW(rule_not_nested), ROW(no_rule), ROW(nest_beyond_end),
	ROW(attribute_beyond_nest), ROW(attribute_without_length),
	ROW(trailing_bytes), ROW(top_attribute_unknown), ROW(too_many_rules),
	ROW(set_with_wrong_rule), ROW(set_without_directory), ROW(set_with_twins),
	ROW(delete_nothing), ROW(delete_by_nothing), ROW(delete_by_two),
	ROW(delete_id_zero), ROW(delete_unknown), ROW(subscribe_to_nothing),
	ROW(subscribe_path_relative), ROW(subscribe_tree_missing),
	ROW(subscribe_tree_of_file), ROW(subscribe_exe_missing),
	ROW(subscribe_suffix_empty), ROW(subscribe_pid_unknown),
	ROW(subscribe_pid_short), ROW(subscribe_flags_unknown),
	ROW(subscribe_ops_unknown), ROW(subscribe_verdicts_unknown),
	ROW(subscribe_attribute_unknown), ROW(subscribe_too_much),
	ROW(command_zero), ROW(command_of_kernel), ROW(command_unknown),
	ROW(list_without_dump), ROW(status_as_dump), ROW(header_too_short),
	{ NULL, NULL },
};

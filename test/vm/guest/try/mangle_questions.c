// SPDX-License-Identifier: MIT
/* Explaining, answering and locking; what is wrong with each is its name. */
#include "mangle.h"

/* ---- explaining ---------------------------------------------------------- */

#define PATH "/tmp/right"

/* A query; an attribute that is NULL is left out. */
static void explain_with(struct message *message, int family, const char *path,
			 const uint8_t *op, const uint32_t *pid)
{
	struct nlattr *nest;

	message_begin(message, family, FGUARD_CMD_EXPLAIN);
	nest = message_open(message, FGUARD_A_EXPLAIN);
	if (path)
		message_put_string(message, FGUARD_EXPLAIN_A_PATH, path);
	if (op)
		message_put(message, FGUARD_EXPLAIN_A_OP, op, sizeof(*op));
	if (pid)
		message_put_u32(message, FGUARD_EXPLAIN_A_PID, *pid);
	message_close(message, nest);
}

#define BYTE(number) (&(const uint8_t){ number })
#define WORD(number) (&(const uint32_t){ number })
#define LONG(number) (&(const uint64_t){ number })

#define EXPLAIN(name, ...) \
	MAKE(name) { explain_with(message, family, __VA_ARGS__); }

EXPLAIN(explain_without_path, NULL, BYTE(FGUARD_OP_READ), NULL)
EXPLAIN(explain_without_op, PATH, NULL, NULL)
EXPLAIN(explain_op_unknown, PATH, BYTE(__FGUARD_OP_MAX), NULL)
EXPLAIN(explain_path_relative, "tmp/right", BYTE(FGUARD_OP_READ), NULL)
EXPLAIN(explain_path_empty, "", BYTE(FGUARD_OP_READ), NULL)
EXPLAIN(explain_path_root, "/", BYTE(FGUARD_OP_READ), NULL)
EXPLAIN(explain_path_no_directory, "/tmp/nowhere/x", BYTE(FGUARD_OP_READ), NULL)
EXPLAIN(explain_pid_zero, PATH, BYTE(FGUARD_OP_READ), WORD(0))
EXPLAIN(explain_pid_unknown, PATH, BYTE(FGUARD_OP_READ), WORD(4000000))

MAKE(explain_nothing)
{
	message_begin(message, family, FGUARD_CMD_EXPLAIN);
}

MAKE(explain_not_nested)
{
	message_begin(message, family, FGUARD_CMD_EXPLAIN);
	message_put_u32(message, FGUARD_A_EXPLAIN, 1);
}

/* What only the kernel says. */
MAKE(explain_verdict_given)
{
	struct nlattr *nest;

	message_begin(message, family, FGUARD_CMD_EXPLAIN);
	nest = message_open(message, FGUARD_A_EXPLAIN);
	message_put_string(message, FGUARD_EXPLAIN_A_PATH, PATH);
	message_put(message, FGUARD_EXPLAIN_A_OP, BYTE(FGUARD_OP_READ), 1);
	message_put(message, FGUARD_EXPLAIN_A_VERDICT, BYTE(FGUARD_VERDICT_ALLOW), 1);
	message_close(message, nest);
}

/* ---- answering ----------------------------------------------------------- */

/* An answer; an attribute that is NULL is left out. */
static void answer_with(struct message *message, int family, const uint64_t *id,
			const uint8_t *verdict, const uint8_t *lifetime, const uint64_t *ttl)
{
	struct nlattr *nest;

	message_begin(message, family, FGUARD_CMD_ANSWER);
	nest = message_open(message, FGUARD_A_ANSWER);
	if (id)
		message_put(message, FGUARD_ANSWER_A_ID, id, sizeof(*id));
	if (verdict)
		message_put(message, FGUARD_ANSWER_A_VERDICT, verdict, sizeof(*verdict));
	if (lifetime)
		message_put(message, FGUARD_ANSWER_A_LIFETIME, lifetime, sizeof(*lifetime));
	if (ttl)
		message_put(message, FGUARD_ANSWER_A_TTL, ttl, sizeof(*ttl));
	message_close(message, nest);
}

/* No question has it. */
#define QUESTION LONG(4000000000U)
#define YES BYTE(FGUARD_VERDICT_ALLOW)

#define ANSWER(name, ...) \
	MAKE(name) { answer_with(message, family, __VA_ARGS__); }

ANSWER(answer_without_id, NULL, YES, NULL, NULL)
ANSWER(answer_without_verdict, QUESTION, NULL, NULL, NULL)
ANSWER(answer_id_zero, LONG(0), YES, NULL, NULL)
ANSWER(answer_id_unknown, QUESTION, YES, NULL, NULL)
ANSWER(answer_verdict_unknown, QUESTION, BYTE(__FGUARD_VERDICT_MAX), NULL, NULL)
ANSWER(answer_lifetime_unknown, QUESTION, YES, BYTE(__FGUARD_LIFETIME_MAX), NULL)
ANSWER(answer_time_without_length, QUESTION, YES, BYTE(FGUARD_LIFETIME_TIME), NULL)
ANSWER(answer_length_without_time, QUESTION, YES, BYTE(FGUARD_LIFETIME_ONCE), LONG(1))
ANSWER(answer_length_zero, QUESTION, YES, BYTE(FGUARD_LIFETIME_TIME), LONG(0))
ANSWER(answer_length_beyond, QUESTION, YES, BYTE(FGUARD_LIFETIME_TIME),
       LONG(FGUARD_TTL_MAX + 1))
ANSWER(answer_length_wraps, QUESTION, YES, BYTE(FGUARD_LIFETIME_TIME), LONG(18446744073710))

MAKE(answer_nothing)
{
	message_begin(message, family, FGUARD_CMD_ANSWER);
}

MAKE(answer_not_nested)
{
	message_begin(message, family, FGUARD_CMD_ANSWER);
	message_put_u32(message, FGUARD_A_ANSWER, 1);
}

MAKE(answer_id_short)
{
	struct nlattr *nest;

	message_begin(message, family, FGUARD_CMD_ANSWER);
	nest = message_open(message, FGUARD_A_ANSWER);
	message_put_u32(message, FGUARD_ANSWER_A_ID, 1);
	message_put(message, FGUARD_ANSWER_A_VERDICT, YES, 1);
	message_close(message, nest);
}

MAKE(answer_attribute_unknown)
{
	struct nlattr *nest;

	message_begin(message, family, FGUARD_CMD_ANSWER);
	nest = message_open(message, FGUARD_A_ANSWER);
	message_put(message, FGUARD_ANSWER_A_ID, QUESTION, sizeof(*QUESTION));
	message_put(message, FGUARD_ANSWER_A_VERDICT, YES, 1);
	message_put_u32(message, 99, 1);
	message_close(message, nest);
}

MAKE(questions_without_dump)
{
	message_begin(message, family, FGUARD_CMD_GET_QUESTIONS);
	message->head.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
}

/* ---- forgetting ---------------------------------------------------------- */

MAKE(forget_nothing)
{
	message_begin(message, family, FGUARD_CMD_FORGET);
}

MAKE(forget_not_nested)
{
	message_begin(message, family, FGUARD_CMD_FORGET);
	message_put_u32(message, FGUARD_A_REMEMBERED, 1);
}

MAKE(forget_without_id)
{
	message_begin(message, family, FGUARD_CMD_FORGET);
	message_close(message, message_open(message, FGUARD_A_REMEMBERED));
}

MAKE(forget_id_short)
{
	struct nlattr *nest;

	message_begin(message, family, FGUARD_CMD_FORGET);
	nest = message_open(message, FGUARD_A_REMEMBERED);
	message_put_u32(message, FGUARD_REMEMBERED_A_ID, 1);
	message_close(message, nest);
}

/* What only the kernel says. */
MAKE(forget_rule_given)
{
	struct nlattr *nest;

	message_begin(message, family, FGUARD_CMD_FORGET);
	nest = message_open(message, FGUARD_A_REMEMBERED);
	message_put(message, FGUARD_REMEMBERED_A_ID, LONG(1), sizeof(uint64_t));
	message_put_u32(message, FGUARD_REMEMBERED_A_RULE, 1);
	message_close(message, nest);
}

MAKE(forget_id_unknown)
{
	message_begin(message, family, FGUARD_CMD_FORGET);
	message_put_remembered(message, 4000000000U);
}

MAKE(forget_all_and_one)
{
	message_begin(message, family, FGUARD_CMD_FORGET);
	message_put_remembered(message, 4000000000U);
	message_put_remembered(message, 0);
}

MAKE(forget_a_rule)
{
	message_begin(message, family, FGUARD_CMD_FORGET);
	message_put_rule(message, PATH);
}

MAKE(answers_without_dump)
{
	message_begin(message, family, FGUARD_CMD_GET_ANSWERS);
	message->head.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
}

/* ---- rules that end with their socket -------------------------------------- */

static void put_ending(struct message *message, const char *path)
{
	struct nlattr *nest = message_open(message, FGUARD_A_RULE);

	message_put_string(message, FGUARD_RULE_A_PATH, path);
	message_put_u32(message, FGUARD_RULE_A_FLAGS, FGUARD_RULE_UNTIL_CLOSED);
	message_close(message, nest);
}

MAKE(ending_not_alone)
{
	message_begin(message, family, FGUARD_CMD_ADD_RULES);
	put_ending(message, PATH);
	message_put_rule(message, "/tmp/wrong");
}

MAKE(ending_in_a_set)
{
	message_begin(message, family, FGUARD_CMD_SET_RULES);
	put_ending(message, PATH);
}

/* ---- locking: nothing that could be taken for a LOCK ----------------------- */

MAKE(lock_as_dump)
{
	message_begin(message, family, FGUARD_CMD_LOCK);
	message->head.nlmsg_flags |= NLM_F_DUMP;
}

MAKE(lock_attribute_unknown)
{
	message_begin(message, family, FGUARD_CMD_LOCK);
	message_put_u32(message, 77, 1);
}

const struct malformed malformed_questions[] = {
	ROW(explain_nothing), ROW(explain_without_path), ROW(explain_without_op),
	ROW(explain_op_unknown), ROW(explain_path_relative), ROW(explain_path_empty),
	ROW(explain_path_root), ROW(explain_path_no_directory), ROW(explain_pid_zero),
	ROW(explain_pid_unknown), ROW(explain_not_nested), ROW(explain_verdict_given),
	ROW(answer_nothing), ROW(answer_without_id), ROW(answer_without_verdict),
	ROW(answer_id_zero), ROW(answer_id_short), ROW(answer_id_unknown),
	ROW(answer_verdict_unknown), ROW(answer_lifetime_unknown),
	ROW(answer_time_without_length), ROW(answer_length_without_time),
	ROW(answer_length_zero), ROW(answer_length_beyond), ROW(answer_length_wraps),
	ROW(answer_not_nested), ROW(answer_attribute_unknown),
	ROW(forget_nothing), ROW(forget_not_nested), ROW(forget_without_id),
	ROW(forget_id_short), ROW(forget_rule_given), ROW(forget_id_unknown),
	ROW(forget_all_and_one), ROW(forget_a_rule), ROW(answers_without_dump),
	ROW(ending_not_alone), ROW(ending_in_a_set),
	ROW(questions_without_dump), ROW(lock_as_dump), ROW(lock_attribute_unknown),
	{ NULL, NULL },
};

// SPDX-License-Identifier: MIT
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "mangle.h"

static int sequence;

static bool is_dump(int command)
{
	return command == FGUARD_CMD_GET_RULES || command == FGUARD_CMD_GET_QUESTIONS ||
	       command == FGUARD_CMD_GET_ANSWERS;
}

void message_begin(struct message *message, int family, int command)
{
	struct genlmsghdr *generic = NLMSG_DATA(&message->head);

	memset(message->bytes, 0, NLMSG_HDRLEN + GENL_HDRLEN);
	message->head.nlmsg_len = NLMSG_HDRLEN + GENL_HDRLEN;
	message->head.nlmsg_type = (uint16_t)family;
	message->head.nlmsg_flags = NLM_F_REQUEST | (is_dump(command) ? NLM_F_DUMP : NLM_F_ACK);
	message->head.nlmsg_seq = (uint32_t)++sequence;
	generic->cmd = (uint8_t)command;
	generic->version = FGUARD_GENL_VERSION;
}

struct nlattr *message_put(struct message *message, int type, const void *data, size_t size)
{
	struct nlattr *attr = (void *)(message->bytes + message->head.nlmsg_len);

	memset(attr, 0, NLA_HDRLEN + NLA_ALIGN(size));
	attr->nla_type = (uint16_t)type;
	attr->nla_len = (uint16_t)(NLA_HDRLEN + size);
	if (size)
		memcpy((char *)attr + NLA_HDRLEN, data, size);
	message->head.nlmsg_len += (uint32_t)(NLA_HDRLEN + NLA_ALIGN(size));
	return attr;
}

struct nlattr *message_put_u32(struct message *message, int type, uint32_t value)
{
	return message_put(message, type, &value, sizeof(value));
}

struct nlattr *message_put_string(struct message *message, int type, const char *text)
{
	return message_put(message, type, text, strlen(text) + 1);
}

struct nlattr *message_open(struct message *message, int type)
{
	return message_put(message, type | NLA_F_NESTED, NULL, 0);
}

void message_close(struct message *message, struct nlattr *nest)
{
	nest->nla_len = (uint16_t)(message->bytes + message->head.nlmsg_len - (unsigned char *)nest);
}

void message_put_rule(struct message *message, const char *path)
{
	struct nlattr *nest = message_open(message, FGUARD_A_RULE);

	message_put_string(message, FGUARD_RULE_A_PATH, path);
	message_close(message, nest);
}

void message_put_answer(struct message *message, uint64_t question, uint8_t verdict)
{
	struct nlattr *nest = message_open(message, FGUARD_A_ANSWER);

	message_put(message, FGUARD_ANSWER_A_ID, &question, sizeof(question));
	message_put(message, FGUARD_ANSWER_A_VERDICT, &verdict, sizeof(verdict));
	message_close(message, nest);
}

void message_put_remembered(struct message *message, uint64_t id)
{
	struct nlattr *nest = message_open(message, FGUARD_A_REMEMBERED);

	message_put(message, FGUARD_REMEMBERED_A_ID, &id, sizeof(id));
	message_close(message, nest);
}

void message_put_query(struct message *message, const char *path, uint8_t op)
{
	struct nlattr *nest = message_open(message, FGUARD_A_EXPLAIN);

	message_put_string(message, FGUARD_EXPLAIN_A_PATH, path);
	message_put(message, FGUARD_EXPLAIN_A_OP, &op, sizeof(op));
	message_close(message, nest);
}

int link_open(void)
{
	struct sockaddr_nl here = { .nl_family = AF_NETLINK };
	int link = socket(AF_NETLINK, SOCK_RAW, NETLINK_GENERIC);

	if (link < 0 || bind(link, (void *)&here, sizeof(here)))
		return -errno;
	return link;
}

/* The kernel has answered before send() returns; a dump goes on while it is read. */
static int read_answers(int link, unsigned char *answer, size_t size)
{
	ssize_t got, last = 0;
	int result = SILENT;

	while ((got = recv(link, answer, size, MSG_DONTWAIT)) > 0) {
		const struct nlmsghdr *head = (const void *)answer;

		if (head->nlmsg_type == NLMSG_ERROR)
			result = *(const int *)NLMSG_DATA(head);
		else if (result == SILENT && head->nlmsg_seq)
			result = 0;
		last = got;
	}
	return got < 0 && errno != EAGAIN && !last ? -errno : result;
}

static int transact(int link, const struct message *message, unsigned char *answer, size_t size)
{
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };

	if (sendto(link, message->bytes, message->head.nlmsg_len, 0, (void *)&kernel,
		   sizeof(kernel)) < 0)
		return -errno;
	return read_answers(link, answer, size);
}

int link_ask(int link, const struct message *message)
{
	static unsigned char answer[1 << 20];

	return transact(link, message, answer, sizeof(answer));
}

int link_ask_written(int link, const struct message *message)
{
	static unsigned char answer[1 << 20];

	if (write(link, message->bytes, message->head.nlmsg_len) < 0)
		return -errno;
	return read_answers(link, answer, sizeof(answer));
}

static int find_id(const unsigned char *answer)
{
	const struct nlmsghdr *head = (const void *)answer;
	size_t at = NLMSG_HDRLEN + GENL_HDRLEN;

	while (at + NLA_HDRLEN <= head->nlmsg_len) {
		const struct nlattr *attr = (const void *)(answer + at);

		if (attr->nla_type == CTRL_ATTR_FAMILY_ID)
			return *(const uint16_t *)(attr + 1);
		at += NLA_ALIGN(attr->nla_len);
	}
	return -EPROTO;
}

int link_family(int link)
{
	static unsigned char answer[65536];
	static struct message message;
	int result;

	message_begin(&message, GENL_ID_CTRL, CTRL_CMD_GETFAMILY);
	/* The answer alone, without an acknowledgement behind it. */
	message.head.nlmsg_flags = NLM_F_REQUEST;
	message_put_string(&message, CTRL_ATTR_FAMILY_NAME, FGUARD_GENL_NAME);
	result = transact(link, &message, answer, sizeof(answer));
	return result ? result : find_id(answer);
}

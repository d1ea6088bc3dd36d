/* SPDX-License-Identifier: MIT */
/* Netlink messages made by hand, so that they can be wrong. */
#ifndef TRY_MANGLE_H
#define TRY_MANGLE_H

#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <fguard_uapi.h>

#define MESSAGE_MAX 65536

struct message {
	union {
		struct nlmsghdr head;
		unsigned char bytes[MESSAGE_MAX];
	};
};

/* A request of a command; asks for an acknowledgement, or for a dump. */
void message_begin(struct message *message, int family, int command);

/* Gives the attribute, so that its length can be made wrong. */
struct nlattr *message_put(struct message *message, int type, const void *data, size_t size);
struct nlattr *message_put_u32(struct message *message, int type, uint32_t value);
struct nlattr *message_put_string(struct message *message, int type, const char *text);
struct nlattr *message_open(struct message *message, int type);
void message_close(struct message *message, struct nlattr *nest);

/* A rule for @path, whole and right. */
void message_put_rule(struct message *message, const char *path);

/* A whole answer, and a whole question what would happen to nobody in particular. */
void message_put_answer(struct message *message, uint64_t question, uint8_t verdict);
void message_put_remembered(struct message *message, uint64_t id);
void message_put_query(struct message *message, const char *path, uint8_t op);

/* What no message came for. */
#define SILENT 1

/* Opens a socket; gives it, or a negative errno. */
int link_open(void);

/* Sends, and gives what the kernel says: 0, a negative errno, or SILENT. */
int link_ask(int link, const struct message *message);

/* The same by write(), which names no destination. */
int link_ask_written(int link, const struct message *message);

/* The family's number: that of this network namespace, or a negative errno. */
int link_family(int link);

const char *name_of(int result);

/* Messages that are wrong, by name. */
struct malformed {
	const char *name;
	void (*make)(struct message *message, int family);
};

/* Of all commands, and of those about questions, explaining and locking. */
extern const struct malformed malformed_messages[], malformed_questions[];

#define MAKE(name) static void name(struct message *message, int family)
#define ROW(name) { #name, name }

#endif

/* SPDX-License-Identifier: MIT */
/* Shared by the files of the library; nothing of it is exported. */
#ifndef FGUARD_INTERNAL_H
#define FGUARD_INTERNAL_H

#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <stdbool.h>

/* The sources are compiled with hidden visibility; only the API is not. */
#pragma GCC visibility push(default)
#include "fguard.h"
#pragma GCC visibility pop

/* Larger than any datagram the kernel sends: a batch, or a dump's portion. */
#define FGUARD_INPUT_SIZE (128 * 1024)

/* ---- transport: how bytes get to the kernel (socket.c; tests bring a fake)  */

/**
 * struct fguard_transport - a netlink socket, or a test's replacement for one
 * @open: opens another carrier to the same kernel; 0 or -errno
 * @send: sends one message; 0 or -errno
 * @receive: receives one datagram without waiting if @wait is false; returns
 *	its full length, also if that is more than @size, or -errno
 * @join: joins a multicast group; 0 or -errno
 * @grow: makes room for @size bytes in the buffer of socket option @option
 * @descriptor: what poll() may wait on
 * @close: frees the carrier
 */
struct fguard_transport {
	int (*open)(void *carrier, void **another);
	int (*send)(void *carrier, const void *data, size_t size);
	ssize_t (*receive)(void *carrier, void *buffer, size_t size, bool wait,
			   uint32_t *sender);
	int (*join)(void *carrier, uint32_t group);
	int (*grow)(void *carrier, int option, size_t size);
	int (*descriptor)(void *carrier);
	void (*close)(void *carrier);
};

extern const struct fguard_transport fguard_socket_transport;
int fguard_socket_open(void **carrier);

/* ---- handle, and the family of generic netlink (connection.c) ----------- */

/* A batch of events that arrived while something else was waited for. */
struct fguard_batch {
	struct fguard_batch *next;
	size_t size;
	unsigned char records[];
};

/**
 * struct fguard_store - the pieces received in a dump, one after the other
 * @data: the pieces, each a multiple of NLA_ALIGNTO long
 * @used: bytes of them
 * @room: bytes allocated
 * @at: position of the reader
 * @count: how many pieces
 */
struct fguard_store {
	unsigned char *data;
	size_t used;
	size_t room;
	size_t at;
	size_t count;
};

/* An array of a rule; freed together with the list. */
struct fguard_array {
	struct fguard_array *next;
	void *values[]; /* of any type that needs no more alignment */
};

/**
 * struct fguard_list - the rules of the last dump, as received
 * @rules: attributes FGUARD_A_RULE
 * @arrays: arrays that fguard_next_rule() returned
 */
struct fguard_list {
	struct fguard_store rules;
	struct fguard_array *arrays;
};

/**
 * struct fguard - a connection
 * @transport: how it sends and receives; NULL before it is connected
 * @carrier: the transport's private data
 * @notices: a second one, which reports when the family is unregistered: on the first it
 *	would be lost whenever unread events fill the socket
 * @sequence: number of the last request
 * @family: message type of the fguard family, 0 before it is known
 * @version: the family's version
 * @interrupt: eventfd, stays readable after fguard_interrupt()
 * @subscribed: the event stream has been started
 * @gone: the family was unregistered
 * @input: the last datagram
 * @input_size: its length
 * @input_at: where the next message in it begins
 * @first_batch: events that were set aside, oldest first
 * @last_batch: the newest of them
 * @list: rules of the last dump
 * @questions: those of the last dump, records of struct fguard_question_record
 * @answers: attributes FGUARD_A_REMEMBERED of the last dump
 * @message: the sentence about the last failure
 */
struct fguard {
	const struct fguard_transport *transport;
	void *carrier;
	void *notices;
	uint32_t sequence;
	uint16_t family;
	uint32_t version;
	int interrupt;
	bool subscribed;
	bool gone;
	unsigned char *input;
	size_t input_size;
	size_t input_at;
	struct fguard_batch *first_batch;
	struct fguard_batch *last_batch;
	struct fguard_list list;
	struct fguard_store questions;
	struct fguard_store answers;
	char message[512];
};

int fguard_create(struct fguard **guard);
int fguard_connect(struct fguard *guard,
		   const struct fguard_transport *transport, void *carrier);

struct fguard_family {
	uint16_t id;
	uint32_t version;
	uint32_t group; /* id of the group asked for, 0 if there is none */
};

int fguard_find_family(struct fguard *guard, const char *name, const char *group,
		       struct fguard_family *family);

/* ---- failure: the sentence about the last one (failure.c) --------------- */

/* Keeps the sentence and returns @error, so that a failure is one statement. */
int fguard_fail(struct fguard *guard, int error, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
int fguard_fail_errno(struct fguard *guard, int error);

/* ---- request: a message being built (request.c) ------------------------- */

/**
 * struct fguard_request - a message to the kernel
 * @head: the message; its buffer grows
 * @room: bytes allocated
 * @error: the first failure while building; what is put after it is dropped
 * @changed: after the exchange: the set changed during the dump
 */
struct fguard_request {
	struct nlmsghdr *head;
	size_t room;
	int error;
	bool changed;
};

void fguard_request_begin(struct fguard_request *request, uint16_t type,
			  uint8_t command, uint8_t version, uint16_t flags);
void fguard_request_free(struct fguard_request *request);
void fguard_put(struct fguard_request *request, uint16_t type, const void *data,
		size_t size);
void fguard_put_u8(struct fguard_request *request, uint16_t type, uint8_t value);
void fguard_put_u32(struct fguard_request *request, uint16_t type,
		    uint32_t value);
void fguard_put_u64(struct fguard_request *request, uint16_t type,
		    uint64_t value);
void fguard_put_string(struct fguard_request *request, uint16_t type,
		       const char *value);
/* An attribute for each. */
void fguard_put_strings(struct fguard_request *request, uint16_t type,
			const char *const *values, uint32_t n);
size_t fguard_nest(struct fguard_request *request, uint16_t type);
void fguard_nest_end(struct fguard_request *request, size_t start);

/* ---- message: what arrived, checked (message.c) ------------------------- */

/* Return: 1 and @attr, moving @at; 0 at the end; -EPROTO. */
int fguard_next_attr(const void *data, size_t size, size_t *at,
		     const struct nlattr **attr);

/* Fills @table[type] for types up to @max; of a repeated one the last. */
int fguard_parse(const void *data, size_t size, const struct nlattr **table,
		 unsigned int max);
int fguard_parse_nested(const struct nlattr *nest, const struct nlattr **table,
			unsigned int max);

/* These leave @value alone if @attr is NULL, and return 0 or -EPROTO. */
int fguard_get_u8(const struct nlattr *attr, uint8_t *value);
int fguard_get_u16(const struct nlattr *attr, uint16_t *value);
int fguard_get_u32(const struct nlattr *attr, uint32_t *value);
int fguard_get_u64(const struct nlattr *attr, uint64_t *value);
int fguard_get_string(const struct nlattr *attr, const char **value);
int fguard_copy_string(const struct nlattr *attr, char *value, size_t size);
int fguard_get_u32s(const struct nlattr *attr, const uint32_t **values,
		    uint32_t *n);

/* Reads one datagram. Return: 1; 0: not there yet, or not the kernel's; -errno. */
int fguard_receive(struct fguard *guard, void *carrier, bool wait);

/* Steps through the datagram. Return: 1 and @head; 0 at its end; -EPROTO. */
int fguard_next_message(struct fguard *guard, const struct nlmsghdr **head);

/* The attributes of a generic netlink message. Return: 0 or -EPROTO. */
int fguard_payload(const struct nlmsghdr *head, const void **data, size_t *size);

/**
 * struct fguard_kind - a kind of attribute that can occur several times
 * @type: its attribute
 * @size: of a value
 * @take: converts the attribute to a value; 0 or -EPROTO
 */
struct fguard_kind {
	uint16_t type;
	size_t size;
	int (*take)(const struct nlattr *attr, void *value);
};

#define FGUARD_VALUE_MAX 64

/**
 * fguard_take_values() - reads all values of a kind
 * @nest: the attribute that holds them
 * @kind: the kind; a value has at most FGUARD_VALUE_MAX bytes
 * @values: receives the first @max of them; the others are only checked
 * @max: room in @values
 * Return: how many there are, or -EPROTO.
 */
ssize_t fguard_take_values(const struct nlattr *nest,
			   const struct fguard_kind *kind, void *values,
			   size_t max);

/* ---- exchange: a request and its answer (exchange.c, refusal.c) --------- */

/* Takes the attributes of one reply. Return: 0 or -errno, which ends nothing. */
typedef int (*fguard_reply)(const void *data, size_t size, void *context);

int fguard_exchange(struct fguard *guard, struct fguard_request *request,
		    fguard_reply reply, void *context);

/* Read NLMSG_ERROR and NLMSG_DONE. Return: the kernel's error, 0, or -EPROTO. */
int fguard_refusal(struct fguard *guard, const struct nlmsghdr *head,
		   const struct fguard_request *request);
int fguard_dump_end(struct fguard *guard, const struct nlmsghdr *head,
		    const struct fguard_request *request);

/* ---- store: the result of a dump (store.c) ---------------------------------- */

/* Adds a piece and clears its padding. Return: 0 or -ENOMEM. */
int fguard_store_add(struct fguard_store *store, const void *piece, size_t size);
void fguard_store_empty(struct fguard_store *store);
void fguard_store_free(struct fguard_store *store);

/* ---- events (event.c; stream.c hands them out) -------------------------- */

bool fguard_is_event(const struct fguard *guard, const struct nlmsghdr *head);
int fguard_keep_event(struct fguard *guard, const struct nlmsghdr *head);
void fguard_notice(struct fguard *guard, const struct nlmsghdr *head);
void fguard_drop_event(struct fguard *guard);
void fguard_drop_events(struct fguard *guard);

/* The records of an event message, checked. Return: 0 or -EPROTO. */
int fguard_event_records(struct fguard *guard, const struct nlmsghdr *head,
			 const void **records, size_t *size);

/* The same of a message's attributes. */
int fguard_find_records(const void *data, size_t length, const void **records,
			size_t *size);

/* Return: 0 if @data holds whole, consistent records, else -EPROTO. */
int fguard_check_records(const void *data, size_t size);

/* ---- what a rule says, in attributes (terms.c) -------------------------- */

void fguard_put_rule(struct fguard_request *request,
		     const struct fguard_rule *rule);

/* Checks only what cannot be sent; the kernel checks the rest. */
int fguard_check_rule(struct fguard *guard, const struct fguard_rule *rule,
		      size_t number);

/* Puts its arrays into the list. Return: 0, -ENOMEM or -EPROTO. */
int fguard_read_rule(struct fguard_list *list, const struct nlattr *rule,
		     struct fguard_rule_info *info);

/* Whether there are @n strings. */
bool fguard_has_strings(const char *const *values, uint32_t n);

/* ---- rules from the kernel (list.c) ------------------------------------- */

void fguard_drop_list(struct fguard *guard);

/* ---- processes (process.c) ---------------------------------------------- */

int fguard_login_uid_below(const char *proc, pid_t pid, uint32_t *uid);
int fguard_login_name_below(const char *proc, pid_t pid, char *name, size_t size);

#endif

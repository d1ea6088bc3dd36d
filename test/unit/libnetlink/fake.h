/* SPDX-License-Identifier: MIT */
/*
 * A kernel for the tests: a transport that keeps what the library sends and
 * gives back what a test wrote, with libmnl and not with the library's code.
 */
#ifndef FAKE_H
#define FAKE_H

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>
#include <libmnl/libmnl.h>

#include "internal.h"

#define FAKE_FAMILY 0x23
#define FAKE_NOTIFY 0x10
#define PAPER_SIZE (256 * 1024)

struct fake;

/* Answers one request; it may deliver any number of messages. */
typedef void (*fake_answer)(struct fake *fake, const struct nlmsghdr *request);

struct fake_datagram {
	struct fake_datagram *next;
	uint32_t sender;
	int error; /* what receiving gives instead, or 0 */
	size_t size;
	unsigned char data[];
};

/**
 * struct fake_end - one socket of the library's, as a carrier
 * @fake: the kernel it leads to
 * @first: datagrams not received yet
 * @wake: eventfd that counts them
 * @poisoned: bytes behind the last datagram, which nobody may touch
 * @poisoned_size: how many
 * @group: multicast group joined
 */
struct fake_end {
	struct fake *fake;
	struct fake_datagram *first;
	int wake;
	void *poisoned;
	size_t poisoned_size;
	uint32_t group;
};

/**
 * struct fake - the kernel's side
 * @answer: answers what is sent to the fguard family
 * @context: the test's own
 * @closed: called when the library closes @main, or NULL
 * @version: the family's version; 0: no module
 * @main: the socket for commands and events
 * @notices: the one for the family's end
 * @requests: what was sent to the fguard family, each a copy
 * @n_requests: how many
 * @send_room: larger messages are refused with EMSGSIZE
 * @grow_error: what enlarging a buffer gives
 * @received_room: size asked for the receive buffer
 * @paper: where a message is written
 */
struct fake {
	fake_answer answer;
	void *context;
	void (*closed)(struct fake *fake);
	uint32_t version;
	struct fake_end main;
	struct fake_end notices;
	struct nlmsghdr **requests;
	size_t n_requests;
	size_t send_room;
	int grow_error;
	size_t received_room;
	unsigned char *paper;
};

extern const struct fguard_transport fake_transport;

/* A fake with a module of the right version, and a connected handle. */
void fake_start(struct fake *fake);
struct fguard *fake_open(struct fake *fake, fake_answer answer);
struct fguard *fake_subscribe(struct fake *fake, fake_answer answer);
void fake_stop(struct fake *fake, struct fguard *guard);

/* Messages from the kernel: written, then delivered. */
struct nlmsghdr *fake_message(struct fake *fake, uint16_t type, uint16_t flags,
			      uint32_t sequence, uint8_t command);
void fake_deliver(struct fake *fake, const struct nlmsghdr *head);
void fake_notify(struct fake *fake, const struct nlmsghdr *head);
void fake_deliver_bytes(struct fake *fake, const void *data, size_t size,
			uint32_t sender);
void fake_deliver_error(struct fake *fake, int error);

/* Nests of a message that the kernel repeats (nests.c). */
void fake_put_hook(struct nlmsghdr *head, const char *function, uint32_t ops,
		   uint8_t state);
void fake_put_match(struct nlmsghdr *head, const struct fguard_match *match);
void fake_put_grant(struct nlmsghdr *head, uint32_t pid, const char *comm,
		    uint8_t alive);

/* Records, each an FGUARD_A_EVENTS of its own (nests.c). */
void fake_put_question(struct nlmsghdr *head, uint64_t id, uint32_t pid,
		       const char *path);
void fake_put_move(struct nlmsghdr *head, uint64_t id, uint32_t pid,
		   const char *path, const char *new_path);
void fake_put_closed(struct nlmsghdr *head, uint64_t id, uint8_t reason,
		     uint8_t verdict);

/* NLMSG_ERROR and NLMSG_DONE; @sentence may be NULL. */
struct nlmsghdr *fake_write_ack(struct fake *fake,
				const struct nlmsghdr *request, int error,
				const char *sentence);
void fake_ack(struct fake *fake, const struct nlmsghdr *request, int error,
	      const char *sentence);
void fake_done(struct fake *fake, const struct nlmsghdr *request, int error,
	       const char *sentence);

void fake_obey(struct fake *fake, const struct nlmsghdr *request);

/* Attributes of a request or of a nest: the @number-th of @type, or NULL. */
const struct nlattr *fake_find(const struct nlmsghdr *request, uint16_t type,
			       size_t number);
const struct nlattr *fake_find_nested(const struct nlattr *nest, uint16_t type,
				      size_t number);
size_t fake_count(const struct nlmsghdr *request, uint16_t type);
uint8_t fake_command(const struct nlmsghdr *request);

int run_connection_tests(void);
int run_remembered_tests(void);
int run_request_tests(void);
int run_rule_tests(void);
int run_terms_tests(void);
int run_rule_set_tests(void);
int run_rule_refused_tests(void);
int run_rule_key_tests(void);
int run_list_tests(void);
int run_info_tests(void);
int run_value_tests(void);
int run_explain_tests(void);
int run_question_tests(void);
int run_legacy_tests(void);
int run_legacy_text_tests(void);
int run_legacy_rules_tests(void);
int run_status_tests(void);
int run_lock_tests(void);
int run_subscription_tests(void);
int run_event_tests(void);
int run_record_tests(void);
int run_process_tests(void);
int run_malformed_tests(void);
int run_socket_tests(void);

#endif

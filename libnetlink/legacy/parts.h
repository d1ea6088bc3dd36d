/* SPDX-License-Identifier: MIT */
/* Declarations shared by the files of the earlier protocol. */
#ifndef FGUARD_LEGACY_PARTS_H
#define FGUARD_LEGACY_PARTS_H

#include "internal.h"

#define FGUARD_LEGACY_HELLO "From:DSSAgent;Action:hello;"
#define FGUARD_LEGACY_REPLY "Init socket from kernel"

/* ---- text: parsing and formatting messages (text.c) --------------------- */

enum fguard_legacy_action {
	FGUARD_LEGACY_SAY_HELLO,
	FGUARD_LEGACY_INIT,
	FGUARD_LEGACY_RETURN, /* an answer */
	FGUARD_LEGACY_CLEAR,
	FGUARD_LEGACY_CHANGE,
};

/**
 * struct fguard_legacy_message - a message from a program
 * @action: its kind
 * @verdict: the verdict of an answer
 * @file: the file that the answer is about, NULL: all pending ones; or the path whose
 *	guard changes
 * @whole: the other path that the message may mean, if that looks like fields; or NULL
 * @count: the stated number of allowed processes; 0: remove the guard
 * @pids: the processes that it names
 * @n_pids: how many, at most @count
 */
struct fguard_legacy_message {
	enum fguard_legacy_action action;
	uint32_t verdict;
	char *file;
	char *whole;
	uint32_t count;
	uint32_t *pids;
	uint32_t n_pids;
};

/* Return: 0 and @message, which the caller frees; -EINVAL, -EMSGSIZE, -E2BIG, -ENOMEM. */
int fguard_legacy_parse(const char *text, struct fguard_legacy_message *message);
void fguard_legacy_free(struct fguard_legacy_message *message);

#define FGUARD_LEGACY_NAMES 2

/*
 * "file|process|pid" for each name that may have caused the question: for a rename or a
 * link the names that have the file type, or both if neither has it. A name that is not
 * a whole path begins with an ellipsis.
 * Return: the number of @texts, which the caller frees, or -ENOMEM.
 */
int fguard_legacy_tell(const struct fguard_question_record *question, const char *type,
		       char *texts[FGUARD_LEGACY_NAMES]);

/* ---- rules: the rules that implement the protocol (rules.c) ------------- */

int fguard_legacy_change(struct fguard *guard,
			 struct fguard_legacy_message *message);
int fguard_legacy_clear(struct fguard *guard);

/* The ending of the file names that are asked about. */
const char *fguard_legacy_file_type(void);

/* Adds the rule that asks about the file type; it lasts until all agents' streams are closed. */
int fguard_legacy_intercept(struct fguard *stream);

/* ---- pending: questions without an answer yet (pending.c) --------------- */

/* One text that was passed to the program for a question; a question may have several. */
struct fguard_legacy_question {
	struct fguard_legacy_question *next;
	uint64_t id;
	bool read; /* by the program */
	char file[]; /* as it was passed */
};

/* Adds one for each of @texts. Return: 1; 0: the question is already there; -ENOMEM. */
int fguard_legacy_add(struct fguard_legacy_question **first, uint64_t id,
		      char *const *texts, int n);
void fguard_legacy_mark_read(struct fguard_legacy_question *first, uint64_t id,
			     const char *text);
void fguard_legacy_remove(struct fguard_legacy_question **first, uint64_t id);
void fguard_legacy_remove_all(struct fguard_legacy_question **first);

/* Answers the questions that the message applies to. Return: 0 or -errno. */
int fguard_legacy_answer(struct fguard *guard,
			 struct fguard_legacy_question **first,
			 const struct fguard_legacy_message *message);

/* ---- link: a connection, whose thread moves the questions (link.c) ------ */

/**
 * struct fguard_legacy_link - a connection
 * @next: the next one in the list of api.c; the lock protects all members
 * @outer: the program's end of a socket pair
 * @device: device of that end, to recognize it: the program may have closed it
 * @inode: inode of that end
 * @inner: the library's end, -1 after the last message
 * @guard: for commands
 * @stream: receives questions; NULL while it is not an agent
 * @pending: questions without an answer, oldest first
 * @agent: it is an agent
 * @undecided: it is an agent, but might turn out to be a guard client
 * @running: the thread runs, and only it uses @stream
 * @lost: inherited through fork(), without the thread
 */
struct fguard_legacy_link {
	struct fguard_legacy_link *next;
	int outer;
	dev_t device;
	ino_t inode;
	int inner;
	struct fguard *guard;
	struct fguard *stream;
	struct fguard_legacy_question *pending;
	bool agent;
	bool undecided;
	bool running;
	bool lost;
};

/* A message on the socket pair. */
struct fguard_legacy_datagram {
	uint64_t id; /* of the question, or 0 */
	char text[FGUARD_RECORD_MAX];
};

/* Does not wait. Return: 0; -EAGAIN: the socket is full; -EPIPE: it has no reader. */
int fguard_legacy_send(int inner, uint64_t id, const char *text);

/* Call with the lock held; detaching waits until the thread has ended. */
int fguard_legacy_attach(struct fguard_legacy_link *link);
void fguard_legacy_detach(struct fguard_legacy_link *link);

/* ---- table: the connections, newest first (table.c) --------------------- */

/* Return: the descriptor for the program, or -errno. */
int fguard_legacy_connect(struct fguard_legacy_link **links, bool agent);

/* Return: the pointer to the link in the list, or the end of the list. */
struct fguard_legacy_link **
fguard_legacy_look_up(struct fguard_legacy_link **links, int sock);

/* Return: 0 and @link; -EBADF; in a child, the error of connecting again. */
int fguard_legacy_find(struct fguard_legacy_link **links, int sock,
		       struct fguard_legacy_link **link);
void fguard_legacy_disconnect(struct fguard_legacy_link **at);

/* Call in the child after fork(). */
void fguard_legacy_lose(struct fguard_legacy_link *links);

/* ---- lock: shared by all connections (lock.c) --------------------------- */

void fguard_legacy_lock(void);
void fguard_legacy_unlock(void);

/* The end of a thread: signalled with the lock held; waiting releases the lock. */
void fguard_legacy_tell_end(void);
void fguard_legacy_await_end(void);

/* How a link connects to the module; tests replace it. */
extern int (*fguard_legacy_open)(struct fguard **guard);

#endif

/* SPDX-License-Identifier: MIT */
/* What the files of the earlier protocol share. */
#ifndef FGUARD_LEGACY_PARTS_H
#define FGUARD_LEGACY_PARTS_H

#include "internal.h"

#define FGUARD_LEGACY_HELLO "From:DSSAgent;Action:hello;"
#define FGUARD_LEGACY_REPLY "Init socket from kernel"

/* ---- text: what is said, taken apart and put together (text.c) ---------- */

enum fguard_legacy_action {
	FGUARD_LEGACY_SAY_HELLO,
	FGUARD_LEGACY_INIT,
	FGUARD_LEGACY_RETURN, /* an answer */
	FGUARD_LEGACY_CLEAR,
	FGUARD_LEGACY_CHANGE,
};

/**
 * struct fguard_legacy_message - what a program says
 * @action: what it is about
 * @verdict: of an answer
 * @file: that is answered about, NULL: all that wait; or whose guard changes
 * @whole: what the file may be called instead, if its name looks like fields; or NULL
 * @count: how many it says are allowed to it, 0: its guard goes
 * @pids: those that it names
 * @n_pids: how many, @count at most
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

/* Return: 0 and @message, to be freed; -EINVAL, -EMSGSIZE, -E2BIG, -ENOMEM. */
int fguard_legacy_parse(const char *text, struct fguard_legacy_message *message);
void fguard_legacy_free(struct fguard_legacy_message *message);

#define FGUARD_LEGACY_NAMES 2

/*
 * "file|process|pid" of each name that may have made it a question: of a rename or a
 * link those that have the file type, both if neither has. What must not be taken for a
 * path begins with an ellipsis.
 * Return: how many @texts, to be freed, or -ENOMEM.
 */
int fguard_legacy_tell(const struct fguard_question_record *question, const char *type,
		       char *texts[FGUARD_LEGACY_NAMES]);

/* ---- rules: those that stand for the protocol (rules.c) ----------------- */

int fguard_legacy_change(struct fguard *guard,
			 struct fguard_legacy_message *message);
int fguard_legacy_clear(struct fguard *guard);

/* The end of the names that are asked about. */
const char *fguard_legacy_file_type(void);

/* The rule that asks about the file type: until @stream and its like are closed. */
int fguard_legacy_intercept(struct fguard *stream);

/* ---- pending: questions without an answer yet (pending.c) --------------- */

/* A name by which a question was told; one may have been told by several. */
struct fguard_legacy_question {
	struct fguard_legacy_question *next;
	uint64_t id;
	bool read; /* by the program */
	char file[]; /* as it was told */
};

/* One for each of the @texts. Return: 1; 0: it is there already; -ENOMEM. */
int fguard_legacy_add(struct fguard_legacy_question **first, uint64_t id,
		      char *const *texts, int n);
void fguard_legacy_mark_read(struct fguard_legacy_question *first, uint64_t id,
			     const char *text);
void fguard_legacy_remove(struct fguard_legacy_question **first, uint64_t id);
void fguard_legacy_remove_all(struct fguard_legacy_question **first);

/* Sends the answer to those it counts for. Return: 0 or -errno. */
int fguard_legacy_answer(struct fguard *guard,
			 struct fguard_legacy_question **first,
			 const struct fguard_legacy_message *message);

/* ---- link: a connection, whose thread moves the questions (link.c) ------ */

/**
 * struct fguard_legacy_link - a connection
 * @next: of the list in legacy.c, whose lock protects what follows
 * @outer: the program's end of a socket pair
 * @device: of that end's file, by which it is known: the program may close it
 * @inode: of that end's file
 * @inner: the library's end, -1 after the last message
 * @guard: for commands
 * @stream: where questions come, NULL while it is no agent
 * @pending: questions without an answer, oldest first
 * @agent: it is asked
 * @undecided: it is, and nothing was said or read that shows whether it should be
 * @running: the thread is, and only it uses @stream
 * @lost: fork() left it to the child without the thread
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

/* A text in the socket pair. */
struct fguard_legacy_datagram {
	uint64_t id; /* of the question, or 0 */
	char text[FGUARD_RECORD_MAX];
};

/* Does not wait. Return: 0; -EAGAIN: there is no room; -EPIPE: nobody reads. */
int fguard_legacy_send(int inner, uint64_t id, const char *text);

/* With the lock held; detaching waits until the thread has ended. */
int fguard_legacy_attach(struct fguard_legacy_link *link);
void fguard_legacy_detach(struct fguard_legacy_link *link);

/* ---- table: the connections, newest first (table.c) --------------------- */

/* Return: the descriptor for the program, or -errno. */
int fguard_legacy_connect(struct fguard_legacy_link **links, bool agent);

/* Return: where the link is, or the end of the list. */
struct fguard_legacy_link **
fguard_legacy_look_up(struct fguard_legacy_link **links, int sock);

/* Return: 0 and @link; -EBADF; what connecting anew gave, in a child. */
int fguard_legacy_find(struct fguard_legacy_link **links, int sock,
		       struct fguard_legacy_link **link);
void fguard_legacy_disconnect(struct fguard_legacy_link **at);

/* In a child, after fork(). */
void fguard_legacy_lose(struct fguard_legacy_link *links);

/* ---- lock: what holds for all connections (lock.c) ---------------------- */

void fguard_legacy_lock(void);
void fguard_legacy_unlock(void);

/* The end of a thread: told with the lock held, awaited by giving it up. */
void fguard_legacy_tell_end(void);
void fguard_legacy_await_end(void);

/* How a link reaches the module; tests put a fake there. */
extern int (*fguard_legacy_open)(struct fguard **guard);

#endif

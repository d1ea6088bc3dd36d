/* SPDX-License-Identifier: MIT */
/*
 * libfguard: use the fguard kernel module from user space.
 *
 *	struct fguard *guard;
 *	uint32_t id;
 *	pid_t me = getpid();
 *	struct fguard_rule rule = {
 *		.path = "/srv/a.db",
 *		.pids = (uint32_t[]){ me }, .n_pids = 1,
 *	};
 *
 *	if (fguard_open(&guard) < 0 ||
 *	    fguard_add_rules(guard, &rule, 1, &(struct fguard_added){0}) < 0)
 *		errx(1, "%s", fguard_message(guard));
 *	fguard_close(guard);
 *
 * Functions return 0, a count, or a negative errno. fguard_message() returns the
 * kernel's own sentence about the last failure on a handle; if the kernel says
 * which rule or value it means, that follows in brackets. Only one thread at a
 * time may use a handle, except for fguard_interrupt(), which any thread and any
 * signal handler may call.
 * Operations, verdicts, reasons and event records are those of uapi/fguard.h,
 * which this header includes; its manual lists the errors of each command.
 *
 * Besides its own errors, any call on a handle may return those of socket(7) and:
 *	-EPERM	the caller lacks CAP_SYS_ADMIN in the initial user namespace, or
 *		the rules are locked
 *	-ENOMEM	memory ran out, here or in the kernel
 *	-EPROTO	the kernel sent a reply that this library does not understand
 *	-ENODEV	the module was unloaded since fguard_open()
 *	-ENOTCONN fguard_open() failed for this handle
 *	-ENOBUFS the socket was full, and the kernel dropped a message
 *
 * Unless a call says otherwise, its own errors mean:
 *	-EINVAL	a value is missing or malformed: a path that is not absolute, or
 *		ends in "/", "." or ".."; a suffix that is empty or holds a "/";
 *		flags that cannot be combined
 *	-ERANGE	a number, or the length of a value, is outside its range
 *	-E2BIG	there are more values of a kind, or longer ones, than one message holds
 *	-ENAMETOOLONG the last name of a path is longer than a name can be
 *	-ENOENT	the directory that would hold the object does not exist
 *	-ENOTDIR a component of that directory is not a directory
 *	-ESRCH	there is no process with this pid
 *	-EEXIST	two rules of the call are about the same object or have the same
 *		name; or a rule has the name of a rule about another object; or a rule
 *		that ends with its socket is about an object that already has a rule
 *	-EOPNOTSUPP this kernel lacks a function that an operation needs, or the
 *		filesystem (FAT, proc, sysfs) gives its files no lasting identity
 *	-EBUSY	another tracer holds a function that an operation needs
 *	-EAGAIN	the data changed during each of several attempts to read it
 *	-ENOSPC	the rule already remembers FGUARD_ANSWERS_MAX answers
 *	-EINTR	the wait was interrupted
 *	-EMSGSIZE the buffer is too small
 *	-EIO	a file in /proc has unexpected content
 */
#ifndef FGUARD_H
#define FGUARD_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <fguard_uapi.h> /* kmod/uapi/fguard.h, installed under this name */

#ifdef __cplusplus
extern "C" {
#endif

struct fguard; /* a connection; opaque */

/* ---- connection ---------------------------------------------------------- */

/**
 * fguard_open - connect to the module
 * @guard: receives the handle, also on failure (NULL only for -ENOMEM), so that
 *	fguard_message() works; pass it to fguard_close() in both cases
 *
 * Return: 0; -ENOENT: the module is not loaded; -EPROTO: the module speaks
 *	another version of the protocol; -EPERM.
 */
int fguard_open(struct fguard **guard);

/**
 * fguard_close - end the connection and its subscription
 * @guard: the handle, or NULL
 */
void fguard_close(struct fguard *guard);

/**
 * fguard_message - the sentence about the last failure on this handle
 * @guard: the handle, or NULL (out of memory)
 *
 * Return: a string, valid until the next call on the handle; never NULL.
 */
const char *fguard_message(const struct fguard *guard);

/* ---- rules --------------------------------------------------------------- */

/**
 * struct fguard_rule - a rule to be added
 * @path: absolute path of the guarded object; NULL for a suffix that applies
 *	everywhere
 * @suffix: ending of the file names to guard, below @path if that is given; or
 *	NULL
 * @name: the rule's name, or NULL
 * @flags: FGUARD_RULE_TREE, FGUARD_RULE_CHILDREN, FGUARD_RULE_UNTIL_EXIT,
 *	FGUARD_RULE_STRICT, FGUARD_RULE_AGAINST, FGUARD_RULE_UNTIL_CLOSED (only for a
 *	rule added alone; it lasts as long as the socket of the handle)
 * @ops: mask of 1 << FGUARD_OP_*; 0 means all
 * @else_action: FGUARD_ELSE_*: what happens to processes that are not allowed
 * @error: EACCES, EPERM or ENOENT, as a positive number; 0 means EACCES
 * @ttl: milliseconds until the rule ends, at most FGUARD_TTL_MAX; 0: never
 * @default_allow: 1: allow an access that nobody answers for; 0: deny it
 * @timeout: milliseconds allowed for an answer; 0: FGUARD_TIMEOUT_DEFAULT
 * @n_pids: number of @pids
 * @n_uids: number of @uids
 * @n_gids: number of @gids
 * @n_loginuids: number of @loginuids
 * @n_exes: number of @exes
 * @n_cgroups: number of @cgroups
 * @pids: processes allowed, as numbered in the caller's pid namespace
 * @uids: real users allowed
 * @gids: groups allowed, real or supplementary
 * @loginuids: login users allowed
 * @exes: paths of executables allowed
 * @cgroups: directories of cgroups allowed
 *
 * A process is allowed if it matches at least one value of every kind given; with
 * none given, no process is. A kind may have up to FGUARD_SUBJECTS_MAX values.
 */
struct fguard_rule {
	const char *path;
	const char *suffix;
	const char *name;
	uint32_t flags;
	uint32_t ops;
	uint32_t else_action;
	uint32_t error;
	uint64_t ttl;
	uint32_t default_allow;
	uint32_t timeout;
	uint32_t n_pids;
	uint32_t n_uids;
	uint32_t n_gids;
	uint32_t n_loginuids;
	uint32_t n_exes;
	uint32_t n_cgroups;
	const uint32_t *pids;
	const uint32_t *uids;
	const uint32_t *gids;
	const uint32_t *loginuids;
	const char *const *exes;
	const char *const *cgroups;
};

/**
 * struct fguard_added - the result for a rule that was added
 * @id: the rule's id
 * @flags: FGUARD_RULE_EXISTS, FGUARD_RULE_REPLACED
 */
struct fguard_added {
	uint32_t id;
	uint32_t flags;
};

/**
 * fguard_add_rules - add rules, or replace those about the same objects
 * @guard: the handle
 * @rules: the rules
 * @n: how many; more than FGUARD_RULES_PER_ADD are sent in several messages, each
 *	of which is applied completely or not at all; 0 does nothing
 * @added: receives @n results; after a failure, rules that were not added have
 *	the id 0
 *
 * If one of the rules cannot be sent, none is: -EINVAL if it has neither path nor
 * suffix, or if a counted value is missing; -ERANGE for an unknown @else_action;
 * -E2BIG if a kind has more than FGUARD_SUBJECTS_MAX values, or if the rule is
 * longer than 65535 bytes.
 *
 * Return: 0; -EINVAL, -ERANGE, -ENAMETOOLONG, -ENOENT, -ENOTDIR, -ESRCH,
 *	-EEXIST, -EOPNOTSUPP, -EBUSY, -E2BIG.
 */
int fguard_add_rules(struct fguard *guard, const struct fguard_rule *rules,
		     size_t n, struct fguard_added *added);

/**
 * fguard_set_rules - replace the whole rule set atomically
 * @guard: the handle
 * @rules: the new rules
 * @n: how many; 0 removes all
 *
 * Everything is sent in one message. If it is larger than the socket's send
 * buffer, CAP_NET_ADMIN is needed to enlarge that; -EPERM without.
 *
 * Return: as fguard_add_rules(); -E2BIG also if the message exceeds a gigabyte.
 */
int fguard_set_rules(struct fguard *guard, const struct fguard_rule *rules,
		     size_t n);

/**
 * struct fguard_rule_key - names one rule
 * @id: the rule's id; 0: use @path or @name
 * @path: path of its object, or the suffix of a rule that has no path; NULL:
 *	use @name
 * @name: the rule's name
 */
struct fguard_rule_key {
	uint32_t id;
	const char *path;
	const char *name;
};

/**
 * fguard_delete_rules - remove rules, all or none
 * @guard: the handle
 * @keys: the rules to remove
 * @n: how many; 0 does nothing
 *
 * Return: 0; -ENOENT: there is no such rule; -EINVAL: a key names nothing.
 */
int fguard_delete_rules(struct fguard *guard, const struct fguard_rule_key *keys,
			size_t n);

/**
 * struct fguard_grant - a process that a rule allows
 * @pid: its number in the initial pid namespace
 * @alive: 1 while it runs; a later process with the same number does not count
 * @comm: its name when it was granted
 */
struct fguard_grant {
	uint32_t pid;
	uint32_t alive;
	char comm[16];
};

/**
 * struct fguard_rule_info - a rule as the kernel has it
 * @path: path of its object, or NULL, as in struct fguard_rule
 * @suffix: ending of the file names it guards, or NULL
 * @name: its name, or NULL
 * @ttl: milliseconds left; 0: it does not end
 * @allowed: accesses allowed by a grant
 * @denied: accesses denied
 * @asked: questions asked
 * @expired: questions not answered in time
 * @grants: the processes it allows
 * @uids: real users allowed
 * @gids: groups allowed
 * @loginuids: login users allowed
 * @exes: paths of executables allowed
 * @cgroups: directories of cgroups allowed
 * @id: its id
 * @flags: those of struct fguard_rule, and those of struct fguard_added
 * @ops: mask of 1 << FGUARD_OP_*
 * @else_action: FGUARD_ELSE_*
 * @error: EACCES, EPERM or ENOENT, as a positive number
 * @default_allow: 1 if an access that nobody answers for is allowed, else 0
 * @timeout: milliseconds allowed for an answer
 * @n_grants: number of @grants
 * @n_uids: number of @uids
 * @n_gids: number of @gids
 * @n_loginuids: number of @loginuids
 * @n_exes: number of @exes
 * @n_cgroups: number of @cgroups
 *
 * An empty list is NULL, and its number 0.
 */
struct fguard_rule_info {
	const char *path;
	const char *suffix;
	const char *name;
	uint64_t ttl;
	uint64_t allowed;
	uint64_t denied;
	uint64_t asked;
	uint64_t expired;
	const struct fguard_grant *grants;
	const uint32_t *uids;
	const uint32_t *gids;
	const uint32_t *loginuids;
	const char *const *exes;
	const char *const *cgroups;
	uint32_t id;
	uint32_t flags;
	uint32_t ops;
	uint32_t else_action;
	uint32_t error;
	uint32_t default_allow;
	uint32_t timeout;
	uint32_t n_grants;
	uint32_t n_uids;
	uint32_t n_gids;
	uint32_t n_loginuids;
	uint32_t n_exes;
	uint32_t n_cgroups;
};

/**
 * fguard_list_rules - fetch all rules, in the order of ids
 * @guard: the handle; fguard_next_rule() then steps through them
 *
 * Fetches again if rules changed meanwhile, so the list was complete and correct at
 * some moment.
 *
 * Return: the number of rules; -EPERM; -EAGAIN: rules changed during each of 16
 *	attempts.
 */
ssize_t fguard_list_rules(struct fguard *guard);

/**
 * fguard_next_rule - the next rule of the last fguard_list_rules()
 * @guard: the handle
 * @info: filled; its pointers are valid until the next fguard_list_rules() or close
 *
 * Return: 1; 0 at the end; -EPROTO.
 */
int fguard_next_rule(struct fguard *guard, struct fguard_rule_info *info);

/* ---- explanations -------------------------------------------------------- */

/**
 * struct fguard_query - an access to explain
 * @path: absolute path of the object
 * @op: FGUARD_OP_*
 * @pid: the process, as numbered in the caller's pid namespace; 0: a process that
 *	no rule allows
 */
struct fguard_query {
	const char *path;
	uint32_t op;
	uint32_t pid;
};

/**
 * struct fguard_explanation - the verdict that an access would get, and why
 * @verdict: FGUARD_VERDICT_*
 * @reason: FGUARD_REASON_*
 * @rule: id of the rule that decides, 0: none
 * @n_matches: how many rules are about the object
 */
struct fguard_explanation {
	uint32_t verdict;
	uint32_t reason;
	uint32_t rule;
	uint32_t n_matches;
};

/**
 * struct fguard_match - a rule that is about an object
 * @rule: its id
 * @kind: FGUARD_MATCH_*: how it names the object
 * @distance: directories from the object up to the root of the tree
 * @concerned: 1 if it covers the operation, else 0
 * @allowed: 1 if it allows the process, else 0
 */
struct fguard_match {
	uint32_t rule;
	uint32_t kind;
	uint32_t distance;
	uint32_t concerned;
	uint32_t allowed;
};

/**
 * fguard_explain - find out which rule would decide an access, and why
 * @guard: the handle
 * @query: the access
 * @explanation: filled; @n_matches may be larger than @max
 * @matches: receives the first @max matches
 * @max: number of elements of @matches
 *
 * Nothing is counted or reported.
 *
 * Return: 0; -EINVAL; -ERANGE: also an unknown @op; -ENOENT, -ESRCH; -E2BIG:
 *	the path is longer than 65535 bytes.
 */
int fguard_explain(struct fguard *guard, const struct fguard_query *query,
		   struct fguard_explanation *explanation,
		   struct fguard_match *matches, size_t max);

/* ---- status -------------------------------------------------------------- */

/**
 * struct fguard_status - version and counters of the module
 * @version: version of the module
 * @abi: version of the protocol, as in FGUARD_GENL_VERSION
 * @rules: number of rules
 * @subscribers: number of event streams
 * @n_hooks: number of hooked functions
 * @allowed: accesses allowed by a grant, or by a rule that only reports
 * @denied: accesses denied
 * @events: records queued, for all subscribers
 * @lost: records lost because a subscriber's queue was full
 * @answerers: number of handles that read questions
 * @waiting: pending questions
 * @asked: questions asked since the module was loaded
 * @expired: questions not answered in time
 * @locked: 1 if rules and module are locked until reboot, else 0
 */
struct fguard_status {
	char version[32];
	uint32_t abi;
	uint32_t rules;
	uint32_t subscribers;
	uint32_t n_hooks;
	uint64_t allowed;
	uint64_t denied;
	uint64_t events;
	uint64_t lost;
	uint32_t answerers;
	uint32_t waiting;
	uint64_t asked;
	uint64_t expired;
	uint32_t locked;
};

/**
 * struct fguard_hook - a function of the kernel that the module needs
 * @function: its name
 * @ops: mask of 1 << FGUARD_OP_* that need it; 0: strict rules, rules that allow
 *	a process, or rules that ask need it
 * @state: FGUARD_HOOK_*
 */
struct fguard_hook {
	char function[48];
	uint32_t ops;
	uint32_t state;
};

/**
 * fguard_get_status - versions, counters and the state of the hooks
 * @guard: the handle
 * @status: filled; @n_hooks may be larger than @max
 * @hooks: receives the first @max hooks
 * @max: number of elements of @hooks
 *
 * Return: 0; -EPERM.
 */
int fguard_get_status(struct fguard *guard, struct fguard_status *status,
		      struct fguard_hook *hooks, size_t max);

/**
 * fguard_lock - lock rules and module until reboot
 * @guard: the handle
 *
 * Calls that change rules then fail with -EPERM, and the module cannot be
 * unloaded. Rules still end by themselves; events, questions and answers continue.
 *
 * Return: 0, also if already locked; -EPERM: the module's parameter nolock
 *	prevents locking.
 */
int fguard_lock(struct fguard *guard);

/* ---- events -------------------------------------------------------------- */

/**
 * struct fguard_filter - which events a subscription delivers
 * @all: 1: also accesses to which no rule applies; else 0
 * @answer: 1: questions instead of accesses; else 0
 * @ops: mask of 1 << FGUARD_OP_*; 0 means all
 * @verdicts: mask of 1 << FGUARD_VERDICT_*; 0 means all
 * @n_paths: number of @paths
 * @n_trees: number of @trees
 * @n_suffixes: number of @suffixes
 * @n_pids: number of @pids
 * @n_exes: number of @exes
 * @n_uids: number of @uids
 * @paths: absolute paths of objects
 * @trees: absolute paths of directories
 * @suffixes: endings of file names
 * @pids: processes, as numbered in the caller's pid namespace
 * @exes: paths of executables
 * @uids: real users
 *
 * Kinds combine with "and", the values of one kind with "or"; an empty kind
 * matches everything. Paths, trees (a directory and everything in it) and suffixes
 * are one kind. With @all == 0 and none of these, only accesses to which a rule
 * applies are delivered. With @answer == 1 the handle is an answerer: instead of
 * accesses it reads questions, and how they ended; all other members must be 0.
 */
struct fguard_filter {
	uint32_t all;
	uint32_t answer;
	uint32_t ops;
	uint32_t verdicts;
	uint32_t n_paths;
	uint32_t n_trees;
	uint32_t n_suffixes;
	uint32_t n_pids;
	uint32_t n_exes;
	uint32_t n_uids;
	const char *const *paths;
	const char *const *trees;
	const char *const *suffixes;
	const uint32_t *pids;
	const char *const *exes;
	const uint32_t *uids;
};

/**
 * fguard_subscribe - start the event stream on this handle, or change its filter
 * @guard: the handle
 * @filter: the filter
 *
 * Afterwards use the handle only for fguard_read_events() and further calls of this
 * function, and another handle for other commands. Events that arrive before the
 * acknowledgement are kept for fguard_read_events().
 *
 * Return: 0; -EINVAL (also: @answer with another member set, or a second call that
 *	changes @answer), -ERANGE; -E2BIG: more than FGUARD_FILTERS_MAX values of a
 *	kind, or the whole filter is longer than 65535 bytes; -ENOENT: there is no
 *	such path; -ESRCH, -EOPNOTSUPP, -EBUSY; -ENOBUFS: unread events left
 *	no room for the acknowledgement of a second call, whose filter may or may
 *	not be active: read events and call again.
 */
int fguard_subscribe(struct fguard *guard, const struct fguard_filter *filter);

/* A buffer of this size holds any batch; align it to 8 to read records in place. */
#define FGUARD_BATCH_MAX 65536

/**
 * fguard_read_events - wait for events and receive one batch
 * @guard: a subscribed handle
 * @buffer: receives whole records (struct fguard_record), packed
 * @size: its size, FGUARD_BATCH_MAX or more
 * @timeout: milliseconds to wait; -1: no limit
 *
 * The records have been checked: lengths are multiples of 8 and add up to the
 * return value, and the strings of each record lie within it.
 *
 * Return: bytes; 0: @timeout is over; -EINTR: fguard_interrupt(), or a signal;
 *	-ENODEV: the module was unloaded, and all events before that were read;
 *	-EMSGSIZE: @size is too small, nothing is lost; -EINVAL: there is no
 *	subscription. -ENOBUFS is not returned for events: the sender waits for
 *	room, and a gap record counts what it had to drop meanwhile.
 */
ssize_t fguard_read_events(struct fguard *guard, void *buffer, size_t size,
			   int timeout);

/**
 * fguard_interrupt - make fguard_read_events() return -EINTR, now or when it is
 *	next called; afterwards the handle cannot be read any more
 * @guard: the handle; may be called from any thread
 *
 * Return: 0.
 */
int fguard_interrupt(struct fguard *guard);

/* ---- questions ----------------------------------------------------------- */

/**
 * struct fguard_answer - the answer to a question
 * @id: id of the question
 * @ttl: for FGUARD_LIFETIME_TIME: milliseconds it is valid, at most FGUARD_TTL_MAX;
 *	else 0
 * @verdict: FGUARD_VERDICT_*
 * @lifetime: FGUARD_LIFETIME_*
 */
struct fguard_answer {
	uint64_t id;
	uint64_t ttl;
	uint32_t verdict;
	uint32_t lifetime;
};

/**
 * fguard_answer - answer a question
 * @guard: a handle without a subscription, so not the one that questions arrive on
 * @answer: the answer
 *
 * Return: 0; -ENOENT: the question is no longer pending: another answerer was
 *	first, or it expired or is gone; -EINVAL, -ERANGE; -EOPNOTSUPP: the waiter's
 *	executable could not be recognized later; only FGUARD_LIFETIME_ONCE and
 *	FGUARD_LIFETIME_PROCESS are possible; -ENOSPC: only FGUARD_LIFETIME_ONCE is
 *	possible, and the question stays pending.
 */
int fguard_answer(struct fguard *guard, const struct fguard_answer *answer);

/**
 * fguard_list_questions - fetch all pending questions
 * @guard: the handle; fguard_next_question() then steps through them
 *
 * Return: how many there are.
 */
ssize_t fguard_list_questions(struct fguard *guard);

/**
 * fguard_next_question - the next one of the last fguard_list_questions()
 * @guard: the handle
 * @question: set to it; valid until the next fguard_list_questions() or close
 *
 * Return: 1; 0 at the end; -EPROTO.
 */
int fguard_next_question(struct fguard *guard,
			 const struct fguard_question_record **question);

/**
 * struct fguard_remembered - an answer that a rule remembers
 * @comm: name of the process that waited
 * @exe: path of its executable then, or NULL if not known
 * @script: path of the script that it ran, "" if not known; NULL: it ran none
 * @id: id of the answer, never reused
 * @ttl: for FGUARD_LIFETIME_TIME: milliseconds left; else 0
 * @given: when it was given, nanoseconds since the epoch
 * @rule: the rule's id
 * @ops: mask of 1 << FGUARD_OP_*
 * @verdict: FGUARD_VERDICT_*
 * @lifetime: FGUARD_LIFETIME_*
 * @pid: for FGUARD_LIFETIME_PROCESS: the process that it covers; else 0: it covers
 *	every process that runs @script, or @exe if @script is NULL, as @uid
 * @uid: the real user
 */
struct fguard_remembered {
	const char *comm;
	const char *exe;
	const char *script;
	uint64_t id;
	uint64_t ttl;
	uint64_t given;
	uint32_t rule;
	uint32_t ops;
	uint32_t verdict;
	uint32_t lifetime;
	uint32_t pid;
	uint32_t uid;
};

/**
 * fguard_list_answers - fetch all remembered answers that are still valid
 * @guard: the handle; fguard_next_answer() then steps through them
 *
 * Return: how many there are.
 */
ssize_t fguard_list_answers(struct fguard *guard);

/**
 * fguard_next_answer - the next one of the last fguard_list_answers()
 * @guard: the handle
 * @answer: filled; its pointers are valid until the next fguard_list_answers() or close
 *
 * Return: 1; 0 at the end; -EPROTO.
 */
int fguard_next_answer(struct fguard *guard, struct fguard_remembered *answer);

/**
 * fguard_forget_answers - make rules forget answers, all of these or none
 * @guard: the handle
 * @ids: ids of the answers
 * @n: how many, at most FGUARD_FORGET_MAX; 0 does nothing
 *
 * Return: 0; -ENOENT: one of them is not remembered; -EINVAL, -E2BIG.
 */
int fguard_forget_answers(struct fguard *guard, const uint64_t *ids, size_t n);

/**
 * fguard_forget_all_answers - make all rules forget all answers
 * @guard: the handle
 *
 * Return: 0.
 */
int fguard_forget_all_answers(struct fguard *guard);

/* ---- processes ----------------------------------------------------------- */

/**
 * fguard_login_uid - the login user of a process, from /proc/PID/loginuid
 * @pid: the process
 * @uid: receives it
 *
 * Return: 1; 0: there is no login user (the unset value 4294967295, or a kernel
 *	without audit); -ESRCH: no such process; -EIO: not a number.
 */
int fguard_login_uid(pid_t pid, uint32_t *uid);

/**
 * fguard_login_name - the name of a process's login user
 * @pid: the process
 * @name: receives it, NUL-terminated; the number in digits if the user database
 *	has no name for it
 * @size: its size
 *
 * Return: 1; 0: there is no login user;
 *	-ESRCH, -EIO as fguard_login_uid(); -ERANGE: @size is too small.
 */
int fguard_login_name(pid_t pid, char *name, size_t size);

#ifdef __cplusplus
}
#endif

#endif

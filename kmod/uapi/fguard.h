/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * fguard: the protocol between the kernel module and user space.
 *
 * Generic netlink family "fguard", version FGUARD_GENL_VERSION. A program that
 * finds another version must stop. Every command, and the event stream, needs
 * CAP_SYS_ADMIN in the initial user namespace, both in the process that opened
 * the socket and in the one that sends; otherwise -EPERM. Every error comes
 * with a sentence (extended ack) that says what was wrong. Numbers are in the
 * machine's byte order; strings end in NUL.
 *
 * FGUARD_CMD_GET_STATUS
 *	No attributes. Replies with FGUARD_A_STATUS (enum fguard_status_attr).
 *
 * FGUARD_CMD_ADD_RULES
 *	1 to FGUARD_RULES_PER_ADD times FGUARD_A_RULE (enum fguard_rule_attr).
 *	Adds the rules, or replaces those about the same objects, which keep
 *	their ids. All or none. Replies with one FGUARD_A_RULE for each, in
 *	order, with FGUARD_RULE_A_ID and FGUARD_RULE_A_FLAGS.
 *	A rule with FGUARD_RULE_UNTIL_CLOSED must be alone in its message. It
 *	replaces no other rule: if an identical rule with that flag exists for
 *	the object, that rule stays, and now also lasts as long as this socket.
 *	-EINVAL	an attribute is missing, malformed or unknown; a path is not
 *		absolute, or ends in "/", "." or ".."; a suffix is empty or
 *		holds a "/"; a rule that ends with its socket is not alone
 *	-ERANGE	a number, or the length of a value, is outside its range
 *	-ENAMETOOLONG the last name of a path is longer than a name can be
 *	-E2BIG	more than FGUARD_RULES_PER_ADD rules, or a rule that names so much
 *		that it could not be listed
 *	-ENOENT	the directory that would hold the object does not exist
 *	-ENOTDIR a component of that directory is not a directory
 *	-ESRCH	a pid names no process
 *	-EEXIST	two rules of the message are about the same object, or a rule
 *		has the name of another; or a rule that ends with its socket is
 *		about an object that already has a rule
 *	-EOPNOTSUPP this kernel lacks a function that an operation needs, or the
 *		filesystem (FAT, proc, sysfs) gives its files no lasting identity
 *	-EBUSY	another tracer holds a function that an operation needs
 *	-ENOMEM
 *
 * FGUARD_CMD_SET_RULES
 *	Any number of FGUARD_A_RULE, including none. Replaces the whole rule set
 *	atomically: every access is decided by the old set or by the new one.
 *	The only reply is the acknowledgement. Errors as for ADD_RULES; no rule
 *	may have FGUARD_RULE_UNTIL_CLOSED.
 *
 * FGUARD_CMD_DEL_RULES
 *	One or more FGUARD_A_RULE, each with exactly one of FGUARD_RULE_A_ID,
 *	FGUARD_RULE_A_PATH, FGUARD_RULE_A_NAME. All or none.
 *	-EINVAL	none or several of the three
 *	-ERANGE	the id is 0
 *	-ENOENT	no such rule
 *
 * FGUARD_CMD_GET_RULES (dump)
 *	No attributes. One message with one FGUARD_A_RULE for each rule, in the
 *	order of ids. If rules change during the dump, each rule that existed
 *	throughout is shown exactly once, and NLM_F_DUMP_INTR is set.
 *
 * FGUARD_CMD_SUBSCRIBE
 *	FGUARD_A_SUBSCRIPTION (enum fguard_subscription_attr): from then on this
 *	socket receives FGUARD_CMD_EVENTS until it is closed. A socket has one
 *	subscription; a second SUBSCRIBE replaces its filter, and the sequence
 *	numbers continue.
 *	With FGUARD_SUBSCRIBE_ANSWER the socket is an answerer. Instead of
 *	accesses it receives the questions of all rules that ask, beginning with
 *	those already pending, and how each of them ended. When the last
 *	answerer closes its socket, all questions end immediately.
 *	The process that sends this command is never asked about, and neither
 *	are its descendants with the same real user and user namespace: they are
 *	allowed what a rule would ask about. Its other descendants, its ancestors
 *	(up to 64) and its tracer are not asked about either; they get the rule's
 *	default immediately. A descendant from before the command counts if at
 *	most 64 generations separate it from the process.
 *	One user can have FGUARD_QUESTIONS_SHARE questions pending; further ones
 *	get the default. The user is the login user, otherwise the owner of the
 *	outermost user namespace, otherwise the real user. When
 *	FGUARD_QUESTIONS_MAX are pending in all, a question of a user with fewer
 *	displaces the latest one of the user who has most.
 *	Errors: -EINVAL (also: an answerer with another filter, or a change from
 *	one kind to the other), -ERANGE, -E2BIG (more than FGUARD_FILTERS_MAX
 *	values of a kind), -ENOENT (a path), -ESRCH (a pid), -EOPNOTSUPP,
 *	-EBUSY, -ENOMEM.
 *
 * FGUARD_CMD_ANSWER
 *	FGUARD_A_ANSWER (enum fguard_answer_attr). Any socket may answer. The
 *	first answer counts. An answer with a lifetime other than once is
 *	remembered with the rule: for the same operation on anything the rule is
 *	about, by the same process (FGUARD_LIFETIME_PROCESS), or by the same
 *	executable run by the same real user (FGUARD_LIFETIME_TIME,
 *	FGUARD_LIFETIME_FOREVER).
 *	A process that the kernel started for a script, by its "#!" line or by
 *	binfmt_misc, counts as that script until it executes something else, and
 *	so do its children. An answer about it does not cover other scripts with
 *	the same interpreter, or the interpreter itself. A process started
 *	before a rule asked counts as its executable.
 *	Answers are remembered until the rule is removed. A rule that replaces
 *	it, by ADD_RULES or SET_RULES, keeps them if it asks about the same
 *	operations and has the same flags (with FGUARD_RULE_AGAINST, also the
 *	same subjects).
 *	A remembered answer covers what an answer for once covers within one
 *	call: creating a file includes opening it, opening for reading and
 *	writing is both, and executing includes that the kernel reads and maps
 *	the program. Pending questions that it covers end with it.
 *	-EINVAL	no id or no verdict; a time without a length, or a length
 *		without a time
 *	-ERANGE
 *	-ENOENT	no such question is pending: it was answered, expired or is gone
 *	-EOPNOTSUPP the waiter has no executable that could be recognized later;
 *		only once and process are possible
 *	-ENOSPC	the rule remembers FGUARD_ANSWERS_MAX valid answers; only once
 *		is possible, and the question stays pending
 *	-ENOMEM
 *
 * FGUARD_CMD_GET_QUESTIONS (dump)
 *	No attributes. One message with FGUARD_A_EVENTS, holding one record
 *	struct fguard_question_record, for each pending question.
 *
 * FGUARD_CMD_GET_ANSWERS (dump)
 *	No attributes. One message with one FGUARD_A_REMEMBERED (enum
 *	fguard_remembered_attr) for each remembered answer that is still valid,
 *	oldest first.
 *
 * FGUARD_CMD_FORGET
 *	One or more FGUARD_A_REMEMBERED, each with FGUARD_REMEMBERED_A_ID alone:
 *	the rules forget these answers, all of them or none, and ask again. A
 *	single one with the id 0 stands for all answers. Files already open stay
 *	open. FGUARD_CMD_LOCK does not prevent this.
 *	-EINVAL	no answer is named, or 0 together with others
 *	-E2BIG	more than FGUARD_FORGET_MAX
 *	-ENOENT	no such answer is remembered
 *	-ENOMEM
 *
 * FGUARD_CMD_EXPLAIN
 *	FGUARD_A_EXPLAIN (enum fguard_explain_attr) with a path, an operation
 *	and optionally the pid of a process. Replies with
 *	FGUARD_A_EXPLAIN: the verdict, and every rule that is about the object.
 *	Nothing is counted or reported. -EINVAL, -ERANGE, -ESRCH, -ENOENT,
 *	-ENOMEM.
 *
 * FGUARD_CMD_LOCK
 *	No attributes. From then until the machine restarts ADD_RULES, SET_RULES
 *	and DEL_RULES fail with -EPERM, and the module cannot be removed. Rules
 *	still end by themselves (FGUARD_RULE_A_TTL, FGUARD_RULE_UNTIL_EXIT).
 *	Watching, asking and answering continue, and whoever may answer can
 *	allow what a rule asks about, so a rule that must hold against root has
 *	to deny. Locking twice is no error.
 *	-EPERM	also: the module was loaded with the parameter nolock=1, for
 *		example by fguard.nolock=1 on the kernel's command line
 *
 * FGUARD_CMD_EVENTS (to user space)
 *	FGUARD_A_EVENTS: one or more records, struct fguard_record, packed.
 */
#ifndef _UAPI_FGUARD_H
#define _UAPI_FGUARD_H

#include <linux/types.h>

#define FGUARD_GENL_NAME	"fguard"
#define FGUARD_GENL_VERSION	1

#define FGUARD_RULES_PER_ADD	1024
#define FGUARD_NAME_MAX		64	/* of a rule, bytes, without the NUL */
#define FGUARD_SUBJECTS_MAX	1024	/* of each kind in a rule */
#define FGUARD_FILTERS_MAX	256	/* of each kind in a subscription */
#define FGUARD_QUESTIONS_MAX	4096	/* pending at a time */
#define FGUARD_QUESTIONS_SHARE	1024	/* of these, by one user */
#define FGUARD_ANSWERS_MAX	512	/* that a rule remembers */
#define FGUARD_FORGET_MAX	4096	/* answers in a message */
#define FGUARD_TIMEOUT_DEFAULT	5000	/* milliseconds */
#define FGUARD_TIMEOUT_MAX	86400000 /* a day */
#define FGUARD_TTL_MAX		3153600000000 /* milliseconds: a hundred years */

enum fguard_command {
	FGUARD_CMD_UNSPEC,
	FGUARD_CMD_GET_STATUS,
	FGUARD_CMD_ADD_RULES,
	FGUARD_CMD_SET_RULES,
	FGUARD_CMD_DEL_RULES,
	FGUARD_CMD_GET_RULES,
	FGUARD_CMD_SUBSCRIBE,
	FGUARD_CMD_EVENTS,
	FGUARD_CMD_EXPLAIN,
	FGUARD_CMD_ANSWER,
	FGUARD_CMD_GET_QUESTIONS,
	FGUARD_CMD_LOCK,
	FGUARD_CMD_GET_ANSWERS,
	FGUARD_CMD_FORGET,
	__FGUARD_CMD_MAX,
};
#define FGUARD_CMD_MAX (__FGUARD_CMD_MAX - 1)

enum fguard_attr {
	FGUARD_A_UNSPEC,
	FGUARD_A_STATUS,	/* nested */
	FGUARD_A_RULE,		/* nested, repeated */
	FGUARD_A_SUBSCRIPTION,	/* nested */
	FGUARD_A_EVENTS,	/* binary: records */
	FGUARD_A_EXPLAIN,	/* nested */
	FGUARD_A_ANSWER,	/* nested */
	FGUARD_A_REMEMBERED,	/* nested, repeated */
	__FGUARD_A_MAX,
};
#define FGUARD_A_MAX (__FGUARD_A_MAX - 1)

/* What is done to a file. Values are stable; masks are 1 << value. */
enum fguard_op {
	FGUARD_OP_READ,
	FGUARD_OP_WRITE,
	FGUARD_OP_EXEC,
	FGUARD_OP_CREATE,
	FGUARD_OP_DELETE,
	FGUARD_OP_RENAME,
	FGUARD_OP_LINK,
	FGUARD_OP_TRUNCATE,
	FGUARD_OP_ATTR,		/* mode, owner, times, xattr, ACL, flags */
	FGUARD_OP_LIST,		/* opening a directory, or watching what happens in it */
	FGUARD_OP_MOUNT,	/* mounting or unmounting on it or above it */
	__FGUARD_OP_MAX,
};
#define FGUARD_OPS_ALL ((1U << __FGUARD_OP_MAX) - 1)

/* What a rule does with processes it does not allow. */
enum fguard_else {
	FGUARD_ELSE_DENY,
	FGUARD_ELSE_LOG,
	FGUARD_ELSE_ASK,	/* an answerer decides */
	__FGUARD_ELSE_MAX,
};

enum fguard_verdict {
	FGUARD_VERDICT_ALLOW,
	FGUARD_VERDICT_DENY,
	__FGUARD_VERDICT_MAX,
};
#define FGUARD_VERDICTS_ALL ((1U << __FGUARD_VERDICT_MAX) - 1)

/* Why the verdict is what it is. */
enum fguard_reason {
	FGUARD_REASON_NONE,		/* no rule applies */
	FGUARD_REASON_RULE,		/* the rule's "else" */
	FGUARD_REASON_GRANT,		/* the rule allows the subject */
	FGUARD_REASON_DEFAULT,		/* the rule's default: see enum fguard_detail;
					 * or denied because memory ran out */
	FGUARD_REASON_ANSWER,		/* an answer, new or remembered */
	FGUARD_REASON_EXPIRED,		/* the rule's default: no answer in time */
	FGUARD_REASON_UNASKABLE,	/* the rule's default: the caller cannot wait */
	FGUARD_REASON_ASK,		/* EXPLAIN only: it would be asked */
	__FGUARD_REASON_MAX,
};

/* Details of a reason. */
enum fguard_detail {
	FGUARD_DETAIL_NONE,
	FGUARD_DETAIL_NO_ANSWERER,	/* no answerer was running */
	FGUARD_DETAIL_ANSWERER_GONE,	/* the last one closed its socket */
	FGUARD_DETAIL_QUEUE_FULL,	/* too many questions pending, in all or of the user */
	FGUARD_DETAIL_RULE_GONE,	/* the rule that asked was removed */
	FGUARD_DETAIL_REMEMBERED,	/* the answer to an earlier question */
	FGUARD_DETAIL_ANSWERER,		/* allowed because it belongs to an answerer */
	FGUARD_DETAIL_TRACING,		/* it tried to trace an allowed process, or write
					 * its memory; the path is that of its program */
	FGUARD_DETAIL_POSING,		/* it tried to claim that allowed program as its own
					 * (prctl(PR_SET_MM)); reported as executing it */
	FGUARD_DETAIL_TAKING,		/* it tried to move or link the object to a place
					 * where less is denied */
	__FGUARD_DETAIL_MAX,
};

/* How long an answer is valid. */
enum fguard_lifetime {
	FGUARD_LIFETIME_ONCE,
	FGUARD_LIFETIME_PROCESS,	/* until the process ends */
	FGUARD_LIFETIME_TIME,		/* FGUARD_ANSWER_A_TTL */
	FGUARD_LIFETIME_FOREVER,	/* as long as the rule */
	__FGUARD_LIFETIME_MAX,
};

/* FGUARD_RULE_A_FLAGS, kernel to user */
#define FGUARD_RULE_EXISTS	(1U << 0)	/* the object existed */
#define FGUARD_RULE_REPLACED	(1U << 1)	/* a rule about the same object was replaced */
/* and user to kernel too */
#define FGUARD_RULE_TREE	(1U << 2)	/* the path and everything below it */
#define FGUARD_RULE_CHILDREN	(1U << 3)	/* descendants of the pids too */
#define FGUARD_RULE_UNTIL_EXIT	(1U << 4)	/* ends with the last pid */
#define FGUARD_RULE_STRICT	(1U << 5)	/* also file descriptors and mappings
						 * from before the rule */
#define FGUARD_RULE_AGAINST	(1U << 6)	/* binds its subjects only:
						 * everybody else is allowed */
#define FGUARD_RULE_UNTIL_CLOSED (1U << 7)	/* ends when every socket that added
						 * it is closed, by whatever means */
#define FGUARD_RULE_FLAGS_ALL	(63U << 2)	/* what a new rule may have */
/* and kernel to user alone */
#define FGUARD_RULE_EXE_PENDING	(1U << 8)	/* nothing has the name of one of its
						 * executables: by that it lets in
						 * nobody until something has */

enum fguard_rule_attr {
	FGUARD_RULE_A_UNSPEC,
	FGUARD_RULE_A_PAD,
	FGUARD_RULE_A_ID,	/* u32, from 1; kernel to user, and DEL_RULES */
	FGUARD_RULE_A_NAME,	/* string, 1 to FGUARD_NAME_MAX, optional */
	FGUARD_RULE_A_PATH,	/* string, absolute; the last component is not
				 * followed if it is a symbolic link, except
				 * for the directory of a suffix */
	FGUARD_RULE_A_OPS,	/* u32, mask of enum fguard_op; default all */
	FGUARD_RULE_A_ELSE,	/* u8, enum fguard_else; default deny */
	FGUARD_RULE_A_ERRNO,	/* u32, EACCES (default), EPERM or ENOENT */
	/*
	 * Allowed is a process that matches at least one value of every kind
	 * given; with none given, no process. At most FGUARD_SUBJECTS_MAX of a kind.
	 */
	FGUARD_RULE_A_PIDS,	/* u32 array, as the caller's pid namespace
				 * numbers them; user to kernel */
	FGUARD_RULE_A_GRANT,	/* nested, repeated; kernel to user */
	FGUARD_RULE_A_FLAGS,	/* u32, FGUARD_RULE_* */
	FGUARD_RULE_A_ALLOWED,	/* u64, accesses allowed by a grant or only logged */
	FGUARD_RULE_A_DENIED,	/* u64, accesses denied */
	FGUARD_RULE_A_SUFFIX,	/* string, 1 to 255 without "/": file names with
				 * this ending, below the path or, without one, anywhere */
	FGUARD_RULE_A_UIDS,	/* u32 array, real uids */
	FGUARD_RULE_A_GIDS,	/* u32 array, groups, real or supplementary */
	FGUARD_RULE_A_LOGINUIDS, /* u32 array */
	FGUARD_RULE_A_EXE,	/* string, an executable, repeated */
	FGUARD_RULE_A_CGROUP,	/* string, directory of a cgroup, repeated */
	FGUARD_RULE_A_TTL,	/* u64, milliseconds, 1 to FGUARD_TTL_MAX: how long the
				 * rule lasts; kernel to user: the time left */
	FGUARD_RULE_A_DEFAULT,	/* u8, enum fguard_verdict if nobody answers;
				 * default deny */
	FGUARD_RULE_A_TIMEOUT,	/* u32, milliseconds allowed for an answer, 1 to
				 * FGUARD_TIMEOUT_MAX */
	FGUARD_RULE_A_ASKED,	/* u64, questions */
	FGUARD_RULE_A_EXPIRED,	/* u64, questions not answered in time */
	__FGUARD_RULE_A_MAX,
};
#define FGUARD_RULE_A_MAX (__FGUARD_RULE_A_MAX - 1)

enum fguard_grant_attr {
	FGUARD_GRANT_A_UNSPEC,
	FGUARD_GRANT_A_PID,	/* u32, in the initial pid namespace */
	FGUARD_GRANT_A_COMM,	/* string, at the time of the grant */
	FGUARD_GRANT_A_ALIVE,	/* u8, 1 while the process runs */
	__FGUARD_GRANT_A_MAX,
};
#define FGUARD_GRANT_A_MAX (__FGUARD_GRANT_A_MAX - 1)

/* FGUARD_SUBSCRIPTION_A_FLAGS */
#define FGUARD_SUBSCRIBE_ALL	(1U << 0)	/* also where no rule matches */
#define FGUARD_SUBSCRIBE_ANSWER	(1U << 1)	/* questions instead of accesses */
#define FGUARD_SUBSCRIBE_FLAGS_ALL (3U << 0)

/*
 * A subscription's filter. Kinds combine with "and", the values of one kind
 * with "or"; an absent kind matches everything. Path, tree and suffix are
 * one kind. Without FGUARD_SUBSCRIBE_ALL and without a path, tree or suffix,
 * only accesses to which a rule applies are reported; with either, others too.
 */
enum fguard_subscription_attr {
	FGUARD_SUBSCRIPTION_A_UNSPEC,
	FGUARD_SUBSCRIPTION_A_FLAGS,	/* u32 */
	FGUARD_SUBSCRIPTION_A_OPS,	/* u32, mask of enum fguard_op */
	FGUARD_SUBSCRIPTION_A_VERDICTS,	/* u32, mask of enum fguard_verdict */
	FGUARD_SUBSCRIPTION_A_PATH,	/* string, absolute, repeated */
	FGUARD_SUBSCRIPTION_A_TREE,	/* string, a directory with everything in it, repeated */
	FGUARD_SUBSCRIPTION_A_SUFFIX,	/* string, 1 to 255, repeated */
	FGUARD_SUBSCRIPTION_A_PID,	/* u32, a process, repeated */
	FGUARD_SUBSCRIPTION_A_EXE,	/* string, an executable, repeated */
	FGUARD_SUBSCRIPTION_A_UID,	/* u32, initial namespace, repeated */
	__FGUARD_SUBSCRIPTION_A_MAX,
};
#define FGUARD_SUBSCRIPTION_A_MAX (__FGUARD_SUBSCRIPTION_A_MAX - 1)

enum fguard_answer_attr {
	FGUARD_ANSWER_A_UNSPEC,
	FGUARD_ANSWER_A_PAD,
	FGUARD_ANSWER_A_ID,		/* u64, of the question */
	FGUARD_ANSWER_A_VERDICT,	/* u8, enum fguard_verdict */
	FGUARD_ANSWER_A_LIFETIME,	/* u8, enum fguard_lifetime; default once */
	FGUARD_ANSWER_A_TTL,		/* u64, milliseconds, 1 to FGUARD_TTL_MAX */
	__FGUARD_ANSWER_A_MAX,
};
#define FGUARD_ANSWER_A_MAX (__FGUARD_ANSWER_A_MAX - 1)

/* An answer that a rule remembers. */
enum fguard_remembered_attr {
	FGUARD_REMEMBERED_A_UNSPEC,
	FGUARD_REMEMBERED_A_PAD,
	FGUARD_REMEMBERED_A_ID,		/* u64, from 1, never used again */
	FGUARD_REMEMBERED_A_RULE,	/* u32, the rule's id */
	FGUARD_REMEMBERED_A_OPS,	/* u32, mask of enum fguard_op */
	FGUARD_REMEMBERED_A_VERDICT,	/* u8, enum fguard_verdict */
	FGUARD_REMEMBERED_A_LIFETIME,	/* u8, enum fguard_lifetime */
	FGUARD_REMEMBERED_A_PID,	/* u32, initial pid namespace; for FGUARD_LIFETIME_PROCESS */
	FGUARD_REMEMBERED_A_COMM,	/* string, name of the process that waited */
	FGUARD_REMEMBERED_A_UID,	/* u32, the real user */
	FGUARD_REMEMBERED_A_EXE,	/* string, the executable's path then, if known */
	FGUARD_REMEMBERED_A_SCRIPT,	/* string, the script's path then, empty if not
					 * known; absent if it ran none */
	FGUARD_REMEMBERED_A_TTL,	/* u64, milliseconds left, for FGUARD_LIFETIME_TIME */
	FGUARD_REMEMBERED_A_GIVEN,	/* u64, when, nanoseconds since the epoch */
	__FGUARD_REMEMBERED_A_MAX,
};
#define FGUARD_REMEMBERED_A_MAX (__FGUARD_REMEMBERED_A_MAX - 1)

enum fguard_status_attr {
	FGUARD_STATUS_A_UNSPEC,
	FGUARD_STATUS_A_PAD,
	FGUARD_STATUS_A_VERSION,	/* string, the module's version */
	FGUARD_STATUS_A_RULES,		/* u32 */
	FGUARD_STATUS_A_SUBSCRIBERS,	/* u32 */
	FGUARD_STATUS_A_ALLOWED,	/* u64, allowed by a grant or a log rule */
	FGUARD_STATUS_A_DENIED,		/* u64 */
	FGUARD_STATUS_A_EVENTS,		/* u64, records queued, all subscribers */
	FGUARD_STATUS_A_LOST,		/* u64, records that found no room */
	FGUARD_STATUS_A_HOOK,		/* nested, repeated */
	FGUARD_STATUS_A_ANSWERERS,	/* u32 */
	FGUARD_STATUS_A_WAITING,	/* u32, pending questions */
	FGUARD_STATUS_A_ASKED,		/* u64, questions since loading */
	FGUARD_STATUS_A_EXPIRED,	/* u64, questions not answered in time */
	FGUARD_STATUS_A_LOCKED,		/* u8, 1 if locked until reboot */
	__FGUARD_STATUS_A_MAX,
};
#define FGUARD_STATUS_A_MAX (__FGUARD_STATUS_A_MAX - 1)

enum fguard_hook_state {
	FGUARD_HOOK_IDLE,	/* nothing needs it */
	FGUARD_HOOK_ACTIVE,
	FGUARD_HOOK_MISSING,	/* this kernel has no such function */
	__FGUARD_HOOK_STATE_MAX,
};

enum fguard_hook_attr {
	FGUARD_HOOK_A_UNSPEC,
	FGUARD_HOOK_A_FUNCTION,	/* string */
	FGUARD_HOOK_A_OPS,	/* u32, mask of enum fguard_op; 0: needed by strict
				 * rules, by rules that allow a process, or by rules
				 * that ask */
	FGUARD_HOOK_A_STATE,	/* u8, enum fguard_hook_state */
	__FGUARD_HOOK_A_MAX,
};
#define FGUARD_HOOK_A_MAX (__FGUARD_HOOK_A_MAX - 1)

/* How a rule names an object, least specific first. */
enum fguard_match_kind {
	FGUARD_MATCH_SUFFIX,
	FGUARD_MATCH_TREE,
	FGUARD_MATCH_PATH,
	__FGUARD_MATCH_MAX,
};

enum fguard_match_attr {
	FGUARD_MATCH_A_UNSPEC,
	FGUARD_MATCH_A_RULE,	/* u32, the rule's id */
	FGUARD_MATCH_A_KIND,	/* u8, enum fguard_match_kind */
	FGUARD_MATCH_A_DISTANCE, /* u32, directories up to the root of the tree */
	FGUARD_MATCH_A_CONCERNED, /* u8, 1 if the rule covers the operation */
	FGUARD_MATCH_A_ALLOWED,	/* u8, 1 if the rule allows the process */
	__FGUARD_MATCH_A_MAX,
};
#define FGUARD_MATCH_A_MAX (__FGUARD_MATCH_A_MAX - 1)

enum fguard_explain_attr {
	FGUARD_EXPLAIN_A_UNSPEC,
	FGUARD_EXPLAIN_A_PATH,	/* string, as FGUARD_RULE_A_PATH */
	FGUARD_EXPLAIN_A_OP,	/* u8, enum fguard_op */
	FGUARD_EXPLAIN_A_PID,	/* u32; without it, a process that no rule allows */
	FGUARD_EXPLAIN_A_VERDICT, /* u8, enum fguard_verdict; kernel to user */
	FGUARD_EXPLAIN_A_REASON, /* u8, enum fguard_reason; kernel to user */
	FGUARD_EXPLAIN_A_RULE,	/* u32, the rule that decides, or 0; kernel to user */
	FGUARD_EXPLAIN_A_MATCH,	/* nested, repeated; kernel to user */
	__FGUARD_EXPLAIN_A_MAX,
};
#define FGUARD_EXPLAIN_A_MAX (__FGUARD_EXPLAIN_A_MAX - 1)

/*
 * Records. Each begins with struct fguard_record and is a multiple of 8 bytes
 * long; a reader advances by @length and skips types it does not know.
 */
enum fguard_record_type {
	FGUARD_RECORD_ACCESS = 1,
	FGUARD_RECORD_GAP = 2,
	FGUARD_RECORD_QUESTION = 3,
	FGUARD_RECORD_CLOSED = 4,
};

#define FGUARD_RECORD_VERSION	1
#define FGUARD_RECORD_MAX	16384	/* bytes; no record is longer */

/**
 * struct fguard_record - the head of every record
 * @length: bytes of the whole record: head, strings and padding
 * @version: FGUARD_RECORD_VERSION
 * @type: enum fguard_record_type
 * @detail: enum fguard_detail, in records of accesses
 * @reserved1: 0
 * @script_length: in records of questions, bytes of the path of the script that the
 *	waiter runs, which follows the access; else 0
 * @seq: counts the records queued for this subscriber, from 1, without gaps
 * @time: nanoseconds since the epoch, CLOCK_REALTIME
 */
struct fguard_record {
	__u16 length;
	__u8 version;
	__u8 type;
	__u8 detail;
	__u8 reserved1;
	__u16 script_length;
	__u64 seq;
	__u64 time;
};

/*
 * struct fguard_access_record.cut: which strings must not be used as paths.
 *
 * A string is marked if it was too long; then it holds the last name only. It is also
 * marked if no mount in the mount namespace of the process shows the object there (it
 * was reached through a file descriptor from another namespace, a detached mount, or a
 * directory that was moved out of a mount), if an ordinary user created that namespace,
 * or if the process has another root than the namespace. Then the string is the path
 * within the object's own filesystem, or where whoever made the rule saw that mounted,
 * and ends with the object's name there; in a question about a filesystem that a user
 * mounted, it is "/". If the module cannot find out where mounts are, it marks all
 * questions, and in other records what was too long.
 *
 * An unmarked string is a path in the mount namespace of the process, which only root
 * can have arranged. To see whether that is also the reader's, compare /proc/TID/ns/mnt.
 */
#define FGUARD_CUT_PATH		(1U << 0)
#define FGUARD_CUT_NEW_PATH	(1U << 1)
#define FGUARD_CUT_EXE		(1U << 2)
#define FGUARD_CUT_SCRIPT	(1U << 3)	/* of the script behind a question */

/* struct fguard_access_record.loginuid where there is no login */
#define FGUARD_NO_LOGIN		4294967295U

/**
 * struct fguard_access_record - an access to a file, made or attempted
 * @head: type FGUARD_RECORD_ACCESS
 * @rule: id of the rule that decided, 0 if none
 * @pid: process (thread group), in the initial pid namespace
 * @tid: thread
 * @ppid: parent process
 * @uid: real uid, initial user namespace
 * @loginuid: login uid, or FGUARD_NO_LOGIN
 * @open_flags: O_* as given to open, 0 for other operations
 * @op: enum fguard_op
 * @verdict: enum fguard_verdict
 * @reason: enum fguard_reason
 * @cut: FGUARD_CUT_*
 * @path_length: bytes of the path
 * @new_path_length: bytes of the new path (rename, link), 0 if none
 * @exe_length: bytes of the executable's path, 0 for kernel threads
 * @comm_length: bytes of the thread's name
 *
 * It is followed, without NULs, by path, new path, exe, comm; then zeros up to
 * @head.length.
 */
struct fguard_access_record {
	struct fguard_record head;
	__u32 rule;
	__u32 pid;
	__u32 tid;
	__u32 ppid;
	__u32 uid;
	__u32 loginuid;
	__u32 open_flags;
	__u8 op;
	__u8 verdict;
	__u8 reason;
	__u8 cut;
	__u16 path_length;
	__u16 new_path_length;
	__u16 exe_length;
	__u16 comm_length;
};

/**
 * struct fguard_gap_record - records that found no room, at this point
 * @head: type FGUARD_RECORD_GAP
 * @lost: how many; they used no sequence numbers
 * @from: time of the first, nanoseconds since the epoch
 * @to: time of the last
 */
struct fguard_gap_record {
	struct fguard_record head;
	__u64 lost;
	__u64 from;
	__u64 to;
};

/**
 * struct fguard_question_record - an access that waits for an answer
 * @head: type FGUARD_RECORD_QUESTION
 * @id: id of the question, from 1, never reused
 * @deadline: when it expires, nanoseconds since the epoch, CLOCK_REALTIME
 * @access: what is asked about: a whole record, followed by its strings; the
 *	verdict is the rule's default, the reason FGUARD_REASON_ASK
 *
 * After the access, at @access.head.length: the path of the script that the waiter
 * runs (see FGUARD_CMD_ANSWER), @head.script_length bytes without NUL; then zeros. It
 * is left out if it runs no script, or if it would not fit.
 */
struct fguard_question_record {
	struct fguard_record head;
	__u64 id;
	__u64 deadline;
	struct fguard_access_record access;
};

/* Why a question ended. */
enum fguard_closed {
	FGUARD_CLOSED_ANSWERED,		/* by any answerer */
	FGUARD_CLOSED_EXPIRED,
	FGUARD_CLOSED_GONE,		/* the waiter or the rule is gone */
	__FGUARD_CLOSED_MAX,
};

/**
 * struct fguard_closed_record - a question ended; sent to every answerer, also to
 *	the one that answered
 * @head: type FGUARD_RECORD_CLOSED
 * @id: the question
 * @reason: enum fguard_closed
 * @verdict: enum fguard_verdict: the result of the access
 * @reserved1: 0
 * @reserved2: 0
 */
struct fguard_closed_record {
	struct fguard_record head;
	__u64 id;
	__u8 reason;
	__u8 verdict;
	__u16 reserved1;
	__u32 reserved2;
};

#endif

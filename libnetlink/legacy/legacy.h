/* SPDX-License-Identifier: MIT */
/*
 * The earlier protocol: what programs written against the first version of the
 * product call. They work unchanged when they are linked with this library;
 * new ones are better off with fguard.h, whose answers name a question and not
 * a file.
 *
 * An agent decides about every access to files of the configured type. It opens
 * a connection and reads, one after the other, what somebody wants to do:
 *
 *	int sock = open_netlink_connection();
 *	char *asked, answer[PATH_MAX + 8];
 *
 *	while ((asked = read_kernel_message(sock))) {   "/home/a.docx|cat|940"
 *		...
 *		send_kernel_message(sock, answer);      "/home/a.docx|Deny"
 *		free(asked);
 *	}
 *	sock_netlink_disconnection(sock);
 *
 * - The file type is the value of the environment variable FGUARD_FILE_TYPE, by
 *   default ".docx". The first version intercepted files whose name contains it;
 *   here it is the end of the name, so that "a.docx.bak" is not intercepted.
 *   While an agent is connected a rule stands for it, which "fguard rules" shows
 *   under a name that begins with "DSSAgent:". It ends with the agent, however that
 *   ends, also by SIGKILL; agents of the same type share it, until the last of them
 *   has ended. If a rule for the same suffix was there before, it stays as it is.
 * - No answer in 5 seconds, or no agent, means allow. What the agent's process
 *   and its descendants do is not asked about.
 * - Of a rename or a link, the name that has the file type is told; both are, one
 *   after the other, if both have it, or if neither has, because a rule of somebody
 *   else's asks. It is done if both are allowed.
 * - An answer names a file only. "Deny" counts for all accesses to it that were
 *   read and not yet answered, "Allow" for the oldest of them. An answer that
 *   comes too late has no effect. Whatever contains "Deny" denies, but for the
 *   name of the file, and without a "|" it denies all that was read.
 * - A "|" in the name of a file or a process is told as "?", so that nobody can
 *   forge the fields behind it; the answer repeats the name as it was told.
 *
 * A guard client says which processes may touch a path, and nobody else:
 *
 *	From:CryptoCli;Action:change;Path:P;Count:N;Pid1:A;...PidN:Z;
 *	From:CryptoCli;Action:clear;
 *
 * - Count 0 removes the guard of the path. A path that is a directory is guarded
 *   with all below it, and of a symbolic link what it leads to when it is set.
 *   Processes that are gone are left out, and so are those that are counted and not
 *   named. Such guards have names that begin with "CryptoCli:"; "clear" removes
 *   those, and no other rule.
 *
 * Fields are found by their keys, in any order, with others between them, and the
 * last ";" may be missing. A path that looks like fields ("/a;Count:1") is one if
 * there is such a file.
 *
 * Needs CAP_SYS_ADMIN and the fguard module. The connection is a descriptor that
 * poll() and select() find readable when there is something to read, and that
 * close() closes, too. Any thread may use it; a thread of the library's moves
 * the messages. After fork() the child gets a connection of its own with its
 * first call. Functions that fail set errno.
 */
#ifndef FGUARD_LEGACY_H
#define FGUARD_LEGACY_H

#ifdef __cplusplus
extern "C" {
#endif

/**
 * open_netlink_connection - connect, as an agent unless it proves a guard client
 *
 * Accesses wait for the agent from now on. A connection whose first message
 * comes "From:CryptoCli" is no agent.
 *
 * Return: a descriptor; -1: ENOENT: the module is not loaded; EPERM; others as
 *	fguard_open(), fguard_subscribe() and fguard_add_rules().
 */
int open_netlink_connection(void);

/**
 * read_kernel_message - wait for the next message
 * @sock: the connection; if O_NONBLOCK is set, it does not wait
 *
 * Return: "file|process name|pid" of an access that waits for an answer, or the
 *	reply to "hello", to be given to free(); NULL: EAGAIN; EINTR; EBADF: it is
 *	no connection; ENODEV: the module was unloaded, or the connection closed;
 *	others as open_netlink_connection().
 */
char *read_kernel_message(int sock);

/**
 * send_kernel_message - answer, or say something else
 * @sock: the connection
 * @msg: one of
 *	"FILE|Allow", "FILE|Deny"
 *	"From:DSSAgent;Action:return;Message:FILE|Allow;", or Deny: the same
 *	"From:DSSAgent;Action:hello;": the reply is "Init socket from kernel"
 *	"From:DSSAgent;Action:init;": this is the agent
 *	"From:CryptoCli;Action:change;Path:P;Count:N;Pid1:A;...PidN:Z;"
 *	"From:CryptoCli;Action:clear;"
 *
 * Return: 0, also if nobody waits for the answer any more; -1: EINVAL: it is
 *	none of these, or a field is there twice; EMSGSIZE: it is longer than 65535 bytes; E2BIG: more than
 *	1024 processes; EBADF: it is no connection; ENODEV: the module was
 *	unloaded; others as fguard_add_rules().
 */
int send_kernel_message(int sock, char *msg);

/**
 * sock_netlink_connection - connect, say hello and wait for the reply
 *
 * It becomes an agent with "init", or when it is read.
 *
 * Return: as open_netlink_connection().
 */
int sock_netlink_connection(void);

/**
 * sock_netlink_disconnection - close the connection
 * @sock: the connection; accesses that wait for the agent are allowed, and its
 *	rule goes with it
 */
void sock_netlink_disconnection(int sock);

/**
 * get_username_by_pid - the name of a process's login user
 * @pid: the process
 *
 * Return: the name, its number if the user database does not know it, or "" if
 *	there is no login or no such process; to be given to free(). NULL: ENOMEM.
 */
char *get_username_by_pid(int pid);

#ifdef __cplusplus
}
#endif

#endif

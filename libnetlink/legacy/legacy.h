/* SPDX-License-Identifier: MIT */
/*
 * The earlier protocol: the functions that programs written for the first version
 * of the product call. Such programs work unchanged when they are linked with this
 * library. New ones should use fguard.h, where an answer names a question instead
 * of a file.
 *
 * An agent decides about every access to files of the configured type. It opens
 * a connection and reads the pending accesses one after the other:
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
 *   here the name must end with it, so "a.docx.bak" is not intercepted.
 *   While an agent is connected there is a rule for it, which "fguard rules" shows
 *   under a name that begins with "DSSAgent:". The rule is removed when the agent
 *   ends, even by SIGKILL. Agents of the same type share one rule, which is removed
 *   with the last of them. An existing rule for the same suffix is kept unchanged.
 * - Without an agent, or without an answer within 5 seconds, the access is allowed.
 *   Accesses by the agent's process and its descendants are not asked about.
 * - For a rename or a link, the agent gets the name that has the file type. It gets
 *   both names, one after the other, if both have it, or if neither has because
 *   another program's rule asks. The operation is allowed if both are allowed.
 * - An answer only names a file. "Deny" applies to all accesses to it that were
 *   read and not yet answered, "Allow" to the oldest of them. An answer that
 *   comes too late has no effect. Any text that contains "Deny" outside the name
 *   of the file denies, and without a "|" it denies everything that was read.
 * - A "|" in the name of a file or a process is passed as "?", so that a name cannot
 *   forge the fields after it; the answer repeats the name as it was passed.
 *
 * A guard client names the only processes that may access a path:
 *
 *	From:CryptoCli;Action:change;Path:P;Count:N;Pid1:A;...PidN:Z;
 *	From:CryptoCli;Action:clear;
 *
 * - Count 0 removes the guard of the path. A directory is guarded with everything
 *   in it. For a symbolic link, its target at that time is guarded. Processes that
 *   no longer exist are left out, as are those included in the count but not named.
 *   Such guards have names that begin with "CryptoCli:"; "clear" removes only those
 *   rules.
 *
 * Fields are found by their keys; they may be in any order, with other fields
 * between them, and the last ";" may be missing. A value that looks like several
 * fields ("/a;Count:1") is taken as a path if that file exists.
 *
 * Needs CAP_SYS_ADMIN and the fguard module. The connection is a file descriptor
 * that works with poll(), select() and close(). Any thread may use it; a thread of
 * the library moves the messages. After fork(), the child's first call opens a
 * connection of its own. Functions that fail set errno.
 */
#ifndef FGUARD_LEGACY_H
#define FGUARD_LEGACY_H

#ifdef __cplusplus
extern "C" {
#endif

/**
 * open_netlink_connection - connect, as an agent unless it proves to be a guard client
 *
 * From now on, accesses wait for the agent. A connection whose first message has
 * the field "From:CryptoCli" is not an agent.
 *
 * Return: a descriptor; -1: ENOENT: the module is not loaded; EPERM; others as
 *	fguard_open(), fguard_subscribe() and fguard_add_rules().
 */
int open_netlink_connection(void);

/**
 * read_kernel_message - wait for the next message
 * @sock: the connection; with O_NONBLOCK, the call does not wait
 *
 * Return: "file|process name|pid" of an access that waits for an answer, or the
 *	reply to "hello"; the caller frees it. NULL: EAGAIN; EINTR; EBADF: @sock is
 *	not a connection; ENODEV: the module was unloaded, or the connection closed;
 *	others as open_netlink_connection().
 */
char *read_kernel_message(int sock);

/**
 * send_kernel_message - send an answer or another message
 * @sock: the connection
 * @msg: one of
 *	"FILE|Allow", "FILE|Deny"
 *	"From:DSSAgent;Action:return;Message:FILE|Allow;", or Deny: the same
 *	"From:DSSAgent;Action:hello;": the reply is "Init socket from kernel"
 *	"From:DSSAgent;Action:init;": this is the agent
 *	"From:CryptoCli;Action:change;Path:P;Count:N;Pid1:A;...PidN:Z;"
 *	"From:CryptoCli;Action:clear;"
 *
 * Return: 0, also if nothing waits for the answer any more; -1: EINVAL: @msg is
 *	none of these, or repeats a field; EMSGSIZE: it is longer than 65535 bytes;
 *	E2BIG: more than 1024 processes; EBADF: @sock is not a connection; ENODEV:
 *	the module was unloaded; others as fguard_add_rules().
 */
int send_kernel_message(int sock, char *msg);

/**
 * sock_netlink_connection - connect, say hello and wait for the reply
 *
 * The connection becomes an agent when it sends "init" or is read.
 *
 * Return: as open_netlink_connection().
 */
int sock_netlink_connection(void);

/**
 * sock_netlink_disconnection - close the connection
 * @sock: the connection; accesses that wait for the agent are allowed, and its
 *	rule is removed
 */
void sock_netlink_disconnection(int sock);

/**
 * get_username_by_pid - the name of a process's login user
 * @pid: the process
 *
 * Return: the name, the number if the user database has no name for it, or "" if
 *	there is no login user or no such process; the caller frees it. NULL: ENOMEM.
 */
char *get_username_by_pid(int pid);

#ifdef __cplusplus
}
#endif

#endif

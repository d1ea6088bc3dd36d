/* SPDX-License-Identifier: GPL-2.0-only */
/* What the current task was called for, and whether that can begin anew. */
#ifndef _FGUARD_SYSCALL_H
#define _FGUARD_SYSCALL_H

#include <linux/types.h>

/**
 * struct fguard_call - a system call, so that it is known when it is made again
 * @number: which
 * @instruction: where it is made
 * @stack: with which stack
 * @arguments: with which arguments; i386 may lose the sixth
 */
struct fguard_call {
	long number;
	unsigned long instruction;
	unsigned long stack;
	unsigned long arguments[5];
};

/**
 * fguard_syscall_can_restart - may the task go back and make its call again?
 * @descriptor: for the use of a file that was opened earlier
 *
 * Not so kernel threads and the workers of io_uring, nor who dumps core or ends, nor
 * who is in a call that hides the error or has gone too far.
 *
 * Context: any.
 * Return: true if the error -ERESTARTNOINTR would make it so.
 */
bool fguard_syscall_can_restart(bool descriptor);

/**
 * fguard_syscall_runs - is a program being loaded, to be run?
 *
 * Context: any.
 * Return: true in execve() and execveat().
 */
bool fguard_syscall_runs(void);

/**
 * fguard_syscall_restart - is the call about to be made again?
 *
 * A caller inside the kernel may have gone on in spite of the error, or have turned
 * it into something else.
 *
 * Context: the task is on its way back to user mode; no signal was taken yet.
 * Return: -ERESTARTNOINTR: it is; -ERESTARTSYS: unless a handler without SA_RESTART
 * runs; -ERESTARTNOHAND: unless any handler runs; 0: it is not, or not by the same
 * number.
 */
long fguard_syscall_restart(void);

/**
 * fguard_syscall_identify - note which call it is
 * @call: filled
 *
 * Context: any.
 */
void fguard_syscall_identify(struct fguard_call *call);

/**
 * fguard_syscall_same - may two calls of a task be one that was made again?
 * @a: one
 * @b: the other
 *
 * Context: any.
 * Return: false if they are not. A loop makes calls that nobody tells apart.
 */
bool fguard_syscall_same(const struct fguard_call *a, const struct fguard_call *b);

enum fguard_opening {
	FGUARD_OPENS_NOT,	/* mknod(), bind() and others */
	FGUARD_OPENS_SOMEHOW,	/* nobody can tell how, yet */
	FGUARD_OPENS,
};

/**
 * fguard_syscall_opens - does it open what it creates?
 * @flags: O_*, set where it is told how
 *
 * What openat2() and io_uring are to do is in memory that may change meanwhile.
 *
 * Context: any, by who creates a regular file.
 * Return: enum fguard_opening.
 */
enum fguard_opening fguard_syscall_opens(u32 *flags);

/**
 * fguard_syscall_sends_many - does it send several messages, of which some may be gone?
 *
 * An error of a later one is kept for the next call on the socket.
 *
 * Context: any.
 * Return: true for sendmmsg(), and for socketcall(), which may be that.
 */
bool fguard_syscall_sends_many(void);

/**
 * fguard_syscall_swaps - is it for swapping on something that it opens?
 *
 * Context: any.
 * Return: true for swapon().
 */
bool fguard_syscall_swaps(void);

/**
 * fguard_syscall_gives_raw_flags - does it open by flags of which none was taken out?
 *
 * The mark of what is opened to be executed is none that a caller may give, but
 * mq_open() and the opening by handle of xfs pass it on.
 *
 * Context: any.
 * Return: true for mq_open() and ioctl().
 */
bool fguard_syscall_gives_raw_flags(void);

#endif

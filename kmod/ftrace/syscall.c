// SPDX-License-Identifier: GPL-2.0-only
#include <linux/compat.h>
#include <linux/errno.h>
#include <linux/fcntl.h>
#include <linux/fs.h>
#include <linux/mm_types.h>
#include <linux/ptrace.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/sched/task_stack.h>
#include <linux/string.h>
#include <asm/syscall.h>
#include <asm/unistd.h>

#include "ftrace/syscall.h"

/* What is not in the headers of every kernel. */
#ifndef PF_USER_WORKER
#define PF_USER_WORKER 0	/* since 6.4 */
#endif

#define CANNOT_WAIT (PF_KTHREAD | PF_IO_WORKER | PF_USER_WORKER | PF_EXITING | \
		     PF_SIGNALED | PF_DUMPCORE)

#ifdef CONFIG_X86
/*
 * The result stands at -ENOSYS as long as the call runs. Later, what is done is done
 * on the way back to user mode, for a call that has ended: by task works.
 */
static bool is_running(const struct pt_regs *regs)
{
	return (long)regs->ax == -ENOSYS;
}

/* x32 marks its numbers. */
static int number_of(struct pt_regs *regs)
{
	int number = syscall_get_nr(current, regs);

	return number < 0 ? number : number & ~0x40000000;
}
#else
static bool is_running(const struct pt_regs *regs)
{
	return true;
}

static int number_of(struct pt_regs *regs)
{
	return syscall_get_nr(current, regs);
}
#endif

/*
 * What may be asked about in a call. To be made again it must hand the error on as it
 * is, and must have done nothing before that stands in the way. A call that is not
 * known to do so is not made again: whoever makes it has the default at once.
 *
 * Not in the lists, among others: fsconfig(), whose context fails for good;
 * process_madvise(), which begins anew in place; close(), whose descriptor is gone;
 * io_uring_enter() and recvmsg(), which keep the error for themselves; finit_module(),
 * which since 6.5 gives the error to all who load the same file at that moment, and who
 * do not begin anew.
 */
enum manner {
	NOT_AGAIN,
	AGAIN,
	BY_DESCRIPTOR,	/* for what uses a file that was opened earlier */
	BY_COMMAND,
	TO_RUN,
};

/* All that each of them does to files is to one, or to two at once. */
#define ON_NAMES(X)							\
	X(open) X(creat) X(openat) X(open_by_handle_at) X(truncate) X(ftruncate) \
	X(mknod) X(mknodat) X(mkdir) X(mkdirat) X(symlink) X(symlinkat)	\
	X(unlink) X(unlinkat) X(rmdir) X(rename) X(renameat) X(renameat2) \
	X(link) X(linkat) X(chmod) X(fchmod) X(fchmodat) X(chown) X(fchown) \
	X(lchown) X(fchownat) X(utime) X(utimes) X(futimesat) X(utimensat) \
	X(setxattr) X(lsetxattr) X(fsetxattr) X(removexattr) X(lremovexattr) \
	X(fremovexattr) X(chdir) X(fchdir) X(chroot) X(mount) X(umount2)	\
	X(pivot_root) X(bind) X(connect) X(sendto) X(sendmsg) X(acct) X(swapon) \
	X(swapoff) X(quotactl) X(mq_open) X(mq_unlink) X(bpf)		\
	X(inotify_add_watch) X(fanotify_mark) X(uselib) X(getdents)	\
	X(getdents64) X(fallocate) X(mmap) X(mprotect) X(pkey_mprotect)	\
	X(remap_file_pages) X(shmat)

/*
 * read() of a fanotify descriptor opens the file, when the event is taken already;
 * write() makes drivers open what they are told to. What they read and write
 * themselves is checked before the first byte, or ends the call early with what was
 * done till then.
 */
#define ON_CONTENT(X)							\
	X(read) X(pread64) X(readv) X(preadv) X(preadv2) X(write) X(pwrite64) \
	X(writev) X(pwritev) X(pwritev2) X(sendfile) X(splice)		\
	X(copy_file_range) X(io_submit)

#define CASE(name) case __NR_##name:

/* From 424 on, numbers are the same for all programs. */
static enum manner manner_of_late(int number)
{
	switch (number) {
	CASE(openat2)
	CASE(fchmodat2)
	CASE(setxattrat)
	CASE(removexattrat)
	CASE(file_setattr)
	CASE(move_mount)
	CASE(open_tree)
	CASE(open_tree_attr)
	CASE(quotactl_fd)
		return AGAIN;
	}
	return NOT_AGAIN;
}

static enum manner manner_of_native(int number)
{
	switch (number) {
	ON_NAMES(CASE)
		return AGAIN;
	ON_CONTENT(CASE)
	CASE(kexec_file_load)
		return BY_DESCRIPTOR;
	CASE(ioctl)
		return BY_COMMAND;
	CASE(execve)
	CASE(execveat)
		return TO_RUN;
	}
	return manner_of_late(number);
}

#ifdef CONFIG_IA32_EMULATION
#define CASE_IA32(name) case __NR_ia32_##name:

static enum manner manner_of_ia32(int number)
{
	switch (number) {
	ON_NAMES(CASE_IA32)
	CASE_IA32(truncate64)
	CASE_IA32(ftruncate64)
	CASE_IA32(umount)
	CASE_IA32(chown32)
	CASE_IA32(lchown32)
	CASE_IA32(fchown32)
	CASE_IA32(utimensat_time64)
	CASE_IA32(mmap2)
	CASE_IA32(readdir)
	CASE_IA32(socketcall)
	CASE_IA32(ipc)
		return AGAIN;
	ON_CONTENT(CASE_IA32)
	CASE_IA32(sendfile64)
		return BY_DESCRIPTOR;
	CASE_IA32(ioctl)
		return BY_COMMAND;
	CASE_IA32(execve)
	CASE_IA32(execveat)
		return TO_RUN;
	}
	return manner_of_late(number);
}
#endif

#ifdef CONFIG_X86_X32_ABI
#define CASE_X32(name) case __NR_x32_##name & ~0x40000000:

/* Those that x32 numbers anew; the rest is as in other programs. */
static enum manner manner_of_x32(int number)
{
	switch (number) {
	CASE_X32(sendmsg)
		return AGAIN;
	CASE_X32(readv)
	CASE_X32(writev)
	CASE_X32(preadv)
	CASE_X32(pwritev)
	CASE_X32(preadv2)
	CASE_X32(pwritev2)
	CASE_X32(io_submit)
		return BY_DESCRIPTOR;
	CASE_X32(ioctl)
		return BY_COMMAND;
	CASE_X32(execve)
	CASE_X32(execveat)
		return TO_RUN;
	}
	return manner_of_native(number);
}
#else
#define manner_of_x32 manner_of_native
#endif

static enum manner manner_of(int number)
{
#ifdef CONFIG_IA32_EMULATION
	if (in_ia32_syscall())
		return manner_of_ia32(number);
#endif
	return manner_of_x32(number);
}

/* Later versions have other numbers, and need no descriptor of their own. */
#define BTRFS_SEND_TYPE	0x94
#define BTRFS_SEND_NR	38

/*
 * FIDEDUPERANGE keeps the errors of each file beside it; what btrfs sends goes out in
 * many writes, each of which is checked.
 */
static bool keeps_errors(unsigned int command)
{
	return command == FIDEDUPERANGE ||
	       (_IOC_TYPE(command) == BTRFS_SEND_TYPE && _IOC_NR(command) == BTRFS_SEND_NR);
}

static unsigned long argument(struct pt_regs *regs, unsigned int which)
{
	unsigned long arguments[6];

	syscall_get_arguments(current, regs, arguments);
	return arguments[which];
}

/* Where its code ends is said when all of the new one is mapped. */
static bool has_old_program(void)
{
	return READ_ONCE(current->mm->end_code);
}

bool fguard_syscall_can_restart(bool descriptor)
{
	struct pt_regs *regs = task_pt_regs(current);

	if ((current->flags & CANNOT_WAIT) || !current->mm ||
	    fatal_signal_pending(current) || !is_running(regs))
		return false;
	switch (manner_of(number_of(regs))) {
	case AGAIN:
		return true;
	case BY_DESCRIPTOR:
		return descriptor;
	case BY_COMMAND:
		return !keeps_errors(argument(regs, 1));
	case TO_RUN:
		return has_old_program();
	case NOT_AGAIN:
		break;
	}
	return false;
}

bool fguard_syscall_runs(void)
{
	return manner_of(number_of(task_pt_regs(current))) == TO_RUN;
}

long fguard_syscall_restart(void)
{
	struct pt_regs *regs = task_pt_regs(current);
	long error;

	if (syscall_get_nr(current, regs) < 0)
		return 0;
	error = syscall_get_error(current, regs);
	switch (error) {
	case -ERESTARTNOINTR:
	case -ERESTARTSYS:
	case -ERESTARTNOHAND:
		return error;
	}
	return 0;
}

void fguard_syscall_identify(struct fguard_call *call)
{
	struct pt_regs *regs = task_pt_regs(current);
	unsigned long arguments[6];

	syscall_get_arguments(current, regs, arguments);
	memset(call, 0, sizeof(*call));
	call->number = number_of(regs);
	call->instruction = instruction_pointer(regs);
	call->stack = user_stack_pointer(regs);
	memcpy(call->arguments, arguments, sizeof(call->arguments));
}

bool fguard_syscall_same(const struct fguard_call *a, const struct fguard_call *b)
{
	return !memcmp(a, b, sizeof(*a));
}

static enum fguard_opening opens_by(unsigned int argument, u32 *flags)
{
	unsigned long arguments[6];

	syscall_get_arguments(current, task_pt_regs(current), arguments);
	*flags = arguments[argument];
	return FGUARD_OPENS;
}

static enum fguard_opening opens_as_creat(u32 *flags)
{
	*flags = O_WRONLY;
	return FGUARD_OPENS;
}

#ifdef CONFIG_X86
/* Numbers that i386 has for good: open, creat, openat, io_uring_enter, openat2. */
static enum fguard_opening opens_compat(int number, u32 *flags)
{
	switch (number) {
	case 5:
		return opens_by(1, flags);
	case 8:
		return opens_as_creat(flags);
	case 295:
		return opens_by(2, flags);
	case 426:
	case 437:
		return FGUARD_OPENS_SOMEHOW;
	}
	return FGUARD_OPENS_NOT;
}

/* ioctl, mq_open; x32 has a number of its own for the first. */
#define COMPAT_IOCTL	54
#define COMPAT_MQ_OPEN	277
#define X32_IOCTL	514

#define COMPAT_SWAPON	87

/* socketcall, sendmmsg; x32 has a number of its own for the second. */
#define COMPAT_SOCKETCALL 102
#define COMPAT_SENDMMSG	345
#define X32_SENDMMSG	538
#endif

enum fguard_opening fguard_syscall_opens(u32 *flags)
{
	int number = number_of(task_pt_regs(current));

	if (current->flags & (PF_IO_WORKER | PF_USER_WORKER))
		return FGUARD_OPENS_SOMEHOW;
#ifdef CONFIG_X86
	if (in_ia32_syscall())
		return opens_compat(number, flags);
#endif
	switch (number) {
#ifdef __NR_open
	case __NR_open:
		return opens_by(1, flags);
	case __NR_creat:
		return opens_as_creat(flags);
#endif
	case __NR_openat:
		return opens_by(2, flags);
	case __NR_io_uring_enter:
	case __NR_openat2:
		return FGUARD_OPENS_SOMEHOW;
	}
	return FGUARD_OPENS_NOT;
}

bool fguard_syscall_sends_many(void)
{
	int number = number_of(task_pt_regs(current));

#ifdef CONFIG_X86
	if (in_ia32_syscall())
		return number == COMPAT_SOCKETCALL || number == COMPAT_SENDMMSG;
	if (number == X32_SENDMMSG)
		return true;
#endif
	return number == __NR_sendmmsg;
}

bool fguard_syscall_swaps(void)
{
	int number = number_of(task_pt_regs(current));

	if (current->flags & PF_KTHREAD)
		return false;
#ifdef CONFIG_X86
	if (in_ia32_syscall())
		return number == COMPAT_SWAPON;
#endif
	return number == __NR_swapon;
}

bool fguard_syscall_gives_raw_flags(void)
{
	int number = number_of(task_pt_regs(current));

#ifdef CONFIG_X86
	if (in_ia32_syscall())
		return number == COMPAT_IOCTL || number == COMPAT_MQ_OPEN;
	if (number == X32_IOCTL)
		return true;
#endif
	return number == __NR_ioctl || number == __NR_mq_open;
}

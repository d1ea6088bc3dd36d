// SPDX-License-Identifier: GPL-2.0-only
#include <linux/compat.h>
#include <linux/errno.h>
#include <linux/fcntl.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/sched/task_stack.h>
#include <asm/syscall.h>
#include <asm/unistd.h>

#include "syscall.h"

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

bool fguard_syscall_can_restart(void)
{
	struct pt_regs *regs = task_pt_regs(current);
	int number;

	if ((current->flags & CANNOT_WAIT) || !current->mm ||
	    fatal_signal_pending(current))
		return false;
	number = number_of(regs);
	return number >= 0 && number != __NR_io_uring_enter && is_running(regs);
}

bool fguard_syscall_restarts(void)
{
	struct pt_regs *regs = task_pt_regs(current);

	return syscall_get_nr(current, regs) >= 0 &&
	       syscall_get_error(current, regs) == -ERESTARTNOINTR;
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

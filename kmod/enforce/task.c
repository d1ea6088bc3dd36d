// SPDX-License-Identifier: GPL-2.0-only
/* Tasks: their beginning and end, what they run, and who may pass for them. */
#include <linux/binfmts.h>
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/dcache.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/ptrace.h>
#include <linux/sched/signal.h>
#include <linux/signal.h>

#include "ask/waiter.h"
#include "enforce/against.h"
#include "enforce/callback.h"
#include "enforce/enforce.h"
#include "enforce/hooks.h"
#include "enforce/tracing.h"
#include "subject/descendants.h"
#include "subject/exe.h"
#include "subject/script.h"
#include "subject/subject.h"

/* ---- tracing of those who are let in ------------------------------------- */

/* ptrace(), process_vm_writev(), /proc/PID/mem. task_lock() of the other is held. */
ON_IN_RCU(security_ptrace_access_check)
{
	struct task_struct *other = ARGUMENT(struct task_struct *, 0);
	struct fguard_subject tracer = { .task = current, .exe_known = true };
	struct fguard_subject tracee = { .task = other, .exe_known = true };

	if (!(ARGUMENT(unsigned int, 1) & PTRACE_MODE_ATTACH) ||
	    task_tgid(other) == task_tgid(current))
		return;
	tracer.exe = fguard_subject_exe();
	tracee.exe = fguard_subject_exe_locked(other);
	fguard_tracing_enforce(&tracer, &tracee, fregs);
}

/*
 * PTRACE_TRACEME: the current task lets its parent trace it. tasklist_lock is held
 * for writing, inside which task_lock() must not be waited for: one that is busy
 * counts as of an unknown executable.
 */
ON_IN_RCU(security_ptrace_traceme)
{
	struct task_struct *parent = ARGUMENT(struct task_struct *, 0);
	struct fguard_subject tracer = { .task = parent, .exe_known = true };
	struct fguard_subject tracee = { .task = current, .exe_known = true };

	if (task_tgid(parent) == task_tgid(current))
		return;
	if (spin_trylock(&parent->alloc_lock)) {
		tracer.exe = fguard_subject_exe_locked(parent);
		spin_unlock(&parent->alloc_lock);
	}
	tracee.exe = fguard_subject_exe();
	fguard_tracing_enforce(&tracer, &tracee, fregs);
}

/* ---- processes that begin and end ---------------------------------------- */

/* Not by tracepoints: those forbid to wait, as locks do in a real-time kernel. */

/* Without memory a child is not let in; one that rules are to be against does not run. */
static noinline void end_unnoted(struct task_struct *child)
{
	const struct fguard_subject parent = {
		.task = current, .exe = fguard_subject_exe(), .exe_known = true,
	};
	const bool bound = fguard_against_task(&parent);

	if (parent.exe)
		fput(parent.exe);
	if (bound)
		send_sig(SIGKILL, child, 1);
}

/* fork(): the child is whole and does not run yet. No lock held. */
ON_IN_RCU(wake_up_new_task)
{
	struct task_struct *child = ARGUMENT(struct task_struct *, 0);

	if (unlikely(!fguard_descendants_fork(child)))
		end_unnoted(child);
	fguard_script_fork(child);
}

/* A task ends, which is the current one. No lock held. */
ON_IN_RCU(exit_signals)
{
	fguard_waiter_exit();
	fguard_script_exit();
}

/*
 * A task is gone, by whoever waited for it; no number leads to it any more. No lock
 * held. Since 5.7.
 */
ON_IN_RCU(proc_flush_pid)
{
	fguard_script_end(ARGUMENT(const struct pid *, 0));
}

/* A handler of a signal is about to run; its frame is made. No lock held. */
ON_IN_RCU(signal_setup_done)
{
	const struct ksignal *signal = ARGUMENT(const struct ksignal *, 1);

	fguard_waiter_signal(signal->ka.sa.sa_flags & SA_RESTART);
}

/* execve(), for each file on the way to what is run in the end. No lock held. */
ON_IN_RCU(security_bprm_check)
{
	struct linux_binprm *bprm = ARGUMENT(struct linux_binprm *, 0);

	fguard_script_look(bprm);
	if (unlikely(READ_ONCE(current->ptrace)))
		fguard_tracing_enforce_exec(bprm->file, fregs);
}

/* @inode: the file, or what it is made of */
static noinline void enforce_handing(const struct file *file, const struct inode *inode,
				     struct ftrace_regs *fregs)
{
	struct fguard_object object = {
		.dentry = file->f_path.dentry,
		.inode = inode,
		.mnt = file->f_path.mnt,
		.ops = BIT(FGUARD_OP_READ),
	};
	const struct fguard_request request = {
		.objects = &object,
		.count = 1,
		.part = inode == d_inode_rcu(file->f_path.dentry) ? FGUARD_PART_WHOLE :
								    FGUARD_PART_INNER,
	};

	rcu_read_lock();
	if (fguard_enforce_prefilter(object.dentry, inode))
		fguard_enforce(&request, fregs);
	rcu_read_unlock();
}

/*
 * execve(), before the task gives up its own program. A file that is run by another (by
 * binfmt_misc, with its flags O or C) may be handed to that as a descriptor, which reads
 * it: it was opened to be executed, and is read, too. No lock held but that against
 * ptrace(). Since 5.8.
 */
ON(security_bprm_creds_from_file)
{
	const struct linux_binprm *bprm = ARGUMENT(struct linux_binprm *, 0);
	const struct file *file = bprm->executable;
	const struct inode *beneath;

	if (likely(!bprm->have_execfd || !file))
		return;
	beneath = fguard_object_beneath(file->f_path.dentry);
	if (beneath)
		enforce_handing(file, beneath, fregs);
	enforce_handing(file, file_inode(file), fregs);
}

/* execve(), from here on the task is of the new program. The lock against ptrace() is held. */
ON_IN_RCU(security_bprm_committed_creds)
{
	fguard_script_run(ARGUMENT(struct linux_binprm *, 0));
	fguard_exes_run(ARGUMENT(struct linux_binprm *, 0)->file);
}

/*
 * /proc/PID/loginuid, for oneself. Who was never logged in need not be privileged to say
 * that he is somebody, and nothing tells later that it was he who said so.
 */
ON(audit_set_loginuid)
{
	if (fguard_hooks_need(FGUARD_NEED_LOGINS) &&
	    !ns_capable_noaudit(&init_user_ns, CAP_AUDIT_CONTROL))
		fguard_hook_refuse(fregs, -EPERM);
}

/* ---- passing for a program that is let in -------------------------------- */

#ifdef FGUARD_HAVE_REPLACE_MM_EXE_FILE
/*
 * prctl(PR_SET_MM), for oneself: whoever is in a user namespace of his own may.
 * No lock held. Since 5.15.
 */
ON(replace_mm_exe_file)
{
	fguard_tracing_enforce_masquerading(ARGUMENT(struct file *, 1), true, fregs);
}
#else
/* The same before; another thread may change yet what the descriptor means. */
ON(prctl_set_mm_exe_file)
{
	struct file *exe = fget(ARGUMENT(unsigned int, 1));

	fguard_tracing_enforce_masquerading(exe, false, fregs);
	if (exe)
		fput(exe);
}
#endif

/* ---- the table ---------------------------------------------------------- */

static struct fguard_hook rows[] = {
	FGUARD_HOOK(security_ptrace_access_check, FGUARD_NEED_TRACING),
	FGUARD_HOOK(security_ptrace_traceme, FGUARD_NEED_TRACING),
	FGUARD_HOOK(audit_set_loginuid, FGUARD_NEED_LOGINS),
	FGUARD_HOOK(wake_up_new_task, FGUARD_NEED_FORKS),
	FGUARD_HOOK(exit_signals, FGUARD_NEED_EXITS | FGUARD_NEED_EXES),
	FGUARD_HOOK(signal_setup_done, FGUARD_NEED_EXITS),
	FGUARD_HOOK(security_bprm_check, FGUARD_NEED_EXES),
	FGUARD_HOOK(security_bprm_creds_from_file, BIT(FGUARD_OP_READ)),
	FGUARD_NOTE(security_bprm_committed_creds, FGUARD_NEED_EXES),
	FGUARD_NOTE(proc_flush_pid, FGUARD_NEED_EXES),
#ifdef FGUARD_HAVE_REPLACE_MM_EXE_FILE
	FGUARD_HOOK(replace_mm_exe_file, FGUARD_NEED_EXES),
#else
	FGUARD_HOOK(prctl_set_mm_exe_file, FGUARD_NEED_EXES),
#endif
};

const struct fguard_hook_table fguard_task_hooks = FGUARD_HOOK_TABLE(rows);

// SPDX-License-Identifier: GPL-2.0-only
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/mm_types.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/task_work.h>

#include "enforce/against.h"
#include "enforce/enforce.h"
#include "enforce/tracing.h"
#include "events/event.h"
#include "policy/rule.h"

/**
 * struct attempt - what is reported when the locks of ptrace() are released
 * @work: runs on the way back to user mode
 * @exe: the executable of the task that was to be traced, or that it would pass for
 * @rule: id of the rule that refused it
 * @op: enum fguard_op
 * @detail: enum fguard_detail
 */
struct attempt {
	struct callback_head work;
	struct file *exe;
	u32 rule;
	u8 op;
	u8 detail;
};

/*
 * The object is the process that is let in: told as its program, written to if it was
 * to be traced, executed if somebody else would pass for it.
 */
static void report(struct callback_head *work)
{
	struct attempt *attempt = container_of(work, struct attempt, work);
	struct fguard_object object = {
		.dentry = attempt->exe->f_path.dentry,
		.inode = file_inode(attempt->exe),
		.mnt = attempt->exe->f_path.mnt,
		.ops = BIT(attempt->op),
	};
	const struct fguard_request request = { .objects = &object, .count = 1 };
	const struct fguard_decision decision = {
		.outcome = FGUARD_OUTCOME_DENY,
		.op = attempt->op,
		.reason = FGUARD_REASON_RULE,
		.detail = attempt->detail,
		.rule = attempt->rule,
	};

	rcu_read_lock();
	fguard_event_report(&request, &decision, NULL);
	rcu_read_unlock();
	fput(attempt->exe);
	kfree(attempt);
	module_put(THIS_MODULE);
}

static void report_later(const struct fguard_rule *rule, struct file *exe,
			 enum fguard_op op, enum fguard_detail detail)
{
	struct attempt *attempt;

	if (!fguard_events_wanted(true) || !exe || (current->flags & PF_KTHREAD) ||
	    !try_module_get(THIS_MODULE))
		return;
	attempt = kmalloc(sizeof(*attempt), GFP_ATOMIC | __GFP_NOWARN);
	if (attempt) {
		attempt->exe = get_file(exe);
		attempt->rule = rule->terms.id;
		attempt->op = op;
		attempt->detail = detail;
		init_task_work(&attempt->work, report);
		if (!task_work_add(current, &attempt->work, TWA_RESUME))
			return;
		fput(exe);
		kfree(attempt);
	}
	module_put(THIS_MODULE);
}

static void refuse(struct fguard_rule *rule, struct file *exe, enum fguard_op op,
		   enum fguard_detail detail, struct ftrace_regs *fregs)
{
	fguard_rule_count(rule, FGUARD_OUTCOME_DENY);
	fguard_hook_refuse(fregs, -EPERM);
	report_later(rule, exe, op, detail);
}

/*
 * Locks are held, and interrupts may be off: so many threads are looked at, and so many
 * processes that share memory, no more.
 */
#define THREADS_MAX 4096
#define SHARERS_MAX 64

/* A thread of another process with the same memory; those that have ended have none. */
static struct task_struct *find_sharer(struct task_struct *process,
				       const struct mm_struct *mm, u32 *left)
{
	const struct mm_struct *other;
	struct task_struct *thread;

	for_each_thread(process, thread) {
		if (!*left)
			return NULL;
		--*left;
		other = READ_ONCE(thread->mm);
		if (other)
			return other == mm ? thread : NULL;
	}
	return NULL;
}

/* Other processes with the same memory, as a child of vfork() has its parent's. */
static noinline struct fguard_rule *find_against_sharing(const struct fguard_subject *tracer,
							 const struct fguard_subject *tracee)
{
	const struct mm_struct *mm = READ_ONCE(tracee->task->mm);
	u32 threads = THREADS_MAX, sharers = SHARERS_MAX;
	struct fguard_subject sharer = *tracee;
	struct task_struct *process;
	struct fguard_rule *rule;

	for_each_process(process) {
		if (same_thread_group(process, tracee->task))
			continue;
		sharer.task = find_sharer(process, mm, &threads);
		if (!threads || (sharer.task && !sharers--))
			return fguard_against_tracer(tracer);
		rule = sharer.task ? fguard_against_tracing(tracer, &sharer, false) :
				     NULL;
		if (rule)
			return rule;
	}
	return NULL;
}

/*
 * Has anybody else its memory, perhaps? Threads that have ended count no more, though
 * they may not be gone. Whoever has that memory himself need not trace anybody for it,
 * as a debugger's child of vfork() asks its parent to.
 */
static bool may_share(const struct task_struct *tracer, const struct task_struct *tracee)
{
	const struct mm_struct *mm = READ_ONCE(tracee->mm);

	return mm && mm != READ_ONCE(tracer->mm) &&
	       atomic_read(&mm->mm_users) > atomic_read(&tracee->signal->live);
}

static struct fguard_rule *find_against(const struct fguard_subject *tracer,
					const struct fguard_subject *tracee)
{
	struct fguard_rule *rule = fguard_against_tracing(tracer, tracee, false);

	if (rule || !may_share(tracer->task, tracee->task))
		return rule;
	return find_against_sharing(tracer, tracee);
}

void fguard_tracing_enforce(const struct fguard_subject *tracer,
			    const struct fguard_subject *tracee, struct ftrace_regs *fregs)
{
	struct fguard_rule *rule;

	rcu_read_lock();
	rule = find_against(tracer, tracee);
	if (rule)
		refuse(rule, tracee->exe, FGUARD_OP_WRITE, FGUARD_DETAIL_TRACING, fregs);
	rcu_read_unlock();
	if (tracer->exe)
		fput(tracer->exe);
	if (tracee->exe)
		fput(tracee->exe);
}

void fguard_tracing_enforce_exec(struct file *exe, struct ftrace_regs *fregs)
{
	struct fguard_subject tracer = { .exe_known = true };
	const struct fguard_subject tracee = {
		.task = current, .exe = exe, .exe_known = true,
	};
	struct fguard_rule *rule;

	rcu_read_lock();
	tracer.task = rcu_dereference(current->parent);
	tracer.exe = fguard_subject_exe_of(tracer.task);
	rule = fguard_against_tracing(&tracer, &tracee, true);
	if (rule)
		refuse(rule, exe, FGUARD_OP_WRITE, FGUARD_DETAIL_TRACING, fregs);
	rcu_read_unlock();
	if (tracer.exe)
		fput(tracer.exe);
}

void fguard_tracing_enforce_masquerading(struct file *exe, bool certain,
					 struct ftrace_regs *fregs)
{
	struct file *old = fguard_subject_exe();
	struct fguard_rule *rule;

	rcu_read_lock();
	rule = fguard_against_masquerading(old, certain ? exe : NULL);
	if (rule)
		refuse(rule, exe, FGUARD_OP_EXEC, FGUARD_DETAIL_POSING, fregs);
	rcu_read_unlock();
	if (old)
		fput(old);
}

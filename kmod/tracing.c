// SPDX-License-Identifier: GPL-2.0-only
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/mm_types.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/task_work.h>

#include "judge.h"
#include "rule.h"
#include "set.h"
#include "tracing.h"

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
	struct fguard_target target = {
		.dentry = attempt->exe->f_path.dentry,
		.inode = file_inode(attempt->exe),
		.mnt = attempt->exe->f_path.mnt,
		.ops = BIT(attempt->op),
	};
	const struct fguard_access access = { .targets = &target, .count = 1 };
	const struct fguard_decision decision = {
		.outcome = FGUARD_OUTCOME_DENY,
		.op = attempt->op,
		.reason = FGUARD_REASON_RULE,
		.detail = attempt->detail,
		.rule = attempt->rule,
	};

	rcu_read_lock();
	fguard_event_report(&access, &decision, NULL);
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

/* Other processes with the same memory, as a child of vfork() has its parent's. */
static noinline struct fguard_rule *find_against_sharing(const struct fguard_actor *tracer,
							 const struct fguard_actor *tracee)
{
	const struct mm_struct *mm = READ_ONCE(tracee->task->mm);
	struct task_struct *process, *thread;
	struct fguard_rule *rule;

	for_each_process_thread(process, thread) {
		struct fguard_actor sharer = *tracee;

		if (READ_ONCE(thread->mm) != mm || same_thread_group(thread, tracee->task))
			continue;
		sharer.task = thread;
		rule = fguard_set_against_tracing(tracer, &sharer, false);
		if (rule)
			return rule;
	}
	return NULL;
}

static struct fguard_rule *find_against(const struct fguard_actor *tracer,
					const struct fguard_actor *tracee)
{
	const struct mm_struct *mm = READ_ONCE(tracee->task->mm);
	struct fguard_rule *rule = fguard_set_against_tracing(tracer, tracee, false);

	if (rule || !mm || atomic_read(&mm->mm_users) <= get_nr_threads(tracee->task))
		return rule;
	return find_against_sharing(tracer, tracee);
}

void fguard_tracing_judge(const struct fguard_actor *tracer,
			  const struct fguard_actor *tracee, struct ftrace_regs *fregs)
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

void fguard_tracing_judge_exec(struct file *exe, struct ftrace_regs *fregs)
{
	struct fguard_actor tracer = { .exe_known = true };
	const struct fguard_actor tracee = {
		.task = current, .exe = exe, .exe_known = true,
	};
	struct fguard_rule *rule;

	rcu_read_lock();
	tracer.task = rcu_dereference(current->parent);
	tracer.exe = fguard_subject_exe_of(tracer.task);
	rule = fguard_set_against_tracing(&tracer, &tracee, true);
	if (rule)
		refuse(rule, exe, FGUARD_OP_WRITE, FGUARD_DETAIL_TRACING, fregs);
	rcu_read_unlock();
	if (tracer.exe)
		fput(tracer.exe);
}

void fguard_tracing_judge_posing(struct file *exe, bool certain, struct ftrace_regs *fregs)
{
	struct file *old = fguard_subject_exe();
	struct fguard_rule *rule;

	rcu_read_lock();
	rule = fguard_set_against_posing(old, certain ? exe : NULL);
	if (rule)
		refuse(rule, exe, FGUARD_OP_EXEC, FGUARD_DETAIL_POSING, fregs);
	rcu_read_unlock();
	if (old)
		fput(old);
}

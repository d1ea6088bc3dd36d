// SPDX-License-Identifier: GPL-2.0-only
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/jiffies.h>
#include <linux/kprobes.h>
#include <linux/mm_types.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>
#include <linux/ptrace.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "ftrace/hook.h"

#define NEEDS 32

/*
 * Rules are often made anew, and each time the kernel's text would change. A new
 * value is for the next rule that goes: to hurry what waits, a write would race with
 * the module's end.
 */
static unsigned int linger = 10000;
module_param(linger, uint, 0644);
MODULE_PARM_DESC(linger, "milliseconds that hooks stay behind the last rule that needs them (default: 10000)");

/* Registration, and the counts of those who need each operation. */
static DEFINE_MUTEX(hook_lock);

static int (*selftest)(void);
static u32 needed[NEEDS];

/* A redirected call was seen to do what it should. */
static bool proven;

/*
 * What the hooked function becomes for one call: the stack is as at its entry,
 * so returning from here returns to its caller.
 */
#define REFUSAL(name, error)			\
	static noinline notrace int name(void)	\
	{					\
		return error;			\
	}

REFUSAL(refuse_eacces, -EACCES)
REFUSAL(refuse_eperm, -EPERM)
REFUSAL(refuse_enoent, -ENOENT)
REFUSAL(refuse_enomem, -ENOMEM)
REFUSAL(refuse_page, (__force int)VM_FAULT_SIGBUS)
REFUSAL(restart, -ERESTARTNOINTR)

void notrace fguard_hook_refuse(struct ftrace_regs *fregs, int error)
{
	int (*refusal)(void) = refuse_eacces;

	if (error == -EPERM)
		refusal = refuse_eperm;
	else if (error == -ENOENT)
		refusal = refuse_enoent;
	else if (error == -ENOMEM)
		refusal = refuse_enomem;
	else if (error == -EFAULT)
		refusal = refuse_page;
	ftrace_regs_set_instruction_pointer(fregs, (unsigned long)refusal);
}

void notrace fguard_hook_restart(struct ftrace_regs *fregs)
{
	ftrace_regs_set_instruction_pointer(fregs, (unsigned long)restart);
}

/*
 * A hook that nobody needs is moved to a function that nobody calls. To unregister it
 * instead would wait for every task to leave the kernel of itself, with ftrace's lock
 * held, and any user can keep one there for as long as he likes (a polling thread of
 * io_uring does). One function for each hook: ftrace lets only one redirect it.
 */
#define PARK(n)							\
	static noinline __used void parked_##n(void)		\
	{							\
		asm volatile("# " #n); /* or they would be made one */ \
	}
#define PARKED(n) parked_##n,
#define EIGHT(DO, n) DO(n##0) DO(n##1) DO(n##2) DO(n##3) DO(n##4) DO(n##5) DO(n##6) DO(n##7)
#define ALL(DO)							\
	EIGHT(DO, 0) EIGHT(DO, 1) EIGHT(DO, 2) EIGHT(DO, 3)	\
	EIGHT(DO, 4) EIGHT(DO, 5) EIGHT(DO, 6) EIGHT(DO, 7)	\
	EIGHT(DO, 8) EIGHT(DO, 9) EIGHT(DO, a) EIGHT(DO, b)

ALL(PARK)

static void (*const parking[])(void) = { ALL(PARKED) };

/* The rows of all tables; each has the place to park of the same number. */
static struct fguard_hook *hooks[ARRAY_SIZE(parking)];
static unsigned int hook_count;

bool fguard_hooks_need(u32 need)
{
	return READ_ONCE(needed[__ffs(need)]);
}

static bool is_needed(const struct fguard_hook *hook)
{
	unsigned int need;

	for (need = 0; need < NEEDS; need++)
		if ((hook->needs & BIT(need)) && needed[need])
			return true;
	return false;
}

/* The only function that the hook is on from now on. */
static int move_to(struct fguard_hook *hook, unsigned long function)
{
	return ftrace_set_filter_ip(&hook->trace, function, 0, 1);
}

static void park(unsigned int number)
{
	struct fguard_hook *hook = hooks[number];

	if (!hook->active || move_to(hook, (unsigned long)parking[number]))
		return;
	WRITE_ONCE(hook->active, false);
}

static void park_idle(struct work_struct *work)
{
	unsigned int i;

	for (i = 0; i < hook_count; i++) {
		/* A new rule waits for one of them at most. */
		mutex_lock(&hook_lock);
		if (!is_needed(hooks[i]))
			park(i);
		mutex_unlock(&hook_lock);
	}
}

static DECLARE_DELAYED_WORK(idle_work, park_idle);

static void park_later(void)
{
	mod_delayed_work(system_dfl_wq, &idle_work, msecs_to_jiffies(READ_ONCE(linger)));
}

static int prove(struct netlink_ext_ack *extack)
{
	int err;

	if (proven)
		return 0;
	err = selftest();
	if (err == -EOPNOTSUPP)
		NL_SET_ERR_MSG(extack, "redirecting a call has no effect on this kernel: nothing can be refused; see the kernel log");
	else if (err == -EBUSY)
		NL_SET_ERR_MSG(extack, "ftrace is off: kernel.ftrace_enabled is 0");
	proven = !err;
	return err;
}

static int activate(struct fguard_hook *hook, struct netlink_ext_ack *extack)
{
	int err;

	if (hook->active)
		return 0;
	if (hook->missing) {
		NL_SET_ERR_MSG(extack, "this kernel lacks a function that an operation of the rule needs; see the hooks in the status");
		return -EOPNOTSUPP;
	}
	err = move_to(hook, hook->address);
	if (!err && !hook->registered) {
		err = register_ftrace_function(&hook->trace);
		hook->registered = !err;
	}
	if (err) {
		if (extack)
			extack->_msg = hook->refusal;
		pr_warn_ratelimited("cannot hook %s: %d\n", hook->function, err);
		return err;
	}
	WRITE_ONCE(hook->active, true);
	return 0;
}

static void count_needs(u32 needs, int by)
{
	unsigned int need;

	for (need = 0; need < NEEDS; need++)
		if (needs & BIT(need))
			needed[need] += by;
}

int fguard_hooks_get(u32 needs, struct netlink_ext_ack *extack)
{
	unsigned int i;
	int err;

	mutex_lock(&hook_lock);
	count_needs(needs, 1);
	err = needs ? prove(extack) : 0;
	for (i = 0; !err && i < hook_count; i++)
		if (hooks[i]->needs & needs)
			err = activate(hooks[i], extack);
	if (err)
		count_needs(needs, -1);
	mutex_unlock(&hook_lock);
	if (err)
		park_later();
	return err;
}

void fguard_hooks_put(u32 needs)
{
	mutex_lock(&hook_lock);
	count_needs(needs, -1);
	mutex_unlock(&hook_lock);
	park_later();
}

unsigned int fguard_hook_count(void)
{
	return hook_count;
}

const struct fguard_hook *fguard_hook_at(unsigned int number)
{
	return hooks[number];
}

enum fguard_hook_state fguard_hook_state(const struct fguard_hook *hook)
{
	if (hook->missing)
		return FGUARD_HOOK_MISSING;
	return READ_ONCE(hook->active) ? FGUARD_HOOK_ACTIVE : FGUARD_HOOK_IDLE;
}

static int excuse_missing(struct fguard_hook *hook, int err)
{
	/* kprobes know no such function; ftrace cannot trace it; ftrace is dead. */
	if (err != -ENOENT && err != -EINVAL && err != -ENODEV)
		return err;
	hook->missing = true;
	pr_warn("this kernel has no function %s; operations that need it cannot be guarded\n",
		hook->function);
	return 0;
}

/*
 * ftrace_set_filter() would compare the names of all functions, for each hook; and
 * when memory is short it may leave the filter empty and say nothing (6.1). kprobes
 * look a name up, and one that is disabled changes no code.
 */
static int find_functions(void)
{
	struct kprobe *probes = kcalloc(hook_count, sizeof(*probes), GFP_KERNEL);
	struct kprobe **registered = kcalloc(hook_count, sizeof(*registered), GFP_KERNEL);
	unsigned int i, count = 0;
	int err = probes && registered ? 0 : -ENOMEM;

	for (i = 0; !err && i < hook_count; i++) {
		struct kprobe *probe = &probes[i];

		probe->symbol_name = hooks[i]->function;
		probe->flags = KPROBE_FLAG_DISABLED;
		err = register_kprobe(probe);
		if (!err) {
			registered[count++] = probe;
			hooks[i]->address = (unsigned long)probe->addr;
			/* May ftrace trace it? */
			err = move_to(hooks[i], hooks[i]->address);
		}
		err = excuse_missing(hooks[i], err);
	}
	/* Waits for a grace period, once for all. */
	if (count)
		unregister_kprobes(registered, count);
	kfree(registered);
	kfree(probes);
	return err;
}

static void forget_functions(void)
{
	unsigned int i;

	for (i = 0; i < hook_count; i++)
		ftrace_free_filter(&hooks[i]->trace);
}

static int join(const struct fguard_hook_table *table)
{
	unsigned int row;

	if (WARN_ON(table->count > ARRAY_SIZE(hooks) - hook_count))
		return -EINVAL;
	for (row = 0; row < table->count; row++)
		hooks[hook_count++] = &table->rows[row];
	return 0;
}

int fguard_hooks_init(const struct fguard_hook_table *const *tables, int (*test)(void))
{
	int err = 0;

	for (; !err && *tables; tables++)
		err = join(*tables);
	if (err)
		return err;
	selftest = test;
	err = prove(NULL);
	/* ftrace is off, and it is proved before the first hook; or it gave up: no hook. */
	if (err && err != -EBUSY && err != -ENODEV)
		return err;
	err = find_functions();
	if (err)
		forget_functions();
	return err;
}

/*
 * Who waits for a lock of a real-time kernel inside a callback sleeps, and ftrace would
 * take the code away under it. RCU waits for it, as long as nobody else comes: not even
 * who has come and was preempted before RCU knew of him.
 */
static void drain(void)
{
	unsigned int i;

	if (!IS_ENABLED(CONFIG_PREEMPT_RT))
		return;
	for (i = 0; i < hook_count; i++)
		park(i);
	synchronize_rcu_tasks();
	synchronize_rcu();
}

void fguard_hooks_exit(void)
{
	unsigned int i;

	cancel_delayed_work_sync(&idle_work);
	mutex_lock(&hook_lock);
	drain();
	/* Each waits until no task is inside the callback or a refusal. */
	for (i = 0; i < hook_count; i++)
		if (hooks[i]->registered)
			WARN_ON_ONCE(unregister_ftrace_function(&hooks[i]->trace));
	mutex_unlock(&hook_lock);
	forget_functions();
}

// SPDX-License-Identifier: GPL-2.0-only
#include <linux/binfmts.h>
#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/hash.h>
#include <linux/pid.h>
#include <linux/rculist.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#include "object/program.h"
#include "object/view.h"
#include "subject/script.h"

#define BUCKET_BITS 10

/* Users make it, so it is on their account. */
#define GFP_SCRIPT (GFP_ATOMIC | __GFP_NOWARN | __GFP_ACCOUNT)

/**
 * struct script - a file that is run by an interpreter, or might be
 * @node: link in the bucket of @process, or of @bprm; RCU, script_lock
 * @process: who runs it, held; NULL: execve() is still looking at it
 * @bprm: that call; only compared
 * @task: its task; only compared
 * @interpreted: an interpreter was looked at, too
 * @program: the file
 * @path: its path as it was then, or NULL; without the first slash if it is not sure
 * @rcu: frees it after the last reader
 */
struct script {
	struct hlist_node node;
	struct pid *process;
	const struct linux_binprm *bprm;
	const struct task_struct *task;
	bool interpreted;
	struct fguard_program program;
	char *path;
	struct rcu_head rcu;
};

static DEFINE_SPINLOCK(script_lock);
static struct hlist_head candidates[1 << BUCKET_BITS];
static struct hlist_head scripts[1 << BUCKET_BITS];

static struct hlist_head *bucket_of(struct hlist_head *table, const void *of)
{
	return &table[hash_ptr((void *)of, BUCKET_BITS)];
}

static void free_now(struct script *script)
{
	fguard_program_leave(&script->program);
	put_pid(script->process);
	kfree(script->path);
	kfree(script);
}

static void free_rcu_script(struct rcu_head *head)
{
	free_now(container_of(head, struct script, rcu));
}

static void drop(struct script *script)
{
	lockdep_assert_held(&script_lock);
	hlist_del_rcu(&script->node);
	call_rcu(&script->rcu, free_rcu_script);
}

/* ---- execve() -------------------------------------------------------------- */

static struct script *find_candidate(const struct linux_binprm *bprm)
{
	struct script *script;

	lockdep_assert_held(&script_lock);
	hlist_for_each_entry(script, bucket_of(candidates, current), node)
		if (script->task == current && script->bprm == bprm)
			return script;
	return NULL;
}

/* What this task looked at in calls that failed. */
static void drop_candidates(void)
{
	struct script *script;
	struct hlist_node *next;

	lockdep_assert_held(&script_lock);
	hlist_for_each_entry_safe(script, next, bucket_of(candidates, current), node)
		if (script->task == current)
			drop(script);
}

/* Without the first slash where only its filesystem says so: it is no path of anybody's. */
static char *render(const struct path *path, char *buffer)
{
	int length = fguard_view_path(buffer, path);
	char *text;

	if (length >= 0)
		return kmemdup_nul(buffer, length, GFP_SCRIPT);
	text = dentry_path_raw(path->dentry, buffer, PATH_MAX);
	return IS_ERR(text) ? NULL : kstrdup(text + 1, GFP_SCRIPT);
}

static char *copy_path(struct file *file)
{
	char *buffer = kmalloc(PATH_MAX, GFP_ATOMIC | __GFP_NOWARN), *copy;

	if (!buffer)
		return NULL;
	rcu_read_lock();
	copy = render(&file->f_path, buffer);
	rcu_read_unlock();
	kfree(buffer);
	return copy;
}

/* Without memory it counts as the interpreter, which anybody may run who may run it. */
static void begin(const struct linux_binprm *bprm)
{
	struct script *script = kzalloc(sizeof(*script), GFP_SCRIPT);

	if (script) {
		script->bprm = bprm;
		script->task = current;
		script->path = copy_path(bprm->file);
		fguard_identity_take_original(&script->program.identity,
					      file_inode(bprm->file));
		fguard_program_follow(&script->program);
	}
	spin_lock(&script_lock);
	drop_candidates();
	if (script)
		hlist_add_head_rcu(&script->node, bucket_of(candidates, current));
	spin_unlock(&script_lock);
}

void fguard_script_look(const struct linux_binprm *bprm)
{
	struct script *script;

	/* Whoever finds an interpreter changes what is to be run, and not its name. */
	if (bprm->interp == bprm->filename) {
		begin(bprm);
		return;
	}
	spin_lock(&script_lock);
	script = find_candidate(bprm);
	if (script)
		script->interpreted = true;
	spin_unlock(&script_lock);
}

/* Whoever adds clears away those of the bucket who have ended. */
static void replace(struct hlist_head *bucket, const struct pid *process,
		    struct script *script)
{
	struct script *other;
	struct hlist_node *next;

	lockdep_assert_held(&script_lock);
	hlist_for_each_entry_safe(other, next, bucket, node)
		if (other->process == process || !pid_has_task(other->process, PIDTYPE_TGID))
			drop(other);
	if (script)
		hlist_add_head_rcu(&script->node, bucket);
}

static struct script *take_candidate(const struct linux_binprm *bprm)
{
	struct script *script;

	spin_lock(&script_lock);
	script = find_candidate(bprm);
	if (script)
		hlist_del_rcu(&script->node);
	drop_candidates();
	spin_unlock(&script_lock);
	if (!script || script->interpreted)
		return script;
	call_rcu(&script->rcu, free_rcu_script);
	return NULL;
}

void fguard_script_run(const struct linux_binprm *bprm)
{
	struct pid *process = task_tgid(current);
	struct script *script = take_candidate(bprm);

	if (script) {
		script->bprm = NULL;
		script->task = NULL;
		script->process = get_pid(process);
	}
	spin_lock(&script_lock);
	replace(bucket_of(scripts, process), process, script);
	spin_unlock(&script_lock);
}

/* ---- processes --------------------------------------------------------------- */

static struct script *find(const struct pid *process)
{
	struct script *script;

	hlist_for_each_entry_rcu(script, bucket_of(scripts, process), node,
				 lockdep_is_held(&script_lock))
		if (script->process == process)
			return script;
	return NULL;
}

static struct script *copy(const struct script *of, struct pid *process)
{
	struct script *script = kzalloc(sizeof(*script), GFP_SCRIPT);

	if (!script)
		return NULL;
	script->process = get_pid(process);
	script->program.identity = of->program.identity;
	fguard_program_follow(&script->program);
	if (READ_ONCE(of->program.gone))
		WRITE_ONCE(script->program.gone, true);
	if (of->path)
		script->path = kstrdup(of->path, GFP_SCRIPT);
	return script;
}

void fguard_script_fork(struct task_struct *child)
{
	struct pid *parent = task_tgid(current), *process = task_tgid(child);
	struct script *script, *made;

	if (process == parent)
		return;
	rcu_read_lock();
	script = find(parent);
	made = script ? copy(script, process) : NULL;
	rcu_read_unlock();
	if (!made)
		return;
	spin_lock(&script_lock);
	replace(bucket_of(scripts, process), process, made);
	spin_unlock(&script_lock);
}

bool fguard_script_of(const struct pid *process, struct fguard_identity *identity,
		      char **path)
{
	const struct script *script;
	bool runs;

	rcu_read_lock();
	script = find(process);
	runs = script && !READ_ONCE(script->program.gone);
	if (runs) {
		*identity = script->program.identity;
		if (path)
			*path = script->path ? kstrdup(script->path, GFP_SCRIPT) : NULL;
	}
	rcu_read_unlock();
	return runs;
}

/* ---- life ---------------------------------------------------------------------- */

static void empty(struct hlist_head *table)
{
	struct script *script;
	struct hlist_node *next;
	unsigned int i;

	for (i = 0; i < 1 << BUCKET_BITS; i++)
		hlist_for_each_entry_safe(script, next, &table[i], node)
			drop(script);
}

void fguard_scripts_forget(void)
{
	spin_lock(&script_lock);
	empty(candidates);
	empty(scripts);
	spin_unlock(&script_lock);
}

void fguard_scripts_exit(void)
{
	fguard_scripts_forget();
	rcu_barrier(); /* free_rcu_script() */
}

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
 * struct source - a file that an interpreter runs, or might; one for all who run it: when
 *	an inode dies, all of a bucket are looked at, and interrupts wait for that
 * @node: link in the bucket of its identity; script_lock
 * @users: scripts; script_lock
 * @program: the file
 * @rcu: frees it after the last reader
 */
struct source {
	struct hlist_node node;
	u32 users;
	struct fguard_program program;
	struct rcu_head rcu;
};

/**
 * struct script - a file by one of its paths: one for each execve(), and for the children
 * @users: runners; script_lock
 * @source: the file
 * @path: its path as it was then, or NULL; without the first slash if it is not sure
 * @rcu: frees it after the last reader
 */
struct script {
	u32 users;
	struct source *source;
	char *path;
	struct rcu_head rcu;
};

/**
 * struct runner - who runs a script, or is about to
 * @node: link in the bucket of @process, or of @task; RCU, script_lock
 * @process: who runs it, held; NULL: execve() is still looking at it
 * @bprm: that call; only compared
 * @task: its task; only compared
 * @interpreted: an interpreter was looked at, too
 * @script: what is run
 * @rcu: frees it after the last reader
 */
struct runner {
	struct hlist_node node;
	struct pid *process;
	const struct linux_binprm *bprm;
	const struct task_struct *task;
	bool interpreted;
	struct script *script;
	struct rcu_head rcu;
};

static DEFINE_SPINLOCK(script_lock);
static struct hlist_head candidates[1 << BUCKET_BITS];
static struct hlist_head runners[1 << BUCKET_BITS];
static struct hlist_head sources[1 << BUCKET_BITS];

static struct hlist_head *bucket_of(struct hlist_head *table, const void *of)
{
	return &table[hash_ptr((void *)of, BUCKET_BITS)];
}

/* ---- what is run ------------------------------------------------------------- */

static struct hlist_head *bucket_of_source(const struct fguard_identity *identity)
{
	u64 hash = fguard_program_hash(identity->ino, identity->dev);

	return &sources[hash_64(hash, BUCKET_BITS)];
}

static bool is_source(const struct source *source, const struct fguard_identity *identity)
{
	return !READ_ONCE(source->program.gone) &&
	       source->program.identity.dev == identity->dev &&
	       fguard_identity_equal(&source->program.identity, identity);
}

static struct source *find_source(const struct fguard_identity *identity)
{
	struct source *source;

	lockdep_assert_held(&script_lock);
	hlist_for_each_entry(source, bucket_of_source(identity), node)
		if (is_source(source, identity))
			return source;
	return NULL;
}

static struct source *need_source(const struct fguard_identity *identity)
{
	struct source *source = find_source(identity);

	if (source)
		return source;
	source = kzalloc(sizeof(*source), GFP_SCRIPT);
	if (!source)
		return NULL;
	source->program.identity = *identity;
	fguard_program_follow(&source->program);
	hlist_add_head(&source->node, bucket_of_source(identity));
	return source;
}

static void free_source(struct rcu_head *head)
{
	struct source *source = container_of(head, struct source, rcu);

	fguard_program_leave(&source->program);
	kfree(source);
}

static void put_source(struct source *source)
{
	lockdep_assert_held(&script_lock);
	if (--source->users)
		return;
	hlist_del(&source->node);
	call_rcu(&source->rcu, free_source);
}

static void free_script(struct rcu_head *head)
{
	struct script *script = container_of(head, struct script, rcu);

	kfree(script->path);
	kfree(script);
}

static void put_script(struct script *script)
{
	lockdep_assert_held(&script_lock);
	if (--script->users)
		return;
	put_source(script->source);
	call_rcu(&script->rcu, free_script);
}

static void free_runner(struct rcu_head *head)
{
	struct runner *runner = container_of(head, struct runner, rcu);

	put_pid(runner->process);
	kfree(runner);
}

/* One that stands in no bucket. */
static void let_go(struct runner *runner)
{
	put_script(runner->script);
	call_rcu(&runner->rcu, free_runner);
}

static void drop(struct runner *runner)
{
	lockdep_assert_held(&script_lock);
	hlist_del_rcu(&runner->node);
	let_go(runner);
}

/* ---- execve() -------------------------------------------------------------- */

static struct runner *find_candidate(const struct linux_binprm *bprm)
{
	struct runner *runner;

	lockdep_assert_held(&script_lock);
	hlist_for_each_entry(runner, bucket_of(candidates, current), node)
		if (runner->task == current && runner->bprm == bprm)
			return runner;
	return NULL;
}

/* What this task looked at in calls that failed. */
static void drop_candidates(void)
{
	struct runner *runner;
	struct hlist_node *next;

	lockdep_assert_held(&script_lock);
	hlist_for_each_entry_safe(runner, next, bucket_of(candidates, current), node)
		if (runner->task == current)
			drop(runner);
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
static struct runner *make_candidate(const struct linux_binprm *bprm)
{
	struct runner *runner = kzalloc(sizeof(*runner), GFP_SCRIPT);
	struct script *script = kzalloc(sizeof(*script), GFP_SCRIPT);

	if (!runner || !script) {
		kfree(runner);
		kfree(script);
		return NULL;
	}
	script->users = 1;
	script->path = copy_path(bprm->file);
	runner->script = script;
	runner->bprm = bprm;
	runner->task = current;
	return runner;
}

static void free_candidate(struct runner *runner)
{
	if (!runner)
		return;
	kfree(runner->script->path);
	kfree(runner->script);
	kfree(runner);
}

static bool enter_candidate(struct runner *runner, const struct fguard_identity *identity)
{
	struct source *source = need_source(identity);

	if (!source)
		return false;
	source->users++;
	runner->script->source = source;
	hlist_add_head_rcu(&runner->node, bucket_of(candidates, current));
	return true;
}

static void begin(const struct linux_binprm *bprm)
{
	struct runner *runner = make_candidate(bprm);
	struct fguard_identity identity;

	fguard_identity_take_original(&identity, file_inode(bprm->file));
	spin_lock(&script_lock);
	drop_candidates();
	if (runner && enter_candidate(runner, &identity))
		runner = NULL;
	spin_unlock(&script_lock);
	free_candidate(runner);
}

void fguard_script_look(const struct linux_binprm *bprm)
{
	struct runner *runner;

	/* Whoever finds an interpreter changes what is to be run, and not its name. */
	if (bprm->interp == bprm->filename) {
		begin(bprm);
		return;
	}
	spin_lock(&script_lock);
	runner = find_candidate(bprm);
	if (runner)
		runner->interpreted = true;
	spin_unlock(&script_lock);
}

/* Those of the bucket who ended while no hook told of it go, too. */
static void replace(const struct pid *process, struct runner *runner)
{
	struct hlist_head *bucket = bucket_of(runners, process);
	struct runner *other;
	struct hlist_node *next;

	lockdep_assert_held(&script_lock);
	hlist_for_each_entry_safe(other, next, bucket, node)
		if (other->process == process || !pid_has_task(other->process, PIDTYPE_TGID))
			drop(other);
	if (runner)
		hlist_add_head_rcu(&runner->node, bucket);
}

static struct runner *take_candidate(const struct linux_binprm *bprm)
{
	struct runner *runner = find_candidate(bprm);

	if (runner)
		hlist_del_rcu(&runner->node);
	drop_candidates();
	if (!runner || runner->interpreted)
		return runner;
	let_go(runner);
	return NULL;
}

void fguard_script_run(const struct linux_binprm *bprm)
{
	struct pid *process = task_tgid(current);
	struct runner *runner;

	spin_lock(&script_lock);
	runner = take_candidate(bprm);
	if (runner) {
		runner->bprm = NULL;
		runner->task = NULL;
		runner->process = get_pid(process);
	}
	replace(process, runner);
	spin_unlock(&script_lock);
}

/* ---- processes --------------------------------------------------------------- */

static struct runner *find(const struct pid *process)
{
	struct runner *runner;

	hlist_for_each_entry_rcu(runner, bucket_of(runners, process), node,
				 lockdep_is_held(&script_lock))
		if (runner->process == process)
			return runner;
	return NULL;
}

static bool runs_any(const struct pid *process)
{
	bool runs;

	rcu_read_lock();
	runs = find(process);
	rcu_read_unlock();
	return runs;
}

/* Another thread may run something else by now. */
static bool follow(const struct pid *parent, struct runner *child)
{
	const struct runner *runner = find(parent);

	if (!runner)
		return false;
	child->script = runner->script;
	child->script->users++;
	replace(child->process, child);
	return true;
}

void fguard_script_fork(struct task_struct *child)
{
	struct pid *parent = task_tgid(current), *process = task_tgid(child);
	struct runner *runner;
	bool done;

	if (process == parent || !runs_any(parent))
		return;
	runner = kzalloc(sizeof(*runner), GFP_SCRIPT);
	if (!runner)
		return;
	runner->process = get_pid(process);
	spin_lock(&script_lock);
	done = follow(parent, runner);
	spin_unlock(&script_lock);
	if (done)
		return;
	put_pid(runner->process);
	kfree(runner);
}

void fguard_script_exit(void)
{
	/* Its own entries it makes itself. */
	if (hlist_empty(bucket_of(candidates, current)))
		return;
	spin_lock(&script_lock);
	drop_candidates();
	spin_unlock(&script_lock);
}

void fguard_script_end(const struct pid *process)
{
	struct runner *runner;

	/* Nobody enters it any more. */
	if (!runs_any(process))
		return;
	spin_lock(&script_lock);
	runner = find(process);
	if (runner)
		drop(runner);
	spin_unlock(&script_lock);
}

bool fguard_script_of(const struct pid *process, struct fguard_identity *identity,
		      char **path)
{
	const struct runner *runner;
	const struct script *script;
	bool runs;

	rcu_read_lock();
	runner = find(process);
	script = runner ? runner->script : NULL;
	runs = script && !READ_ONCE(script->source->program.gone);
	if (runs) {
		*identity = script->source->program.identity;
		if (path)
			*path = script->path ? kstrdup(script->path, GFP_SCRIPT) : NULL;
	}
	rcu_read_unlock();
	return runs;
}

/* ---- life ---------------------------------------------------------------------- */

static void empty(struct hlist_head *table)
{
	struct runner *runner;
	struct hlist_node *next;
	unsigned int i;

	for (i = 0; i < 1 << BUCKET_BITS; i++)
		hlist_for_each_entry_safe(runner, next, &table[i], node)
			drop(runner);
}

void fguard_scripts_forget(void)
{
	spin_lock(&script_lock);
	empty(candidates);
	empty(runners);
	spin_unlock(&script_lock);
}

void fguard_scripts_exit(void)
{
	fguard_scripts_forget();
	rcu_barrier(); /* free_runner() and the like */
}

// SPDX-License-Identifier: GPL-2.0-only
#include <linux/dcache.h>
#include <linux/file.h>
#include <linux/namei.h>
#include <linux/sched/task.h>
#include <linux/slab.h>

#include "explain.h"
#include "object.h"
#include "rule.h"
#include "store.h"
#include "subject.h"

static struct fguard_match *match_of(struct fguard_explanation *explanation, u32 rule)
{
	u32 i;

	for (i = 0; i < explanation->count && i < FGUARD_MATCHES_MAX; i++)
		if (explanation->matches[i].rule == rule)
			return &explanation->matches[i];
	return NULL;
}

/* A rule may be found by name and by inode; it is told once. */
static void note(struct fguard_inquiry *inquiry, const struct fguard_rule *rule,
		 u32 rank, bool allowed)
{
	struct fguard_explanation *explanation = inquiry->context;
	struct fguard_match *match;

	if (match_of(explanation, rule->terms.id) ||
	    explanation->count++ >= FGUARD_MATCHES_MAX)
		return;
	match = &explanation->matches[explanation->count - 1];
	match->rule = rule->terms.id;
	match->concerned = rule->terms.ops & inquiry->target->ops;
	match->allowed = allowed;
	if (rank == FGUARD_RANK_PATH) {
		match->kind = FGUARD_MATCH_PATH;
	} else if (rank == FGUARD_RANK_SUFFIX) {
		match->kind = FGUARD_MATCH_SUFFIX;
	} else {
		match->kind = FGUARD_MATCH_TREE;
		match->distance = FGUARD_RANK_TREE - rank;
	}
}

static void ask(struct fguard_target *target, const struct fguard_actor *actor,
		struct fguard_explanation *explanation)
{
	struct fguard_inquiry inquiry = {
		.target = target,
		.actor = actor,
		.seen = note,
		.context = explanation,
	};

	rcu_read_lock();
	fguard_store_decide(&inquiry);
	rcu_read_unlock();
	explanation->decision = inquiry.decision;
}

/* The directory and the name of a path that leads nowhere. */
static int find_directory(const char *path, struct path *found, struct qstr *name,
			  struct netlink_ext_ack *extack)
{
	char *copy;
	int err;

	err = fguard_object_split(path, (const char **)&name->name, extack);
	if (err)
		return err;
	name->len = strlen(name->name);
	copy = kstrndup(path, max_t(size_t, (const char *)name->name - path - 1, 1),
			GFP_KERNEL);
	if (!copy)
		return -ENOMEM;
	err = kern_path(copy, LOOKUP_FOLLOW | LOOKUP_DIRECTORY, found);
	kfree(copy);
	if (err)
		NL_SET_ERR_MSG(extack, "the directory of the path cannot be reached");
	return err;
}

static int ask_about(const char *path, enum fguard_op op,
		     const struct fguard_actor *actor,
		     struct fguard_explanation *explanation,
		     struct netlink_ext_ack *extack)
{
	struct fguard_target target = { .ops = BIT(op) };
	struct path found;
	struct qstr name;
	const char *last;
	int err;

	err = fguard_object_split(path, &last, extack);
	if (err)
		return err;
	err = kern_path(path, 0, &found);
	if (!err) {
		target.inode = d_inode(found.dentry);
	} else if (err == -ENOENT) {
		err = find_directory(path, &found, &name, extack);
		if (err)
			return err;
		target.name = &name;
	} else {
		NL_SET_ERR_MSG(extack, "the path cannot be looked up");
		return err;
	}
	target.dentry = found.dentry;
	target.mnt = found.mnt;
	ask(&target, actor, explanation);
	path_put(&found);
	return 0;
}

static struct task_struct *task_of(u32 nr)
{
	struct pid *pid = fguard_subject_pid(nr);
	struct task_struct *task;

	task = pid ? get_pid_task(pid, PIDTYPE_TGID) : NULL;
	put_pid(pid);
	return task;
}

int fguard_explain(const char *path, enum fguard_op op, u32 pid,
		   struct fguard_explanation *explanation,
		   struct netlink_ext_ack *extack)
{
	struct fguard_actor actor = { .exe_known = true };
	int err;

	if (pid) {
		actor.task = task_of(pid);
		if (!actor.task) {
			NL_SET_ERR_MSG(extack, "the pid names no process");
			return -ESRCH;
		}
		actor.exe = fguard_subject_exe_of(actor.task);
	}
	err = ask_about(path, op, &actor, explanation, extack);
	if (actor.exe)
		fput(actor.exe);
	if (actor.task)
		put_task_struct(actor.task);
	return err;
}

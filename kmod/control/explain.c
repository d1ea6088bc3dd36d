// SPDX-License-Identifier: GPL-2.0-only
#include <linux/dcache.h>
#include <linux/file.h>
#include <linux/sched/task.h>
#include <linux/string.h>

#include "control/explain.h"
#include "object/object.h"
#include "policy/rule.h"
#include "policy/index.h"
#include "subject/subject.h"

/**
 * struct listening - a match context of which each step is noted
 * @context: the match context
 * @explanation: where it is noted
 */
struct listening {
	struct fguard_match_context context;
	struct fguard_explanation *explanation;
};

static struct fguard_match *match_of(struct fguard_explanation *explanation, u32 rule)
{
	u32 i;

	for (i = 0; i < explanation->count && i < FGUARD_MATCHES_MAX; i++)
		if (explanation->matches[i].rule == rule)
			return &explanation->matches[i];
	return NULL;
}

/* A rule may be found by name and by inode; it is told once. */
static void note(struct fguard_match_context *context, struct fguard_rule *rule, u32 rank,
		 bool allowed)
{
	struct fguard_explanation *explanation =
		container_of(context, struct listening, context)->explanation;
	struct fguard_match *match;

	if (match_of(explanation, rule->terms.id) ||
	    explanation->count++ >= FGUARD_MATCHES_MAX)
		return;
	match = &explanation->matches[explanation->count - 1];
	match->rule = rule->terms.id;
	match->concerned = fguard_evaluate_ops(&rule->terms, rank, allowed) & context->object->ops;
	match->allowed = allowed;
	if (rank >= FGUARD_RANK_PATH) {
		match->kind = FGUARD_MATCH_PATH;
	} else if (rank == FGUARD_RANK_SUFFIX) {
		match->kind = FGUARD_MATCH_SUFFIX;
	} else {
		match->kind = FGUARD_MATCH_TREE;
		match->distance = FGUARD_RANK_TREE - rank;
	}
}

static void ask(struct fguard_object *object, const struct fguard_subject *subject,
		struct fguard_explanation *explanation)
{
	struct listening listening = {
		.context = { .object = object, .subject = subject, .seen = note },
		.explanation = explanation,
	};

	rcu_read_lock();
	fguard_index_evaluate(&listening.context);
	rcu_read_unlock();
	explanation->decision = listening.context.decision;
}

static int ask_about(const char *path, enum fguard_op op,
		     const struct fguard_subject *subject,
		     struct fguard_explanation *explanation,
		     struct netlink_ext_ack *extack)
{
	struct fguard_object object = { .ops = BIT(op) };
	struct fguard_found found;
	const struct path *place;
	struct qstr name;
	int err;

	err = fguard_object_find(path, &found, extack);
	if (err)
		return err;
	place = found.exists ? &found.object : &found.directory;
	if (found.exists) {
		object.inode = d_inode(place->dentry);
	} else {
		name = (struct qstr)QSTR_INIT(found.last, strlen(found.last));
		object.name = &name;
	}
	object.dentry = place->dentry;
	object.mnt = place->mnt;
	ask(&object, subject, explanation);
	fguard_object_release(&found);
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
	struct fguard_subject subject = { .exe_known = true };
	int err;

	if (pid) {
		subject.task = task_of(pid);
		if (!subject.task) {
			NL_SET_ERR_MSG(extack, "the pid names no process");
			return -ESRCH;
		}
		subject.exe = fguard_subject_exe_of(subject.task);
	}
	err = ask_about(path, op, &subject, explanation, extack);
	if (subject.exe)
		fput(subject.exe);
	if (subject.task)
		put_task_struct(subject.task);
	return err;
}

// SPDX-License-Identifier: GPL-2.0-only
#include <linux/cred.h>
#include <linux/dcache.h>
#include <linux/file.h>
#include <linux/hash.h>
#include <linux/namei.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/user_namespace.h>

#include "events/filter.h"
#include "policy/request.h"
#include "subject/subject.h"

/**
 * struct fguard_criterion - one value of a filter
 * @next: the next of its kind
 * @by_root: of a tree: link in the filter's table of trees
 * @type: enum fguard_subscription_attr
 * @string: path or suffix
 * @length: its length
 * @name: of a path: directory and name
 * @identity: of a path, a tree or an executable: the inode
 * @exists: @identity is set
 * @device: of a path: the number of the block device that it is a node of, or 0
 * @pid: the process, held
 * @uid: the user
 */
struct fguard_criterion {
	struct fguard_criterion *next;
	struct hlist_node by_root;
	int type;
	char *string;
	u32 length;
	struct fguard_name name;
	struct fguard_identity identity;
	bool exists;
	dev_t device;
	struct pid *pid;
	kuid_t uid;
};

struct fguard_filter *fguard_filter_new(void)
{
	struct fguard_filter *filter = kzalloc(sizeof(*filter), GFP_KERNEL);

	if (filter) {
		filter->ops = FGUARD_OPS_ALL;
		filter->verdicts = FGUARD_VERDICTS_ALL;
	}
	return filter;
}

static void criterion_free(struct fguard_criterion *criterion)
{
	put_pid(criterion->pid);
	kfree(criterion->string);
	kfree(criterion);
}

void fguard_filter_free(struct fguard_filter *filter)
{
	struct fguard_criterion *criterion;
	int kind;

	if (!filter)
		return;
	for (kind = 0; kind < __FGUARD_FILTER_MAX; kind++) {
		while ((criterion = filter->kinds[kind])) {
			filter->kinds[kind] = criterion->next;
			criterion_free(criterion);
		}
	}
	kfree(filter);
}

static void filter_free_rcu(struct rcu_head *head)
{
	fguard_filter_free(container_of(head, struct fguard_filter, rcu));
}

void fguard_filter_retire(struct fguard_filter *filter)
{
	call_rcu(&filter->rcu, filter_free_rcu);
}

/* ---- making -------------------------------------------------------------- */

static int take_inode(struct fguard_criterion *criterion, unsigned int flags,
		      struct netlink_ext_ack *extack)
{
	struct path path;
	int err;

	err = kern_path(criterion->string, flags, &path);
	if (err) {
		NL_SET_ERR_MSG(extack, "a path of the filter cannot be reached");
		return err;
	}
	fguard_identity_take(&criterion->identity, d_inode(path.dentry));
	criterion->exists = true;
	path_put(&path);
	return 0;
}

static void take_object(struct fguard_criterion *criterion, const struct inode *inode)
{
	fguard_identity_take(&criterion->identity, inode);
	criterion->device = S_ISBLK(inode->i_mode) ? inode->i_rdev : 0;
}

static int take_path(struct fguard_criterion *criterion, struct netlink_ext_ack *extack)
{
	struct fguard_found found;
	int err;

	err = fguard_object_find(criterion->string, &found, extack);
	if (err)
		return err;
	err = fguard_name_take(&criterion->name, &found, extack);
	criterion->exists = found.exists;
	if (found.exists)
		take_object(criterion, d_inode(found.object.dentry));
	fguard_object_release(&found);
	return err;
}

static int fill(struct fguard_criterion *criterion, u32 number,
		struct netlink_ext_ack *extack)
{
	switch (criterion->type) {
	case FGUARD_SUBSCRIPTION_A_PATH:
		return take_path(criterion, extack);
	case FGUARD_SUBSCRIPTION_A_TREE:
		return take_inode(criterion, LOOKUP_FOLLOW | LOOKUP_DIRECTORY,
				  extack);
	case FGUARD_SUBSCRIPTION_A_EXE:
		return take_inode(criterion, LOOKUP_FOLLOW, extack);
	case FGUARD_SUBSCRIPTION_A_PID:
		criterion->pid = fguard_subject_pid(number);
		if (criterion->pid)
			return 0;
		NL_SET_ERR_MSG(extack, "a pid of the filter names no process");
		return -ESRCH;
	case FGUARD_SUBSCRIPTION_A_UID:
		criterion->uid = make_kuid(&init_user_ns, number);
		return 0;
	default: /* a suffix */
		if (criterion->length)
			return 0;
		NL_SET_ERR_MSG(extack, "a suffix of the filter is empty");
		return -EINVAL;
	}
}

static unsigned int bucket_of(u64 ino)
{
	return hash_64(ino, FGUARD_FILTER_TREE_BITS);
}

static void enter(struct fguard_filter *filter, enum fguard_filter_kind kind,
		  struct fguard_criterion *criterion)
{
	criterion->next = filter->kinds[kind];
	filter->kinds[kind] = criterion;
	filter->count[kind]++;
	if (criterion->type != FGUARD_SUBSCRIPTION_A_TREE)
		return;
	filter->has_trees = true;
	hlist_add_head(&criterion->by_root,
		       &filter->trees[bucket_of(criterion->identity.ino)]);
}

static enum fguard_filter_kind kind_of(int type)
{
	switch (type) {
	case FGUARD_SUBSCRIPTION_A_PID:
		return FGUARD_FILTER_PID;
	case FGUARD_SUBSCRIPTION_A_EXE:
		return FGUARD_FILTER_EXE;
	case FGUARD_SUBSCRIPTION_A_UID:
		return FGUARD_FILTER_UID;
	default:
		return FGUARD_FILTER_OBJECT;
	}
}

int fguard_filter_add(struct fguard_filter *filter, int type, const char *string,
		      u32 number, struct netlink_ext_ack *extack)
{
	enum fguard_filter_kind kind = kind_of(type);
	struct fguard_criterion *criterion;
	int err = -ENOMEM;

	if (filter->count[kind] == FGUARD_FILTERS_MAX) {
		NL_SET_ERR_MSG(extack, "too many values in the filter");
		return -E2BIG;
	}
	criterion = kzalloc(sizeof(*criterion), GFP_KERNEL);
	if (!criterion)
		return -ENOMEM;
	criterion->type = type;
	if (string) {
		criterion->length = strlen(string);
		criterion->string = kstrdup(string, GFP_KERNEL);
	}
	if (!string || criterion->string)
		err = fill(criterion, number, extack);
	if (err) {
		criterion_free(criterion);
		return err;
	}
	enter(filter, kind, criterion);
	return 0;
}

bool fguard_filter_needs_all(const struct fguard_filter *filter)
{
	return (filter->flags & FGUARD_SUBSCRIBE_ALL) ||
	       filter->kinds[FGUARD_FILTER_OBJECT];
}

bool fguard_filter_is_plain(const struct fguard_filter *filter)
{
	unsigned int kind;

	for (kind = 0; kind < __FGUARD_FILTER_MAX; kind++)
		if (filter->count[kind])
			return false;
	return !(filter->flags & FGUARD_SUBSCRIBE_ALL) && filter->ops == FGUARD_OPS_ALL &&
	       filter->verdicts == FGUARD_VERDICTS_ALL;
}

/* ---- matching ------------------------------------------------------------ */

static bool is_inode(const struct fguard_criterion *criterion,
		     const struct fguard_object *object)
{
	return criterion->type == FGUARD_SUBSCRIPTION_A_PATH && criterion->exists &&
	       object->inode && fguard_identity_is(&criterion->identity, object->inode);
}

static bool ends_in(const struct fguard_criterion *criterion,
		    const struct qstr *name)
{
	return name->len >= criterion->length &&
	       !memcmp(name->name + name->len - criterion->length,
		       criterion->string, criterion->length);
}

/* By a name, which cannot change while the entry is locked. */
static bool is_named(const struct fguard_criterion *criterion, struct dentry *dentry)
{
	bool named;

	spin_lock(&dentry->d_lock);
	named = criterion->type == FGUARD_SUBSCRIPTION_A_PATH ?
			fguard_name_is(&criterion->name, dentry) :
			ends_in(criterion, &dentry->d_name);
	spin_unlock(&dentry->d_lock);
	return named;
}

static bool is_root_of_any(const struct fguard_filter *filter, const struct inode *inode)
{
	const struct fguard_criterion *criterion;

	if (!inode)
		return false;
	hlist_for_each_entry(criterion, &filter->trees[bucket_of(inode->i_ino)], by_root)
		if (fguard_identity_is(&criterion->identity, inode))
			return true;
	return false;
}

/* As with rules, a tree is the directory itself, too. To the root once for all trees. */
static noinline bool is_in_any_tree(const struct fguard_filter *filter,
				    const struct fguard_object *object)
{
	const struct dentry *dentry = object->dentry;

	if (is_root_of_any(filter, object->inode))
		return true;
	while (!IS_ROOT(dentry)) {
		dentry = READ_ONCE(dentry->d_parent);
		if (is_root_of_any(filter, d_inode_rcu(dentry)))
			return true;
	}
	return false;
}

/* A suffix of a layer's file is the one of what is made of it. */
static bool is_about(const struct fguard_criterion *criterion,
		     const struct fguard_object *object, bool layer)
{
	return criterion->type != FGUARD_SUBSCRIPTION_A_TREE &&
	       !(layer && criterion->type == FGUARD_SUBSCRIPTION_A_SUFFIX) &&
	       (is_inode(criterion, object) || is_named(criterion, object->dentry));
}

static noinline bool is_about_any(const struct fguard_filter *filter,
				  const struct fguard_object *object, bool layer)
{
	const struct fguard_criterion *criterion = filter->kinds[FGUARD_FILTER_OBJECT];

	for (; criterion; criterion = criterion->next)
		if (is_about(criterion, object, layer))
			return true;
	return filter->has_trees && is_in_any_tree(filter, object);
}

static bool is_about_device(const struct fguard_criterion *criterion, dev_t device)
{
	for (; criterion; criterion = criterion->next)
		if (criterion->type == FGUARD_SUBSCRIPTION_A_PATH &&
		    criterion->device == device)
			return true;
	return false;
}

/* Mostly the first criterion is the path of what is accessed. */
static bool is_about_object(const struct fguard_filter *filter,
			  const struct fguard_object *object, bool layer)
{
	const struct fguard_criterion *criteria = filter->kinds[FGUARD_FILTER_OBJECT];

	if (unlikely(object->device))
		return is_about_device(criteria, object->device);
	return is_inode(criteria, object) || is_about_any(filter, object, layer);
}

static bool object_passes(const struct fguard_filter *filter,
			  const struct fguard_request *request)
{
	unsigned int i;

	if (!filter->kinds[FGUARD_FILTER_OBJECT])
		return request->part != FGUARD_PART_LAYER;
	for (i = 0; i < request->count; i++)
		if (is_about_object(filter, &request->objects[i],
				    request->part == FGUARD_PART_LAYER))
			return true;
	return false;
}

static bool pid_passes(const struct fguard_criterion *criteria)
{
	const struct fguard_criterion *criterion;

	for (criterion = criteria; criterion; criterion = criterion->next)
		if (criterion->pid == task_tgid(current))
			return true;
	return !criteria;
}

static bool uid_passes(const struct fguard_criterion *criteria)
{
	const struct fguard_criterion *criterion;

	for (criterion = criteria; criterion; criterion = criterion->next)
		if (uid_eq(criterion->uid, current_real_cred()->uid))
			return true;
	return !criteria;
}

static bool exe_passes(const struct fguard_criterion *criteria)
{
	const struct fguard_criterion *criterion;
	bool passes = !criteria;
	struct file *exe;

	if (passes)
		return true;
	exe = fguard_subject_exe();
	if (!exe)
		return false;
	for (criterion = criteria; criterion && !passes; criterion = criterion->next)
		passes = fguard_identity_is(&criterion->identity, file_inode(exe));
	fput(exe);
	return passes;
}

bool fguard_filter_passes(const struct fguard_filter *filter,
			  const struct fguard_request *request,
			  const struct fguard_decision *decision)
{
	return (filter->ops & BIT(decision->op)) &&
	       (filter->verdicts & BIT(fguard_evaluate_verdict(decision))) &&
	       (decision->outcome != FGUARD_OUTCOME_NONE ||
		fguard_filter_needs_all(filter)) &&
	       pid_passes(filter->kinds[FGUARD_FILTER_PID]) &&
	       uid_passes(filter->kinds[FGUARD_FILTER_UID]) &&
	       exe_passes(filter->kinds[FGUARD_FILTER_EXE]) &&
	       object_passes(filter, request);
}

// SPDX-License-Identifier: GPL-2.0-only
#include <linux/atomic.h>
#include <linux/dcache.h>
#include <linux/hash.h>
#include <linux/mount.h>
#include <linux/namei.h>
#include <linux/nsproxy.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/timekeeping.h>
#include <net/sock.h>

#include "object/mount.h"
#include "object/program.h"
#include "policy/rule_inode.h"
#include "policy/make.h"
#include "policy/site.h"

static atomic64_t last_serial;

/* How many keep a rule, by a hash of their ports, which users choose. */
#define PORT_BITS 10
static atomic_t keepers[1 << PORT_BITS];

static atomic_t *keepers_at(u32 port)
{
	return &keepers[hash_64(fguard_program_hash(port, 0), PORT_BITS)];
}

bool fguard_rule_may_be_kept(u32 port)
{
	return atomic_read(keepers_at(port));
}

int fguard_rule_keep(struct fguard_rule *rule, struct sock *socket, u32 port)
{
	struct fguard_keeper *keeper = kmalloc(sizeof(*keeper), GFP_KERNEL);

	if (!keeper)
		return -ENOMEM;
	sock_hold(socket);
	keeper->socket = socket;
	keeper->port = port;
	atomic_inc(keepers_at(port));
	list_add(&keeper->node, &rule->keepers);
	return 0;
}

void fguard_rule_keeper_drop(struct fguard_keeper *keeper)
{
	list_del(&keeper->node);
	atomic_dec(keepers_at(keeper->port));
	sock_put(keeper->socket);
	kfree(keeper);
}

static void rule_free(struct fguard_rule *rule)
{
	struct fguard_keeper *keeper, *next;

	list_for_each_entry_safe(keeper, next, &rule->keepers, node)
		fguard_rule_keeper_drop(keeper);
	fguard_rule_inodes_free(rule);
	fguard_subjects_put(rule->subjects);
	kvfree(rule->ancestors);
	kvfree(rule->seats);
	kfree(rule->mount_path);
	kfree(rule->mount_root);
	kfree(rule->suffix.string);
	kfree(rule->name);
	kfree(rule->path);
	kfree(rule);
}

void fguard_rule_free_rcu(struct rcu_head *head)
{
	rule_free(container_of(head, struct fguard_rule, rcu));
}

/* Some walk all rules, and may have met it before it was in force. */
void fguard_rule_discard(struct fguard_rule *rule)
{
	call_rcu(&rule->rcu, fguard_rule_free_rcu);
}

/* ---- the way to a path --------------------------------------------------- */

static void note_place(struct fguard_rule *rule, u32 room, const struct path *path)
{
	if (rule->ancestor_count < room)
		fguard_identity_take(&rule->ancestors[rule->ancestor_count],
				     d_inode(path->dentry));
	rule->ancestor_count++;
}

/* From @path, whose reference is taken over, to the root of its namespace. */
static void note_ancestors(struct fguard_rule *rule, u32 room, struct path path)
{
	struct dentry *parent;

	rule->ancestor_count = 0;
	for (;;) {
		note_place(rule, room, &path);
		if (path.dentry == path.mnt->mnt_root) {
			/* to the directory that the mount covers */
			if (!follow_up(&path))
				break;
			rule->crosses = true;
		} else if (IS_ROOT(path.dentry)) {
			break;
		} else {
			parent = dget_parent(path.dentry);
			dput(path.dentry);
			path.dentry = parent;
		}
	}
	rcu_read_lock();
	rule->namespace = fguard_mount_namespace(path.mnt) ?: current->nsproxy->mnt_ns;
	rcu_read_unlock();
	path_put(&path);
}

/*
 * The directory of the object, and all directories and mount points above: whoever
 * renames one of the directories, or mounts over one, puts another object in the rule's
 * place. What is mounted on its name is taken away from there, too.
 */
static int take_ancestors(struct fguard_rule *rule, const struct path *start)
{
	u32 room = 0;

	/* Counts first; a rename may lengthen the way meanwhile. */
	for (;;) {
		path_get(start);
		note_ancestors(rule, room, *start);
		if (rule->ancestor_count <= room)
			return 0;
		kvfree(rule->ancestors);
		room = rule->ancestor_count;
		rule->ancestor_count = 0;
		rule->ancestors = kvcalloc(room, sizeof(*rule->ancestors), GFP_KERNEL);
		if (!rule->ancestors)
			return -ENOMEM;
	}
}

static char *render(const struct path *path, bool in_filesystem)
{
	char *buffer = (char *)__get_free_page(GFP_KERNEL), *text, *copy;

	if (!buffer)
		return ERR_PTR(-ENOMEM);
	text = in_filesystem ? dentry_path_raw(path->dentry, buffer, PAGE_SIZE) :
			       d_path(path, buffer, PAGE_SIZE);
	copy = IS_ERR(text) ? text : kstrdup(text, GFP_KERNEL);
	free_page((unsigned long)buffer);
	return copy ?: ERR_PTR(-ENOMEM);
}

static int render_or_none(const struct path *path, bool in_filesystem, char **text)
{
	char *rendered = render(path, in_filesystem);

	if (IS_ERR(rendered))
		/* Only for people; too long to be told is no reason not to guard. */
		return PTR_ERR(rendered) == -ENOMEM ? -ENOMEM : 0;
	*text = rendered;
	return 0;
}

static int take_mount(struct fguard_rule *rule, struct vfsmount *mnt)
{
	const struct path root = { .mnt = mnt, .dentry = mnt->mnt_root };
	int err;

	err = render_or_none(&root, false, &rule->mount_path);
	if (!err)
		err = render_or_none(&root, true, &rule->mount_root);
	return err;
}

/* ---- the forms of a rule ------------------------------------------------- */

static bool is_mounted(const struct fguard_found *found)
{
	return found->exists && (found->object.dentry->d_sb != found->directory.dentry->d_sb ||
				 found->object.dentry == found->object.mnt->mnt_root);
}

static int take_inode(struct fguard_rule *rule, const struct fguard_found *found)
{
	const struct dentry *object = found->object.dentry;
	const struct inode *beneath = fguard_object_beneath(object);
	int err;

	rule->flags |= FGUARD_RULE_EXISTS;
	err = fguard_rule_inode_new(rule, d_inode(object),
				    rule->mounted ? FGUARD_RULE_INODE_MOUNTED
						  : FGUARD_RULE_INODE_HOLDER);
	if (!err && beneath)
		err = fguard_rule_inode_new(rule, beneath, FGUARD_RULE_INODE_BENEATH);
	return err;
}

static int take_found(struct fguard_rule *rule, const struct fguard_found *found,
		      struct netlink_ext_ack *extack)
{
	int err;

	rule->layered = found->directory.dentry->d_flags & DCACHE_OP_REAL;
	err = fguard_name_take(&rule->entry, found, extack);
	rule->mounted = is_mounted(found);
	if (!err)
		err = take_ancestors(rule, rule->mounted ? &found->object : &found->directory);
	if (!err)
		err = take_mount(rule, found->directory.mnt);
	if (!err && found->exists)
		err = take_inode(rule, found);
	return err ?: fguard_rule_inode_reserve(rule);
}

static int take_name(struct fguard_rule *rule, struct netlink_ext_ack *extack)
{
	struct fguard_found found;
	int err;

	err = fguard_object_find(rule->path, &found, extack);
	if (err)
		return err;
	err = take_found(rule, &found, extack);
	fguard_object_release(&found);
	return err;
}

static int take_suffix(struct fguard_rule *rule, const char *suffix,
		       struct netlink_ext_ack *extack)
{
	struct path directory;
	int err;

	rule->suffix.string = kstrdup(suffix, GFP_KERNEL);
	if (!rule->suffix.string)
		return -ENOMEM;
	rule->suffix.length = strlen(suffix);
	rule->suffix.hash = fguard_suffix_hash(suffix, rule->suffix.length);
	rule->flags |= FGUARD_RULE_EXISTS;
	if (!rule->path)
		return 0;

	err = kern_path(rule->path, LOOKUP_FOLLOW | LOOKUP_DIRECTORY, &directory);
	if (err) {
		NL_SET_ERR_MSG(extack,
			       "the directory below which the suffix counts cannot be reached");
		return err;
	}
	rule->suffix.below = true;
	err = fguard_object_check_directory(directory.dentry, extack);
	fguard_identity_take(&rule->suffix.directory, d_inode(directory.dentry));
	if (!err)
		err = take_ancestors(rule, &directory);
	path_put(&directory);
	return err;
}

static int rule_fill(struct fguard_rule *rule, const struct fguard_rule_spec *spec,
		     struct netlink_ext_ack *extack)
{
	struct fguard_subjects *subjects;

	if (spec->path) {
		rule->path = kstrdup(spec->path, GFP_KERNEL);
		if (!rule->path)
			return -ENOMEM;
	}
	if (spec->name) {
		rule->name = kstrdup(spec->name, GFP_KERNEL);
		if (!rule->name)
			return -ENOMEM;
	}
	subjects = fguard_subjects_new(&spec->subjects, extack);
	if (IS_ERR(subjects))
		return PTR_ERR(subjects);
	rule->subjects = subjects;
	if (spec->suffix)
		return take_suffix(rule, spec->suffix, extack);
	return take_name(rule, extack);
}

struct fguard_rule *fguard_rule_new(const struct fguard_rule_spec *spec,
				    struct netlink_ext_ack *extack)
{
	struct fguard_rule *rule = kzalloc(sizeof(*rule), GFP_KERNEL);
	int err;

	if (!rule)
		return ERR_PTR(-ENOMEM);
	INIT_LIST_HEAD(&rule->inodes);
	INIT_LIST_HEAD(&rule->keepers);
	rule->serial = atomic64_inc_return(&last_serial);
	rule->terms.ops = spec->ops;
	rule->terms.error = -(int)spec->error;
	rule->terms.else_action = spec->else_action;
	rule->terms.default_verdict = spec->default_verdict;
	rule->terms.timeout = spec->timeout;
	rule->flags = spec->flags;
	rule->tree = (spec->flags & FGUARD_RULE_TREE) && !spec->suffix;
	if (spec->ttl)
		rule->expires = ktime_get_boottime_ns() + spec->ttl * NSEC_PER_MSEC;

	err = rule_fill(rule, spec, extack);
	if (err) {
		rule_free(rule);
		return ERR_PTR(err);
	}
	return rule;
}

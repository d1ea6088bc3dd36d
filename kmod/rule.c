// SPDX-License-Identifier: GPL-2.0-only
#include <linux/dcache.h>
#include <linux/mount.h>
#include <linux/namei.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/timekeeping.h>

#include "alias.h"
#include "rule.h"

static void rule_free(struct fguard_rule *rule)
{
	fguard_aliases_free(rule);
	fguard_subjects_free(rule->subjects);
	kvfree(rule->pins);
	kfree(rule->mount_path);
	kfree(rule->mount_root);
	kfree(rule->suffix.string);
	kfree(rule->label);
	kfree(rule->path);
	kfree(rule);
}

void fguard_rule_free_rcu(struct rcu_head *head)
{
	rule_free(container_of(head, struct fguard_rule, rcu));
}

void fguard_rule_discard(struct fguard_rule *rule)
{
	rule_free(rule);
}

/* Mount points on the way to a path, all together. */
#define COVERED_MAX 16

/* ---- the way to a path --------------------------------------------------- */

static void pin(struct fguard_rule *rule, const struct path *path)
{
	struct fguard_pin *pin = &rule->pins[rule->pin_count++];

	fguard_identity_take(&pin->identity, d_inode(path->dentry));
	pin->mnt = path->mnt;
	pin->rule = rule;
}

/* A directory, and those that mounts on it cover, as far as there is room. */
static int pin_take(struct fguard_rule *rule, const char *prefix, unsigned int flags,
		    u32 *room)
{
	struct path path;
	int err;

	err = kern_path(prefix, flags, &path);
	if (err)
		return err;
	pin(rule, &path);
	for (; *room && path.dentry == path.mnt->mnt_root && follow_up(&path); --*room)
		pin(rule, &path);
	path_put(&path);
	return 0;
}

static u32 count_components(const char *path)
{
	u32 count = 0;

	for (; *path; path++)
		count += *path == '/';
	return count;
}

/*
 * "/", "/srv", "/srv/a.db" for "/srv/a.db": whoever renames one of the
 * directories, or mounts over one, puts another object in the rule's place.
 */
static int take_pins(struct fguard_rule *rule, const char *path)
{
	char *prefix = kstrdup(path, GFP_KERNEL), *slash;
	int err = -ENOMEM;
	u32 room = COVERED_MAX;

	rule->pins = kvcalloc(count_components(path) + 1 + room, sizeof(*rule->pins),
			      GFP_KERNEL);
	if (!prefix || !rule->pins)
		goto free;
	err = pin_take(rule, "/", LOOKUP_FOLLOW, &room);
	for (slash = strchr(prefix + 1, '/'); slash && !err;
	     slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		err = pin_take(rule, prefix, LOOKUP_FOLLOW, &room);
		*slash = '/';
	}
	if (!err) {
		err = pin_take(rule, prefix, 0, &room);
		if (err == -ENOENT) /* guarded at its creation */
			err = 0;
	}
free:
	kfree(prefix);
	return err;
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

static char *render_or_none(const struct path *path, bool in_filesystem)
{
	char *text = render(path, in_filesystem);

	/* Only for people; too long to be told is no reason not to guard. */
	return IS_ERR(text) && PTR_ERR(text) != -ENOMEM ? NULL : text;
}

static int take_mount(struct fguard_rule *rule, const char *path)
{
	const char *slash = strrchr(path, '/');
	struct path directory, root;
	char *copy;
	int err;

	copy = kstrndup(path, max_t(size_t, slash - path, 1), GFP_KERNEL);
	if (!copy)
		return -ENOMEM;
	err = kern_path(copy, LOOKUP_FOLLOW | LOOKUP_DIRECTORY, &directory);
	kfree(copy);
	if (err)
		return err;
	root = (struct path){ .mnt = directory.mnt, .dentry = directory.mnt->mnt_root };
	rule->mount_path = render_or_none(&root, false);
	rule->mount_root = render_or_none(&root, true);
	path_put(&directory);
	if (IS_ERR(rule->mount_path) || IS_ERR(rule->mount_root)) {
		rule->mount_path = NULL;
		rule->mount_root = NULL;
		return -ENOMEM;
	}
	return 0;
}

/* ---- the forms of a rule ------------------------------------------------- */

static int take_name(struct fguard_rule *rule, struct netlink_ext_ack *extack)
{
	struct fguard_identity identity, beneath;
	bool exists;
	int err;

	err = fguard_object_resolve(rule->path, &rule->name, &identity, &beneath,
				    &exists, extack);
	if (!err)
		err = take_pins(rule, rule->path);
	if (!err)
		err = take_mount(rule, rule->path);
	if (!err && exists) {
		rule->flags |= FGUARD_RULE_EXISTS;
		err = fguard_alias_new(rule, &identity, false);
		if (!err && beneath.ino)
			err = fguard_alias_new(rule, &beneath, true);
	}
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
		NL_SET_ERR_MSG(extack, "the directory below which the suffix counts cannot be reached");
		return err;
	}
	rule->suffix.below = true;
	fguard_identity_take(&rule->suffix.directory, d_inode(directory.dentry));
	path_put(&directory);
	return take_pins(rule, rule->path);
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
		rule->label = kstrdup(spec->name, GFP_KERNEL);
		if (!rule->label)
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
	INIT_LIST_HEAD(&rule->aliases);
	rule->terms.ops = spec->ops;
	rule->terms.error = -(int)spec->error;
	rule->terms.otherwise = spec->otherwise;
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

void fguard_rule_count(struct fguard_rule *rule, enum fguard_outcome outcome)
{
	if (outcome == FGUARD_OUTCOME_DENY)
		atomic64_inc(&rule->denied);
	else
		atomic64_inc(&rule->allowed);
}

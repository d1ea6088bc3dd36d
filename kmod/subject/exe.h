/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Executables that rules name by their path: the file that has the name, and what is put
 * in its place. Whoever ran what had the name before is let in until he ends.
 */
#ifndef _FGUARD_EXE_H
#define _FGUARD_EXE_H

#include <linux/fs.h>
#include <linux/list.h>
#include <linux/netlink.h>
#include <linux/rcupdate.h>

#include "object/object.h"
#include "object/program.h"

struct fguard_version;

/* Files that had the name before and count yet, at most; the oldest is forgotten first. */
#define FGUARD_FORMERS_MAX 4

/**
 * struct fguard_exe - the name of an executable; one for all subjects that name it
 * @node: link in the bucket of its directory, if it is followed; RCU, exe_lock
 * @users: places; exe_lock
 * @rules: rules in force that name it; exe_lock
 * @over: there were such rules, and are none; exe_lock
 * @id: never another's
 * @entry: the name
 * @directory: of the name, known until its inode dies
 * @now: the file that has the name, or NULL; RCU, exe_lock
 * @formers: files that had it, the latest first; RCU, exe_lock
 * @spare: memory for what is next to have the name, or NULL; exe_lock
 * @rcu: frees it after the last reader
 * @name: of @entry
 */
struct fguard_exe {
	struct hlist_node node;
	u32 users;
	u32 rules;
	bool over;
	u64 id;
	struct fguard_name entry;
	struct fguard_program directory;
	struct fguard_version __rcu *now;
	struct fguard_version __rcu *formers[FGUARD_FORMERS_MAX];
	struct fguard_version *spare;
	struct rcu_head rcu;
	char name[];
};

/**
 * fguard_exe_new - follow the executable of a path
 * @path: the path; links in it are followed now
 * @extack: receives the sentence if refused
 *
 * Nothing need be there: then nobody is let in by it until something is.
 *
 * Context: may sleep; resolves as the current task would; the caller has the hooks of
 * FGUARD_NEED_NAMES and FGUARD_NEED_INODES.
 * Return: it, for fguard_exe_put(); ERR_PTR(-EINVAL): no regular file; ERR_PTR(-ENOMEM);
 * or what the lookup says.
 */
struct fguard_exe *fguard_exe_new(const char *path, struct netlink_ext_ack *extack);

/**
 * fguard_exe_put - follow it no longer, if nobody else does
 * @exe: the executable, or NULL; of subjects that no reader can see
 *
 * Context: any but a hard interrupt.
 */
void fguard_exe_put(struct fguard_exe *exe);

/**
 * fguard_exe_count - a rule that names it comes into force, or leaves
 * @exe: the executable
 * @by: 1 or -1
 *
 * Rules that come after the last one has left know nothing of what had the name before.
 *
 * Context: any but a hard interrupt.
 */
void fguard_exe_count(struct fguard_exe *exe, int by);

/**
 * fguard_exe_is_there - has any file the name?
 * @exe: the executable
 *
 * Context: any.
 * Return: true if so.
 */
bool fguard_exe_is_there(const struct fguard_exe *exe);

/**
 * fguard_exe_was_run - is it what a task began to run?
 * @file: its executable
 *
 * By prctl(PR_SET_MM) a task gets another, while nobody looks; that was opened by the
 * task itself, and not to be run.
 *
 * Context: any.
 * Return: false if so.
 */
static inline bool fguard_exe_was_run(const struct file *file)
{
	return file->f_flags & __FMODE_EXEC;
}

/**
 * fguard_exe_is - does who runs a file count as running the executable?
 * @exe: the executable
 * @file: what is run, as it was opened for that
 *
 * Context: RCU read side.
 * Return: true if the file has the name, or had it when it was run.
 */
bool fguard_exe_is(const struct fguard_exe *exe, const struct file *file);

/**
 * fguard_exe_may_be - might he, if he passed for one who runs a file?
 * @exe: the executable
 * @file: the file
 *
 * Context: RCU read side.
 * Return: true if the file has the name, or had it.
 */
bool fguard_exe_may_be(const struct fguard_exe *exe, const struct file *file);

/**
 * fguard_exes_visit - executables whose name a file has, or had
 * @inode: the file
 * @visit: called for the @id of each, until it returns true
 * @context: given to @visit
 *
 * Context: RCU read side.
 * Return: what @visit returned last; false if it was not called.
 */
bool fguard_exes_visit(const struct inode *inode, bool (*visit)(u64 id, void *context),
		       void *context);

/**
 * fguard_exes_hold - something else has a name from now on
 * @name: the entry that has the name yet
 * @inode: what gets it, or NULL: nothing
 *
 * Context: RCU read side, no spinlock held; the directory is locked.
 */
void fguard_exes_hold(struct dentry *name, const struct inode *inode);

/**
 * fguard_exes_run - a file is run
 * @file: the file, as it was opened for that
 *
 * Context: inside an ftrace callback; who runs it has not begun to.
 */
void fguard_exes_run(struct file *file);

#endif

// SPDX-License-Identifier: GPL-2.0-only
#include <linux/audit.h>
#include <linux/cred.h>
#include <linux/dcache.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/fs_struct.h>
#include <linux/kdev_t.h>
#include <linux/limits.h>
#include <linux/mount.h>
#include <linux/percpu.h>
#include <linux/seqlock.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <linux/user_namespace.h>
#include <asm/word-at-a-time.h>

#include "events/event.h"
#include "events/subscription.h"
#include "object/mount.h"
#include "object/view.h"
#include "policy/request.h"
#include "policy/rule.h"
#include "subject/exe.h"
#include "subject/subject.h"

/**
 * struct exe_path - the path of the executable that acted last
 * @key: what the path depends on; without a dentry it is nobody's
 * @length: its length
 * @text: the path
 */
struct exe_path {
	struct exe_key {
		const struct dentry *dentry, *root;
		const struct vfsmount *mnt;
		u64 ino, name;
		u32 generation;
		unsigned int renames;
	} key;
	u16 length;
	char text[PATH_MAX];
};

/**
 * struct scratch - memory to build one record in
 * @busy: bit 0: taken; it need not be given back on the processor it is of
 * @exe: of the last record
 * @record: the record
 * @bytes: room for its strings
 */
struct scratch {
	unsigned long busy;
	struct exe_path exe;
	union {
		struct fguard_access_record record;
		char bytes[FGUARD_RECORD_MAX];
	};
};

static DEFINE_PER_CPU(struct scratch *, scratch);

static struct scratch *scratch_take(void)
{
	struct scratch *mine = *raw_cpu_ptr(&scratch);

	if (!test_and_set_bit_lock(0, &mine->busy))
		return mine;
	mine = kmalloc(sizeof(*mine), GFP_ATOMIC | __GFP_NOWARN);
	if (mine) {
		mine->busy = 2; /* of nobody's */
		mine->exe.key.dentry = NULL;
	}
	return mine;
}

static void scratch_give_back(struct scratch *mine)
{
	if (mine->busy == 2)
		kfree(mine);
	else
		clear_bit_unlock(0, &mine->busy);
}

/* ---- strings ------------------------------------------------------------- */

static u16 put_bytes(char *to, const char *from, size_t length)
{
	memmove(to, from, length);
	return length;
}

static int put_d_path(char *to, const struct path *path)
{
	char *start;

	/* An exiting task has no root any more, and d_path() wants one. */
	if (!current->fs)
		return -ESRCH;
	/* d_path() writes to the end of its buffer. */
	start = d_path(path, to, PATH_MAX);
	if (IS_ERR(start))
		return PTR_ERR(start);
	return put_bytes(to, start, strlen(start));
}

/* d_path() calls a name that does not exist yet "deleted"; so that is put together. */
static int put_new_name(char *to, const struct path *path)
{
	struct path directory = { .mnt = path->mnt, .dentry = path->dentry->d_parent };
	int length = put_d_path(to, &directory);

	if (length < 0)
		return length;
	if (length + 1 + NAME_MAX > PATH_MAX)
		return -ENAMETOOLONG;
	if (to[length - 1] != '/')
		to[length++] = '/';
	return length + fguard_name_copy(to + length, path->dentry);
}

/* What follows the beginning, if that is whole components of the path. */
static const char *behind(const char *path, const char *beginning)
{
	size_t length = strlen(beginning);

	if (length == 1) /* "/" */
		return path;
	if (strncmp(path, beginning, length) || (path[length] && path[length] != '/'))
		return NULL;
	return path + length;
}

/* An entry that is connected with nothing has no path, and so no filesystem has it there. */
static bool is_on(const struct fguard_rule *rule, const struct dentry *dentry)
{
	const struct fguard_identity *directory = &rule->entry.directory;
	struct super_block *sb = dentry->d_sb;

	return rule->mount_path && rule->mount_root && directory->dev == sb->s_dev &&
	       fguard_identity_shares_filesystem(directory, sb) &&
	       is_subdir((struct dentry *)dentry, sb->s_root);
}

/* Where the rule's maker saw the filesystem mounted. */
static int put_as_rule(char *to, const struct fguard_rule *rule, struct dentry *dentry)
{
	size_t prefix, length;
	const char *rest;
	char *start;

	if (!rule || !is_on(rule, dentry))
		return -EXDEV;
	start = dentry_path_raw(dentry, to, PATH_MAX);
	if (IS_ERR(start))
		return PTR_ERR(start);
	rest = behind(start, rule->mount_root);
	if (!rest)
		return -EXDEV;
	prefix = strlen(rule->mount_path);
	if (prefix == 1) /* "/" */
		prefix = 0;
	if (!strcmp(rest, "/"))
		rest++;
	length = strlen(rest);
	if (!prefix && !length)
		return put_bytes(to, "/", 1);
	if (prefix + length > PATH_MAX)
		return -ENAMETOOLONG;
	memmove(to + prefix, rest, length);
	memcpy(to, rule->mount_path, prefix);
	return prefix + length;
}

/**
 * struct teller - how the strings of a record are told
 * @rule: the rule that decided, or NULL
 * @asks: somebody may decide by them
 * @cut: the marks
 */
struct teller {
	const struct fguard_rule *rule;
	bool asks;
	u8 *cut;
};

/*
 * As its filesystem knows it, whatever mount it is reached through. Of a filesystem that
 * a user mounted himself, who answers must not believe even the last name. @length: of
 * what put_as_rule() has written, or its error
 */
static u16 put_marked(char *to, int length, struct dentry *dentry,
		      const struct teller *teller, u8 flag)
{
	char *start;

	*teller->cut |= flag;
	if (teller->asks && dentry->d_sb->s_user_ns != &init_user_ns)
		return put_bytes(to, "/", 1);
	if (length >= 0)
		return length;
	start = dentry_path_raw(dentry, to, PATH_MAX);
	if (IS_ERR(start) || IS_ROOT(dentry))
		return fguard_name_copy(to, dentry);
	return put_bytes(to, start, strlen(start));
}

/* Pipes and the like are in no tree, and are called what cannot be taken for a file's path. */
static bool is_nowhere(const struct dentry *dentry)
{
	return dentry->d_op && dentry->d_op->d_dname && IS_ROOT(dentry);
}

/* Where mounts cannot be told apart, each is as good as any other, but for who answers. */
static int put_seen(char *to, const struct path *path, bool asks)
{
	if (is_nowhere(path->dentry))
		return put_d_path(to, path);
	if (asks || fguard_mounts_known())
		return fguard_view_path(to, path);
	return d_is_negative(path->dentry) ? put_new_name(to, path) : put_d_path(to, path);
}

static u16 put_path(char *to, const struct path *path, const struct teller *teller, u8 flag)
{
	int length = put_seen(to, path, teller->asks);

	/* A file in memory alone is called what its maker likes, "/../usr/bin/x" as well. */
	if (length > 0 && *to == '/' && teller->asks && is_nowhere(path->dentry))
		*teller->cut |= flag;
	if (length >= 0)
		return length;
	if (length != -ENAMETOOLONG)
		return put_marked(to, put_as_rule(to, teller->rule, path->dentry),
				  path->dentry, teller, flag);
	*teller->cut |= flag;
	return fguard_name_copy(to, path->dentry);
}

static bool may_have_paths(const struct vfsmount *mnt)
{
	return !fguard_mounts_known() || fguard_view_has(mnt);
}

static bool shows(const struct vfsmount *mnt, struct dentry *dentry)
{
	return mnt->mnt_sb == dentry->d_sb && is_subdir(dentry, mnt->mnt_root) &&
	       may_have_paths(mnt);
}

/* A mount that the task itself uses and that has the entry, or NULL. */
static struct vfsmount *mount_in_use(struct dentry *dentry)
{
	struct fs_struct *fs = current->fs;
	struct vfsmount *mnt;

	if (!fs)
		return NULL;
	/* Its threads may go elsewhere meanwhile. */
	mnt = READ_ONCE(fs->pwd.mnt);
	if (shows(mnt, dentry))
		return mnt;
	mnt = READ_ONCE(fs->root.mnt);
	return shows(mnt, dentry) ? mnt : NULL;
}

/* Does the task see what the machine's administrator mounted, and from the same root? */
static bool sees_all(bool asks)
{
	return (!asks && !fguard_mounts_known()) || fguard_view_is_whole();
}

/*
 * Some functions are not told through which mount the object was reached. The rule's
 * maker may be believed where the task could not have arranged a path of its own.
 */
static u16 put_dentry(char *to, struct dentry *dentry, const struct teller *teller, u8 flag)
{
	struct path path = { .mnt = NULL, .dentry = dentry };
	int length = put_as_rule(to, teller->rule, dentry);

	if (!sees_all(teller->asks))
		return put_marked(to, length, dentry, teller, flag);
	if (length >= 0)
		return length;
	path.mnt = mount_in_use(dentry);
	if (path.mnt)
		return put_path(to, &path, teller, flag);
	return put_marked(to, length, dentry, teller, flag);
}

/* Who opens a device by its number names no node: the rule does, or udev would. */
static u16 put_number(char *to, dev_t device, const struct fguard_rule *rule)
{
	if (rule && rule->path)
		return put_bytes(to, rule->path, strnlen(rule->path, PATH_MAX));
	return scnprintf(to, PATH_MAX, "/dev/block/%u:%u", MAJOR(device), MINOR(device));
}

static u16 put_object(char *to, const struct fguard_object *object,
		      const struct teller *teller, u8 flag)
{
	struct path path = { .mnt = object->mnt, .dentry = object->dentry };

	if (object->device)
		return put_number(to, object->device, teller->rule);
	if (!object->mnt)
		return put_dentry(to, object->dentry, teller, flag);
	return put_path(to, &path, teller, flag);
}

/*
 * The same program mostly acts many times in a row. Dentries may be used anew,
 * so what they stand for is part of the key, and so is the count of renames.
 */
static bool is_key_of(const struct exe_key *key, const struct path *path,
		      const struct inode *inode, const struct dentry *root)
{
	return key->dentry == path->dentry && key->mnt == path->mnt &&
	       key->root == root && key->ino == inode->i_ino &&
	       key->generation == inode->i_generation &&
	       key->name == READ_ONCE(path->dentry->d_name.hash_len) &&
	       may_have_paths(path->mnt) && !read_seqretry(&rename_lock, key->renames);
}

static noinline void render_exe(struct exe_path *exe, const struct path *path,
				const struct dentry *root, u8 *cut)
{
	const struct inode *inode = d_inode_rcu(path->dentry);
	u8 cut_now = 0;
	const struct teller teller = { .cut = &cut_now };

	exe->key = (struct exe_key){
		.dentry = path->dentry,
		.root = root,
		.mnt = path->mnt,
		.ino = inode->i_ino,
		.name = READ_ONCE(path->dentry->d_name.hash_len),
		.generation = inode->i_generation,
		.renames = read_seqbegin(&rename_lock),
	};
	exe->length = put_path(exe->text, path, &teller, FGUARD_CUT_EXE);
	*cut |= cut_now;
	if (cut_now || d_unlinked(path->dentry))
		exe->key.dentry = NULL;
}

static u16 put_known_exe(char *to, struct exe_path *known, const struct path *path, u8 *cut)
{
	const struct fs_struct *fs = current->fs;
	const struct dentry *root = fs ? READ_ONCE(fs->root.dentry) : NULL;

	if (!is_key_of(&known->key, path, d_inode_rcu(path->dentry), root))
		render_exe(known, path, root, cut);
	memcpy(to, known->text, known->length);
	return known->length;
}

static u16 put_exe(char *to, struct exe_path *known, const struct teller *teller)
{
	const struct teller own = { .asks = true, .cut = teller->cut };
	struct file *exe = fguard_subject_exe();
	u16 length;

	if (!exe)
		return 0;
	if (!fguard_exe_was_run(exe))
		*teller->cut |= FGUARD_CUT_EXE;
	/* Mounts come and go without a rename: who answers gets no path from before. */
	length = teller->asks ? put_path(to, &exe->f_path, &own, FGUARD_CUT_EXE) :
				put_known_exe(to, known, &exe->f_path, teller->cut);
	fput(exe);
	return length;
}

/* A word at a time; strnlen() takes as long as all else that is noted of a task. */
static u16 put_comm(char *to)
{
	const struct word_at_a_time constants = WORD_AT_A_TIME_CONSTANTS;
	unsigned long word, zero;
	u16 at;

	for (at = 0; at < TASK_COMM_LEN; at += sizeof(word)) {
		memcpy(&word, current->comm + at, sizeof(word));
		memcpy(to + at, &word, sizeof(word));
		if (has_zero(word, &zero, &constants)) {
			zero = prep_zero_mask(word, zero, &constants);
			return at + find_zero(create_zero_mask(zero));
		}
	}
	return TASK_COMM_LEN;
}

/* ---- records ------------------------------------------------------------- */

static void fill_subject(struct fguard_access_record *record)
{
	record->pid = task_tgid_nr(current);
	record->tid = task_pid_nr(current);
	record->ppid = task_tgid_nr(rcu_dereference(current->real_parent));
	/* as the initial user namespace numbers them */
	record->uid = __kuid_val(current_real_cred()->uid);
	record->loginuid = __kuid_val(audit_get_loginuid(current));
}

static void fill_decision(struct fguard_access_record *record,
			  const struct fguard_decision *decision)
{
	record->rule = decision->rule;
	record->op = decision->op;
	record->verdict = fguard_evaluate_verdict(decision);
	record->reason = decision->reason;
	record->head.detail = decision->detail;
}

static void fill_strings(struct scratch *mine, const struct fguard_request *request,
			 const struct fguard_rule *decider, bool asks)
{
	struct fguard_access_record *record = &mine->record;
	const struct teller teller = { .rule = decider, .asks = asks, .cut = &record->cut };
	/* not record + 1: the kernel watches over what is written past a structure */
	char *start = mine->bytes + sizeof(*record), *to = start;

	record->path_length = put_object(to, &request->objects[0], &teller, FGUARD_CUT_PATH);
	to += record->path_length;
	if (request->count > 1)
		record->new_path_length = put_object(to, &request->objects[1], &teller,
						     FGUARD_CUT_NEW_PATH);
	to += record->new_path_length;
	record->exe_length = put_exe(to, &mine->exe, &teller);
	to += record->exe_length;
	record->comm_length = put_comm(to);
	to += record->comm_length;
	memset(to, 0, 8);
	record->head.length = sizeof(*record) + ALIGN(to - start, 8);
}

static void build(struct scratch *mine, u64 time,
		  const struct fguard_request *request,
		  const struct fguard_decision *decision,
		  const struct fguard_rule *decider, bool asks)
{
	struct fguard_access_record *record = &mine->record;

	BUILD_BUG_ON(sizeof(*record) + 3 * PATH_MAX + TASK_COMM_LEN + 8 >
		     FGUARD_RECORD_MAX);
	BUILD_BUG_ON(sizeof(*record) % 8);

	memset(record, 0, sizeof(*record));
	record->head.version = FGUARD_RECORD_VERSION;
	record->head.type = FGUARD_RECORD_ACCESS;
	record->head.time = time;
	record->open_flags = request->open_flags;
	fill_subject(record);
	fill_decision(record, decision);
	fill_strings(mine, request, decider, asks);
}

void fguard_event_report(const struct fguard_request *request,
			 const struct fguard_decision *decision,
			 const struct fguard_rule *decider)
{
	struct fguard_subscription *subscription = NULL;
	u64 time = ktime_get_real_ns();
	struct scratch *mine = NULL;

	while ((subscription = fguard_subscription_next(subscription, request,
							decision))) {
		if (!mine) {
			mine = scratch_take();
			if (mine)
				build(mine, time, request, decision,
				      decider, false);
		}
		fguard_subscription_queue(subscription, time,
					  mine ? &mine->record.head : NULL);
	}
	if (mine)
		scratch_give_back(mine);
}

static struct fguard_question_record *question_of(const struct fguard_access_record *request,
						  const char *script)
{
	const size_t before = offsetof(struct fguard_question_record, access);
	size_t after = script ? strlen(script) : 0;
	struct fguard_question_record *question;

	if (before + request->head.length + ALIGN(after, 8) > FGUARD_RECORD_MAX)
		after = 0;
	question = kzalloc(before + request->head.length + ALIGN(after, 8),
			   GFP_ATOMIC | __GFP_NOWARN | __GFP_ACCOUNT);
	if (!question)
		return NULL;
	memcpy((char *)question + before, request, request->head.length);
	if (after)
		memcpy((char *)question + before + request->head.length, script, after);
	question->head = request->head;
	question->head.type = FGUARD_RECORD_QUESTION;
	question->head.length += before + ALIGN(after, 8);
	question->head.script_length = after;
	return question;
}

struct fguard_question_record *
fguard_event_question(const struct fguard_request *request,
		      const struct fguard_decision *decision,
		      const struct fguard_rule *decider, u8 verdict, const char *script)
{
	struct fguard_question_record *question;
	struct scratch *mine = scratch_take();

	if (!mine)
		return NULL;
	build(mine, ktime_get_real_ns(), request, decision, decider, true);
	mine->record.verdict = verdict;
	/* Where not even the task's mounts had it, it does not begin at their root. */
	if (script && *script != '/')
		mine->record.cut |= FGUARD_CUT_SCRIPT;
	question = question_of(&mine->record, script);
	scratch_give_back(mine);
	return question;
}

/* ---- life ---------------------------------------------------------------- */

int fguard_events_init(void)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		struct scratch *mine = kzalloc(sizeof(*mine), GFP_KERNEL);

		if (!mine) {
			fguard_events_exit();
			return -ENOMEM;
		}
		per_cpu(scratch, cpu) = mine;
	}
	return 0;
}

void fguard_events_exit(void)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		kfree(per_cpu(scratch, cpu));
		per_cpu(scratch, cpu) = NULL;
	}
}

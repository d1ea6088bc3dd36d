// SPDX-License-Identifier: GPL-2.0-only
#include <linux/audit.h>
#include <linux/bsearch.h>
#include <linux/cgroup.h>
#include <linux/cred.h>
#include <linux/file.h>
#include <linux/hashtable.h>
#include <linux/jhash.h>
#include <linux/kernfs.h>
#include <linux/magic.h>
#include <linux/mm_types.h>
#include <linux/namei.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/spinlock.h>
#include <linux/user_namespace.h>

#include "subject/descendants.h"
#include "subject/exe.h"
#include "subject/subject.h"

struct pid *fguard_subject_pid(u32 nr)
{
	struct pid *pid = find_get_pid(nr);

	/* A thread that leads no group is not a process. */
	if (pid && !pid_has_task(pid, PIDTYPE_TGID)) {
		put_pid(pid);
		pid = NULL;
	}
	return pid;
}

struct file *fguard_subject_exe_locked(struct task_struct *task)
{
	struct mm_struct *mm = task->mm;

	if (!mm || (task->flags & PF_KTHREAD))
		return NULL;
	return get_file_active((struct file **)(struct file __force **)&mm->exe_file);
}

struct file *fguard_subject_exe(void)
{
	return fguard_subject_exe_locked(current);
}

struct file *fguard_subject_exe_of(struct task_struct *task)
{
	struct file *exe;

	task_lock(task);
	exe = fguard_subject_exe_locked(task);
	task_unlock(task);
	return exe;
}

/* ---- making -------------------------------------------------------------- */

static void note_comm(struct fguard_grant *grant)
{
	struct task_struct *task;

	rcu_read_lock();
	task = pid_task(grant->pid, PIDTYPE_TGID);
	if (task)
		get_task_comm(grant->comm, task);
	rcu_read_unlock();
}

static __always_inline int compare_pid(const void *wanted, const void *grant)
{
	const struct pid *pid = ((const struct fguard_grant *)grant)->pid;

	if (wanted == pid)
		return 0;
	return wanted < (const void *)pid ? -1 : 1;
}

static int compare_pids(const void *a, const void *b)
{
	return compare_pid(((const struct fguard_grant *)a)->pid, b);
}

static int take_pids(struct fguard_subjects *subjects,
		     const struct fguard_subjects_spec *spec,
		     struct netlink_ext_ack *extack)
{
	u32 i;

	subjects->pids = kvcalloc(spec->n_pids, sizeof(*subjects->pids), GFP_KERNEL);
	if (!subjects->pids)
		return -ENOMEM;
	for (i = 0; i < spec->n_pids; i++) {
		struct fguard_grant *grant = &subjects->pids[i];

		grant->pid = fguard_subject_pid(spec->pids[i]);
		if (!grant->pid) {
			NL_SET_ERR_MSG(extack, "a pid names no process");
			return -ESRCH;
		}
		subjects->n_pids++;
		note_comm(grant);
	}
	sort(subjects->pids, spec->n_pids, sizeof(*subjects->pids), compare_pids, NULL);
	return 0;
}

static kuid_t *take_uids(const u32 *numbers, u32 count)
{
	kuid_t *uids = kvmalloc_array(count, sizeof(*uids), GFP_KERNEL);
	u32 i;

	for (i = 0; uids && i < count; i++)
		uids[i] = make_kuid(&init_user_ns, numbers[i]);
	return uids;
}

static kgid_t *take_gids(const u32 *numbers, u32 count)
{
	kgid_t *gids = kvmalloc_array(count, sizeof(*gids), GFP_KERNEL);
	u32 i;

	for (i = 0; gids && i < count; i++)
		gids[i] = make_kgid(&init_user_ns, numbers[i]);
	return gids;
}

static int take_numbers(struct fguard_subjects *subjects,
			const struct fguard_subjects_spec *spec)
{
	if (spec->n_uids) {
		subjects->uids = take_uids(spec->uids, spec->n_uids);
		if (!subjects->uids)
			return -ENOMEM;
		subjects->n_uids = spec->n_uids;
	}
	if (spec->n_gids) {
		subjects->gids = take_gids(spec->gids, spec->n_gids);
		if (!subjects->gids)
			return -ENOMEM;
		subjects->n_gids = spec->n_gids;
	}
	if (spec->n_loginuids) {
		subjects->loginuids = take_uids(spec->loginuids, spec->n_loginuids);
		if (!subjects->loginuids)
			return -ENOMEM;
		subjects->n_loginuids = spec->n_loginuids;
	}
	return 0;
}

/* From the root of the hierarchy, whatever is mounted where the path was seen. */
static int take_name(struct fguard_place *place, const struct inode *inode)
{
	struct kernfs_node *node = inode->i_private;
	char *buffer = kmalloc(PATH_MAX, GFP_KERNEL);
	int length;

	if (!buffer)
		return -ENOMEM;
	place->id = inode->i_ino;
	length = kernfs_path(node, buffer, PATH_MAX);
	if (length >= 0 && length < PATH_MAX)
		place->name = kstrdup(buffer, GFP_KERNEL);
	kfree(buffer);
	if (length < 0 || length >= PATH_MAX)
		return -ENAMETOOLONG;
	return place->name ? 0 : -ENOMEM;
}

static int take_exe(struct fguard_place *place, const char *path,
		    struct netlink_ext_ack *extack)
{
	struct fguard_exe *exe = fguard_exe_new(path, extack);

	if (IS_ERR(exe))
		return PTR_ERR(exe);
	place->exe = exe;
	return 0;
}

static int take_cgroup(struct fguard_place *place, const char *path,
		       struct netlink_ext_ack *extack)
{
	struct path found;
	int err;

	err = kern_path(path, LOOKUP_FOLLOW | LOOKUP_DIRECTORY, &found);
	if (err) {
		NL_SET_ERR_MSG(extack, "a cgroup cannot be reached");
		return err;
	}
	if (found.dentry->d_sb->s_magic != CGROUP2_SUPER_MAGIC) {
		NL_SET_ERR_MSG(extack, "not the directory of a cgroup (version 2)");
		err = -EINVAL;
	}
	if (!err)
		err = take_name(place, d_inode(found.dentry));
	path_put(&found);
	return err;
}

static int take_place(struct fguard_place *place, const char *path, bool cgroup,
		      struct netlink_ext_ack *extack)
{
	place->path = kstrdup(path, GFP_KERNEL);
	if (!place->path)
		return -ENOMEM;
	return cgroup ? take_cgroup(place, path, extack) : take_exe(place, path, extack);
}

static int take_places(struct fguard_place **places, u32 *taken, const char **paths,
		       u32 count, bool cgroup, struct netlink_ext_ack *extack)
{
	int err;

	if (!count)
		return 0;
	*places = kvcalloc(count, sizeof(**places), GFP_KERNEL);
	if (!*places)
		return -ENOMEM;
	while (*taken < count) {
		err = take_place(&(*places)[*taken], paths[*taken], cgroup, extack);
		++*taken;
		if (err)
			return err;
	}
	return 0;
}

static int fill(struct fguard_subjects *subjects,
		const struct fguard_subjects_spec *spec, struct netlink_ext_ack *extack)
{
	int err = 0;

	subjects->children = spec->children && spec->n_pids;
	if (spec->n_pids)
		err = take_pids(subjects, spec, extack);
	if (!err)
		err = take_numbers(subjects, spec);
	if (!err)
		err = take_places(&subjects->exes, &subjects->n_exes, spec->paths,
				  spec->n_exes, false, extack);
	if (!err)
		err = take_places(&subjects->cgroups, &subjects->n_cgroups,
				  spec->paths + spec->n_exes, spec->n_cgroups,
				  true, extack);
	return err;
}

bool fguard_subject_anybody_traced(void)
{
	struct task_struct *process, *thread;
	bool traced = false;

	rcu_read_lock();
	for_each_process_thread(process, thread)
		traced |= READ_ONCE(thread->ptrace);
	rcu_read_unlock();
	return traced;
}

static struct fguard_subjects *subjects_alloc(const struct fguard_subjects_spec *spec)
{
	struct fguard_subjects *subjects = kzalloc(sizeof(*subjects), GFP_KERNEL);

	if (!subjects)
		return NULL;
	subjects->users = 1;
	INIT_HLIST_NODE(&subjects->node);
	INIT_LIST_HEAD(&subjects->rules[FGUARD_SIDE_FOR]);
	INIT_LIST_HEAD(&subjects->rules[FGUARD_SIDE_AGAINST]);
	INIT_LIST_HEAD(&subjects->ending);
	INIT_LIST_HEAD(&subjects->ended);
	subjects->others = spec->n_uids || spec->n_gids || spec->n_loginuids ||
			   spec->n_exes || spec->n_cgroups;
	subjects->anybody = spec->n_pids || subjects->others;
	subjects->traced = subjects->anybody;
	return subjects;
}

static void free_places(struct fguard_place *places, u32 count)
{
	u32 i;

	for (i = 0; i < count; i++) {
		fguard_exe_put(places[i].exe);
		kfree(places[i].path);
		kfree(places[i].name);
	}
	kvfree(places);
}

static void subjects_free(struct fguard_subjects *subjects)
{
	u32 i;

	for (i = 0; i < subjects->n_pids; i++)
		put_pid(subjects->pids[i].pid);
	kvfree(subjects->pids);
	kvfree(subjects->uids);
	kvfree(subjects->gids);
	kvfree(subjects->loginuids);
	free_places(subjects->exes, subjects->n_exes);
	free_places(subjects->cgroups, subjects->n_cgroups);
	kfree(subjects);
}

/* ---- sharing ------------------------------------------------------------- */

static DEFINE_SPINLOCK(shared_lock);
static DEFINE_HASHTABLE(shared, 12);

static u32 hash_places(const struct fguard_place *places, u32 count, u32 hash)
{
	u32 i;

	for (i = 0; i < count; i++)
		hash = jhash_2words((u32)((unsigned long)places[i].exe ^ places[i].id), i,
				    hash);
	return hash;
}

static u32 hash_of(const struct fguard_subjects *subjects)
{
	u32 hash = subjects->children, i;

	for (i = 0; i < subjects->n_pids; i++)
		hash = jhash(&subjects->pids[i].pid, sizeof(struct pid *), hash);
	hash = jhash(subjects->uids, subjects->n_uids * sizeof(kuid_t), hash);
	hash = jhash(subjects->gids, subjects->n_gids * sizeof(kgid_t), hash);
	hash = jhash(subjects->loginuids, subjects->n_loginuids * sizeof(kuid_t), hash);
	hash = hash_places(subjects->exes, subjects->n_exes, hash);
	return hash_places(subjects->cgroups, subjects->n_cgroups, hash);
}

static bool same_pids(const struct fguard_subjects *a, const struct fguard_subjects *b)
{
	u32 i;

	if (a->n_pids != b->n_pids || a->children != b->children)
		return false;
	for (i = 0; i < a->n_pids; i++)
		if (a->pids[i].pid != b->pids[i].pid ||
		    strcmp(a->pids[i].comm, b->pids[i].comm))
			return false;
	return true;
}

static bool same_numbers(const struct fguard_subjects *a, const struct fguard_subjects *b)
{
	return a->n_uids == b->n_uids && a->n_gids == b->n_gids &&
	       a->n_loginuids == b->n_loginuids &&
	       !memcmp(a->uids, b->uids, a->n_uids * sizeof(kuid_t)) &&
	       !memcmp(a->gids, b->gids, a->n_gids * sizeof(kgid_t)) &&
	       !memcmp(a->loginuids, b->loginuids, a->n_loginuids * sizeof(kuid_t));
}

/* Also as they are shown to people. */
static bool same_places(const struct fguard_place *a, const struct fguard_place *b,
			u32 count)
{
	u32 i;

	for (i = 0; i < count; i++)
		if (strcmp(a[i].path, b[i].path) ||
		    !a[i].name != !b[i].name || (a[i].name && strcmp(a[i].name, b[i].name)) ||
		    a[i].id != b[i].id || a[i].exe != b[i].exe)
			return false;
	return true;
}

static bool same(const struct fguard_subjects *a, const struct fguard_subjects *b)
{
	return a->hash == b->hash && same_pids(a, b) && same_numbers(a, b) &&
	       a->n_exes == b->n_exes && a->n_cgroups == b->n_cgroups &&
	       same_places(a->exes, b->exes, a->n_exes) &&
	       same_places(a->cgroups, b->cgroups, a->n_cgroups) &&
	       fguard_descendants_is_fresh(b);
}

/* Those of another rule that are the same; @subjects themselves if there are none. */
static struct fguard_subjects *share(struct fguard_subjects *subjects)
{
	struct fguard_subjects *other;

	subjects->hash = hash_of(subjects);
	spin_lock_bh(&shared_lock);
	hash_for_each_possible(shared, other, node, subjects->hash)
		if (same(subjects, other))
			break;
	if (other)
		other->users++;
	else
		hash_add(shared, &subjects->node, subjects->hash);
	spin_unlock_bh(&shared_lock);
	if (!other)
		return subjects;
	subjects_free(subjects);
	return other;
}

struct fguard_subjects *fguard_subjects_new(const struct fguard_subjects_spec *spec,
					    struct netlink_ext_ack *extack)
{
	struct fguard_subjects *subjects = subjects_alloc(spec);
	int err;

	if (!subjects)
		return ERR_PTR(-ENOMEM);
	err = fill(subjects, spec, extack);
	if (err) {
		subjects_free(subjects);
		return ERR_PTR(err);
	}
	return share(subjects);
}

void fguard_subjects_get(struct fguard_subjects *subjects)
{
	spin_lock_bh(&shared_lock);
	subjects->users++;
	spin_unlock_bh(&shared_lock);
}

void fguard_subjects_put(struct fguard_subjects *subjects)
{
	bool last;

	if (!subjects)
		return;
	spin_lock_bh(&shared_lock);
	last = !--subjects->users;
	if (last)
		hash_del(&subjects->node);
	spin_unlock_bh(&shared_lock);
	if (last)
		subjects_free(subjects);
}

/* ---- asking -------------------------------------------------------------- */

/* Inline, the search too: whoever is let in pays for it at each access. */
static __always_inline bool has_pid(const struct fguard_subjects *subjects,
				    const struct pid *pid)
{
	return __inline_bsearch(pid, subjects->pids, subjects->n_pids,
				sizeof(*subjects->pids), compare_pid);
}

bool fguard_subjects_hold_pid(const struct fguard_subjects *subjects,
			      const struct pid *pid)
{
	return has_pid(subjects, pid);
}

bool fguard_subjects_gone(const struct fguard_subjects *subjects)
{
	u32 i;

	for (i = 0; i < subjects->n_pids; i++)
		if (pid_has_task(subjects->pids[i].pid, PIDTYPE_TGID))
			return false;
	return subjects->n_pids;
}

static inline bool includes(const struct fguard_subjects *subjects,
			    const struct pid *pid)
{
	return has_pid(subjects, pid) ||
	       (subjects->children && fguard_descendants_holds(subjects, pid));
}

bool fguard_subjects_include(const struct fguard_subjects *subjects,
			     const struct pid *pid)
{
	return includes(subjects, pid);
}

static bool holds_uid(const kuid_t *uids, u32 count, kuid_t uid)
{
	u32 i;

	for (i = 0; i < count; i++)
		if (uid_eq(uids[i], uid))
			return true;
	return !count;
}

bool fguard_groups_have(const struct group_info *groups, kgid_t gid)
{
	int left = 0, right = groups->ngroups, middle;

	while (left < right) {
		middle = left + (right - left) / 2;
		if (gid_eq(groups->gid[middle], gid))
			return true;
		if (gid_gt(gid, groups->gid[middle]))
			left = middle + 1;
		else
			right = middle;
	}
	return false;
}

static bool has_gid(const struct cred *cred, kgid_t own, kgid_t gid)
{
	return gid_eq(own, gid) || fguard_groups_have(cred->group_info, gid);
}

static bool holds_gid(const struct fguard_subjects *subjects, const struct cred *cred,
		      kgid_t own)
{
	u32 i;

	for (i = 0; i < subjects->n_gids; i++)
		if (has_gid(cred, own, subjects->gids[i]))
			return true;
	return !subjects->n_gids;
}

/* Nobody can say what a deleted executable, or a memfd, was, or one that was taken. */
static bool is_anonymous(const struct file *exe)
{
	return !fguard_exe_was_run(exe) || !file_inode(exe)->i_nlink ||
	       d_unlinked(exe->f_path.dentry);
}

bool fguard_subject_exe_identity(struct fguard_identity *identity)
{
	struct file *exe = fguard_subject_exe();
	bool known = exe && !is_anonymous(exe);

	if (known)
		fguard_identity_take_original(identity, file_inode(exe));
	if (exe)
		fput(exe);
	return known;
}

bool fguard_subject_exe_is(const struct file *exe, const struct fguard_program *program)
{
	return !is_anonymous(exe) && fguard_program_is(program, exe);
}

static bool may_be_exe(const struct fguard_subjects *subjects, const struct file *exe)
{
	u32 i;

	for (i = 0; i < subjects->n_exes; i++)
		if (fguard_exe_may_be(subjects->exes[i].exe, exe))
			return true;
	return false;
}

static bool is_exe(const struct fguard_subjects *subjects, const struct file *exe)
{
	u32 i;

	for (i = 0; exe && i < subjects->n_exes; i++)
		if (fguard_exe_is(subjects->exes[i].exe, exe))
			return true;
	return false;
}

bool fguard_subjects_lack_exe(const struct fguard_subjects *subjects)
{
	u32 i;

	for (i = 0; i < subjects->n_exes; i++)
		if (!fguard_exe_is_there(subjects->exes[i].exe))
			return true;
	return false;
}

bool fguard_subjects_gain_exe(const struct fguard_subjects *subjects,
			      const struct file *old, const struct file *new)
{
	if (!subjects->n_exes || is_exe(subjects, old))
		return false;
	return !new || may_be_exe(subjects, new);
}

static bool holds_exe(const struct fguard_subjects *subjects,
		      const struct fguard_subject *subject)
{
	struct file *exe;
	bool holds;

	if (!subjects->n_exes)
		return true;
	if (subject->exe_known)
		return is_exe(subjects, subject->exe);
	exe = fguard_subject_exe();
	holds = is_exe(subjects, exe);
	if (exe)
		fput(exe);
	return holds;
}

static bool is_cgroup(const struct fguard_subjects *subjects, u64 id)
{
	u32 i;

	for (i = 0; i < subjects->n_cgroups; i++)
		if (subjects->cgroups[i].id == id)
			return true;
	return false;
}

static bool is_below(const char *path, const char *place)
{
	size_t length = strlen(place);

	return !strncmp(path, place, length) && (!path[length] || path[length] == '/');
}

/* Whose cgroup has a longer name than fits is known by the cgroup itself only. */
static noinline bool is_in_place(const struct fguard_subjects *subjects,
				 struct task_struct *task)
{
	char path[256];
	int length = cgroup_path(task_dfl_cgroup(task), path, sizeof(path));
	u32 i;

	if (length < 0 || length >= sizeof(path))
		return false;
	for (i = 0; i < subjects->n_cgroups; i++)
		if (is_below(path, subjects->cgroups[i].name))
			return true;
	return false;
}

static bool holds_cgroup(const struct fguard_subjects *subjects,
			 struct task_struct *task)
{
	struct cgroup *cgroup;

	if (!subjects->n_cgroups)
		return true;
	for (cgroup = task_dfl_cgroup(task); cgroup; cgroup = cgroup_parent(cgroup))
		if (is_cgroup(subjects, cgroup_id(cgroup)))
			return true;
	return is_in_place(subjects, task);
}

/* A server in the kernel is root, and borrows the rights of whom it serves. */
static bool holds_served(const struct fguard_subjects *subjects,
			 const struct task_struct *task)
{
	const struct cred *served = current_cred();

	if (!(task->flags & PF_KTHREAD) || task != current)
		return true;
	return holds_uid(subjects->uids, subjects->n_uids, served->fsuid) &&
	       holds_gid(subjects, served, served->fsgid);
}

static noinline bool hold_others(const struct fguard_subjects *subjects,
				 const struct fguard_subject *subject)
{
	struct task_struct *task = subject->task;
	/* The real credentials: overlayfs and others borrow their mounter's. */
	const struct cred *cred = __task_cred(task);

	return holds_uid(subjects->uids, subjects->n_uids, cred->uid) &&
	       holds_gid(subjects, cred, cred->gid) && holds_served(subjects, task) &&
	       (!subjects->n_loginuids ||
		holds_uid(subjects->loginuids, subjects->n_loginuids,
			  audit_get_loginuid(task))) &&
	       holds_exe(subjects, subject) && holds_cgroup(subjects, task);
}

bool fguard_subjects_include_task(const struct fguard_subjects *subjects,
				  const struct fguard_subject *subject)
{
	if (subjects->n_pids && !includes(subjects, task_tgid(subject->task)))
		return false;
	return !subjects->others || hold_others(subjects, subject);
}

static bool is_led(const struct fguard_subjects *subjects, struct task_struct *thread)
{
	struct fguard_subject tracer = { .exe_known = true };
	bool holds;

	if (!READ_ONCE(thread->ptrace))
		return false;
	tracer.task = rcu_dereference(thread->parent);
	if (task_tgid(tracer.task) == task_tgid(thread))
		return false;
	if (subjects->n_exes)
		tracer.exe = fguard_subject_exe_of(tracer.task);
	holds = fguard_subjects_hold(subjects, &tracer);
	if (tracer.exe)
		fput(tracer.exe);
	return !holds;
}

bool fguard_subjects_led(const struct fguard_subjects *subjects,
			 struct task_struct *task)
{
	struct task_struct *thread;

	if (!READ_ONCE(subjects->traced))
		return is_led(subjects, task);
	for_each_thread(task, thread)
		if (is_led(subjects, thread))
			return true;
	return false;
}

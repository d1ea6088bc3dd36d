// SPDX-License-Identifier: GPL-2.0-only
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/hugetlb_inline.h>
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>

#include "enforce/mapping.h"
#include "policy/prefilter.h"
#include "policy/request.h"
#include "policy/rule.h"
#include "policy/index.h"
#include "subject/subject.h"

/* How long busy address spaces are left alone, and for each moment that they cost. */
#define PAUSE (HZ / 20 ?: 1)
#define PAUSE_PER_MOMENT 9

/* How long a command waits for all of it, at most. */
#define PATIENCE (10 * HZ)

/**
 * struct fguard_round - address spaces that are to be looked through
 * @room: for how many there is memory
 * @count: how many
 * @spaces: they; a reference to the structure is held, not to what is mapped
 */
struct fguard_round {
	u32 room;
	u32 count;
	struct mm_struct *spaces[];
};

/*
 * What is asked for. The work begins anew with the newest wish, and has carried out
 * all up to one when it has gone through all address spaces once for that.
 */
static DEFINE_SPINLOCK(wish_lock);
static struct fguard_round *spare_round;
static unsigned long wished;
static bool under_way;
static unsigned long carried_out;
static DECLARE_WAIT_QUEUE_HEAD(progress);
static bool stopping;

static void carry_out(struct work_struct *work);
static DECLARE_DELAYED_WORK(wish_work, carry_out);

/* The work's own; nobody else touches them. */
static unsigned long begun;
static struct fguard_round *current_round;
static unsigned int rounds_left;
static DEFINE_XARRAY(files);

/* ---- files --------------------------------------------------------------- */

/**
 * struct search - a match context about what is refused to anybody at all
 * @context: the match context, for nobody
 * @refused: found
 */
struct search {
	struct fguard_match_context context;
	bool refused;
};

static void note_rule(struct fguard_match_context *context, struct fguard_rule *rule,
		      u32 rank, bool allowed)
{
	if ((rule->flags & FGUARD_RULE_STRICT) &&
	    rule->terms.else_action == FGUARD_ELSE_DENY &&
	    (rule->terms.ops & context->object->ops))
		container_of(context, struct search, context)->refused = true;
}

/*
 * Who will fault is not known. What hangs nowhere might be in any tree; who looks for
 * rules about that is not in a thread of the kernel.
 */
static bool is_refused_to_some(struct file *file, u32 ops)
{
	struct fguard_object object = fguard_object_of_file(file, ops);
	const struct fguard_subject nobody = { .exe_known = true };
	struct search search = {
		.context = { .object = &object, .subject = &nobody, .seen = note_rule },
	};

	object.strict = true;
	rcu_read_lock();
	if (!fguard_prefilter_object(rcu_dereference(fguard_index), object.dentry,
				     object.inode))
		search.refused = false;
	else if (!fguard_object_place(object.dentry, object.inode))
		search.refused = true;
	else
		fguard_index_evaluate(&search.context);
	rcu_read_unlock();
	return search.refused;
}

/* No two structures of that size have the same. */
static unsigned long key_of(const struct file *file)
{
	return (unsigned long)file->f_mapping / sizeof(struct address_space);
}

/*
 * What a driver has mapped at once does not come back by a fault. To take out huge
 * pages of hugetlbfs the kernel would wait for itself: it takes the lock of the file's
 * mappings, which unmap_mapping_range() holds.
 */
static bool is_concerned(struct vm_area_struct *vma)
{
	struct file *file = vma->vm_file;

	if (!file || !S_ISREG(file_inode(file)->i_mode) ||
	    (vma->vm_flags & (VM_IO | VM_PFNMAP)) || is_vm_hugetlb_page(vma))
		return false;
	return xa_load(&files, key_of(file)) ||
	       is_refused_to_some(file, fguard_mapping_ops(vma));
}

static bool note_file(struct file *file)
{
	int err = xa_insert(&files, key_of(file), get_file(file), GFP_KERNEL);

	if (err)
		fput(file);
	return !err || err == -EBUSY;
}

/*
 * All who map a file lose its pages, but not their private copies of some. A user may
 * map a file as often as he likes, or many: each is gone through once.
 */
static void take_out_all(void)
{
	struct file *file;
	unsigned long key;

	xa_for_each(&files, key, file) {
		if (!READ_ONCE(stopping))
			unmap_mapping_range(file->f_mapping, 0, 0, 0);
		fput(file);
		cond_resched();
	}
	xa_destroy(&files);
}

/* ---- one address space --------------------------------------------------- */

/*
 * Gives whether the pages, once they are taken out, cannot come back: no fault is under
 * way that may have been checked before. Its mapping is locked, or its address space is
 * for reading; who locks one later than this looks at it is checked by the new rules. To
 * wait for them is not possible: a file system may let a fault wait as long as it likes.
 */
static bool note_files_of(struct mm_struct *mm, bool alone)
{
	VMA_ITERATOR(at, mm, 0);
	struct vm_area_struct *vma;
	bool all = true;

	smp_mb(); /* the rules are changed before a lock is looked at */
	for_each_vma(at, vma) {
		cond_resched();
		if (!is_concerned(vma))
			continue;
		all &= alone && !fguard_vma_is_read(vma);
		all &= note_file(vma->vm_file);
	}
	return all;
}

static bool is_done(struct mm_struct *mm)
{
	bool done = false;

	/* A process that ends shall not be kept from it. */
	if (!mmget_not_zero(mm))
		return true;
	if (mmap_write_trylock(mm)) {
		done = note_files_of(mm, true);
		mmap_write_unlock(mm);
	} else if (mmap_read_trylock(mm)) {
		done = note_files_of(mm, false);
		mmap_read_unlock(mm);
	}
	mmput_async(mm);
	return done;
}

/* ---- all of them --------------------------------------------------------- */

static u32 count_processes(void)
{
	struct task_struct *task;
	u32 count = 0;

	rcu_read_lock();
	for_each_process(task)
		count++;
	rcu_read_unlock();
	return count;
}

static struct mm_struct *space_of(struct task_struct *task)
{
	struct mm_struct *mm;

	task_lock(task);
	mm = task->flags & PF_KTHREAD ? NULL : task->mm;
	if (mm)
		mmgrab(mm);
	task_unlock(task);
	return mm;
}

/* The first thread may have ended before the others. */
static void note_space(struct fguard_round *round, struct task_struct *process)
{
	struct mm_struct *mm = NULL;
	struct task_struct *thread;

	for_each_thread(process, thread) {
		mm = space_of(thread);
		if (mm)
			break;
	}
	if (mm)
		round->spaces[round->count++] = mm;
}

static bool note_all(struct fguard_round *round)
{
	struct task_struct *process;
	bool fits = true;

	rcu_read_lock();
	for_each_process(process) {
		fits = round->count < round->room;
		if (!fits)
			break;
		note_space(round, process);
	}
	rcu_read_unlock();
	return fits;
}

static int compare(const void *one, const void *other)
{
	const struct mm_struct *a = *(struct mm_struct *const *)one;
	const struct mm_struct *b = *(struct mm_struct *const *)other;

	return a < b ? -1 : a > b;
}

/* Processes may share an address space, as many as a user likes. */
static void drop_doubles(struct fguard_round *round)
{
	u32 i, left = 0;

	sort(round->spaces, round->count, sizeof(*round->spaces), compare, NULL);
	for (i = 0; i < round->count; i++) {
		if (left && round->spaces[left - 1] == round->spaces[i])
			mmdrop(round->spaces[i]);
		else
			round->spaces[left++] = round->spaces[i];
	}
	round->count = left;
}

static void round_free(struct fguard_round *round)
{
	while (round && round->count)
		mmdrop(round->spaces[--round->count]);
	kvfree(round);
}

/* Those that are busy are left. No page is taken out while an address space is locked. */
static void go_through(struct fguard_round *round)
{
	u32 i, left = 0;

	for (i = 0; i < round->count; i++) {
		if (READ_ONCE(stopping) || is_done(round->spaces[i]))
			mmdrop(round->spaces[i]);
		else
			round->spaces[left++] = round->spaces[i];
		cond_resched();
	}
	round->count = left;
	take_out_all();
}

struct fguard_round *fguard_mappings_prepare(void)
{
	/* Some may come until they are noted. */
	u32 room = count_processes() * 2 + 64;
	struct fguard_round *round = kvmalloc(struct_size(round, spaces, room), GFP_KERNEL);

	if (round) {
		round->room = room;
		round->count = 0;
	}
	return round;
}

/* Instead of the round that may be under way, which wants the same. */
static void begin(struct fguard_round *round)
{
	round_free(current_round);
	current_round = round;
	if (!round)
		return;
	if (note_all(round)) {
		drop_doubles(round);
	} else {
		round_free(round);
		current_round = NULL;
	}
}

/* Gives whether this round is over. */
static bool go_round(void)
{
	if (!current_round)
		begin(fguard_mappings_prepare());
	if (!current_round)
		return false;
	go_through(current_round);
	if (current_round->count)
		return false;
	begin(NULL);
	return true;
}

/*
 * What fork() copies while pages are taken out is checked. A copy that was under way
 * before is noted the second time, if its original is gone by then; otherwise it loses
 * its pages with that.
 */
static void begin_anew(unsigned long number, struct fguard_round *round)
{
	begun = number;
	rounds_left = 2;
	begin(round);
}

/* ---- wishes -------------------------------------------------------------- */

static unsigned long wish(struct fguard_round *round)
{
	struct fguard_round *old = NULL;
	unsigned long number;

	spin_lock(&wish_lock);
	if (round) {
		old = spare_round;
		spare_round = round;
	}
	number = ++wished;
	WRITE_ONCE(under_way, true);
	spin_unlock(&wish_lock);
	kvfree(old);
	mod_delayed_work(system_dfl_wq, &wish_work, 0);
	return number;
}

static unsigned long take_wish(struct fguard_round **round)
{
	unsigned long number;

	spin_lock(&wish_lock);
	*round = spare_round;
	spare_round = NULL;
	number = wished;
	spin_unlock(&wish_lock);
	return number;
}

/* Gives whether nothing more is to be done. */
static bool report(void)
{
	bool more;

	spin_lock(&wish_lock);
	WRITE_ONCE(carried_out, begun);
	more = rounds_left || wished != begun;
	WRITE_ONCE(under_way, more);
	spin_unlock(&wish_lock);
	wake_up_all(&progress);
	return !more;
}

/* However long users make it, others get most of the processor. */
static void carry_out(struct work_struct *work)
{
	unsigned long since = jiffies, number;
	struct fguard_round *round;

	number = take_wish(&round);
	if (number != begun)
		begin_anew(number, round);
	while (rounds_left && go_round())
		rounds_left--;
	if (!report() && !READ_ONCE(stopping))
		queue_delayed_work(system_dfl_wq, &wish_work,
				   PAUSE + PAUSE_PER_MOMENT * (jiffies - since));
}

void fguard_mappings_revoke(struct fguard_round *round, bool in_force)
{
	unsigned long number;

	if (!round || !in_force) {
		kvfree(round);
		return;
	}
	number = wish(round);
	/*
	 * It goes on without whoever is killed, and who waits long: all of generic netlink
	 * may have to wait with him.
	 */
	wait_event_killable_timeout(progress,
				    (long)(READ_ONCE(carried_out) - number) >= 0, PATIENCE);
}

void fguard_mappings_revoke_later(void)
{
	wish(NULL);
}

bool fguard_mappings_are_revoked(void)
{
	return READ_ONCE(under_way);
}

void fguard_mappings_exit(void)
{
	WRITE_ONCE(stopping, true);
	cancel_delayed_work_sync(&wish_work);
	begin(NULL);
	kvfree(spare_round);
}

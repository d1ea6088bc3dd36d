// SPDX-License-Identifier: GPL-2.0-only
#include <linux/fs.h>
#include <linux/hugetlb_inline.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "mapping.h"
#include "store.h"

/* How long a busy address space is left alone. */
#define PAUSE (HZ / 20 ?: 1)

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

static DEFINE_MUTEX(round_lock);
static struct fguard_round *current_round;
static unsigned int rounds_left;

static void try_again(struct work_struct *work);
static DECLARE_DELAYED_WORK(again_work, try_again);

/* ---- one address space --------------------------------------------------- */

/*
 * What a driver has mapped at once does not come back by a fault. To take out huge
 * pages of hugetlbfs the kernel would wait for itself: it takes the lock of the file's
 * mappings, which unmap_mapping_range() holds.
 */
static bool is_concerned(struct vm_area_struct *vma)
{
	struct file *file = vma->vm_file;
	bool concerned;

	if (!file || !S_ISREG(file_inode(file)->i_mode) ||
	    (vma->vm_flags & (VM_IO | VM_PFNMAP)) || is_vm_hugetlb_page(vma))
		return false;
	rcu_read_lock();
	concerned = fguard_store_concerns(rcu_dereference(fguard_store),
					  file->f_path.dentry, file_inode(file));
	rcu_read_unlock();
	return concerned;
}

/* All who map the file lose its pages, but not their private copies of some. */
static void take_out(const struct vm_area_struct *vma)
{
	unmap_mapping_range(vma->vm_file->f_mapping, 0, 0, 0);
}

/*
 * Gives whether they cannot come back: no fault was under way that may have been judged
 * before. Its mapping is locked, or its address space is for reading; who locks one
 * later than this looks at it is judged by the new rules. To wait for them is not
 * possible: a file system may let a fault wait as long as it likes.
 */
static bool take_out_of(struct mm_struct *mm, bool alone)
{
	VMA_ITERATOR(at, mm, 0);
	struct vm_area_struct *vma;
	bool all = true;

	smp_mb(); /* the rules are changed before a lock is looked at */
	for_each_vma(at, vma) {
		if (!is_concerned(vma))
			continue;
		all &= alone && !fguard_vma_is_read(vma);
		take_out(vma);
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
		done = take_out_of(mm, true);
		mmap_write_unlock(mm);
	} else if (mmap_read_trylock(mm)) {
		done = take_out_of(mm, false);
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

static void round_free(struct fguard_round *round)
{
	while (round && round->count)
		mmdrop(round->spaces[--round->count]);
	kvfree(round);
}

static void go_through(struct fguard_round *round)
{
	u32 i, left = 0;

	for (i = 0; i < round->count; i++) {
		if (is_done(round->spaces[i]))
			mmdrop(round->spaces[i]);
		else
			round->spaces[left++] = round->spaces[i];
	}
	round->count = left;
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
	if (round && !note_all(round)) {
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

static void go_on(void)
{
	while (rounds_left && go_round())
		WRITE_ONCE(rounds_left, rounds_left - 1);
	if (rounds_left)
		queue_delayed_work(system_dfl_wq, &again_work, PAUSE);
}

/*
 * What fork() copies while pages are taken out is judged. A copy that was under way
 * before is noted the second time, if its original is gone by then; otherwise it loses
 * its pages with that.
 */
static void begin_anew(struct fguard_round *round)
{
	WRITE_ONCE(rounds_left, 2);
	begin(round);
}

static void try_again(struct work_struct *work)
{
	mutex_lock(&round_lock);
	go_on();
	mutex_unlock(&round_lock);
}

void fguard_mappings_revoke(struct fguard_round *round, bool in_force)
{
	if (!round || !in_force) {
		kvfree(round);
		return;
	}
	mutex_lock(&round_lock);
	begin_anew(round);
	go_on();
	mutex_unlock(&round_lock);
}

void fguard_mappings_revoke_later(void)
{
	mutex_lock(&round_lock);
	begin_anew(NULL);
	mutex_unlock(&round_lock);
	mod_delayed_work(system_dfl_wq, &again_work, 0);
}

bool fguard_mappings_are_revoked(void)
{
	return READ_ONCE(rounds_left);
}

void fguard_mappings_exit(void)
{
	cancel_delayed_work_sync(&again_work);
	rounds_left = 0;
	begin(NULL);
}

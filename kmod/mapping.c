// SPDX-License-Identifier: GPL-2.0-only
#include <linux/fs.h>
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

static void try_again(struct work_struct *work);
static DECLARE_DELAYED_WORK(again_work, try_again);

/* ---- one address space --------------------------------------------------- */

static bool is_concerned(const struct vm_area_struct *vma)
{
	struct file *file = vma->vm_file;
	bool concerned;

	if (!file)
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

/* Gives whether there was anything to take out. */
static bool take_out_of(struct mm_struct *mm, bool alone)
{
	VMA_ITERATOR(at, mm, 0);
	struct vm_area_struct *vma;
	bool any = false;

	for_each_vma(at, vma) {
		if (!is_concerned(vma))
			continue;
		if (alone)
			vma_start_write(vma);
		take_out(vma);
		any = true;
	}
	return any;
}

/* With the lock held for writing no fault is under way that was not judged. */
static bool take_out_all(struct mm_struct *mm)
{
	if (!mmap_write_trylock(mm))
		return false;
	take_out_of(mm, true);
	mmap_write_unlock(mm);
	return true;
}

/* Faults that are under way may still bring a page back. */
static bool take_out_most(struct mm_struct *mm)
{
	bool any;

	if (!mmap_read_trylock(mm))
		return false;
	any = take_out_of(mm, false);
	mmap_read_unlock(mm);
	return !any;
}

static bool is_done(struct mm_struct *mm)
{
	bool done;

	/* A process that ends shall not be kept from it. */
	if (!mmget_not_zero(mm))
		return true;
	done = take_out_all(mm) || take_out_most(mm);
	mmput(mm);
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

/*
 * Processes that come later are copies of these: what is mapped by a copy is
 * taken out with what its original maps.
 */
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

static void go_on(void)
{
	if (!current_round)
		begin(fguard_mappings_prepare());
	if (current_round)
		go_through(current_round);
	if (current_round && !current_round->count)
		begin(NULL);
	else
		queue_delayed_work(system_dfl_wq, &again_work, PAUSE);
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
	begin(round);
	go_on();
	mutex_unlock(&round_lock);
}

void fguard_mappings_exit(void)
{
	cancel_delayed_work_sync(&again_work);
	begin(NULL);
}

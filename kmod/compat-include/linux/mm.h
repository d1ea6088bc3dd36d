/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Mappings of an address space are in a tree since 6.1, in a list before; they have
 * locks of their own since 6.4, which became reference counts with 6.15.
 */
#ifndef _FGUARD_COMPAT_MM_H
#define _FGUARD_COMPAT_MM_H

#include_next <linux/mm.h>
#include <linux/mmap_lock.h>

#ifndef VMA_ITERATOR
#define VMA_ITERATOR(name, mm, address) struct vm_area_struct *name = (mm)->mmap
#define for_each_vma(name, vma) for (vma = name; vma; vma = vma->vm_next)
#endif

/* Does somebody hold the mapping's own lock? For one that cannot vanish meanwhile. */
static inline bool fguard_vma_is_read(const struct vm_area_struct *vma)
{
#ifndef CONFIG_PER_VMA_LOCK
	return false;
#elif defined(FGUARD_HAVE_VM_REFCNT)
	return refcount_read(&vma->vm_refcnt) > 1;
#else
	return rwsem_is_locked(&vma->vm_lock->lock);
#endif
}

#ifndef FGUARD_HAVE_MMAP_WRITE_TRYLOCK
static inline bool mmap_write_trylock(struct mm_struct *mm)
{
	if (!down_write_trylock(&mm->mmap_lock))
		return false;
#ifdef FGUARD_HAVE_MM_LOCK_SEQCOUNT_BEGIN
	mm_lock_seqcount_begin(mm);
#endif
	return true;
}
#endif

#endif

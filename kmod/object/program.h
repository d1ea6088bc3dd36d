/* SPDX-License-Identifier: GPL-2.0-only */
/* Executables that are let in, known until their inode is gone. */
#ifndef _FGUARD_PROGRAM_H
#define _FGUARD_PROGRAM_H

#include <linux/fs.h>
#include <linux/list.h>

#include "object/identity.h"

/**
 * struct fguard_program - an executable that is let in
 * @identity: its inode, as fguard_identity_take_original() has it
 * @node: link in the table of programs; programs_lock
 * @gone: the inode has died: what has its number now is another file
 */
struct fguard_program {
	struct fguard_identity identity;
	struct hlist_node node;
	bool gone;
};

/**
 * fguard_programs_init - draw how programs are hashed
 *
 * Context: may sleep.
 */
void fguard_programs_init(void);

/**
 * fguard_program_hash - a hash that nobody can foresee
 * @ino: number of an inode
 * @dev: its filesystem's device
 *
 * Context: any.
 * Return: the hash.
 */
u64 fguard_program_hash(u64 ino, dev_t dev);

/**
 * fguard_program_follow - let a program be known until its inode dies
 * @program: zeroed but for its @identity, which is held at this moment
 *
 * Context: any.
 */
void fguard_program_follow(struct fguard_program *program);

/**
 * fguard_program_leave - do not follow it any longer
 * @program: one that may have been followed
 *
 * Context: any.
 */
void fguard_program_leave(struct fguard_program *program);

/**
 * fguard_program_is - is an executable the one that was noted?
 * @program: the one that was noted
 * @exe: the file of the other
 *
 * Whether it still has a name is not asked: see fguard_subject_exe_is().
 *
 * Context: any; the caller holds the file.
 * Return: true if it is.
 */
static inline bool fguard_program_is(const struct fguard_program *program,
				     const struct file *exe)
{
	return !READ_ONCE(program->gone) &&
	       fguard_identity_is_original(&program->identity, file_inode(exe));
}

/**
 * fguard_programs_forget - an inode is gone for good
 * @inode: the inode
 *
 * Context: any.
 */
void fguard_programs_forget(const struct inode *inode);

#endif

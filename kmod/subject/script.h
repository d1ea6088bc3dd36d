/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Scripts: which file a process runs by an interpreter. The kernel executes that for it,
 * by the file's "#!" line or by binfmt_misc, and the process counts as the script until
 * it executes something else. Who executes the interpreter and names a file runs none.
 */
#ifndef _FGUARD_SCRIPT_H
#define _FGUARD_SCRIPT_H

#include <linux/types.h>

struct fguard_identity;
struct linux_binprm;
struct pid;
struct task_struct;

/**
 * fguard_script_look - execve() looks at a file
 * @bprm: what is to be run; the first file is the one that was named, later ones are
 *	the interpreters of those before
 *
 * Context: inside an ftrace callback, no lock held.
 */
void fguard_script_look(const struct linux_binprm *bprm);

/**
 * fguard_script_run - execve() has come to the point of no return
 * @bprm: what is run
 *
 * Context: inside an ftrace callback; only the current task is left in its process.
 */
void fguard_script_run(const struct linux_binprm *bprm);

/**
 * fguard_script_fork - a process begins
 * @child: a task of it, made by the current one
 *
 * Context: inside an ftrace callback, no lock held.
 */
void fguard_script_fork(struct task_struct *child);

/**
 * fguard_script_exit - the current task ends
 *
 * Context: no lock held.
 */
void fguard_script_exit(void);

/**
 * fguard_script_end - a process, or a thread, has ended
 * @process: its number
 *
 * Context: inside an ftrace callback, no lock held.
 */
void fguard_script_end(const struct pid *process);

/**
 * fguard_script_of - the script that a process runs
 * @process: the process
 * @identity: filled
 * @path: set to a copy of its path, for kfree(); NULL if there is no memory; or NULL
 *
 * Context: any but a hard interrupt.
 * Return: false if it runs none, or the script is gone.
 */
bool fguard_script_of(const struct pid *process, struct fguard_identity *identity,
		      char **path);

/**
 * fguard_scripts_forget - count every process as what its executable is
 *
 * Context: any but a hard interrupt.
 */
void fguard_scripts_forget(void);

/**
 * fguard_scripts_exit - forget all
 *
 * Context: may sleep; no hook is left.
 */
void fguard_scripts_exit(void);

#endif

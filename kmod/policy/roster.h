/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whom rules name, found by what a task is: its process, program, users, groups and
 * cgroups. So that to ask which rules let a task in costs as much with many rules as
 * with one.
 */
#ifndef _FGUARD_ROSTER_H
#define _FGUARD_ROSTER_H

#include <linux/types.h>

#include "subject/subjects.h"

struct fguard_subject;
struct fguard_entries;
struct fguard_rule;
struct fguard_subjects;
struct file;

/*
 * Different subjects that one lookup looks at, at most; where there are more, which
 * takes as many rules that all name one task, and each others besides, it refuses.
 */
#define FGUARD_LOOKS_MAX 1024

/**
 * fguard_roster_add - find the subjects of a rule from now on
 * @rule: the rule
 *
 * Context: may sleep; ruleset_lock held.
 * Return: 0 or -ENOMEM.
 */
int fguard_roster_add(struct fguard_rule *rule);

/**
 * fguard_roster_remove - find the subjects of a rule no longer
 * @rule: the rule; readers may see it until a grace period later
 *
 * Context: ruleset_lock held.
 */
void fguard_roster_remove(struct fguard_rule *rule);

/**
 * fguard_roster_find - a rule that names a task, but with whose subjects something is wrong
 * @side: look at rules that let the task in, or at those against it
 * @subject: the task
 * @is_wrong: says whether it is; asked about subjects that may hold the task
 * @context: given to @is_wrong
 *
 * Context: RCU read side.
 * Return: a rule; NULL if there is none. Where there are too many subjects to look at,
 * one that was not looked at.
 */
struct fguard_rule *fguard_roster_find(enum fguard_side side, const struct fguard_subject *subject,
				       bool (*is_wrong)(const struct fguard_subjects *subjects,
							const void *context),
				       const void *context);

/**
 * fguard_roster_find_program - a rule that lets in, with something wrong, for subjects that name a program
 * @program: the file of the program; one without a name might get one; NULL: any
 * @is_wrong: says whether something is wrong with subjects that may name it
 * @context: given to @is_wrong
 *
 * Whatever else they ask for.
 *
 * Context: RCU read side.
 * Return: as fguard_roster_find().
 */
struct fguard_rule *
fguard_roster_find_program(const struct file *program,
			   bool (*is_wrong)(const struct fguard_subjects *subjects,
					    const void *context),
			   const void *context);

/**
 * fguard_roster_ending - does a rule end with its processes, one of which has ended?
 * @nr: the number of the process, in the initial pid namespace
 *
 * Notes the subjects of such rules, for fguard_roster_ended().
 *
 * Context: any but a hard interrupt.
 * Return: true if so, or if the number is now another process's.
 */
bool fguard_roster_ending(pid_t nr);

/**
 * fguard_roster_find_any - the same, for all subjects that are let in
 * @is_wrong: says whether something is wrong with subjects
 * @context: given to @is_wrong
 *
 * Context: RCU read side.
 * Return: as fguard_roster_find().
 */
struct fguard_rule *
fguard_roster_find_any(bool (*is_wrong)(const struct fguard_subjects *subjects,
					const void *context),
		       const void *context);

/**
 * fguard_roster_asking - is there a rule that asks?
 *
 * Context: RCU read side.
 * Return: one; NULL if there is none.
 */
struct fguard_rule *fguard_roster_asking(void);

/**
 * fguard_roster_look - have the processes of a rule ended before it was added?
 * @rule: a rule that ends with them
 *
 * Notes that, as fguard_roster_ending() does.
 *
 * Context: ruleset_lock held.
 * Return: true if so.
 */
bool fguard_roster_look(const struct fguard_rule *rule);

/**
 * fguard_roster_ended - rules of subjects one of whose processes has ended
 * @end: called for each such rule that ends with them; may remove it
 *
 * Context: may sleep; ruleset_lock held.
 */
void fguard_roster_ended(void (*end)(struct fguard_rule *rule));

#endif

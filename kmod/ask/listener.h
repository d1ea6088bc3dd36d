/* SPDX-License-Identifier: GPL-2.0-only */
/* Listeners: subscribers who take questions instead of accesses. */
#ifndef _FGUARD_LISTENER_H
#define _FGUARD_LISTENER_H

#include <linux/types.h>

struct fguard_feed;
struct fguard_record;
struct fguard_subscription;

/* What the current task is to the listeners. */
enum fguard_relation {
	FGUARD_RELATION_NONE,
	FGUARD_RELATION_OWN,	/* a listener, or a descendant of the same real user */
	FGUARD_RELATION_NEEDED,	/* one for whom it might wait: a descendant of another user, an
				 * ancestor that is near, a tracer
				 */
};

/* Makes the process that subscribes a listener. When the last ends, all questions do. */
extern const struct fguard_feed fguard_questions_feed;

/**
 * struct fguard_answering - what happens to listeners
 * @comes: there is a new one; question_lock held
 * @has_room: one has room again; may sleep
 * @last_goes: none is left; question_lock held
 */
struct fguard_answering {
	void (*comes)(struct fguard_subscription *subscription);
	void (*has_room)(void);
	void (*last_goes)(void);
};

/**
 * fguard_listeners_init - say who is told of that
 * @told: static
 *
 * Context: nobody answers yet.
 */
void fguard_listeners_init(const struct fguard_answering *told);

/**
 * fguard_listeners_present - is there any?
 *
 * Context: any.
 * Return: how many.
 */
u32 fguard_listeners_present(void);

/**
 * fguard_listeners_relation - what is the current task to them?
 *
 * Context: RCU read side.
 * Return: enum fguard_relation.
 */
enum fguard_relation fguard_listeners_relation(void);

/**
 * fguard_listeners_have_room - has any room for a record?
 * @record: the record
 *
 * Context: question_lock held.
 * Return: true if so.
 */
bool fguard_listeners_have_room(const struct fguard_record *record);

/**
 * fguard_listeners_tell - queue a record for all
 * @record: the record
 *
 * Context: question_lock held.
 * Return: how many had room.
 */
u32 fguard_listeners_tell(const struct fguard_record *record);

/**
 * fguard_listeners_tell_later - the same, with the next record or a little later
 * @record: the record
 *
 * Context: question_lock held.
 */
void fguard_listeners_tell_later(const struct fguard_record *record);

/**
 * fguard_listeners_exit - stop; nobody answers any more
 *
 * Context: may sleep.
 */
void fguard_listeners_exit(void);

#endif

/* SPDX-License-Identifier: MIT */
/* Questions that were passed to the program and have no answer yet. */
#include "legacy/parts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static struct fguard_legacy_question *find_id(struct fguard_legacy_question *first,
					      uint64_t id)
{
	while (first && first->id != id)
		first = first->next;
	return first;
}

static int add_one(struct fguard_legacy_question **first, uint64_t id,
		   const char *text)
{
	size_t length = strcspn(text, "|");
	struct fguard_legacy_question *added = malloc(sizeof(*added) + length + 1);

	if (!added)
		return -ENOMEM;
	*added = (struct fguard_legacy_question){ .id = id };
	memcpy(added->file, text, length);
	added->file[length] = '\0';
	while (*first)
		first = &(*first)->next;
	*first = added;
	return 0;
}

int fguard_legacy_add(struct fguard_legacy_question **first, uint64_t id,
		      char *const *texts, int n)
{
	int err = 0;

	if (find_id(*first, id))
		return 0;
	for (int i = 0; i < n && !err; i++)
		err = add_one(first, id, texts[i]);
	if (!err)
		return 1;
	fguard_legacy_remove(first, id);
	return err;
}

void fguard_legacy_mark_read(struct fguard_legacy_question *first, uint64_t id,
			     const char *text)
{
	size_t length = strcspn(text, "|");

	while (first && (first->id != id || first->read ||
			 strlen(first->file) != length ||
			 memcmp(first->file, text, length) != 0))
		first = first->next;
	if (first)
		first->read = true;
}

static void drop(struct fguard_legacy_question **at)
{
	struct fguard_legacy_question *gone = *at;

	*at = gone->next;
	free(gone);
}

void fguard_legacy_remove(struct fguard_legacy_question **first, uint64_t id)
{
	while (*first)
		if ((*first)->id == id)
			drop(first);
		else
			first = &(*first)->next;
}

void fguard_legacy_remove_all(struct fguard_legacy_question **first)
{
	while (*first)
		drop(first);
}

/* The oldest one that was read; @file: NULL: any. */
static struct fguard_legacy_question **
find(struct fguard_legacy_question **first, const char *file)
{
	while (*first && (!(*first)->read || (file && strcmp((*first)->file, file))))
		first = &(*first)->next;
	return first;
}

static int send_answer(struct fguard *guard, uint64_t id, uint32_t verdict)
{
	const struct fguard_answer answer = { .id = id, .verdict = verdict };

	return fguard_answer(guard, &answer);
}

/* Denying one name denies the question. */
static int deny_all(struct fguard *guard, struct fguard_legacy_question **first,
		    const char *file)
{
	struct fguard_legacy_question **at;
	int err = 0;

	while (*(at = find(first, file)) && (!err || err == -ENOENT)) {
		uint64_t id = (*at)->id;

		fguard_legacy_remove(first, id);
		err = send_answer(guard, id, FGUARD_VERDICT_DENY);
	}
	return err;
}

/*
 * A question with several names is allowed once each of them is. If a question is no
 * longer pending, that is not an error, and the next one is tried.
 */
static int allow_one(struct fguard *guard, struct fguard_legacy_question **first,
		     const char *file)
{
	struct fguard_legacy_question **at;
	int err = -ENOENT;

	while (err == -ENOENT && *(at = find(first, file))) {
		uint64_t id = (*at)->id;

		drop(at);
		err = find_id(*first, id) ?
			      0 :
			      send_answer(guard, id, FGUARD_VERDICT_ALLOW);
	}
	return err;
}

int fguard_legacy_answer(struct fguard *guard,
			 struct fguard_legacy_question **first,
			 const struct fguard_legacy_message *message)
{
	int err = message->verdict == FGUARD_VERDICT_ALLOW ?
			  allow_one(guard, first, message->file) :
			  deny_all(guard, first, message->file);

	return err == -ENOENT ? 0 : err;
}

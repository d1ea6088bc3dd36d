/* SPDX-License-Identifier: MIT */
/* Questions that were handed to the program, until they are answered or end. */
#include "legacy_parts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int fguard_legacy_add(struct fguard_legacy_question **first, uint64_t id,
		      const char *text)
{
	size_t length = strcspn(text, "|");
	struct fguard_legacy_question *added;

	for (; *first; first = &(*first)->next)
		if ((*first)->id == id)
			return 0;
	added = malloc(sizeof(*added) + length + 1);
	if (!added)
		return -ENOMEM;
	*added = (struct fguard_legacy_question){ .id = id };
	memcpy(added->file, text, length);
	added->file[length] = '\0';
	*first = added;
	return 1;
}

void fguard_legacy_mark_read(struct fguard_legacy_question *first, uint64_t id)
{
	for (; first; first = first->next)
		if (first->id == id)
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
	while (*first && (*first)->id != id)
		first = &(*first)->next;
	if (*first)
		drop(first);
}

void fguard_legacy_remove_all(struct fguard_legacy_question **first)
{
	while (*first)
		drop(first);
}

static struct fguard_legacy_question **
find(struct fguard_legacy_question **first, const char *file)
{
	while (*first && (!(*first)->read || strcmp((*first)->file, file)))
		first = &(*first)->next;
	return first;
}

/* One that does not wait any more is no failure, but the next one is tried. */
int fguard_legacy_answer(struct fguard *guard,
			 struct fguard_legacy_question **first,
			 const struct fguard_legacy_message *message)
{
	struct fguard_legacy_question **at = find(first, message->file);
	bool allow = message->verdict == FGUARD_VERDICT_ALLOW;
	int err = 0;

	for (bool done = false; *at && !done; at = find(at, message->file)) {
		const struct fguard_answer answer = {
			.id = (*at)->id,
			.verdict = message->verdict,
		};

		drop(at);
		err = fguard_answer(guard, &answer);
		done = err ? err != -ENOENT : allow;
	}
	return err == -ENOENT ? 0 : err;
}

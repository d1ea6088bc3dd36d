/* SPDX-License-Identifier: MIT */
/* The texts of the earlier protocol: taken apart strictly, and put together. */
#include "legacy_parts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INIT "From:DSSAgent;Action:init;"
#define RETURN "From:DSSAgent;Action:return;Message:"
#define CLEAR "From:CryptoCli;Action:clear;"
#define CHANGE "From:CryptoCli;Action:change;Path:"
#define COUNT ";Count:"
#define TEXT_MAX 65535

/* Return: whether @text begins so; then it goes on behind that. */
static bool skip(const char **text, const char *start)
{
	size_t length = strlen(start);

	if (strncmp(*text, start, length))
		return false;
	*text += length;
	return true;
}

/* Digits and a ";"; no sign, no space. */
static bool take_number(const char **text, uint32_t *number)
{
	const char *at = *text;
	uint64_t value = 0;

	for (; *at >= '0' && *at <= '9'; at++) {
		value = value * 10 + (uint64_t)(*at - '0');
		if (value > INT32_MAX)
			return false;
	}
	if (at == *text || *at != ';')
		return false;
	*number = (uint32_t)value;
	*text = at + 1;
	return true;
}

static int keep_file(struct fguard_legacy_message *message, const char *file,
		     size_t length)
{
	if (!length)
		return -EINVAL;
	message->file = strndup(file, length);
	return message->file ? 0 : -ENOMEM;
}

/* FILE|Allow or FILE|Deny; a file's name may have bars, too. */
static int take_answer(const char *text, size_t length,
		       struct fguard_legacy_message *message)
{
	const char *bar = memrchr(text, '|', length);
	size_t rest;

	if (!bar)
		return -EINVAL;
	rest = length - (size_t)(bar - text);
	message->action = FGUARD_LEGACY_RETURN;
	if (rest == 6 && !memcmp(bar, "|Allow", rest))
		message->verdict = FGUARD_VERDICT_ALLOW;
	else if (rest == 5 && !memcmp(bar, "|Deny", rest))
		message->verdict = FGUARD_VERDICT_DENY;
	else
		return -EINVAL;
	return keep_file(message, text, (size_t)(bar - text));
}

static int take_framed_answer(const char *text,
			      struct fguard_legacy_message *message)
{
	size_t length = strlen(text);

	if (!length || text[length - 1] != ';')
		return -EINVAL;
	return take_answer(text, length - 1, message);
}

static int take_pids(const char *text, struct fguard_legacy_message *message)
{
	char label[16];

	message->pids = calloc(message->n_pids + 1, sizeof(*message->pids));
	if (!message->pids)
		return -ENOMEM;
	for (uint32_t i = 0; i < message->n_pids; i++) {
		snprintf(label, sizeof(label), "Pid%u:", i + 1);
		if (!skip(&text, label) ||
		    !take_number(&text, &message->pids[i]) || !message->pids[i])
			return -EINVAL;
	}
	return *text ? -EINVAL : 0;
}

/* P;Count:N;Pid1:A;...; the last count, since a path may look like one. */
static int take_change(const char *text, struct fguard_legacy_message *message)
{
	const char *count = NULL, *next = text;
	int err;

	while ((next = strstr(next, COUNT)))
		count = next++;
	if (!count)
		return -EINVAL;
	message->action = FGUARD_LEGACY_CHANGE;
	err = keep_file(message, text, (size_t)(count - text));
	if (err)
		return err;
	count += strlen(COUNT);
	if (!take_number(&count, &message->n_pids))
		return -EINVAL;
	return message->n_pids > FGUARD_SUBJECTS_MAX ? -E2BIG :
						       take_pids(count, message);
}

static int take_text(const char *text, struct fguard_legacy_message *message)
{
	if (!strcmp(text, FGUARD_LEGACY_HELLO))
		message->action = FGUARD_LEGACY_SAY_HELLO;
	else if (!strcmp(text, INIT))
		message->action = FGUARD_LEGACY_INIT;
	else if (!strcmp(text, CLEAR))
		message->action = FGUARD_LEGACY_CLEAR;
	else if (skip(&text, RETURN))
		return take_framed_answer(text, message);
	else if (skip(&text, CHANGE))
		return take_change(text, message);
	else if (skip(&text, "From:"))
		return -EINVAL;
	else
		return take_answer(text, strlen(text), message);
	return 0;
}

int fguard_legacy_parse(const char *text, struct fguard_legacy_message *message)
{
	int err;

	*message = (struct fguard_legacy_message){ 0 };
	if (!text)
		return -EINVAL;
	if (strnlen(text, TEXT_MAX + 1) > TEXT_MAX)
		return -EMSGSIZE;
	err = take_text(text, message);
	if (err)
		fguard_legacy_free(message);
	return err;
}

void fguard_legacy_free(struct fguard_legacy_message *message)
{
	free(message->file);
	free(message->pids);
	*message = (struct fguard_legacy_message){ 0 };
}

static char *copy_field(char *to, const char *from, size_t length)
{
	for (size_t i = 0; i < length; i++)
		*to++ = from[i] == '|' || !from[i] ? '?' : from[i];
	return to;
}

char *fguard_legacy_tell(const struct fguard_question_record *question)
{
	const struct fguard_access_record *access = &question->access;
	const char *path = (const char *)(question + 1);
	const char *comm = path + access->path_length +
			   access->new_path_length + access->exe_length;
	size_t room = (size_t)access->path_length + access->comm_length + 16;
	char *text = malloc(room), *at;

	if (!text)
		return NULL;
	at = copy_field(text, path, access->path_length);
	*at++ = '|';
	at = copy_field(at, comm, access->comm_length);
	snprintf(at, room - (size_t)(at - text), "|%u", access->pid);
	return text;
}

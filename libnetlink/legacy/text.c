/* SPDX-License-Identifier: MIT */
/*
 * Parses and formats the messages of the earlier protocol. Fields are looked up by
 * their keys, as in the first version.
 */
#include "legacy/parts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHANGE "From:CryptoCli;Action:change;Path:"
#define COUNT ";Count:"
#define TEXT_MAX 65535

/* ---- fields ------------------------------------------------------------------ */

/**
 * struct field - "Key:value", at the start or after a ";"
 * @key: the key
 * @key_length: its length, without the ":"
 * @value: the value, which extends to the next field or to the end
 * @length: its length
 */
struct field {
	const char *key;
	size_t key_length;
	const char *value;
	size_t length;
};

#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

/* Return: the length of the key at @text, 0: no field begins there. */
static size_t key_at(const char *text)
{
	size_t letters = strspn(text, LETTERS);
	size_t length = letters + strspn(text + letters, LETTERS "0123456789");

	return letters && text[length] == ':' ? length : 0;
}

/* Return: the length of a word or a number: up to a ";", without trailing space. */
static size_t trim(const char *value, size_t length)
{
	const char *end = memchr(value, ';', length);

	if (end)
		length = (size_t)(end - value);
	while (length && memchr(" \r\n", value[length - 1], 3))
		length--;
	return length;
}

/* Return: whether there is a field at @at; moves @at past it. */
static bool next_field(const char **at, struct field *field)
{
	const char *end;

	field->key = *at;
	field->key_length = key_at(*at);
	if (!field->key_length)
		return false;
	field->value = *at + field->key_length + 1;
	for (end = field->value; *end; end++)
		if (*end == ';' && key_at(end + 1))
			break;
	field->length = (size_t)(end - field->value);
	*at = *end ? end + 1 : end;
	return true;
}

static bool has_key(const struct field *field, const char *key)
{
	return field->key_length == strlen(key) &&
	       !memcmp(field->key, key, field->key_length);
}

/* Finds the first field with that key. Return: how many there are. */
static unsigned int find_field(const char *text, const char *key, struct field *found)
{
	unsigned int count = 0;
	struct field field;

	while (next_field(&text, &field))
		if (has_key(&field, key) && !count++)
			*found = field;
	return count;
}

static bool has_value(const char *text, const char *key, const char *value)
{
	struct field field;

	if (!find_field(text, key, &field))
		return false;
	field.length = trim(field.value, field.length);
	return field.length == strlen(value) &&
	       !memcmp(field.value, value, field.length);
}

/* Only digits, without sign or space. */
static bool take_number(const char *value, size_t length, uint32_t *number)
{
	uint64_t sum = 0;

	length = trim(value, length);
	for (size_t i = 0; i < length; i++) {
		if (value[i] < '0' || value[i] > '9')
			return false;
		sum = sum * 10 + (uint64_t)(value[i] - '0');
		if (sum > INT32_MAX)
			return false;
	}
	*number = (uint32_t)sum;
	return length > 0;
}

/* ---- answers ------------------------------------------------------------------ */

static int keep(char **copy, const char *text, size_t length)
{
	if (!length)
		return -EINVAL;
	*copy = strndup(text, length);
	return *copy ? 0 : -ENOMEM;
}

/*
 * FILE|Allow or FILE|Deny: the file as it was passed, which contained no bar, and a
 * word. Any other text that contains "Deny" denies too.
 */
static int take_answer(const char *text, struct fguard_legacy_message *message)
{
	const char *rest = strchrnul(text, '|');
	const char *words = *rest ? rest : text;

	message->action = FGUARD_LEGACY_RETURN;
	if (strstr(words, "Deny"))
		message->verdict = FGUARD_VERDICT_DENY;
	else if (*rest && rest != text && strstr(words, "Allow"))
		message->verdict = FGUARD_VERDICT_ALLOW;
	else
		return -EINVAL;
	return *rest && rest != text ?
		       keep(&message->file, text, (size_t)(rest - text)) :
		       0;
}

/* ---- changes ------------------------------------------------------------------ */

/* Return: N of a field "PidN", from 1; 0: it is another field. */
static uint32_t pid_number(const struct field *field)
{
	uint32_t number;

	if (field->key_length < 4 || memcmp(field->key, "Pid", 3) != 0 ||
	    !take_number(field->key + 3, field->key_length - 3, &number))
		return 0;
	return number;
}

/*
 * struct pids - the fields "PidN" of a message
 * @numbers: N of those that were taken
 * @twice: one of them is repeated
 */
struct pids {
	uint32_t numbers[FGUARD_SUBJECTS_MAX];
	bool twice;
};

static bool is_taken(const struct pids *pids, uint32_t n, uint32_t number)
{
	while (n && pids->numbers[n - 1] != number)
		n--;
	return n > 0;
}

/* An invalid number is treated like a process that no longer exists. */
static int take_pid(const struct field *field, uint32_t number, struct pids *pids,
		    struct fguard_legacy_message *message)
{
	const uint32_t n = message->n_pids;

	if (is_taken(pids, n, number)) {
		pids->twice = true;
		return 0;
	}
	if (n == FGUARD_SUBJECTS_MAX)
		return -E2BIG;
	if (!take_number(field->value, field->length, &message->pids[n]) ||
	    !message->pids[n])
		return 0;
	pids->numbers[n] = number;
	message->n_pids++;
	return 0;
}

static int take_pids(const char *text, struct pids *pids,
		     struct fguard_legacy_message *message)
{
	struct field field;
	int err = 0;

	message->pids = calloc(FGUARD_SUBJECTS_MAX, sizeof(*message->pids));
	if (!message->pids)
		return -ENOMEM;
	while (!err && next_field(&text, &field)) {
		uint32_t number = pid_number(&field);

		if (number && number <= message->count)
			err = take_pid(&field, number, pids, message);
	}
	return err;
}

/* For a message with only Path, Count and the processes: the path may contain anything. */
static const char *end_of_whole(const char *text)
{
	const char *end = NULL, *next = text;

	if (strncmp(text, CHANGE, strlen(CHANGE)) != 0)
		return NULL;
	for (next += strlen(CHANGE); (next = strstr(next, COUNT)); next++)
		end = next;
	return end;
}

/* Takes a path that looks like fields, if the other fields are unambiguous. */
static int take_whole(const char *text, const struct field *path,
		      struct fguard_legacy_message *message)
{
	const char *end = end_of_whole(text), *value = text + strlen(CHANGE);

	if (!end || end == path->value + path->length || end == value)
		return 0;
	return keep(&message->whole, value, (size_t)(end - value));
}

static int take_allowed(const char *text, struct pids *pids,
			struct fguard_legacy_message *message)
{
	struct field count;

	if (!find_field(text, "Count", &count) ||
	    !take_number(count.value, count.length, &message->count))
		return -EINVAL;
	return take_pids(text, pids, message);
}

/* A repeated field must be part of the path; otherwise the message is ambiguous. */
static int take_ambiguous(const char *text, struct pids *pids,
			  struct fguard_legacy_message *message)
{
	const char *end = end_of_whole(text), *value = text + strlen(CHANGE);
	int err;

	fguard_legacy_free(message);
	message->action = FGUARD_LEGACY_CHANGE;
	*pids = (struct pids){ .twice = false };
	if (!end)
		return -EINVAL;
	err = keep(&message->file, value, (size_t)(end - value));
	if (!err)
		err = take_allowed(end + 1, pids, message);
	return err ? err : pids->twice ? -EINVAL : 0;
}

static bool has_twice(const char *text)
{
	static const char *const keys[] = { "From", "Action", "Path", "Count" };
	struct field field;

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (find_field(text, keys[i], &field) > 1)
			return true;
	return false;
}

static int take_change(const char *text, struct field path,
		       struct fguard_legacy_message *message)
{
	struct pids pids = { .twice = false };
	int err;

	message->action = FGUARD_LEGACY_CHANGE;
	/* The last field may end with the message's ";". */
	if (!path.value[path.length] && path.length && path.value[path.length - 1] == ';')
		path.length--;
	err = keep(&message->file, path.value, path.length);
	if (!err)
		err = take_allowed(text, &pids, message);
	if (pids.twice || has_twice(text))
		return take_ambiguous(text, &pids, message);
	return err ? err : take_whole(text, &path, message);
}

/* ---- messages ----------------------------------------------------------------- */

/* Names of files begin with a "/", so an answer cannot look like this. */
static bool has_fields(const char *text)
{
	static const char *const keys[] = { "From", "Action", "Message", "Path", "Count" };
	struct field first;

	if (!next_field(&text, &first))
		return false;
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (has_key(&first, keys[i]))
			return true;
	return false;
}

static bool says(const char *text, const char *from, const char *action)
{
	return has_value(text, "From", from) && has_value(text, "Action", action);
}

/*
 * The name of a file may look like a message. Only the fields before it count, and
 * the first of the two fields that hold a name decides the kind of message.
 */
static int take_fields(const char *text, struct fguard_legacy_message *message)
{
	struct field path = { .key = NULL }, answer = { .key = NULL };

	find_field(text, "Path", &path);
	find_field(text, "Message", &answer);
	if (answer.key && (!path.key || answer.key < path.key))
		return take_answer(answer.value, message);
	if (path.key)
		return says(text, "CryptoCli", "change") ?
			       take_change(text, path, message) :
			       -EINVAL;
	if (says(text, "DSSAgent", "hello"))
		message->action = FGUARD_LEGACY_SAY_HELLO;
	else if (says(text, "DSSAgent", "init"))
		message->action = FGUARD_LEGACY_INIT;
	else if (says(text, "CryptoCli", "clear"))
		message->action = FGUARD_LEGACY_CLEAR;
	else
		return -EINVAL;
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
	err = has_fields(text) ? take_fields(text, message) : take_answer(text, message);
	if (err)
		fguard_legacy_free(message);
	return err;
}

void fguard_legacy_free(struct fguard_legacy_message *message)
{
	free(message->file);
	free(message->whole);
	free(message->pids);
	*message = (struct fguard_legacy_message){ 0 };
}

/* ---- questions ------------------------------------------------------------------ */

static char *copy_field(char *to, const char *from, size_t length)
{
	for (size_t i = 0; i < length; i++)
		*to++ = from[i] == '|' || !from[i] ? '?' : from[i];
	return to;
}

/* @mark: precedes a name that is not a whole path */
static char *tell_name(const struct fguard_access_record *access, const char *mark,
		       const char *name, size_t length)
{
	const char *comm = (const char *)(access + 1) + access->path_length +
			   access->new_path_length + access->exe_length;
	size_t room = strlen(mark) + length + access->comm_length + 16;
	char *text = malloc(room), *at;

	if (!text)
		return NULL;
	at = copy_field(text, mark, strlen(mark));
	at = copy_field(at, name, length);
	*at++ = '|';
	at = copy_field(at, comm, access->comm_length);
	snprintf(at, room - (size_t)(at - text), "|%u", access->pid);
	return text;
}

static bool ends_with(const char *name, size_t length, const char *type)
{
	size_t end = strlen(type);

	return length >= end && !memcmp(name + length - end, type, end);
}

int fguard_legacy_tell(const struct fguard_question_record *question, const char *type,
		       char *texts[FGUARD_LEGACY_NAMES])
{
	const struct fguard_access_record *access = &question->access;
	const char *name = (const char *)(access + 1);
	static const uint8_t marks[] = { FGUARD_CUT_PATH, FGUARD_CUT_NEW_PATH };
	const size_t lengths[] = { access->path_length, access->new_path_length };
	const bool old_has = ends_with(name, lengths[0], type);
	const bool new_has = ends_with(name + lengths[0], lengths[1], type);
	const bool told[] = { old_has || !new_has, lengths[1] && (new_has || !old_has) };
	int n = 0;

	for (size_t i = 0; i < FGUARD_LEGACY_NAMES; name += lengths[i++]) {
		if (!told[i])
			continue;
		texts[n] = tell_name(access, access->cut & marks[i] ? "…" : "", name,
				     lengths[i]);
		if (!texts[n])
			goto fail;
		n++;
	}
	return n;

fail:
	while (n > 0)
		free(texts[--n]);
	return -ENOMEM;
}

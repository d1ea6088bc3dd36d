/* SPDX-License-Identifier: MIT */
/* The texts of the earlier protocol: whatever a program says is taken apart, or refused. */
#include <stdlib.h>
#include <string.h>

#include "legacy/parts.h"

static void expect(bool holds)
{
	if (!holds)
		abort();
}

/* What the others rely on. */
static void check_message(const struct fguard_legacy_message *message)
{
	expect(message->n_pids <= message->count && message->n_pids <= FGUARD_SUBJECTS_MAX);
	for (uint32_t i = 0; i < message->n_pids; i++)
		expect(message->pids[i] && message->pids[i] <= INT32_MAX);
	expect(!message->file || *message->file);
	expect(!message->whole || *message->whole);
	if (message->action == FGUARD_LEGACY_CHANGE)
		expect(message->file != NULL);
	if (message->action == FGUARD_LEGACY_RETURN)
		expect(message->file || message->verdict == FGUARD_VERDICT_DENY);
}

static void parse(const uint8_t *data, size_t size)
{
	struct fguard_legacy_message message;
	char *text = strndup((const char *)data, size);

	if (fguard_legacy_parse(text, &message))
		expect(!message.file && !message.whole && !message.pids);
	else
		check_message(&message);
	fguard_legacy_free(&message);
	free(text);
}

static size_t count_bars(const char *text)
{
	size_t count = 0;

	for (; *text; text++)
		count += *text == '|';
	return count;
}

/* Three lengths, and the names in memory that ends where they do. */
static void tell(const uint8_t *data, size_t size)
{
	struct fguard_question_record *question;
	char *texts[FGUARD_LEGACY_NAMES];
	size_t path = size > 0 ? data[0] : 0, new_path = size > 1 ? data[1] : 0, rest;
	int n;

	rest = size > 2 ? size - 2 : 0;
	path = path < rest ? path : rest;
	new_path = new_path < rest - path ? new_path : rest - path;
	question = calloc(1, sizeof(*question) + rest);
	memcpy(question + 1, data + size - rest, rest);
	question->access.path_length = (uint16_t)path;
	question->access.new_path_length = (uint16_t)new_path;
	question->access.comm_length = (uint16_t)(rest - path - new_path);
	n = fguard_legacy_tell(question, ".docx", texts);
	expect(n == 1 || (n == 2 && new_path));
	while (n > 0) {
		expect(count_bars(texts[--n]) == 2);
		free(texts[n]);
	}
	free(question);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size && *data == 1)
		tell(data + 1, size - 1);
	else
		parse(data, size);
	return 0;
}

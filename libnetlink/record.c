/* SPDX-License-Identifier: MIT */
/* Event records, checked so that a reader can step and slice without looking. */
#include "internal.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

static bool access_fits(const unsigned char *data, size_t length)
{
	struct fguard_access_record record;

	if (length < sizeof(record))
		return false;
	memcpy(&record, data, sizeof(record));
	return length - sizeof(record) >=
	       (size_t)record.path_length + record.new_path_length +
		       record.exe_length + record.comm_length;
}

/* The access within, and the script behind it, must keep to the question's record. */
static bool question_fits(const unsigned char *data, size_t length)
{
	const size_t at = offsetof(struct fguard_question_record, access);
	struct fguard_record within, around;

	if (length < sizeof(struct fguard_question_record))
		return false;
	memcpy(&around, data, sizeof(around));
	memcpy(&within, data + at, sizeof(within));
	return within.type == FGUARD_RECORD_ACCESS &&
	       within.length <= length - at &&
	       around.script_length <= length - at - within.length &&
	       access_fits(data + at, within.length);
}

static bool body_fits(const unsigned char *data,
		      const struct fguard_record *record)
{
	switch (record->type) {
	case FGUARD_RECORD_ACCESS:
		return access_fits(data, record->length);
	case FGUARD_RECORD_GAP:
		return record->length >= sizeof(struct fguard_gap_record);
	case FGUARD_RECORD_QUESTION:
		return question_fits(data, record->length);
	case FGUARD_RECORD_CLOSED:
		return record->length >= sizeof(struct fguard_closed_record);
	default:
		return true; /* of a newer module; readers step over it */
	}
}

int fguard_check_records(const void *data, size_t size)
{
	const unsigned char *at = data;
	struct fguard_record record;

	for (; size; at += record.length, size -= record.length) {
		if (size < sizeof(record))
			return -EPROTO;
		memcpy(&record, at, sizeof(record));
		if (record.length < sizeof(record) || record.length % 8 ||
		    record.length > size || !body_fits(at, &record))
			return -EPROTO;
	}
	return 0;
}

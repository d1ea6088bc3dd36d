/* SPDX-License-Identifier: MIT */
/*
 * Event messages: recognised, set aside while a reply is awaited, and checked, so
 * that a reader can step through records without checking lengths again.
 */
#include "internal.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* ---- records ------------------------------------------------------------ */

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

/* The access, and the script after it, must lie within the question's record. */
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
		return true; /* from a newer module; readers skip it */
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

/* ---- messages ----------------------------------------------------------- */

static uint8_t command_of(const struct nlmsghdr *head)
{
	const struct genlmsghdr *generic = mnl_nlmsg_get_payload(head);

	return mnl_nlmsg_get_payload_len(head) < GENL_HDRLEN ? 0 : generic->cmd;
}

bool fguard_is_event(const struct fguard *guard, const struct nlmsghdr *head)
{
	return guard->family && head->nlmsg_type == guard->family &&
	       command_of(head) == FGUARD_CMD_EVENTS;
}

int fguard_find_records(const void *data, size_t length, const void **records,
			size_t *size)
{
	const struct nlattr *table[FGUARD_A_MAX + 1];
	const struct nlattr *events;

	if (fguard_parse(data, length, table, FGUARD_A_MAX) ||
	    !table[FGUARD_A_EVENTS])
		return -EPROTO;
	events = table[FGUARD_A_EVENTS];
	*records = mnl_attr_get_payload(events);
	*size = mnl_attr_get_payload_len(events);
	return *size ? fguard_check_records(*records, *size) : -EPROTO;
}

int fguard_event_records(struct fguard *guard, const struct nlmsghdr *head,
			 const void **records, size_t *size)
{
	const void *data;
	size_t length;

	if (!fguard_payload(head, &data, &length) &&
	    !fguard_find_records(data, length, records, size))
		return 0;
	return fguard_fail(guard, -EPROTO,
			   "the kernel sent malformed events");
}

int fguard_keep_event(struct fguard *guard, const struct nlmsghdr *head)
{
	struct fguard_batch *batch;
	const void *records;
	size_t size;
	int err;

	err = fguard_event_records(guard, head, &records, &size);
	if (err)
		return err;
	batch = malloc(sizeof(*batch) + size);
	if (!batch)
		return fguard_fail_errno(guard, -ENOMEM);
	batch->next = NULL;
	batch->size = size;
	memcpy(batch->records, records, size);
	if (guard->last_batch)
		guard->last_batch->next = batch;
	else
		guard->first_batch = batch;
	guard->last_batch = batch;
	return 0;
}

void fguard_drop_event(struct fguard *guard)
{
	struct fguard_batch *batch = guard->first_batch;

	guard->first_batch = batch->next;
	if (!batch->next)
		guard->last_batch = NULL;
	free(batch);
}

void fguard_drop_events(struct fguard *guard)
{
	while (guard->first_batch)
		fguard_drop_event(guard);
}

void fguard_notice(struct fguard *guard, const struct nlmsghdr *head)
{
	const struct nlattr *table[CTRL_ATTR_MAX + 1];
	uint16_t family = 0;
	const void *data;
	size_t size;

	if (head->nlmsg_type != GENL_ID_CTRL ||
	    command_of(head) != CTRL_CMD_DELFAMILY ||
	    fguard_payload(head, &data, &size) ||
	    fguard_parse(data, size, table, CTRL_ATTR_MAX) ||
	    fguard_get_u16(table[CTRL_ATTR_FAMILY_ID], &family))
		return;
	if (family && family == guard->family)
		guard->gone = true;
}

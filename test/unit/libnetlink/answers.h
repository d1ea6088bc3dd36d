/* SPDX-License-Identifier: MIT */
/* Well-formed answers, which malformed_test.c breaks, and the calls they answer. */
#ifndef ANSWERS_H
#define ANSWERS_H

#include "fake.h"

/**
 * struct victim - a call and its answer
 * @name: for messages
 * @write: writes the answer to request @sequence
 * @call: makes the call and looks at all it gives, so that a bad pointer is
 *	followed; 0 or -errno
 * @unasked: the answer comes without a request, to a subscriber
 * @result: of the call if the answer is intact
 */
struct victim {
	const char *name;
	struct nlmsghdr *(*write)(struct fake *fake, uint32_t sequence);
	int (*call)(struct fguard *guard);
	bool unasked;
	int result;
};

extern const struct victim victims[];
extern const size_t n_victims;

/* Of answers_list.c. */
struct nlmsghdr *answer_list(struct fake *fake, uint32_t sequence);
struct nlmsghdr *answer_subjects(struct fake *fake, uint32_t sequence);
int call_list(struct fguard *guard);

/* Of answers_ask.c. */
struct nlmsghdr *answer_question(struct fake *fake, uint32_t sequence);
struct nlmsghdr *answer_questions(struct fake *fake, uint32_t sequence);
int call_questions(struct fguard *guard);
struct nlmsghdr *answer_remembered(struct fake *fake, uint32_t sequence);
int call_remembered(struct fguard *guard);

/* Where the access is in a question. */
#define QUESTION_ACCESS offsetof(struct fguard_question_record, access)

/* Looks at all strings of a record of an access. */
size_t answer_sum_strings(const unsigned char *record);

#endif

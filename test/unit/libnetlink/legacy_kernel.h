/* SPDX-License-Identifier: MIT */
/* A fake kernel for the earlier protocol: a fake for each handle it opens. */
#ifndef LEGACY_KERNEL_H
#define LEGACY_KERNEL_H

#include "fake.h"

#include <semaphore.h>

#define KERNEL_FAKES 8

/**
 * struct kernel - what it has, and what it was told
 * @fakes: in the order they were opened: commands first, then the stream
 * @n_fakes: how many
 * @loaded: there is a module
 * @events: delivers what an answerer is told when it comes
 * @put_rules: writes the rules that are there, or NULL
 * @answer_error: what an answer gets
 * @add_error: what the next rules get that are added
 * @ended: posted when a handle is closed, with which the rule of an agent goes
 */
struct kernel {
	struct fake fakes[KERNEL_FAKES];
	size_t n_fakes;
	bool loaded;
	void (*events)(struct fake *fake);
	void (*put_rules)(struct nlmsghdr *head);
	int answer_error;
	int add_error;
	sem_t ended;
};

extern struct kernel kernel;

/* Setup and teardown of a test: none is open before and after. */
int kernel_start(void **state);
int kernel_stop(void **state);

/* The @number-th request of @command on the @which-th handle, or NULL. */
const struct nlmsghdr *kernel_asked(size_t which, uint8_t command, size_t number);

/* The attributes of a rule that was asked to be added first. */
const struct nlattr *kernel_added(size_t which);

/* Events, to be called by kernel.events. */
void kernel_question(struct fake *fake, uint64_t id, const char *path);
void kernel_move(struct fake *fake, uint64_t id, const char *path, const char *new_path);
void kernel_closed(struct fake *fake, uint64_t id);

/* A rule with its suffix or its path, and a name or NULL. */
void kernel_put_rule(struct nlmsghdr *head, uint32_t id, const char *suffix,
		     const char *path, const char *name);

#endif

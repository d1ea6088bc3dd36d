/* SPDX-License-Identifier: MIT */
/*
 * What an ordinary user does to the guard. Each attack goes on until its standard
 * input ends, for "least" rounds at least and "most" at most; then it prints what
 * came of it.
 */
#ifndef HOSTILE_H
#define HOSTILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define PATH_ROOM 4096

/* The value of the word "KEY=VALUE", or @otherwise. */
const char *text(const char *key, const char *otherwise);
unsigned long number(const char *key, unsigned long otherwise);

/* A number below @below, from the seed. */
unsigned int draw(unsigned int below);

/* Another sequence, for a child or a thread; of @which of them. */
void draw_apart(unsigned int which);

/* Another round? Counts it. */
bool again(void);

/* Has standard input ended? For those who wait in a round. */
bool is_over(void);

/* Counts a result of a system call, by errno if it is -1; gives it back. */
long count(long result);

/* Counts a result that no guard may give: the attack has gone through. */
void count_breach(const char *how);

/* Says that it is at work, or in place. */
void say(const char *what);

/* A path below "dir", in one of a few buffers that are used in turn. */
const char *in_dir(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A child that does not outlive its parent; as fork(). */
pid_t fork_bound(void);

/* Counts how it ended. */
void await_child(pid_t child);

struct attack {
	const char *name;
	void (*run)(void);
};

extern const struct attack name_attacks[], storm_attacks[], growth_attacks[],
	task_attacks[], ask_attacks[], map_attacks[], stream_attacks[], place_attacks[],
	program_attacks[];

#endif

/* SPDX-License-Identifier: MIT */
/*
 * Attacks of an ordinary user on the guard. Each runs until its standard input ends, for
 * at least "least" and at most "most" rounds; then it prints its result.
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

/* A random number below @below, derived from the seed. */
unsigned int draw(unsigned int below);

/* Switches to another random sequence, for child or thread number @which. */
void draw_apart(unsigned int which);

/* Whether to run another round; counts it. */
bool again(void);

/* Whether standard input has ended, for attacks that wait within a round. */
bool is_over(void);

/* Counts the result of a system call, by errno if it is -1; returns it. */
long count(long result);

/* Counts a breach: the attack has succeeded. */
void count_breach(const char *how);

/* Reports that it has started working, or is in position. */
void say(const char *what);

/* A path below "dir", in one of several buffers that are used in turn. */
const char *in_dir(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Like fork(), but the child is killed when its parent ends. */
pid_t fork_bound(void);

/* Waits for the child and counts how it ended. */
void await_child(pid_t child);

struct attack {
	const char *name;
	void (*run)(void);
};

extern const struct attack name_attacks[], storm_attacks[], growth_attacks[],
	task_attacks[], ask_attacks[], map_attacks[], stream_attacks[], place_attacks[],
	program_attacks[];

#endif

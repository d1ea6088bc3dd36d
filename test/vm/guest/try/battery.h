/* SPDX-License-Identifier: MIT */
/*
 * A battery of system calls on files of its own. Every case prints one line of
 * what came of it, the same each time, so that two runs can be compared.
 */
#ifndef TRY_BATTERY_H
#define TRY_BATTERY_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

/* A case: gives a result, or a negative errno. Runs in a process of its own. */
typedef long (*deed)(const char *first, const char *second);

struct deed_name {
	const char *name;
	deed run;
};

#define DEED(name) static long name(const char *first, const char *second)
#define UNUSED ((void)first, (void)second)

/* Calls on one path, on two, and those that have their own. */
extern const struct deed_name open_deeds[], path_deeds[], attr_deeds[], pair_deeds[], data_deeds[],
	watch_deeds[], mount_deeds[], process_deeds[], uring_deeds[];

/* -1 becomes the errno. */
long outcome(long result);

/* Adds to the line of the case. */
void note(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* What an open descriptor is good for; closes it. */
long use(long fd);

/* battery_place.c: the files, made in the current directory */
void make_place(void);
void clear_place(void);

#define PICTURE_MAX 128

/* What is there: a line each, sorted, and in order of finding its name and state. */
struct picture {
	char *lines[PICTURE_MAX];
	char *names[PICTURE_MAX];
	struct stat about[PICTURE_MAX];
	unsigned int attributes[PICTURE_MAX];
	int count;
};

void take_picture(struct picture *picture);
void free_picture(struct picture *picture);

/* A quick look: content that changed has another time. */
bool is_as_taken(const struct picture *picture);

#define USER 1234
#define CONTENT "content of the file\n"

#endif

/* SPDX-License-Identifier: MIT */
/* What can be asked of try besides plain routes. */
#ifndef TRY_VERBS_H
#define TRY_VERBS_H

#include "routes.h"

#define WORDS_MAX 8

struct verb {
	const char *name;
	int words; /* at least so many behind the name */
	long (*run)(char **words); /* a negative errno, or VERB_PRINTED */
};

/* The verb has printed its own line. */
#define VERB_PRINTED 1000000

/* Those that need a C library; none in the 32-bit program. */
extern const struct verb library_verbs[];

/* Runs "ROUTE PATH [SECOND]". */
long run_route(char **words);

/* Runs a verb, or a route, and its words. */
long obey(int count, char **words);

long storm(char **words);
long fail_nth(char **words);
long insert_module(char **words);

/* What a child ends with to tell its parent a result. */
int exit_code(long result);

#endif

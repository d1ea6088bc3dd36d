// SPDX-License-Identifier: MIT
/* What would happen, and why. */
#include <stdio.h>

#include "guard.h"

#define MATCHES_MAX 64

static void print_match(const struct fguard_match *match)
{
	static const char *const kinds[] = { "suffix", "tree", "path" };

	printf("{\"rule\":%u,\"kind\":\"%s\",\"distance\":%u,\"concerned\":%u,\"allowed\":%u}",
	       match->rule, kinds[match->kind], match->distance, match->concerned,
	       match->allowed);
}

/* explain path=P op=N [pid=N] */
static void explain(struct fguard *guard, char **words)
{
	struct fguard_query query = {
		.path = option(words, "path"),
		.op = number_option(words, "op", 0),
		.pid = number_option(words, "pid", 0),
	};
	struct fguard_match matches[MATCHES_MAX];
	struct fguard_explanation why;

	if (print_failure(guard, fguard_explain(guard, &query, &why, matches, MATCHES_MAX)))
		return;
	printf("{\"verdict\":%u,\"reason\":%u,\"rule\":%u,\"count\":%u,\"matches\":[", why.verdict,
	       why.reason, why.rule, why.n_matches);
	for (uint32_t i = 0; i < why.n_matches && i < MATCHES_MAX; i++) {
		if (i)
			putchar(',');
		print_match(&matches[i]);
	}
	puts("]}");
}

const struct command explain_commands[] = {
	{ "explain", explain },
	{ NULL, NULL },
};

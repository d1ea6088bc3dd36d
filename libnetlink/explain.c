/* SPDX-License-Identifier: MIT */
/* The verdict that an access would get, and the rules about its object. */
#include "internal.h"

#include <errno.h>
#include <libmnl/libmnl.h>

/* Where the reply is stored. */
struct account {
	struct fguard_explanation *explanation;
	struct fguard_match *matches;
	size_t max;
	bool told;
};

static int take_match(const struct nlattr *nest, void *value)
{
	const struct nlattr *table[FGUARD_MATCH_A_MAX + 1];
	struct fguard_match *match = value;
	uint8_t kind = 0, concerned = 0, allowed = 0;

	*match = (struct fguard_match){ 0 };
	if (fguard_parse_nested(nest, table, FGUARD_MATCH_A_MAX) ||
	    !table[FGUARD_MATCH_A_KIND] ||
	    fguard_get_u32(table[FGUARD_MATCH_A_RULE], &match->rule) ||
	    !match->rule || fguard_get_u8(table[FGUARD_MATCH_A_KIND], &kind) ||
	    fguard_get_u32(table[FGUARD_MATCH_A_DISTANCE], &match->distance) ||
	    fguard_get_u8(table[FGUARD_MATCH_A_CONCERNED], &concerned) ||
	    fguard_get_u8(table[FGUARD_MATCH_A_ALLOWED], &allowed))
		return -EPROTO;
	match->kind = kind;
	match->concerned = concerned;
	match->allowed = allowed;
	return 0;
}

static const struct fguard_kind match_kind = {
	FGUARD_EXPLAIN_A_MATCH, sizeof(struct fguard_match), take_match
};

static int take_verdict(const struct nlattr *nest,
			struct fguard_explanation *explanation)
{
	const struct nlattr *table[FGUARD_EXPLAIN_A_MAX + 1];
	uint8_t verdict = 0, reason = 0;

	if (fguard_parse_nested(nest, table, FGUARD_EXPLAIN_A_MAX) ||
	    !table[FGUARD_EXPLAIN_A_VERDICT] || !table[FGUARD_EXPLAIN_A_REASON] ||
	    fguard_get_u8(table[FGUARD_EXPLAIN_A_VERDICT], &verdict) ||
	    fguard_get_u8(table[FGUARD_EXPLAIN_A_REASON], &reason) ||
	    fguard_get_u32(table[FGUARD_EXPLAIN_A_RULE], &explanation->rule))
		return -EPROTO;
	explanation->verdict = verdict;
	explanation->reason = reason;
	return 0;
}

static int take_explanation(const void *data, size_t size, void *context)
{
	const struct nlattr *table[FGUARD_A_MAX + 1];
	struct account *account = context;
	ssize_t n;

	if (fguard_parse(data, size, table, FGUARD_A_MAX) ||
	    !table[FGUARD_A_EXPLAIN] ||
	    take_verdict(table[FGUARD_A_EXPLAIN], account->explanation))
		return -EPROTO;
	n = fguard_take_values(table[FGUARD_A_EXPLAIN], &match_kind,
			       account->matches, account->max);
	if (n < 0)
		return -EPROTO;
	account->explanation->n_matches = (uint32_t)n;
	account->told = true;
	return 0;
}

static void put_query(struct fguard_request *request,
		      const struct fguard_query *query)
{
	size_t nest = fguard_nest(request, FGUARD_A_EXPLAIN);

	fguard_put_string(request, FGUARD_EXPLAIN_A_PATH, query->path);
	fguard_put_u8(request, FGUARD_EXPLAIN_A_OP, (uint8_t)query->op);
	if (query->pid)
		fguard_put_u32(request, FGUARD_EXPLAIN_A_PID, query->pid);
	fguard_nest_end(request, nest);
}

/* Checks only what cannot be sent; the kernel checks the rest. */
static int check_query(struct fguard *guard, const struct fguard_query *query)
{
	if (!query->path)
		return fguard_fail(guard, -EINVAL, "the query has no path");
	if (query->op >= __FGUARD_OP_MAX)
		return fguard_fail(guard, -ERANGE,
				   "the query has an unknown operation: %u",
				   query->op);
	return 0;
}

int fguard_explain(struct fguard *guard, const struct fguard_query *query,
		   struct fguard_explanation *explanation,
		   struct fguard_match *matches, size_t max)
{
	struct account account = { explanation, matches, max, false };
	struct fguard_request request;
	int err = check_query(guard, query);

	*explanation = (struct fguard_explanation){ 0 };
	if (err)
		return err;
	fguard_request_begin(&request, guard->family, FGUARD_CMD_EXPLAIN,
			     FGUARD_GENL_VERSION, NLM_F_ACK);
	put_query(&request, query);
	if (request.error == -E2BIG)
		err = fguard_fail(guard, -E2BIG,
				  "the path is longer than %u bytes", UINT16_MAX);
	else
		err = fguard_exchange(guard, &request, take_explanation,
				      &account);
	fguard_request_free(&request);
	if (!err && !account.told)
		err = fguard_fail(guard, -EPROTO, "the kernel sent no explanation");
	return err;
}

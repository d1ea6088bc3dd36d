/* SPDX-License-Identifier: MIT */
/* Rules to the kernel: added, replaced as a set, deleted. */
#include "internal.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <string.h>

/* ---- what is refused before it is sent ---------------------------------- */

/* Builds the rule as it will be sent, which fails if it is too large. */
static int measure_rule(struct fguard *guard, const struct fguard_rule *rule,
			size_t number)
{
	struct fguard_request request;
	int err;

	fguard_request_begin(&request, guard->family, FGUARD_CMD_ADD_RULES,
			     FGUARD_GENL_VERSION, NLM_F_ACK);
	fguard_put_rule(&request, rule);
	err = request.error;
	fguard_request_free(&request);
	if (err == -E2BIG)
		return fguard_fail(guard, err,
				   "rule %zu is longer than %u bytes", number,
				   UINT16_MAX);
	return err ? fguard_fail_errno(guard, err) : 0;
}

static int check_rules(struct fguard *guard, const struct fguard_rule *rules,
		       size_t n)
{
	int err = 0;

	for (size_t i = 0; i < n && !err; i++) {
		err = fguard_check_rule(guard, &rules[i], i + 1);
		if (!err)
			err = measure_rule(guard, &rules[i], i + 1);
	}
	return err;
}

/* ---- what is sent ------------------------------------------------------- */

static void begin(struct fguard *guard, struct fguard_request *request,
		  uint8_t command)
{
	fguard_request_begin(request, guard->family, command,
			     FGUARD_GENL_VERSION, NLM_F_ACK);
}

/* Where the results of one message are stored. */
struct results {
	struct fguard_added *added;
	size_t n;
	size_t at;
};

static int take_result(const struct nlattr *nest, struct results *results)
{
	const struct nlattr *table[FGUARD_RULE_A_MAX + 1];
	struct fguard_added added = { 0 };

	if (results->at == results->n ||
	    fguard_parse_nested(nest, table, FGUARD_RULE_A_MAX) ||
	    fguard_get_u32(table[FGUARD_RULE_A_ID], &added.id) || !added.id ||
	    fguard_get_u32(table[FGUARD_RULE_A_FLAGS], &added.flags))
		return -EPROTO;
	results->added[results->at++] = added;
	return 0;
}

static int take_results(const void *data, size_t size, void *context)
{
	const struct nlattr *attr;
	size_t at = 0;
	int more;

	while ((more = fguard_next_attr(data, size, &at, &attr)) > 0)
		if (mnl_attr_get_type(attr) == FGUARD_A_RULE &&
		    take_result(attr, context))
			return -EPROTO;
	return more;
}

static int add_some(struct fguard *guard, const struct fguard_rule *rules,
		    size_t n, struct fguard_added *added)
{
	struct results results = { added, n, 0 };
	struct fguard_request request;
	int err;

	begin(guard, &request, FGUARD_CMD_ADD_RULES);
	for (size_t i = 0; i < n; i++)
		fguard_put_rule(&request, &rules[i]);
	err = fguard_exchange(guard, &request, take_results, &results);
	fguard_request_free(&request);
	if (!err && results.at != n)
		err = fguard_fail(guard, -EPROTO,
				  "the kernel answered for %zu of %zu rules",
				  results.at, n);
	return err;
}

int fguard_add_rules(struct fguard *guard, const struct fguard_rule *rules,
		     size_t n, struct fguard_added *added)
{
	int err = check_rules(guard, rules, n);

	if (n)
		memset(added, 0, n * sizeof(*added));
	for (size_t at = 0; at < n && !err; at += FGUARD_RULES_PER_ADD) {
		size_t left = n - at;

		err = add_some(guard, rules + at,
			       left < FGUARD_RULES_PER_ADD ?
				       left :
				       FGUARD_RULES_PER_ADD,
			       added + at);
	}
	return err;
}

int fguard_set_rules(struct fguard *guard, const struct fguard_rule *rules,
		     size_t n)
{
	struct fguard_request request;
	int err = check_rules(guard, rules, n);

	if (err)
		return err;
	begin(guard, &request, FGUARD_CMD_SET_RULES);
	for (size_t i = 0; i < n; i++)
		fguard_put_rule(&request, &rules[i]);
	err = fguard_exchange(guard, &request, NULL, NULL);
	fguard_request_free(&request);
	return err;
}

static void put_key(struct fguard_request *request,
		    const struct fguard_rule_key *key)
{
	size_t nest = fguard_nest(request, FGUARD_A_RULE);

	if (key->id)
		fguard_put_u32(request, FGUARD_RULE_A_ID, key->id);
	else if (key->path)
		fguard_put_string(request, FGUARD_RULE_A_PATH, key->path);
	else
		fguard_put_string(request, FGUARD_RULE_A_NAME, key->name);
	fguard_nest_end(request, nest);
}

int fguard_delete_rules(struct fguard *guard, const struct fguard_rule_key *keys,
			size_t n)
{
	struct fguard_request request;
	int err;

	for (size_t i = 0; i < n; i++)
		if (!keys[i].id && !keys[i].path && !keys[i].name)
			return fguard_fail(guard, -EINVAL,
					   "key %zu names no rule", i + 1);
	if (!n)
		return 0;
	begin(guard, &request, FGUARD_CMD_DEL_RULES);
	for (size_t i = 0; i < n; i++)
		put_key(&request, &keys[i]);
	err = fguard_exchange(guard, &request, NULL, NULL);
	fguard_request_free(&request);
	return err;
}

/* SPDX-License-Identifier: MIT */
/* What the kernel tells several of, each a nest. */
#include "fake.h"

void fake_put_hook(struct nlmsghdr *head, const char *function, uint32_t ops,
		   uint8_t state)
{
	struct nlattr *nest = mnl_attr_nest_start(head, FGUARD_STATUS_A_HOOK);

	mnl_attr_put_strz(head, FGUARD_HOOK_A_FUNCTION, function);
	mnl_attr_put_u32(head, FGUARD_HOOK_A_OPS, ops);
	mnl_attr_put_u8(head, FGUARD_HOOK_A_STATE, state);
	mnl_attr_nest_end(head, nest);
}

void fake_put_match(struct nlmsghdr *head, const struct fguard_match *match)
{
	struct nlattr *nest = mnl_attr_nest_start(head, FGUARD_EXPLAIN_A_MATCH);

	mnl_attr_put_u32(head, FGUARD_MATCH_A_RULE, match->rule);
	mnl_attr_put_u8(head, FGUARD_MATCH_A_KIND, (uint8_t)match->kind);
	mnl_attr_put_u32(head, FGUARD_MATCH_A_DISTANCE, match->distance);
	mnl_attr_put_u8(head, FGUARD_MATCH_A_CONCERNED, (uint8_t)match->concerned);
	mnl_attr_put_u8(head, FGUARD_MATCH_A_ALLOWED, (uint8_t)match->allowed);
	mnl_attr_nest_end(head, nest);
}

void fake_put_grant(struct nlmsghdr *head, uint32_t pid, const char *comm,
		    uint8_t alive)
{
	struct nlattr *nest = mnl_attr_nest_start(head, FGUARD_RULE_A_GRANT);

	mnl_attr_put_u32(head, FGUARD_GRANT_A_PID, pid);
	mnl_attr_put_strz(head, FGUARD_GRANT_A_COMM, comm);
	mnl_attr_put_u8(head, FGUARD_GRANT_A_ALIVE, alive);
	mnl_attr_nest_end(head, nest);
}

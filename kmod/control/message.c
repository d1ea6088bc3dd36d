// SPDX-License-Identifier: GPL-2.0-only
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/timekeeping.h>

#include "control/message.h"
#include "policy/make.h"

/* ---- policy -------------------------------------------------------------- */

static int validate_errno(const struct nlattr *attr, struct netlink_ext_ack *extack)
{
	switch (nla_get_u32(attr)) {
	case EACCES:
	case EPERM:
	case ENOENT:
		return 0;
	}
	NL_SET_ERR_MSG_ATTR(extack, attr, "the errno of a rule is EACCES, EPERM or ENOENT");
	return -EINVAL;
}

/* Ranges in policies are too short for it. */
static int validate_timeout(const struct nlattr *attr, struct netlink_ext_ack *extack)
{
	u32 timeout = nla_get_u32(attr);

	if (timeout && timeout <= FGUARD_TIMEOUT_MAX)
		return 0;
	NL_SET_ERR_MSG_ATTR(extack, attr, "a timeout is 1 millisecond to a day");
	return -ERANGE;
}

int fguard_message_validate_ttl(const struct nlattr *attr,
				struct netlink_ext_ack *extack)
{
	u64 ttl = nla_get_u64(attr);

	if (ttl && ttl <= FGUARD_TTL_MAX)
		return 0;
	NL_SET_ERR_MSG_ATTR(extack, attr,
			    "a rule or an answer holds for 1 millisecond to a hundred years");
	return -ERANGE;
}

#define NUMBERS { .type = NLA_BINARY, .len = FGUARD_SUBJECTS_MAX * sizeof(u32) }
#define PATH { .type = NLA_NUL_STRING, .len = PATH_MAX - 1 }

const struct nla_policy fguard_rule_policy[FGUARD_RULE_A_MAX + 1] = {
	[FGUARD_RULE_A_ID] = NLA_POLICY_MIN(NLA_U32, 1),
	[FGUARD_RULE_A_NAME] = { .type = NLA_NUL_STRING, .len = FGUARD_NAME_MAX },
	[FGUARD_RULE_A_PATH] = PATH,
	[FGUARD_RULE_A_OPS] = NLA_POLICY_MASK(NLA_U32, FGUARD_OPS_ALL),
	[FGUARD_RULE_A_ELSE] = NLA_POLICY_MAX(NLA_U8, __FGUARD_ELSE_MAX - 1),
	[FGUARD_RULE_A_ERRNO] = NLA_POLICY_VALIDATE_FN(NLA_U32, validate_errno),
	[FGUARD_RULE_A_PIDS] = NUMBERS,
	[FGUARD_RULE_A_FLAGS] = NLA_POLICY_MASK(NLA_U32, FGUARD_RULE_FLAGS_ALL),
	[FGUARD_RULE_A_SUFFIX] = { .type = NLA_NUL_STRING, .len = NAME_MAX },
	[FGUARD_RULE_A_UIDS] = NUMBERS,
	[FGUARD_RULE_A_GIDS] = NUMBERS,
	[FGUARD_RULE_A_LOGINUIDS] = NUMBERS,
	[FGUARD_RULE_A_EXE] = PATH,
	[FGUARD_RULE_A_CGROUP] = PATH,
	[FGUARD_RULE_A_TTL] = NLA_POLICY_VALIDATE_FN(NLA_U64, fguard_message_validate_ttl),
	[FGUARD_RULE_A_DEFAULT] = NLA_POLICY_MAX(NLA_U8, __FGUARD_VERDICT_MAX - 1),
	[FGUARD_RULE_A_TIMEOUT] = NLA_POLICY_VALIDATE_FN(NLA_U32, validate_timeout),
};

/* ---- from attributes ----------------------------------------------------- */

/* What is repeated is not in the table of parsed attributes. */
static u32 count_of(const struct nlattr *nest, int type)
{
	const struct nlattr *attr;
	u32 count = 0;
	int left;

	nla_for_each_nested(attr, nest, left)
		count += nla_type(attr) == type;
	return count;
}

static void take_strings(const struct nlattr *nest, int type, const char **strings)
{
	const struct nlattr *attr;
	int left;

	nla_for_each_nested(attr, nest, left)
		if (nla_type(attr) == type)
			*strings++ = nla_data(attr);
}

static int take_paths(const struct nlattr *nest, struct fguard_subjects_spec *spec,
		      struct netlink_ext_ack *extack)
{
	spec->n_exes = count_of(nest, FGUARD_RULE_A_EXE);
	spec->n_cgroups = count_of(nest, FGUARD_RULE_A_CGROUP);
	if (spec->n_exes > FGUARD_SUBJECTS_MAX ||
	    spec->n_cgroups > FGUARD_SUBJECTS_MAX) {
		NL_SET_ERR_MSG_ATTR(extack, nest, "too many executables or cgroups");
		return -ERANGE;
	}
	if (!spec->n_exes && !spec->n_cgroups)
		return 0;
	spec->paths = kvmalloc_array(spec->n_exes + spec->n_cgroups,
				     sizeof(*spec->paths), GFP_KERNEL);
	if (!spec->paths)
		return -ENOMEM;
	take_strings(nest, FGUARD_RULE_A_EXE, spec->paths);
	take_strings(nest, FGUARD_RULE_A_CGROUP, spec->paths + spec->n_exes);
	return 0;
}

static int take_numbers(struct nlattr *attr, const u32 **numbers, u32 *count,
			struct netlink_ext_ack *extack)
{
	if (!attr)
		return 0;
	if (nla_len(attr) % sizeof(u32)) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "not whole numbers of 32 bits");
		return -EINVAL;
	}
	*numbers = nla_data(attr);
	*count = nla_len(attr) / sizeof(u32);
	return 0;
}

static int take_subjects(const struct nlattr *nest, struct nlattr **tb,
			 struct fguard_subjects_spec *spec,
			 struct netlink_ext_ack *extack)
{
	int err;

	err = take_numbers(tb[FGUARD_RULE_A_PIDS], &spec->pids, &spec->n_pids, extack);
	if (!err)
		err = take_numbers(tb[FGUARD_RULE_A_UIDS], &spec->uids,
				   &spec->n_uids, extack);
	if (!err)
		err = take_numbers(tb[FGUARD_RULE_A_GIDS], &spec->gids,
				   &spec->n_gids, extack);
	if (!err)
		err = take_numbers(tb[FGUARD_RULE_A_LOGINUIDS], &spec->loginuids,
				   &spec->n_loginuids, extack);
	if (!err)
		err = take_paths(nest, spec, extack);
	return err;
}

static const char *string_of(const struct nlattr *attr)
{
	return attr ? nla_data(attr) : NULL;
}

static void take_terms(struct nlattr **tb, struct fguard_rule_spec *spec)
{
	*spec = (struct fguard_rule_spec){
		.path = string_of(tb[FGUARD_RULE_A_PATH]),
		.suffix = string_of(tb[FGUARD_RULE_A_SUFFIX]),
		.name = string_of(tb[FGUARD_RULE_A_NAME]),
		.ops = FGUARD_OPS_ALL,
		.error = EACCES,
		.default_verdict = FGUARD_VERDICT_DENY,
		.timeout = FGUARD_TIMEOUT_DEFAULT,
	};
	if (tb[FGUARD_RULE_A_FLAGS])
		spec->flags = nla_get_u32(tb[FGUARD_RULE_A_FLAGS]);
	if (tb[FGUARD_RULE_A_OPS])
		spec->ops = nla_get_u32(tb[FGUARD_RULE_A_OPS]);
	if (tb[FGUARD_RULE_A_ELSE])
		spec->else_action = nla_get_u8(tb[FGUARD_RULE_A_ELSE]);
	if (tb[FGUARD_RULE_A_ERRNO])
		spec->error = nla_get_u32(tb[FGUARD_RULE_A_ERRNO]);
	if (tb[FGUARD_RULE_A_TTL])
		spec->ttl = nla_get_u64(tb[FGUARD_RULE_A_TTL]);
	if (tb[FGUARD_RULE_A_DEFAULT])
		spec->default_verdict = nla_get_u8(tb[FGUARD_RULE_A_DEFAULT]);
	if (tb[FGUARD_RULE_A_TIMEOUT])
		spec->timeout = nla_get_u32(tb[FGUARD_RULE_A_TIMEOUT]);
	spec->subjects.children = spec->flags & FGUARD_RULE_CHILDREN;
}

/* What is wrong with a rule in itself, or NULL. */
static const char *flaw_of(struct nlattr **tb, const struct fguard_rule_spec *spec)
{
	if (tb[FGUARD_RULE_A_ID])
		return "a new rule has no id";
	if (!spec->path && !spec->suffix)
		return "a rule has a path or a suffix";
	if (spec->path && spec->path[0] != '/')
		return "the path is not absolute";
	if (spec->suffix && (!*spec->suffix || strchr(spec->suffix, '/')))
		return "a suffix is not empty, and holds no slash";
	if (spec->suffix && !spec->path && (spec->flags & FGUARD_RULE_TREE))
		return "a tree has a path";
	if (spec->name && !*spec->name)
		return "the name of a rule is empty";
	if (!spec->ops)
		return "a rule is about at least one operation";
	if ((spec->flags & (FGUARD_RULE_CHILDREN | FGUARD_RULE_UNTIL_EXIT)) &&
	    !tb[FGUARD_RULE_A_PIDS])
		return "children, and an end with the last process, need a pid";
	return NULL;
}

static int check(struct nlattr **tb, const struct fguard_rule_spec *spec,
		 struct netlink_ext_ack *extack)
{
	const char *flaw = flaw_of(tb, spec);

	if (!flaw)
		return 0;
	if (extack)
		extack->_msg = flaw;
	return -EINVAL;
}

/* How much room the lists of a rule take when it is shown. */
static size_t listed_size(const struct fguard_subjects *subjects)
{
	size_t size = subjects->n_pids *
		      nla_total_size(nla_total_size(sizeof(u32)) +
				     nla_total_size(TASK_COMM_LEN) +
				     nla_total_size(sizeof(u8)));
	u32 i;

	size += nla_total_size(subjects->n_uids * sizeof(u32));
	size += nla_total_size(subjects->n_gids * sizeof(u32));
	size += nla_total_size(subjects->n_loginuids * sizeof(u32));
	for (i = 0; i < subjects->n_exes; i++)
		size += nla_total_size(strlen(subjects->exes[i].path) + 1);
	for (i = 0; i < subjects->n_cgroups; i++)
		size += nla_total_size(strlen(subjects->cgroups[i].path) + 1);
	return size;
}

/* The rest of a rule: a path, a suffix, a name and numbers. */
#define LISTED_REST (PATH_MAX + 2 * NAME_MAX + 256)

static struct fguard_rule *check_size(struct fguard_rule *rule,
				      struct netlink_ext_ack *extack)
{
	if (IS_ERR(rule) || listed_size(rule->subjects) + LISTED_REST <= U16_MAX)
		return rule;
	fguard_rule_discard(rule);
	NL_SET_ERR_MSG(extack, "the rule names too much to be listed in one attribute");
	return ERR_PTR(-E2BIG);
}

struct fguard_rule *fguard_message_rule(const struct nlattr *attr,
					struct netlink_ext_ack *extack)
{
	struct nlattr *tb[FGUARD_RULE_A_MAX + 1];
	struct fguard_rule_spec spec;
	struct fguard_rule *rule;
	int err;

	err = nla_parse_nested(tb, FGUARD_RULE_A_MAX, attr, fguard_rule_policy, extack);
	if (err)
		return ERR_PTR(err);
	take_terms(tb, &spec);
	err = check(tb, &spec, extack);
	if (err)
		return ERR_PTR(err);
	err = take_subjects(attr, tb, &spec.subjects, extack);
	rule = err ? ERR_PTR(err) : fguard_rule_new(&spec, extack);
	kvfree(spec.subjects.paths);
	return check_size(rule, extack);
}

int fguard_message_key(const struct nlattr *attr, struct fguard_rule_key *key,
		       struct netlink_ext_ack *extack)
{
	struct nlattr *tb[FGUARD_RULE_A_MAX + 1];
	int err;

	err = nla_parse_nested(tb, FGUARD_RULE_A_MAX, attr, fguard_rule_policy, extack);
	if (err)
		return err;
	if (!!tb[FGUARD_RULE_A_ID] + !!tb[FGUARD_RULE_A_PATH] +
		    !!tb[FGUARD_RULE_A_NAME] != 1) {
		NL_SET_ERR_MSG_ATTR(
			extack, attr,
			"a rule is named by its id, its path or its name, and only one of them");
		return -EINVAL;
	}
	if (tb[FGUARD_RULE_A_ID])
		key->id = nla_get_u32(tb[FGUARD_RULE_A_ID]);
	key->path = string_of(tb[FGUARD_RULE_A_PATH]);
	key->name = string_of(tb[FGUARD_RULE_A_NAME]);
	return 0;
}

/* ---- to attributes ------------------------------------------------------- */

static int put_grant(struct sk_buff *skb, const struct fguard_grant *grant)
{
	struct nlattr *nest = nla_nest_start(skb, FGUARD_RULE_A_GRANT);

	if (!nest ||
	    nla_put_u32(skb, FGUARD_GRANT_A_PID, pid_nr(grant->pid)) ||
	    nla_put_string(skb, FGUARD_GRANT_A_COMM, grant->comm) ||
	    nla_put_u8(skb, FGUARD_GRANT_A_ALIVE,
		       pid_has_task(grant->pid, PIDTYPE_TGID)))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_uids(struct sk_buff *skb, int type, const kuid_t *uids, u32 count)
{
	struct nlattr *attr;
	u32 i;

	if (!count)
		return 0;
	attr = nla_reserve(skb, type, count * sizeof(u32));
	if (!attr)
		return -EMSGSIZE;
	for (i = 0; i < count; i++)
		((u32 *)nla_data(attr))[i] = from_kuid(&init_user_ns, uids[i]);
	return 0;
}

static int put_gids(struct sk_buff *skb, const kgid_t *gids, u32 count)
{
	struct nlattr *attr;
	u32 i;

	if (!count)
		return 0;
	attr = nla_reserve(skb, FGUARD_RULE_A_GIDS, count * sizeof(u32));
	if (!attr)
		return -EMSGSIZE;
	for (i = 0; i < count; i++)
		((u32 *)nla_data(attr))[i] = from_kgid(&init_user_ns, gids[i]);
	return 0;
}

static int put_places(struct sk_buff *skb, int type, const struct fguard_place *places,
		      u32 count)
{
	u32 i;

	for (i = 0; i < count; i++)
		if (nla_put_string(skb, type, places[i].path))
			return -EMSGSIZE;
	return 0;
}

static int put_subjects(struct sk_buff *skb, const struct fguard_subjects *subjects)
{
	u32 i;

	for (i = 0; i < subjects->n_pids; i++)
		if (put_grant(skb, &subjects->pids[i]))
			return -EMSGSIZE;
	if (put_uids(skb, FGUARD_RULE_A_UIDS, subjects->uids, subjects->n_uids) ||
	    put_gids(skb, subjects->gids, subjects->n_gids) ||
	    put_uids(skb, FGUARD_RULE_A_LOGINUIDS, subjects->loginuids,
		     subjects->n_loginuids) ||
	    put_places(skb, FGUARD_RULE_A_EXE, subjects->exes, subjects->n_exes) ||
	    put_places(skb, FGUARD_RULE_A_CGROUP, subjects->cgroups,
		       subjects->n_cgroups))
		return -EMSGSIZE;
	return 0;
}

static u32 flags_of(const struct fguard_rule *rule)
{
	return rule->flags |
	       (fguard_subjects_lack_exe(rule->subjects) ? FGUARD_RULE_EXE_PENDING : 0);
}

static int put_terms(struct sk_buff *skb, const struct fguard_rule *rule)
{
	if (nla_put_u32(skb, FGUARD_RULE_A_ID, rule->terms.id) ||
	    nla_put_u32(skb, FGUARD_RULE_A_FLAGS, flags_of(rule)) ||
	    (rule->name && nla_put_string(skb, FGUARD_RULE_A_NAME, rule->name)) ||
	    (rule->path && nla_put_string(skb, FGUARD_RULE_A_PATH, rule->path)) ||
	    (rule->suffix.string &&
	     nla_put_string(skb, FGUARD_RULE_A_SUFFIX, rule->suffix.string)) ||
	    nla_put_u32(skb, FGUARD_RULE_A_OPS, rule->terms.ops) ||
	    nla_put_u8(skb, FGUARD_RULE_A_ELSE, rule->terms.else_action) ||
	    nla_put_u32(skb, FGUARD_RULE_A_ERRNO, -rule->terms.error) ||
	    nla_put_u8(skb, FGUARD_RULE_A_DEFAULT, rule->terms.default_verdict) ||
	    nla_put_u32(skb, FGUARD_RULE_A_TIMEOUT, rule->terms.timeout))
		return -EMSGSIZE;
	return 0;
}

static u64 ttl_of(const struct fguard_rule *rule)
{
	u64 now = ktime_get_boottime_ns();

	return rule->expires > now ?
		       DIV_ROUND_UP_ULL(rule->expires - now, NSEC_PER_MSEC) : 1;
}

static int put_counters(struct sk_buff *skb, const struct fguard_rule *rule)
{
	if (nla_put_u64_64bit(skb, FGUARD_RULE_A_ALLOWED,
			      atomic64_read(&rule->allowed), FGUARD_RULE_A_PAD) ||
	    nla_put_u64_64bit(skb, FGUARD_RULE_A_DENIED,
			      atomic64_read(&rule->denied), FGUARD_RULE_A_PAD) ||
	    nla_put_u64_64bit(skb, FGUARD_RULE_A_ASKED,
			      atomic64_read(&rule->asked), FGUARD_RULE_A_PAD) ||
	    nla_put_u64_64bit(skb, FGUARD_RULE_A_EXPIRED,
			      atomic64_read(&rule->expired), FGUARD_RULE_A_PAD) ||
	    (rule->expires && nla_put_u64_64bit(skb, FGUARD_RULE_A_TTL, ttl_of(rule),
						FGUARD_RULE_A_PAD)))
		return -EMSGSIZE;
	return 0;
}

int fguard_message_put_rule(struct sk_buff *skb, const struct fguard_rule *rule)
{
	struct nlattr *nest = nla_nest_start(skb, FGUARD_A_RULE);

	if (!nest || put_terms(skb, rule) || put_subjects(skb, rule->subjects) ||
	    put_counters(skb, rule))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

int fguard_message_put_added(struct sk_buff *skb, const struct fguard_added *added)
{
	struct nlattr *nest = nla_nest_start(skb, FGUARD_A_RULE);

	if (!nest || nla_put_u32(skb, FGUARD_RULE_A_ID, added->id) ||
	    nla_put_u32(skb, FGUARD_RULE_A_FLAGS, added->flags))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_match(struct sk_buff *skb, const struct fguard_match *match)
{
	struct nlattr *nest = nla_nest_start(skb, FGUARD_EXPLAIN_A_MATCH);

	if (!nest || nla_put_u32(skb, FGUARD_MATCH_A_RULE, match->rule) ||
	    nla_put_u8(skb, FGUARD_MATCH_A_KIND, match->kind) ||
	    nla_put_u32(skb, FGUARD_MATCH_A_DISTANCE, match->distance) ||
	    nla_put_u8(skb, FGUARD_MATCH_A_CONCERNED, match->concerned) ||
	    nla_put_u8(skb, FGUARD_MATCH_A_ALLOWED, match->allowed))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

int fguard_message_put_explanation(struct sk_buff *skb,
				   const struct fguard_explanation *explanation)
{
	const struct fguard_decision *decision = &explanation->decision;
	struct nlattr *nest = nla_nest_start(skb, FGUARD_A_EXPLAIN);
	u32 i;

	if (!nest ||
	    nla_put_u8(skb, FGUARD_EXPLAIN_A_VERDICT, fguard_evaluate_verdict(decision)) ||
	    nla_put_u8(skb, FGUARD_EXPLAIN_A_REASON, decision->reason) ||
	    nla_put_u32(skb, FGUARD_EXPLAIN_A_RULE, decision->rule))
		return -EMSGSIZE;
	for (i = 0; i < explanation->count && i < FGUARD_MATCHES_MAX; i++)
		if (put_match(skb, &explanation->matches[i]))
			return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_who(struct sk_buff *skb, const struct fguard_remembered *shown)
{
	if (shown->process &&
	    nla_put_u32(skb, FGUARD_REMEMBERED_A_PID, pid_nr(shown->process)))
		return -EMSGSIZE;
	if (nla_put_string(skb, FGUARD_REMEMBERED_A_COMM, shown->comm) ||
	    nla_put_u32(skb, FGUARD_REMEMBERED_A_UID,
			from_kuid(&init_user_ns, shown->uid)) ||
	    (shown->exe && nla_put_string(skb, FGUARD_REMEMBERED_A_EXE, shown->exe)) ||
	    (shown->has_script &&
	     nla_put_string(skb, FGUARD_REMEMBERED_A_SCRIPT, shown->script ?: "")))
		return -EMSGSIZE;
	return 0;
}

int fguard_message_put_remembered(struct sk_buff *skb,
				  const struct fguard_remembered *shown)
{
	struct nlattr *nest = nla_nest_start(skb, FGUARD_A_REMEMBERED);

	if (!nest ||
	    nla_put_u64_64bit(skb, FGUARD_REMEMBERED_A_ID, shown->id,
			      FGUARD_REMEMBERED_A_PAD) ||
	    nla_put_u32(skb, FGUARD_REMEMBERED_A_RULE, shown->rule) ||
	    nla_put_u32(skb, FGUARD_REMEMBERED_A_OPS, shown->ops) ||
	    nla_put_u8(skb, FGUARD_REMEMBERED_A_VERDICT, shown->verdict) ||
	    nla_put_u8(skb, FGUARD_REMEMBERED_A_LIFETIME, shown->lifetime) ||
	    put_who(skb, shown) ||
	    (shown->ttl && nla_put_u64_64bit(skb, FGUARD_REMEMBERED_A_TTL, shown->ttl,
					     FGUARD_REMEMBERED_A_PAD)) ||
	    nla_put_u64_64bit(skb, FGUARD_REMEMBERED_A_GIVEN, shown->given,
			      FGUARD_REMEMBERED_A_PAD))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

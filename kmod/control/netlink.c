// SPDX-License-Identifier: GPL-2.0-only
#include <linux/capability.h>
#include <linux/module.h>
#include <linux/net.h>
#include <linux/slab.h>
#include <linux/user_namespace.h>
#include <net/genetlink.h>
#include <net/sock.h>

#include "ask/listener.h"
#include "ask/question.h"
#include "ask/answer_cache.h"
#include "control/expire.h"
#include "control/explain.h"
#include "control/lock.h"
#include "control/message.h"
#include "control/netlink.h"
#include "control/ruleset.h"
#include "events/subscription.h"
#include "ftrace/hook.h"
#include "policy/make.h"

static struct genl_family family;

/* Head and counters, and a row of the table of hooks for each. */
#define STATUS_SIZE (320 + 96 * fguard_hook_count())

/* ---- policies ------------------------------------------------------------ */

static const struct nla_policy subscription_policy[] = {
	[FGUARD_SUBSCRIPTION_A_FLAGS] = NLA_POLICY_MASK(NLA_U32,
							   FGUARD_SUBSCRIBE_FLAGS_ALL),
	[FGUARD_SUBSCRIPTION_A_OPS] = NLA_POLICY_MASK(NLA_U32, FGUARD_OPS_ALL),
	[FGUARD_SUBSCRIPTION_A_VERDICTS] = NLA_POLICY_MASK(NLA_U32, FGUARD_VERDICTS_ALL),
	[FGUARD_SUBSCRIPTION_A_PATH] = { .type = NLA_NUL_STRING, .len = PATH_MAX - 1 },
	[FGUARD_SUBSCRIPTION_A_TREE] = { .type = NLA_NUL_STRING, .len = PATH_MAX - 1 },
	[FGUARD_SUBSCRIPTION_A_SUFFIX] = { .type = NLA_NUL_STRING, .len = NAME_MAX },
	[FGUARD_SUBSCRIPTION_A_PID] = { .type = NLA_U32 },
	[FGUARD_SUBSCRIPTION_A_EXE] = { .type = NLA_NUL_STRING, .len = PATH_MAX - 1 },
	[FGUARD_SUBSCRIPTION_A_UID] = { .type = NLA_U32 },
};

static const struct nla_policy explain_policy[] = {
	[FGUARD_EXPLAIN_A_PATH] = { .type = NLA_NUL_STRING, .len = PATH_MAX - 1 },
	[FGUARD_EXPLAIN_A_OP] = NLA_POLICY_MAX(NLA_U8, __FGUARD_OP_MAX - 1),
	[FGUARD_EXPLAIN_A_PID] = NLA_POLICY_MIN(NLA_U32, 1),
};

static const struct nla_policy answer_policy[] = {
	[FGUARD_ANSWER_A_ID] = NLA_POLICY_MIN(NLA_U64, 1),
	[FGUARD_ANSWER_A_VERDICT] = NLA_POLICY_MAX(NLA_U8, __FGUARD_VERDICT_MAX - 1),
	[FGUARD_ANSWER_A_LIFETIME] = NLA_POLICY_MAX(NLA_U8, __FGUARD_LIFETIME_MAX - 1),
	[FGUARD_ANSWER_A_TTL] = NLA_POLICY_VALIDATE_FN(NLA_U64, fguard_message_validate_ttl),
};

static const struct nla_policy remembered_policy[] = {
	[FGUARD_REMEMBERED_A_ID] = { .type = NLA_U64 },
};

static const struct nla_policy policy[] = {
	[FGUARD_A_RULE] = NLA_POLICY_NESTED(fguard_rule_policy),
	[FGUARD_A_SUBSCRIPTION] = NLA_POLICY_NESTED(subscription_policy),
	[FGUARD_A_EXPLAIN] = NLA_POLICY_NESTED(explain_policy),
	[FGUARD_A_ANSWER] = NLA_POLICY_NESTED(answer_policy),
	[FGUARD_A_REMEMBERED] = NLA_POLICY_NESTED(remembered_policy),
};

/*
 * netlink_capable() trusts the opener of a socket where the sender named the
 * destination itself: a set-uid program could be made to send for its caller.
 */
static bool opener_is_capable(const struct sk_buff *skb)
{
	const struct socket *socket = NETLINK_CB(skb).sk->sk_socket;

	return socket && socket->file &&
	       file_ns_capable(socket->file, &init_user_ns, CAP_SYS_ADMIN);
}

/* What a socket has left behind is gone for whoever commands after it was closed. */
static int begin_command(const struct sk_buff *skb, struct netlink_ext_ack *extack)
{
	if (netlink_capable(skb, CAP_SYS_ADMIN) && opener_is_capable(skb)) {
		fguard_expire_settle();
		fguard_subscriptions_settle();
		return 0;
	}
	NL_SET_ERR_MSG(extack, "CAP_SYS_ADMIN in the initial user namespace is required");
	return -EPERM;
}

/* ---- rules from messages ------------------------------------------------- */

/* A message about rules holds nothing else: it might be meant for another command. */
static int count_rules(const struct genl_info *info, u32 *count)
{
	const struct nlattr *attr;
	int left;

	*count = 0;
	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, left) {
		if (nla_type(attr) != FGUARD_A_RULE) {
			NL_SET_ERR_MSG_ATTR(info->extack, attr, "not a rule");
			return -EINVAL;
		}
		++*count;
	}
	return 0;
}

/* What every command about rules checks first. */
static int begin_rules(const struct sk_buff *skb, const struct genl_info *info,
		       u32 *count)
{
	int err = begin_command(skb, info->extack) ?: fguard_lock_check(info->extack);

	return err ?: count_rules(info, count);
}

static void discard_rules(struct fguard_rule **rules, u32 count)
{
	while (count--)
		fguard_rule_discard(rules[count]);
	kvfree(rules);
}

static int make_rule(const struct nlattr *attr, struct fguard_rule **rule,
		     struct netlink_ext_ack *extack)
{
	*rule = fguard_message_rule(attr, extack);
	if (IS_ERR(*rule)) {
		NL_SET_BAD_ATTR(extack, attr);
		return PTR_ERR(*rule);
	}
	return 0;
}

/* Executables are followed, and those who run them, from when they are looked up. */
static u32 needs_of_making(const struct genl_info *info)
{
	const struct nlattr *attr;
	int left;

	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, left)
		if (nla_find_nested(attr, FGUARD_RULE_A_EXE))
			return FGUARD_NEED_NAMES | FGUARD_NEED_INODES | FGUARD_NEED_EXES;
	return 0;
}

static struct fguard_rule **make_rules(const struct genl_info *info, u32 count)
{
	struct fguard_rule **rules;
	const struct nlattr *attr;
	u32 made = 0;
	int left, err;

	rules = kvcalloc(max(count, 1U), sizeof(*rules), GFP_KERNEL);
	if (!rules)
		return ERR_PTR(-ENOMEM);
	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, left) {
		err = make_rule(attr, &rules[made], info->extack);
		if (err) {
			discard_rules(rules, made);
			return ERR_PTR(err);
		}
		made++;
	}
	return rules;
}

/* ---- commands: parse, call, reply ---------------------------------------- */

/* Room for what was added, before anything is: then the answer cannot fail. */
static struct sk_buff *new_reply_added(u32 count)
{
	/* Three headers and two numbers for each. */
	return genlmsg_new(count * 32, GFP_KERNEL);
}

static int reply_added(struct sk_buff *reply, struct genl_info *info,
		       const struct fguard_added *added, u32 count)
{
	void *header;
	u32 i;

	header = genlmsg_put_reply(reply, info, &family, 0, FGUARD_CMD_ADD_RULES);
	for (i = 0; header && i < count; i++)
		if (fguard_message_put_added(reply, &added[i]))
			header = NULL;
	if (WARN_ON_ONCE(!header)) {
		nlmsg_free(reply);
		return -EMSGSIZE;
	}
	genlmsg_end(reply, header);
	return genlmsg_reply(reply, info);
}

static int add_made_rules(struct genl_info *info, struct fguard_rule **rules,
			  struct fguard_added *added, u32 count)
{
	struct sk_buff *reply = new_reply_added(count);
	int err = -ENOMEM;

	if (reply)
		err = fguard_ruleset_add(rules, count, added, info->extack);
	discard_rules(rules, err ? count : 0);
	if (!err)
		return reply_added(reply, info, added, count);
	nlmsg_free(reply);
	return err;
}

static bool ends_with_socket(const struct fguard_rule *rule)
{
	return rule->flags & FGUARD_RULE_UNTIL_CLOSED;
}

static int let_keep(struct fguard_rule **rules, u32 count, struct sock *socket, u32 port,
		    struct netlink_ext_ack *extack)
{
	u32 i;

	for (i = 0; i < count; i++) {
		if (!ends_with_socket(rules[i]))
			continue;
		if (count > 1 || !socket) {
			NL_SET_ERR_MSG(extack, "a rule that ends with its socket is added alone");
			return -EINVAL;
		}
		return fguard_rule_keep(rules[i], socket, port);
	}
	return 0;
}

static int make_and_add(const struct sk_buff *skb, struct genl_info *info,
			struct fguard_added *added, u32 count)
{
	struct fguard_rule **rules = make_rules(info, count);
	int err;

	if (IS_ERR(rules))
		return PTR_ERR(rules);
	err = let_keep(rules, count, NETLINK_CB(skb).sk, info->snd_portid, info->extack);
	if (!err)
		return add_made_rules(info, rules, added, count);
	discard_rules(rules, count);
	return err;
}

static int add_rules(struct sk_buff *skb, struct genl_info *info)
{
	u32 count, needs;
	struct fguard_added *added;
	int err;

	err = begin_rules(skb, info, &count);
	if (err)
		return err;
	if (!count) {
		NL_SET_ERR_MSG(info->extack, "no rule is given");
		return -EINVAL;
	}
	if (count > FGUARD_RULES_PER_ADD) {
		NL_SET_ERR_MSG(info->extack, "too many rules for one message");
		return -E2BIG;
	}

	added = kvcalloc(count, sizeof(*added), GFP_KERNEL);
	if (!added)
		return -ENOMEM;
	needs = needs_of_making(info);
	err = fguard_hooks_get(needs, info->extack);
	if (!err) {
		err = make_and_add(skb, info, added, count);
		fguard_hooks_put(needs);
	}
	kvfree(added);
	return err;
}

static int make_and_replace(const struct genl_info *info, u32 count)
{
	struct fguard_rule **rules = make_rules(info, count);
	int err;

	if (IS_ERR(rules))
		return PTR_ERR(rules);
	err = let_keep(rules, count, NULL, 0, info->extack) ?:
	      fguard_ruleset_replace(rules, count, info->extack);
	discard_rules(rules, err ? count : 0);
	return err;
}

static int set_rules(struct sk_buff *skb, struct genl_info *info)
{
	u32 count, needs;
	int err;

	err = begin_rules(skb, info, &count);
	if (err)
		return err;
	needs = needs_of_making(info);
	err = fguard_hooks_get(needs, info->extack);
	if (err)
		return err;
	err = make_and_replace(info, count);
	fguard_hooks_put(needs);
	return err;
}

static int parse_keys(const struct genl_info *info, struct fguard_rule_key *keys)
{
	const struct nlattr *attr;
	int left, err;

	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, left) {
		err = fguard_message_key(attr, keys++, info->extack);
		if (err)
			return err;
	}
	return 0;
}

static int delete_rules(struct sk_buff *skb, struct genl_info *info)
{
	u32 count;
	struct fguard_rule_key *keys;
	int err;

	err = begin_rules(skb, info, &count);
	if (err)
		return err;
	if (!count) {
		NL_SET_ERR_MSG(info->extack, "no rule is named");
		return -EINVAL;
	}

	keys = kvcalloc(count, sizeof(*keys), GFP_KERNEL);
	if (!keys)
		return -ENOMEM;
	err = parse_keys(info, keys);
	if (!err)
		err = fguard_ruleset_delete(keys, count, info->extack);
	kvfree(keys);
	return err;
}

/* ---- listing ------------------------------------------------------------- */

struct dump {
	struct sk_buff *skb;
	struct netlink_callback *cb;
};

static int start_listing(struct netlink_callback *cb)
{
	/* A rule with FGUARD_SUBJECTS_MAX grants needs a large message. */
	cb->min_dump_alloc = 1 << 16;
	return begin_command(cb->skb, cb->extack);
}

static int show_rule(const struct fguard_rule *rule, void *context)
{
	struct dump *dump = context;
	void *header;

	header = genlmsg_put(dump->skb, NETLINK_CB(dump->cb->skb).portid,
			     dump->cb->nlh->nlmsg_seq, &family, NLM_F_MULTI,
			     FGUARD_CMD_GET_RULES);
	if (!header)
		return -EMSGSIZE;
	genl_dump_check_consistent(dump->cb, header);
	if (fguard_message_put_rule(dump->skb, rule)) {
		genlmsg_cancel(dump->skb, header);
		/* Even an empty message has no room: say so, do not loop. */
		return dump->skb->len ? 1 : -EMSGSIZE;
	}
	genlmsg_end(dump->skb, header);
	return 0;
}

static int list_rules(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct dump dump = { .skb = skb, .cb = cb };
	unsigned long from = cb->args[0];
	u32 generation;
	int err;

	err = fguard_ruleset_show(&from, &generation, show_rule, &dump);
	cb->args[0] = from;
	cb->seq = generation;
	if (err < 0 && !skb->len)
		return err;
	return skb->len;
}

/* ---- status -------------------------------------------------------------- */

static int put_hook(struct sk_buff *skb, const struct fguard_hook *hook)
{
	struct nlattr *nest = nla_nest_start(skb, FGUARD_STATUS_A_HOOK);

	if (!nest || nla_put_string(skb, FGUARD_HOOK_A_FUNCTION, hook->function) ||
	    nla_put_u32(skb, FGUARD_HOOK_A_OPS, hook->needs & FGUARD_OPS_ALL) ||
	    nla_put_u8(skb, FGUARD_HOOK_A_STATE, fguard_hook_state(hook)))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_counters(struct sk_buff *skb)
{
	struct fguard_question_totals questions;
	struct fguard_delivery delivery;
	struct fguard_totals totals;

	fguard_questions_count(&questions);
	fguard_subscriptions_count(&delivery);
	fguard_ruleset_total(&totals);
	if (nla_put_u32(skb, FGUARD_STATUS_A_RULES, totals.rules) ||
	    nla_put_u32(skb, FGUARD_STATUS_A_SUBSCRIBERS, delivery.subscribers) ||
	    nla_put_u64_64bit(skb, FGUARD_STATUS_A_ALLOWED, totals.allowed,
			      FGUARD_STATUS_A_PAD) ||
	    nla_put_u64_64bit(skb, FGUARD_STATUS_A_DENIED, totals.denied,
			      FGUARD_STATUS_A_PAD) ||
	    nla_put_u64_64bit(skb, FGUARD_STATUS_A_EVENTS, delivery.events,
			      FGUARD_STATUS_A_PAD) ||
	    nla_put_u64_64bit(skb, FGUARD_STATUS_A_LOST, delivery.lost,
			      FGUARD_STATUS_A_PAD) ||
	    nla_put_u32(skb, FGUARD_STATUS_A_ANSWERERS, fguard_listeners_present()) ||
	    nla_put_u32(skb, FGUARD_STATUS_A_WAITING, questions.waiting) ||
	    nla_put_u64_64bit(skb, FGUARD_STATUS_A_ASKED, questions.asked,
			      FGUARD_STATUS_A_PAD) ||
	    nla_put_u64_64bit(skb, FGUARD_STATUS_A_EXPIRED, questions.expired,
			      FGUARD_STATUS_A_PAD) ||
	    nla_put_u8(skb, FGUARD_STATUS_A_LOCKED, fguard_is_locked()))
		return -EMSGSIZE;
	return 0;
}

static int put_status(struct sk_buff *skb)
{
	struct nlattr *nest = nla_nest_start(skb, FGUARD_A_STATUS);
	unsigned int i;
	int err;

	if (!nest || nla_put_string(skb, FGUARD_STATUS_A_VERSION, FGUARD_VERSION))
		return -EMSGSIZE;
	err = put_counters(skb);
	for (i = 0; !err && i < fguard_hook_count(); i++)
		err = put_hook(skb, fguard_hook_at(i));
	nla_nest_end(skb, nest);
	return err;
}

static int get_status(struct sk_buff *skb, struct genl_info *info)
{
	struct sk_buff *reply;
	void *header;
	int err;

	err = begin_command(skb, info->extack);
	if (err)
		return err;
	reply = genlmsg_new(STATUS_SIZE, GFP_KERNEL);
	if (!reply)
		return -ENOMEM;
	header = genlmsg_put_reply(reply, info, &family, 0, FGUARD_CMD_GET_STATUS);
	if (!header || put_status(reply)) {
		nlmsg_free(reply);
		return -EMSGSIZE;
	}
	genlmsg_end(reply, header);
	return genlmsg_reply(reply, info);
}

/* ---- events -------------------------------------------------------------- */

static int add_criterion(struct fguard_filter *filter, const struct nlattr *attr,
			 struct netlink_ext_ack *extack)
{
	switch (nla_type(attr)) {
	case FGUARD_SUBSCRIPTION_A_FLAGS:
		filter->flags = nla_get_u32(attr);
		return 0;
	case FGUARD_SUBSCRIPTION_A_OPS:
		filter->ops = nla_get_u32(attr);
		return 0;
	case FGUARD_SUBSCRIPTION_A_VERDICTS:
		filter->verdicts = nla_get_u32(attr);
		return 0;
	case FGUARD_SUBSCRIPTION_A_PID:
	case FGUARD_SUBSCRIPTION_A_UID:
		return fguard_filter_add(filter, nla_type(attr), NULL,
					 nla_get_u32(attr), extack);
	default:
		return fguard_filter_add(filter, nla_type(attr), nla_data(attr),
					 0, extack);
	}
}

static struct fguard_filter *make_filter(const struct nlattr *nest,
					 struct netlink_ext_ack *extack)
{
	struct fguard_filter *filter = fguard_filter_new();
	const struct nlattr *attr;
	int left, err;

	if (!filter)
		return ERR_PTR(-ENOMEM);
	nla_for_each_nested(attr, nest, left) {
		err = add_criterion(filter, attr, extack);
		if (err) {
			NL_SET_BAD_ATTR(extack, attr);
			fguard_filter_free(filter);
			return ERR_PTR(err);
		}
	}
	return filter;
}

static int subscribe(struct sk_buff *skb, struct genl_info *info)
{
	const struct fguard_feed *feed = NULL;
	struct fguard_filter *filter;
	int err;

	err = begin_command(skb, info->extack);
	if (err)
		return err;
	if (!info->attrs[FGUARD_A_SUBSCRIPTION]) {
		NL_SET_ERR_MSG(info->extack, "no filter is given");
		return -EINVAL;
	}
	filter = make_filter(info->attrs[FGUARD_A_SUBSCRIPTION], info->extack);
	if (IS_ERR(filter))
		return PTR_ERR(filter);
	if (filter->flags & FGUARD_SUBSCRIBE_ANSWER)
		feed = &fguard_questions_feed;
	if (feed && !fguard_filter_is_plain(filter)) {
		NL_SET_ERR_MSG(info->extack, "an answerer takes the questions of all rules");
		fguard_filter_free(filter);
		return -EINVAL;
	}

	err = fguard_subscribe(NETLINK_CB(skb).sk, info->snd_portid, filter, feed,
			       info->extack);
	if (err)
		fguard_filter_free(filter);
	return err;
}

#define EVENTS_HEAD (NLMSG_HDRLEN + GENL_HDRLEN + NLA_HDRLEN)

/* So few records lie in the same memory as the head, more in pages of their own. */
#define FEW 1024

static void fill_events(struct sk_buff *skb, const void *records, u32 size)
{
	struct nlattr *events;

	genlmsg_put(skb, 0, 0, &family, 0, FGUARD_CMD_EVENTS);
	events = skb_put(skb, NLA_HDRLEN);
	events->nla_type = FGUARD_A_EVENTS;
	events->nla_len = nla_attr_size(size);
	if (size <= FEW) {
		skb_put(skb, size);
	} else {
		skb->data_len = size;
		skb->len += size;
	}
	nlmsg_hdr(skb)->nlmsg_len = skb->len;
	WARN_ON_ONCE(skb_store_bits(skb, EVENTS_HEAD, records, size));
}

struct sk_buff *fguard_netlink_events(struct sock *sender, const void *records, u32 size,
				      int *err)
{
	const u32 near = size <= FEW ? size : 0;
	struct sk_buff *skb = sock_alloc_send_pskb(sender, EVENTS_HEAD + near, size - near,
						   0, err, PAGE_ALLOC_COSTLY_ORDER);

	if (skb)
		fill_events(skb, records, size);
	return skb;
}

/* ---- questions ----------------------------------------------------------- */

static int make_answer(struct nlattr **tb, struct fguard_answer *answer)
{
	if (!tb[FGUARD_ANSWER_A_ID] || !tb[FGUARD_ANSWER_A_VERDICT])
		return -EINVAL;
	answer->id = nla_get_u64(tb[FGUARD_ANSWER_A_ID]);
	answer->verdict = nla_get_u8(tb[FGUARD_ANSWER_A_VERDICT]);
	if (tb[FGUARD_ANSWER_A_LIFETIME])
		answer->lifetime = nla_get_u8(tb[FGUARD_ANSWER_A_LIFETIME]);
	if (tb[FGUARD_ANSWER_A_TTL])
		answer->ttl = nla_get_u64(tb[FGUARD_ANSWER_A_TTL]);
	return !answer->ttl == (answer->lifetime == FGUARD_LIFETIME_TIME) ? -EINVAL : 0;
}

static int answer(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *tb[ARRAY_SIZE(answer_policy)];
	struct fguard_answer given = {};
	int err;

	err = begin_command(skb, info->extack);
	if (err)
		return err;
	if (!info->attrs[FGUARD_A_ANSWER]) {
		NL_SET_ERR_MSG(info->extack, "no answer is given");
		return -EINVAL;
	}
	err = nla_parse_nested(tb, ARRAY_SIZE(answer_policy) - 1,
			       info->attrs[FGUARD_A_ANSWER], answer_policy, info->extack);
	if (err)
		return err;
	if (make_answer(tb, &given)) {
		NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[FGUARD_A_ANSWER],
				    "an answer has the question's id, a verdict, and a length of "
				    "time if its lifetime is one");
		return -EINVAL;
	}
	return fguard_question_answer(&given, info->extack);
}

static int show_question(struct sk_buff *skb, struct netlink_callback *cb,
			 const struct fguard_question *question)
{
	void *header = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
				   &family, NLM_F_MULTI, FGUARD_CMD_GET_QUESTIONS);

	if (!header)
		return -EMSGSIZE;
	if (nla_put(skb, FGUARD_A_EVENTS, question->record->head.length,
		    question->record)) {
		genlmsg_cancel(skb, header);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, header);
	return 0;
}

static int list_questions(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct fguard_question *question;
	u64 id = cb->args[0];
	int err = 0;

	while (!err && (question = fguard_questions_next(&id))) {
		err = show_question(skb, cb, question);
		fguard_question_put(question);
		if (!err)
			cb->args[0] = id;
	}
	return skb->len ?: err;
}

/* ---- answers that are remembered ----------------------------------------- */

static int show_remembered(const struct fguard_remembered *shown, void *context)
{
	struct dump *dump = context;
	void *header;

	header = genlmsg_put(dump->skb, NETLINK_CB(dump->cb->skb).portid,
			     dump->cb->nlh->nlmsg_seq, &family, NLM_F_MULTI,
			     FGUARD_CMD_GET_ANSWERS);
	if (!header)
		return -EMSGSIZE;
	if (fguard_message_put_remembered(dump->skb, shown)) {
		genlmsg_cancel(dump->skb, header);
		return -EMSGSIZE;
	}
	genlmsg_end(dump->skb, header);
	return 0;
}

static int list_answers(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct dump dump = { .skb = skb, .cb = cb };
	u64 from = cb->args[0];
	int err = fguard_answer_cache_show(&from, show_remembered, &dump);

	cb->args[0] = from;
	return skb->len ?: err;
}

static int parse_number(const struct nlattr *attr, u64 *number,
			struct netlink_ext_ack *extack)
{
	struct nlattr *tb[ARRAY_SIZE(remembered_policy)];
	int err;

	if (nla_type(attr) != FGUARD_A_REMEMBERED) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "not an answer that is remembered");
		return -EINVAL;
	}
	err = nla_parse_nested(tb, ARRAY_SIZE(remembered_policy) - 1, attr,
			       remembered_policy, extack);
	if (err)
		return err;
	if (!tb[FGUARD_REMEMBERED_A_ID]) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "an answer that is remembered is named by its id");
		return -EINVAL;
	}
	*number = nla_get_u64(tb[FGUARD_REMEMBERED_A_ID]);
	return 0;
}

/* Return: how many, or -E2BIG, -EINVAL. */
static int parse_numbers(const struct genl_info *info, u64 *numbers)
{
	const struct nlattr *attr;
	int left, err, count = 0;

	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, left) {
		if (count == FGUARD_FORGET_MAX) {
			NL_SET_ERR_MSG(info->extack, "too many answers for one message");
			return -E2BIG;
		}
		err = parse_number(attr, &numbers[count++], info->extack);
		if (err)
			return err;
	}
	if (count)
		return count;
	NL_SET_ERR_MSG(info->extack, "no answer is named");
	return -EINVAL;
}

static int forget_numbers(const u64 *numbers, u32 count, struct netlink_ext_ack *extack)
{
	u32 i;

	if (count == 1 && !numbers[0]) {
		fguard_answer_cache_forget_all();
		return 0;
	}
	for (i = 0; i < count; i++) {
		if (!numbers[i]) {
			NL_SET_ERR_MSG(extack, "all answers, or those that are named");
			return -EINVAL;
		}
	}
	return fguard_answer_cache_forget(numbers, count, extack);
}

static int forget_answers(struct sk_buff *skb, struct genl_info *info)
{
	u64 *numbers;
	int err, count;

	err = begin_command(skb, info->extack);
	if (err)
		return err;
	numbers = kvmalloc_array(FGUARD_FORGET_MAX, sizeof(*numbers), GFP_KERNEL);
	if (!numbers)
		return -ENOMEM;
	count = parse_numbers(info, numbers);
	err = count < 0 ? count : forget_numbers(numbers, count, info->extack);
	kvfree(numbers);
	return err;
}

/* ---- explaining ---------------------------------------------------------- */

static int make_explanation(const struct nlattr *attr,
			    struct fguard_explanation *explanation,
			    struct netlink_ext_ack *extack)
{
	struct nlattr *tb[ARRAY_SIZE(explain_policy)];
	u32 pid = 0;
	int err;

	err = nla_parse_nested(tb, ARRAY_SIZE(explain_policy) - 1, attr,
			       explain_policy, extack);
	if (err)
		return err;
	if (!tb[FGUARD_EXPLAIN_A_PATH] || !tb[FGUARD_EXPLAIN_A_OP]) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "a path and an operation are needed");
		return -EINVAL;
	}
	if (tb[FGUARD_EXPLAIN_A_PID])
		pid = nla_get_u32(tb[FGUARD_EXPLAIN_A_PID]);
	return fguard_explain(nla_data(tb[FGUARD_EXPLAIN_A_PATH]),
			      nla_get_u8(tb[FGUARD_EXPLAIN_A_OP]), pid, explanation,
			      extack);
}

static int explain(struct sk_buff *skb, struct genl_info *info)
{
	struct fguard_explanation *explanation;
	struct sk_buff *reply = NULL;
	void *header = NULL;
	int err;

	err = begin_command(skb, info->extack);
	if (err)
		return err;
	if (!info->attrs[FGUARD_A_EXPLAIN]) {
		NL_SET_ERR_MSG(info->extack, "nothing to explain is given");
		return -EINVAL;
	}
	explanation = kvzalloc(sizeof(*explanation), GFP_KERNEL);
	if (!explanation)
		return -ENOMEM;
	err = make_explanation(info->attrs[FGUARD_A_EXPLAIN], explanation, info->extack);
	if (err)
		goto free;

	err = -ENOMEM;
	reply = genlmsg_new(64 + FGUARD_MATCHES_MAX * 64, GFP_KERNEL);
	if (reply)
		header = genlmsg_put_reply(reply, info, &family, 0, FGUARD_CMD_EXPLAIN);
	if (!header || fguard_message_put_explanation(reply, explanation)) {
		nlmsg_free(reply);
		goto free;
	}
	genlmsg_end(reply, header);
	err = genlmsg_reply(reply, info);
free:
	kvfree(explanation);
	return err;
}

/* ---- locking ------------------------------------------------------------- */

static int lock(struct sk_buff *skb, struct genl_info *info)
{
	int err = begin_command(skb, info->extack) ?: fguard_lock(info->extack);

	if (!err)
		fguard_ruleset_settle();
	return err;
}

/* ---- the family ---------------------------------------------------------- */

static const struct genl_ops commands[] = {
	{ .cmd = FGUARD_CMD_GET_STATUS, .doit = get_status },
	{ .cmd = FGUARD_CMD_ADD_RULES, .doit = add_rules },
	{ .cmd = FGUARD_CMD_SET_RULES, .doit = set_rules },
	{ .cmd = FGUARD_CMD_DEL_RULES, .doit = delete_rules },
	{ .cmd = FGUARD_CMD_GET_RULES, .start = start_listing, .dumpit = list_rules },
	{ .cmd = FGUARD_CMD_SUBSCRIBE, .doit = subscribe },
	{ .cmd = FGUARD_CMD_EXPLAIN, .doit = explain },
	{ .cmd = FGUARD_CMD_ANSWER, .doit = answer },
	{ .cmd = FGUARD_CMD_GET_QUESTIONS, .start = start_listing, .dumpit = list_questions },
	{ .cmd = FGUARD_CMD_LOCK, .doit = lock },
	{ .cmd = FGUARD_CMD_GET_ANSWERS, .start = start_listing, .dumpit = list_answers },
	{ .cmd = FGUARD_CMD_FORGET, .doit = forget_answers },
};

static struct genl_family family __ro_after_init = {
	.name = FGUARD_GENL_NAME,
	.version = FGUARD_GENL_VERSION,
	.maxattr = ARRAY_SIZE(policy) - 1,
	.policy = policy,
	.ops = commands,
	.n_ops = ARRAY_SIZE(commands),
	.parallel_ops = true, /* rule.c and subscription.c have locks of their own */
	.module = THIS_MODULE,
};

int fguard_netlink_init(void)
{
	return genl_register_family(&family);
}

void fguard_netlink_exit(void)
{
	genl_unregister_family(&family);
}

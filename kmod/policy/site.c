// SPDX-License-Identifier: GPL-2.0-only
#include <linux/hash.h>
#include <linux/hashtable.h>
#include <linux/slab.h>

#include "policy/rule.h"
#include "policy/site.h"

#define SITE_BITS 13

/* Who changes what is here holds ruleset_lock. */
static struct hlist_head sites[1 << SITE_BITS];

struct hlist_head *fguard_site_bucket(enum fguard_site_kind kind, u64 key)
{
	return &sites[hash_64(key + kind, SITE_BITS)];
}

/* ---- which sites ---------------------------------------------------------- */

/**
 * struct wanted - a site that a rule needs
 * @kind: enum fguard_site_kind
 * @identity: as in struct fguard_site
 * @namespace: as there
 */
struct wanted {
	enum fguard_site_kind kind;
	struct fguard_identity identity;
	const void *namespace;
};

#define WANTED_MAX 24

/* By its UUID if it has one, as fguard_identity_on() has it. */
static struct fguard_identity filesystem_of(const struct fguard_identity *identity)
{
	struct fguard_identity filesystem = { .uuid = identity->uuid };

	if (uuid_is_null(&identity->uuid))
		filesystem.dev = identity->dev;
	return filesystem;
}

static u64 filesystem_key(const struct fguard_identity *filesystem)
{
	return filesystem->dev ^ fguard_uuid_half(&filesystem->uuid, 0) ^
	       fguard_uuid_half(&filesystem->uuid, 1);
}

static u64 key_of(const struct wanted *wanted)
{
	switch (wanted->kind) {
	case FGUARD_SITE_ANCESTOR:
		return wanted->identity.ino;
	case FGUARD_SITE_CROSSING:
		return (unsigned long)wanted->namespace;
	default:
		return filesystem_key(&wanted->identity);
	}
}

static bool same_identity(const struct fguard_identity *a, const struct fguard_identity *b)
{
	return a->dev == b->dev && uuid_equal(&a->uuid, &b->uuid) &&
	       fguard_identity_equal(a, b);
}

static void want(struct wanted *list, u32 *count, enum fguard_site_kind kind,
		 struct fguard_identity identity)
{
	u32 i;

	for (i = 0; i < *count; i++)
		if (list[i].kind == kind && same_identity(&list[i].identity, &identity))
			return;
	if (*count < WANTED_MAX)
		list[(*count)++] = (struct wanted){ .kind = kind, .identity = identity };
}

static const struct fguard_identity *directory_of(const struct fguard_rule *rule)
{
	return rule->suffix.length ? &rule->suffix.directory : &rule->entry.directory;
}

/* The object may be on another filesystem than its directory: where one is mounted. */
static void want_own(const struct fguard_rule *rule, struct wanted *list, u32 *count,
		     enum fguard_site_kind kind)
{
	const struct fguard_rule_inode *rule_inode;

	want(list, count, kind, filesystem_of(directory_of(rule)));
	list_for_each_entry(rule_inode, &rule->inodes, siblings)
		want(list, count, kind, filesystem_of(&rule_inode->identity));
}

/* It may be made of another one's files, too. */
static void want_filesystems(const struct fguard_rule *rule, struct wanted *list, u32 *count,
			     enum fguard_site_kind kind)
{
	const struct fguard_identity any = {};

	if (rule->layered || (rule->suffix.length && !rule->suffix.below)) {
		want(list, count, kind, any);
		return;
	}
	want_own(rule, list, count, kind);
}

/* Whom it would ask, it refuses, unless it lets in by default. */
static bool may_refuse(const struct fguard_rule *rule)
{
	return rule->terms.else_action != FGUARD_ELSE_LOG &&
	       !(rule->terms.else_action == FGUARD_ELSE_ASK &&
		 rule->terms.default_verdict == FGUARD_VERDICT_ALLOW);
}

static u32 want_besides(const struct fguard_rule *rule, struct wanted *list)
{
	const struct fguard_identity any = {};
	u32 count = 0;

	if (rule->crosses && (rule->terms.ops & BIT(FGUARD_OP_MOUNT)))
		list[count++] = (struct wanted){
			.kind = FGUARD_SITE_CROSSING, .namespace = rule->namespace,
		};
	if (rule->tree)
		want_own(rule, list, &count, FGUARD_SITE_TREES);
	if (rule->suffix.length)
		want(list, &count, FGUARD_SITE_SUFFIXES, rule->suffix.below ?
		     filesystem_of(&rule->suffix.directory) : any);
	if (!may_refuse(rule))
		return count;
	if (rule->terms.ops & BIT(FGUARD_OP_ATTR))
		want_filesystems(rule, list, &count, FGUARD_SITE_ATTRIBUTES);
	if ((rule->terms.ops & BIT(FGUARD_OP_WRITE)) && (rule->flags & FGUARD_RULE_STRICT))
		want_filesystems(rule, list, &count, FGUARD_SITE_WRITES);
	if (rule->terms.ops & (BIT(FGUARD_OP_READ) | BIT(FGUARD_OP_LIST)))
		want_filesystems(rule, list, &count, FGUARD_SITE_MARKS);
	return count;
}

/* ---- sites --------------------------------------------------------------- */

static struct fguard_site *find_site(const struct wanted *wanted,
				     const struct fguard_site *above)
{
	struct fguard_site *site;

	hlist_for_each_entry(site, fguard_site_bucket(wanted->kind, key_of(wanted)), node)
		if (site->kind == wanted->kind && site->above == above &&
		    site->namespace == wanted->namespace &&
		    same_identity(&site->identity, &wanted->identity))
			return site;
	return NULL;
}

static struct fguard_site *need_site(const struct wanted *wanted, struct fguard_site *above)
{
	struct fguard_site *site = find_site(wanted, above);

	if (site)
		return site;
	site = kzalloc(sizeof(*site), GFP_KERNEL);
	if (!site)
		return NULL;
	site->kind = wanted->kind;
	site->identity = wanted->identity;
	site->above = above;
	site->namespace = wanted->namespace;
	INIT_LIST_HEAD(&site->voices);
	INIT_LIST_HEAD(&site->rest[0]);
	INIT_LIST_HEAD(&site->rest[1]);
	hlist_add_head_rcu(&site->node, fguard_site_bucket(wanted->kind, key_of(wanted)));
	return site;
}

static void put_site(struct fguard_site *site)
{
	if (--site->users)
		return;
	hlist_del_rcu(&site->node);
	kfree_rcu(site, rcu);
}

/* ---- voices -------------------------------------------------------------- */

#define OPS_ON_ANCESTOR (FGUARD_ANCESTOR_OPS | BIT(FGUARD_OP_MOUNT) | BIT(FGUARD_OP_ATTR))

/* Is it the directory below which a suffix counts? */
static bool is_start(const struct fguard_seat *seat)
{
	return seat->rule->suffix.below && seat->site == fguard_rule_start(seat->rule);
}

static bool is_object(const struct fguard_seat *seat)
{
	return fguard_site_is_object(seat->site, seat->rule);
}

/* To the same, about the same, with the same outcome. */
static bool say_the_same(const struct fguard_seat *a, const struct fguard_seat *b)
{
	const struct fguard_terms *left = &a->rule->terms, *right = &b->rule->terms;
	const u32 flags = FGUARD_RULE_AGAINST | FGUARD_RULE_STRICT;

	return a->rule->subjects == b->rule->subjects && left->ops == right->ops &&
	       left->error == right->error && left->else_action == right->else_action &&
	       left->default_verdict == right->default_verdict &&
	       left->timeout == right->timeout &&
	       !((a->rule->flags ^ b->rule->flags) & flags) && is_start(a) == is_start(b) &&
	       is_object(a) == is_object(b);
}

static const struct fguard_seat *first_of(struct fguard_voice *voice)
{
	return list_first_entry_or_null(&voice->seats, struct fguard_seat, node) ?:
	       list_first_entry(&voice->reserved, struct fguard_seat, node);
}

static struct fguard_voice *find_voice(const struct fguard_seat *seat)
{
	struct fguard_voice *voice;

	list_for_each_entry(voice, &seat->site->voices, node)
		if (say_the_same(first_of(voice), seat))
			return voice;
	return NULL;
}

static struct fguard_voice *make_voice(struct fguard_site *site)
{
	struct fguard_voice *voice = kzalloc(sizeof(*voice), GFP_KERNEL);

	if (!voice)
		return NULL;
	INIT_LIST_HEAD(&voice->seats);
	INIT_LIST_HEAD(&voice->reserved);
	site->count++;
	list_add_rcu(&voice->node, &site->voices);
	return voice;
}

/*
 * Is it about what is done where it sits? Whom it refuses anything, it refuses to change
 * the way to its object, whatever it is about.
 */
static bool has_say(const struct fguard_seat *seat)
{
	const struct fguard_terms *terms = &seat->rule->terms;

	return seat->site->kind != FGUARD_SITE_ANCESTOR || (terms->ops & OPS_ON_ANCESTOR) ||
	       (terms->else_action != FGUARD_ELSE_LOG && !is_object(seat)) || is_start(seat);
}

static int take_voice(struct fguard_seat *seat)
{
	struct fguard_voice *voice = has_say(seat) ? find_voice(seat) : NULL;

	if (!voice && (!has_say(seat) || seat->site->count >= FGUARD_VOICES_MAX))
		return 0;
	voice = voice ?: make_voice(seat->site);
	if (!voice)
		return -ENOMEM;
	list_add(&seat->node, &voice->reserved);
	seat->voice = voice;
	return 0;
}

static void drop_voice(struct fguard_site *site, struct fguard_voice *voice)
{
	if (!list_empty(&voice->seats) || !list_empty(&voice->reserved))
		return;
	site->count--;
	list_del_rcu(&voice->node);
	kfree_rcu(voice, rcu);
}

/* ---- seats --------------------------------------------------------------- */

static int take_seat(struct fguard_rule *rule, const struct wanted *wanted,
		     struct fguard_site *above)
{
	struct fguard_seat *seat = &rule->seats[rule->seat_count];

	seat->site = need_site(wanted, above);
	if (!seat->site)
		return -ENOMEM;
	seat->site->users++;
	seat->rule = rule;
	INIT_LIST_HEAD(&seat->node);
	rule->seat_count++;
	return take_voice(seat);
}

static int take_ancestors(struct fguard_rule *rule)
{
	struct fguard_site *above = NULL;
	struct wanted wanted = { FGUARD_SITE_ANCESTOR, .namespace = rule->namespace };
	u32 i;
	int err = 0;

	/* From the root, so that ways share what is above. */
	for (i = rule->ancestor_count; !err && i--; ) {
		wanted.identity = rule->ancestors[i];
		err = take_seat(rule, &wanted, above);
		if (!err)
			above = rule->seats[rule->seat_count - 1].site;
	}
	return err;
}

int fguard_sites_reserve(struct fguard_rule *rule)
{
	struct wanted wanted[WANTED_MAX];
	u32 count = want_besides(rule, wanted), i;
	int err = 0;

	rule->seats = kvcalloc(rule->ancestor_count + count, sizeof(*rule->seats), GFP_KERNEL);
	if (!rule->seats)
		return -ENOMEM;
	if (rule->ancestor_count)
		err = take_ancestors(rule);
	for (i = 0; !err && i < count; i++)
		err = take_seat(rule, &wanted[i], NULL);
	if (err)
		fguard_sites_leave(rule);
	kvfree(rule->ancestors);
	rule->ancestors = NULL;
	return err;
}

static struct fguard_seat *speaker(const struct fguard_site *site, enum fguard_op op)
{
	/* Who changes them holds ruleset_lock. */
	return rcu_dereference_check(site->speakers[op], true);
}

static u32 ops_of(const struct fguard_seat *seat)
{
	const u32 ops = seat->rule->terms.ops;

	if (seat->site->kind == FGUARD_SITE_ANCESTOR && !is_object(seat))
		return ops | FGUARD_ANCESTOR_OPS;
	return ops;
}

static bool asks(const struct fguard_seat *seat)
{
	return fguard_rule_asks(seat->rule);
}

static struct fguard_seat *find_speaker(const struct fguard_site *site, enum fguard_op op)
{
	struct fguard_seat *seat;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(site->rest); i++)
		list_for_each_entry(seat, &site->rest[i], node)
			if (ops_of(seat) & BIT(op))
				return seat;
	return NULL;
}

/* The rest only makes stricter: of those that never refuse none is needed there. */
static void enter_rest(struct fguard_seat *seat)
{
	const struct fguard_rule *rule = seat->rule;
	struct fguard_site *site = seat->site;
	unsigned long ops = ops_of(seat);
	const struct fguard_seat *before;
	unsigned int op;

	if (!has_say(seat) || rule->terms.else_action == FGUARD_ELSE_LOG)
		return;
	if (rule->flags & FGUARD_RULE_STRICT)
		WRITE_ONCE(site->rest_strict, true);
	list_add_tail_rcu(&seat->node, &site->rest[asks(seat)]);
	for_each_set_bit(op, &ops, __FGUARD_OP_MAX) {
		before = speaker(site, op);
		if (!before || (asks(before) && !asks(seat)))
			rcu_assign_pointer(site->speakers[op], seat);
	}
}

/* Out of the list, it speaks for nobody any more. */
static void replace_speaker(const struct fguard_seat *seat)
{
	struct fguard_site *site = seat->site;
	unsigned int op;

	for (op = 0; op < __FGUARD_OP_MAX; op++)
		if (speaker(site, op) == seat)
			rcu_assign_pointer(site->speakers[op], find_speaker(site, op));
}

void fguard_sites_enter(struct fguard_rule *rule)
{
	struct fguard_seat *seat;
	u32 i;

	for (i = 0; i < rule->seat_count; i++) {
		seat = &rule->seats[i];
		if (!seat->voice) {
			enter_rest(seat);
			continue;
		}
		list_del(&seat->node);
		/* The newest speaks. */
		list_add_rcu(&seat->node, &seat->voice->seats);
	}
}

void fguard_sites_leave(struct fguard_rule *rule)
{
	struct fguard_seat *seat;
	u32 i;

	/* From the object to the root, so that what is above goes last. */
	for (i = rule->seat_count; i--; ) {
		seat = &rule->seats[i];
		if (!list_empty(&seat->node))
			list_del_rcu(&seat->node);
		if (seat->voice)
			drop_voice(seat->site, seat->voice);
		else
			replace_speaker(seat);
		put_site(seat->site);
	}
}

/* ---- asking -------------------------------------------------------------- */

const struct fguard_site *fguard_site_of_filesystem(enum fguard_site_kind kind,
						    const struct super_block *sb,
						    unsigned int turn)
{
	struct fguard_identity filesystem = {};
	struct fguard_site *site;

	if (turn == 0)
		filesystem.uuid = *fguard_uuid_of(sb);
	if (turn == 1)
		filesystem.dev = sb->s_dev;
	/* One without a UUID is not any filesystem. */
	if (turn == 0 && uuid_is_null(&filesystem.uuid))
		return NULL;
	hlist_for_each_entry_rcu(site, fguard_site_bucket(kind, filesystem_key(&filesystem)),
				 node)
		if (site->kind == kind && site->identity.dev == filesystem.dev &&
		    uuid_equal(&site->identity.uuid, &filesystem.uuid))
			return site;
	return NULL;
}

struct fguard_rule *fguard_site_rest(const struct fguard_site *site, enum fguard_op op,
				     bool strict)
{
	const struct fguard_seat *seat = speaker(site, op);

	return seat && (!strict || READ_ONCE(site->rest_strict)) ? seat->rule : NULL;
}

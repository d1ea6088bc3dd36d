// SPDX-License-Identifier: GPL-2.0-only
#include <linux/hashtable.h>
#include <linux/mutex.h>
#include <linux/rbtree.h>
#include <linux/rculist.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/timekeeping.h>
#include <linux/xarray.h>
#include <net/sock.h>

#include "ask/question.h"
#include "ask/answer_cache.h"
#include "control/expire.h"
#include "control/lock.h"
#include "control/ruleset.h"
#include "enforce/mapping.h"
#include "ftrace/hook.h"
#include "policy/make.h"
#include "policy/roster.h"
#include "policy/site.h"
#include "policy/index.h"
#include "subject/descendants.h"
#include "subject/script.h"

/* Orders those who change the ruleset; also keeps what it shows together. */
static DEFINE_MUTEX(ruleset_lock);

static DEFINE_XARRAY_ALLOC1(rules);
static DEFINE_HASHTABLE(rules_by_path, 12);
static DEFINE_HASHTABLE(rules_by_name, 8);
static u32 rule_count;
static u32 strict_count;
static u32 asking_count; /* rules that ask, from when they are prepared */
static u32 last_id;
static u32 ruleset_generation;
static struct fguard_totals past; /* of rules that are gone */
static struct rb_root_cached by_end = RB_ROOT_CACHED; /* those that end at a time */
static LIST_HEAD(kept); /* those that end with sockets */

/* ---- finding rules to change --------------------------------------------- */

static u32 path_key(const char *path)
{
	return full_name_hash(NULL, path, strlen(path));
}

/* By its path; a rule about a suffix everywhere, which has none, by the suffix. */
static const char *path_of(const struct fguard_rule *rule)
{
	return rule->path ?: rule->suffix.string;
}

static struct fguard_rule *find_path(const char *path)
{
	struct fguard_rule *rule, *below = NULL;

	hash_for_each_possible(rules_by_path, rule, by_path, path_key(path)) {
		if (strcmp(path_of(rule), path))
			continue;
		if (!rule->suffix.below)
			return rule;
		below = rule;
	}
	return below;
}

static struct fguard_rule *find_name(const char *name)
{
	struct fguard_rule *rule;

	hash_for_each_possible(rules_by_name, rule, by_name, path_key(name))
		if (!strcmp(rule->name, name))
			return rule;
	return NULL;
}

static struct fguard_rule *find_key(const struct fguard_rule_key *key)
{
	if (key->id)
		return xa_load(&rules, key->id);
	return key->path ? find_path(key->path) : find_name(key->name);
}

/* ---- checks before a change ---------------------------------------------- */

static u64 object_hash(const struct fguard_rule *rule)
{
	return rule->suffix.length ? rule->suffix.hash : rule->entry.hash;
}

static const char *object_name(const struct fguard_rule *rule)
{
	return rule->suffix.length ? rule->suffix.string : rule->entry.name;
}

static const struct fguard_identity *object_directory(const struct fguard_rule *rule)
{
	return rule->suffix.length ? &rule->suffix.directory : &rule->entry.directory;
}

/* As fguard_identity_on() tells them apart: a copy of one has the same UUID. */
static int compare_filesystems(const struct fguard_identity *a,
			       const struct fguard_identity *b)
{
	int order = memcmp(&a->uuid, &b->uuid, sizeof(a->uuid));

	if (order || !uuid_is_null(&a->uuid) || a->dev == b->dev)
		return order;
	return a->dev < b->dev ? -1 : 1;
}

static int compare_objects(const void *a, const void *b)
{
	const struct fguard_rule *const *left = a, *const *right = b;

	cond_resched(); /* there may be a hundred thousand */
	if (object_hash(*left) != object_hash(*right))
		return object_hash(*left) < object_hash(*right) ? -1 : 1;
	/* Twins must end up beside each other. */
	if (object_directory(*left)->ino != object_directory(*right)->ino)
		return object_directory(*left)->ino < object_directory(*right)->ino ?
			       -1 : 1;
	return compare_filesystems(object_directory(*left), object_directory(*right)) ?:
	       strcmp(object_name(*left), object_name(*right));
}

static int compare_names(const void *a, const void *b)
{
	const struct fguard_rule *const *left = a, *const *right = b;

	cond_resched();
	if (!(*left)->name || !(*right)->name)
		return !!(*left)->name - !!(*right)->name;
	return strcmp((*left)->name, (*right)->name);
}

static bool same_object(const struct fguard_rule *a, const struct fguard_rule *b)
{
	return !compare_objects(&a, &b) && !a->suffix.length == !b->suffix.length &&
	       fguard_identity_equal(object_directory(a), object_directory(b)) &&
	       !fguard_index_is_copy(a, b);
}

/* Rules that come together know of one mount each. */
static int compare_places(const void *a, const void *b)
{
	const struct fguard_rule *const *left = a, *const *right = b;
	const dev_t one = object_directory(*left)->dev, other = object_directory(*right)->dev;

	return compare_objects(a, b) ?: one < other ? -1 : one > other;
}

static int check_sorted(struct fguard_rule **sorted, u32 count,
			struct netlink_ext_ack *extack)
{
	u32 i;

	sort(sorted, count, sizeof(*sorted), compare_places, NULL);
	for (i = 1; i < count; i++) {
		if (same_object(sorted[i - 1], sorted[i])) {
			NL_SET_ERR_MSG(extack, "two of the rules are about the same object");
			return -EEXIST;
		}
	}
	sort(sorted, count, sizeof(*sorted), compare_names, NULL);
	for (i = 1; i < count; i++) {
		if (sorted[i]->name && !compare_names(&sorted[i - 1], &sorted[i])) {
			NL_SET_ERR_MSG(extack, "two of the rules have the same name");
			return -EEXIST;
		}
	}
	return 0;
}

static int check_distinct(struct fguard_rule **new, u32 count,
			  struct netlink_ext_ack *extack)
{
	struct fguard_rule **sorted;
	int err;

	if (count < 2)
		return 0;
	sorted = kvmalloc_array(count, sizeof(*sorted), GFP_KERNEL);
	if (!sorted)
		return -ENOMEM;
	memcpy(sorted, new, count * sizeof(*sorted));
	err = check_sorted(sorted, count, extack);
	kvfree(sorted);
	return err;
}

static int check_names_free(struct fguard_rule **new, u32 count,
			    struct netlink_ext_ack *extack)
{
	struct fguard_rule *holder;
	u32 i;

	for (i = 0; i < count; i++) {
		holder = new[i]->name ? find_name(new[i]->name) : NULL;
		if (holder && !same_object(holder, new[i])) {
			NL_SET_ERR_MSG(extack, "another rule has this name");
			return -EEXIST;
		}
	}
	return 0;
}

/* ---- changing the ruleset ---------------------------------------------------- */

static bool is_strict(const struct fguard_rule *rule)
{
	return rule->flags & FGUARD_RULE_STRICT;
}

/* Does it end with sockets? */
static bool is_kept(const struct fguard_rule *rule)
{
	return rule->flags & FGUARD_RULE_UNTIL_CLOSED;
}

/* What a rule asks of the hooks, beside its operations. */
static u32 needs_of(const struct fguard_rule *rule)
{
	u32 needs = rule->terms.ops;

	/* What is created is asked about, or refused, before it is opened. */
	if (rule->terms.else_action != FGUARD_ELSE_LOG &&
	    (needs & (BIT(FGUARD_OP_READ) | BIT(FGUARD_OP_WRITE))))
		needs |= BIT(FGUARD_OP_CREATE);

	/* Nobody may take what he is refused to where he is not. */
	if (fguard_rule_is_partial(rule))
		needs |= BIT(FGUARD_OP_RENAME) | BIT(FGUARD_OP_LINK) |
			 BIT(FGUARD_OP_DELETE);
	if (rule->entry.name)
		needs |= FGUARD_NEED_NAMES | FGUARD_NEED_INODES;
	if (is_strict(rule))
		needs |= FGUARD_NEED_DESCRIPTORS;
	if (fguard_rule_lets_in(rule) || fguard_rule_binds(rule))
		needs |= FGUARD_NEED_TRACING;
	if (rule->subjects->n_loginuids)
		needs |= FGUARD_NEED_LOGINS;
	if (rule->subjects->children)
		needs |= FGUARD_NEED_FORKS;
	if (fguard_rule_asks(rule) || (fguard_rule_lets_in(rule) && rule->subjects->n_exes))
		needs |= FGUARD_NEED_EXES | FGUARD_NEED_INODES;
	if (rule->subjects->n_exes)
		needs |= FGUARD_NEED_NAMES | FGUARD_NEED_INODES;
	/* Answers are remembered by executable, and by script, which children are, too. */
	if (fguard_rule_asks(rule))
		needs |= FGUARD_NEED_FORKS;
	return needs;
}

/*
 * Takes ids and hooks for new rules. What can fail is done here, before the
 * first of them is in force; a rule that replaces one takes over its id.
 */
static int prepare_id(struct fguard_rule *rule, const struct fguard_rule *old)
{
	int err;

	if (old) {
		rule->terms.id = old->terms.id;
		return 0;
	}
	err = xa_alloc_cyclic(&rules, &rule->terms.id, rule, xa_limit_31b,
			      &last_id, GFP_KERNEL);
	return min(err, 0);
}

static int prepare(struct fguard_rule *rule, const struct fguard_rule *old,
		   struct netlink_ext_ack *extack)
{
	int err;

	err = fguard_hooks_get(needs_of(rule), extack);
	if (err)
		return err;
	if (rule->subjects->children)
		err = fguard_descendants_begin(rule->subjects);
	if (err)
		goto put_hooks;
	if (rule->flags & FGUARD_RULE_UNTIL_EXIT)
		err = fguard_expire_watch(extack);
	if (err)
		goto end_descendants;
	err = fguard_roster_add(rule);
	if (err)
		goto unwatch;
	err = fguard_sites_reserve(rule);
	if (err)
		goto leave_roster;
	err = prepare_id(rule, old);
	if (!err) {
		/* What was run while nobody looked is not known. */
		if (fguard_rule_asks(rule) && !asking_count++)
			fguard_scripts_forget();
		return 0;
	}

	fguard_sites_leave(rule);
leave_roster:
	fguard_roster_remove(rule);
unwatch:
	if (rule->flags & FGUARD_RULE_UNTIL_EXIT)
		fguard_expire_unwatch();
end_descendants:
	if (rule->subjects->children)
		fguard_descendants_end(rule->subjects);
put_hooks:
	fguard_hooks_put(needs_of(rule));
	return err;
}

static void give_back(struct fguard_rule *rule)
{
	asking_count -= fguard_rule_asks(rule);
	fguard_sites_leave(rule);
	fguard_roster_remove(rule);
	if (rule->flags & FGUARD_RULE_UNTIL_EXIT)
		fguard_expire_unwatch();
	if (rule->subjects->children)
		fguard_descendants_end(rule->subjects);
	fguard_hooks_put(needs_of(rule));
}

static void unprepare(struct fguard_rule *rule, const struct fguard_rule *old)
{
	if (!old)
		xa_erase(&rules, rule->terms.id);
	give_back(rule);
}

/* Into the tree of those that end at a time. */
static void enter_end(struct fguard_rule *rule)
{
	struct rb_node **at = &by_end.rb_root.rb_node, *above = NULL;
	bool first = true;

	while (*at) {
		above = *at;
		if (rule->expires < rb_entry(above, struct fguard_rule, by_end)->expires) {
			at = &above->rb_left;
		} else {
			at = &above->rb_right;
			first = false;
		}
	}
	rb_link_node(&rule->by_end, above, at);
	rb_insert_color_cached(&rule->by_end, &by_end, first);
}

static void enter_lists(struct fguard_rule *rule)
{
	hash_add(rules_by_path, &rule->by_path, path_key(path_of(rule)));
	if (rule->name)
		hash_add(rules_by_name, &rule->by_name, path_key(rule->name));
	rule_count++;
	strict_count += is_strict(rule);
	if ((rule->flags & FGUARD_RULE_UNTIL_EXIT) && fguard_roster_look(rule))
		fguard_expire_at(ktime_get_boottime_ns());
	if (is_kept(rule))
		list_add_tail(&rule->by_keepers, &kept);
	if (!rule->expires)
		return;
	enter_end(rule);
	fguard_expire_at(rule->expires);
}

static void free_rcu(struct rcu_head *head)
{
	fguard_answer_cache_free(container_of(head, struct fguard_rule, rcu));
	fguard_rule_free_rcu(head);
}

/* The rule is out of the index; frees it when the last reader is gone. */
static void leave_lists(struct fguard_rule *rule)
{
	hash_del(&rule->by_path);
	if (rule->name)
		hash_del(&rule->by_name);
	if (rule->expires)
		rb_erase_cached(&rule->by_end, &by_end);
	if (is_kept(rule))
		list_del(&rule->by_keepers);
	rule_count--;
	strict_count -= is_strict(rule);
	fguard_questions_retire(rule);
	give_back(rule);
	past.allowed += atomic64_read(&rule->allowed);
	past.denied += atomic64_read(&rule->denied);
	call_rcu(&rule->rcu, free_rcu);
}

static int make_room(u32 count)
{
	const struct fguard_index *index = fguard_index_current();

	/* Fourfold, because readers may have to wait while entries move. */
	if (rule_count + count > index->capacity)
		return fguard_index_resize(&rules, (rule_count + count) * 4);
	return 0;
}

/* A filter forgets nothing; a smaller index starts with a fresh one. */
static void give_back_room(void)
{
	const struct fguard_index *index = fguard_index_current();

	if (index->capacity > 64 && rule_count < index->capacity / 16)
		fguard_index_resize(&rules, rule_count * 2);
}

/* What was answered stays true where the same is asked; of a run, only by the same run. */
static void inherit(struct fguard_rule *rule, struct fguard_rule *old)
{
	if (fguard_rule_asks(rule) && fguard_rule_asks(old) &&
	    rule->terms.ops == old->terms.ops &&
	    !((rule->flags ^ old->flags) & FGUARD_RULE_FLAGS_ALL) &&
	    (!(rule->flags & FGUARD_RULE_AGAINST) || rule->subjects == old->subjects))
		fguard_answer_cache_inherit(rule, old);
}

static void put_in_force(struct fguard_rule *rule, struct fguard_rule *old,
			 struct fguard_added *added)
{
	if (old)
		inherit(rule, old);
	fguard_index_insert(fguard_index_current(), rule);
	fguard_sites_enter(rule);
	if (old) {
		xa_store(&rules, rule->terms.id, rule, GFP_KERNEL);
		fguard_index_remove(old);
		leave_lists(old);
	}
	enter_lists(rule);
	added->id = rule->terms.id;
	added->flags = (rule->flags & FGUARD_RULE_EXISTS) |
		       (old ? FGUARD_RULE_REPLACED : 0);
}

static int prepare_all(struct fguard_rule **new, struct fguard_rule **old,
		       u32 count, struct netlink_ext_ack *extack)
{
	u32 i;
	int err;

	for (i = 0; i < count; i++) {
		err = prepare(new[i], old[i], extack);
		if (err)
			goto undo;
	}
	return 0;

undo:
	while (i--)
		unprepare(new[i], old[i]);
	return err;
}

/*
 * Of those who were not traced when rules were made about them, one need not be looked
 * at thread by thread: from now on nobody traces them who is not let in, too.
 */
static void look_for_tracers(struct fguard_rule **new, u32 count)
{
	bool any = false;
	u32 i;

	for (i = 0; i < count; i++)
		any |= fguard_rule_lets_in(new[i]) && new[i]->subjects->traced;
	if (!any || fguard_subject_anybody_traced())
		return;
	for (i = 0; i < count; i++)
		WRITE_ONCE(new[i]->subjects->traced, false);
}

/* The rule in whose place one comes. No two come in the place of the same. */
static struct fguard_rule *claim(const struct fguard_rule *rule)
{
	struct fguard_rule *old = fguard_index_find(rule);

	if (old)
		old->replaced = true;
	return old;
}

static void unclaim(struct fguard_rule **old, u32 count)
{
	while (count--)
		if (old[count])
			old[count]->replaced = false;
}

static int add_locked(struct fguard_rule **new, struct fguard_rule **old,
		      u32 count, struct fguard_added *added,
		      struct netlink_ext_ack *extack)
{
	u32 i;
	int err;

	for (i = 0; i < count; i++)
		old[i] = claim(new[i]);
	err = check_names_free(new, count, extack);
	if (!err)
		err = make_room(count);
	if (!err)
		err = prepare_all(new, old, count, extack);
	if (err) {
		unclaim(old, count);
		return err;
	}

	for (i = 0; i < count; i++)
		put_in_force(new[i], old[i], &added[i]);
	look_for_tracers(new, count);
	ruleset_generation++;
	return 0;
}

static bool says_the_same(const struct fguard_rule *a, const struct fguard_rule *b)
{
	return a->terms.ops == b->terms.ops && a->terms.else_action == b->terms.else_action &&
	       a->terms.error == b->terms.error &&
	       a->terms.default_verdict == b->terms.default_verdict &&
	       a->terms.timeout == b->terms.timeout &&
	       !((a->flags ^ b->flags) & FGUARD_RULE_FLAGS_ALL) && !a->expires && !b->expires &&
	       a->subjects == b->subjects;
}

/* @rule's sockets keep the one that is there; @rule is not needed then. */
static int join_locked(struct fguard_rule *rule, struct fguard_rule *there,
		       struct fguard_added *added, struct netlink_ext_ack *extack)
{
	if (!is_kept(there) || !says_the_same(rule, there)) {
		NL_SET_ERR_MSG(extack, "another rule is about the object, and one that ends with "
				       "its socket replaces none");
		return -EEXIST;
	}
	list_splice_init(&rule->keepers, &there->keepers);
	added->id = there->terms.id;
	added->flags = (there->flags & FGUARD_RULE_EXISTS) | FGUARD_RULE_REPLACED;
	fguard_rule_discard(rule);
	return 0;
}

/* A rule that ends with its socket comes alone. */
static int add_or_join_locked(struct fguard_rule **new, struct fguard_rule **old,
			      u32 count, struct fguard_added *added,
			      struct netlink_ext_ack *extack)
{
	struct fguard_rule *there = is_kept(new[0]) ? fguard_index_find(new[0]) : NULL;

	return there ? join_locked(new[0], there, added, extack) :
		       add_locked(new, old, count, added, extack);
}

static bool any_strict(struct fguard_rule **new, u32 count)
{
	while (count--)
		if (is_strict(new[count]))
			return true;
	return false;
}

/* What strict rules need besides; nothing for others. */
static int prepare_mappings(struct fguard_rule **new, u32 count,
			    struct fguard_round **round)
{
	*round = NULL;
	if (!any_strict(new, count))
		return 0;
	*round = fguard_mappings_prepare();
	return *round ? 0 : -ENOMEM;
}

int fguard_ruleset_add(struct fguard_rule **new, u32 count,
		     struct fguard_added *added,
		     struct netlink_ext_ack *extack)
{
	struct fguard_round *round;
	struct fguard_rule **old;
	int err;

	err = check_distinct(new, count, extack) ?: prepare_mappings(new, count, &round);
	if (err)
		return err;
	old = kvcalloc(count, sizeof(*old), GFP_KERNEL);
	if (!old) {
		fguard_mappings_revoke(round, false);
		return -ENOMEM;
	}

	mutex_lock(&ruleset_lock);
	err = fguard_lock_check(extack) ?:
	      add_or_join_locked(new, old, count, added, extack);
	mutex_unlock(&ruleset_lock);
	kvfree(old);
	fguard_mappings_revoke(round, !err);
	return err;
}

static struct fguard_rule **list_rules(void)
{
	struct fguard_rule **list, *rule;
	unsigned long id;
	u32 i = 0;

	list = kvmalloc_array(max(rule_count, 1U), sizeof(*list), GFP_KERNEL);
	if (!list)
		return NULL;
	xa_for_each(&rules, id, rule)
		list[i++] = rule;
	return list;
}

static void replace_lists(struct fguard_rule **new, u32 count,
			  struct fguard_rule **old, u32 old_count)
{
	u32 i;

	for (i = 0; i < old_count; i++) {
		xa_erase(&rules, old[i]->terms.id);
		leave_lists(old[i]);
		cond_resched();
	}
	for (i = 0; i < count; i++) {
		enter_lists(new[i]);
		cond_resched();
	}
	ruleset_generation++;
}

static void inherit_all(struct fguard_rule **new, u32 count)
{
	struct fguard_rule *old;
	u32 i;

	for (i = 0; i < count; i++) {
		old = fguard_rule_asks(new[i]) ? claim(new[i]) : NULL;
		if (old)
			inherit(new[i], old);
	}
}

static int ruleset_locked(struct fguard_rule **new, u32 count,
			  struct netlink_ext_ack *extack)
{
	u32 old_count = rule_count, i;
	struct fguard_rule **old = list_rules();
	struct fguard_index *index;
	int err = -ENOMEM;

	index = fguard_index_new(count, 0);
	if (!old || !index)
		goto undo;
	/* No rule takes over an id: one that was listed never means another. */
	for (i = 0; i < count; i++) {
		err = prepare(new[i], NULL, extack);
		if (err)
			goto undo_prepare;
		fguard_index_insert(index, new[i]);
	}
	inherit_all(new, count);
	/* Both sets have a say for a moment, which lets nobody more do anything. */
	for (i = 0; i < count; i++)
		fguard_sites_enter(new[i]);
	fguard_index_switch(index, old, old_count);
	replace_lists(new, count, old, old_count);
	look_for_tracers(new, count);
	kvfree(old);
	return 0;

undo_prepare:
	while (i--)
		unprepare(new[i], NULL);
undo:
	fguard_index_free(index);
	kvfree(old);
	return err;
}

int fguard_ruleset_replace(struct fguard_rule **new, u32 count,
		     struct netlink_ext_ack *extack)
{
	struct fguard_round *round;
	int err;

	err = check_distinct(new, count, extack) ?: prepare_mappings(new, count, &round);
	if (err)
		return err;
	mutex_lock(&ruleset_lock);
	err = fguard_lock_check(extack) ?: ruleset_locked(new, count, extack);
	mutex_unlock(&ruleset_lock);
	fguard_mappings_revoke(round, !err);
	return err;
}

static void remove(struct fguard_rule *rule)
{
	fguard_index_remove(rule);
	xa_erase(&rules, rule->terms.id);
	leave_lists(rule);
	ruleset_generation++;
}

/* Where a rule is gone that let somebody in, a strict one may decide now. */
static void leave_to_others(void)
{
	if (strict_count)
		fguard_mappings_revoke_later();
}

static int delete_locked(const struct fguard_rule_key *keys, u32 count,
			 struct netlink_ext_ack *extack)
{
	struct fguard_rule *rule;
	u32 i;

	for (i = 0; i < count; i++) {
		if (!find_key(&keys[i])) {
			NL_SET_ERR_MSG(extack, "no such rule");
			return -ENOENT;
		}
	}
	for (i = 0; i < count; i++) {
		rule = find_key(&keys[i]);
		if (rule) /* not if it is named twice */
			remove(rule);
	}
	give_back_room();
	leave_to_others();
	return 0;
}

int fguard_ruleset_delete(const struct fguard_rule_key *keys, u32 count,
			struct netlink_ext_ack *extack)
{
	int err;

	mutex_lock(&ruleset_lock);
	err = fguard_lock_check(extack) ?: delete_locked(keys, count, extack);
	mutex_unlock(&ruleset_lock);
	return err;
}

/* Gives when the next one's time is over, 0: none's. */
static u64 remove_over(u64 now)
{
	struct fguard_rule *rule;
	struct rb_node *first;

	while ((first = rb_first_cached(&by_end))) {
		rule = rb_entry(first, struct fguard_rule, by_end);
		if (rule->expires > now)
			return rule->expires;
		remove(rule);
	}
	return 0;
}

static void drop_closed(struct fguard_rule *rule)
{
	struct fguard_keeper *keeper, *next;

	list_for_each_entry_safe(keeper, next, &rule->keepers, node)
		if (sock_flag(keeper->socket, SOCK_DEAD))
			fguard_rule_keeper_drop(keeper);
}

static void remove_closed(void)
{
	struct fguard_rule *rule, *next;

	list_for_each_entry_safe(rule, next, &kept, by_keepers) {
		drop_closed(rule);
		if (list_empty(&rule->keepers))
			remove(rule);
	}
}

static u64 end_over(u64 now, bool closed)
{
	u32 before;
	u64 next;

	mutex_lock(&ruleset_lock);
	before = rule_count;
	if (closed)
		remove_closed();
	fguard_roster_ended(remove);
	next = remove_over(now);
	give_back_room();
	if (rule_count < before)
		leave_to_others();
	mutex_unlock(&ruleset_lock);
	return next;
}

const struct fguard_expiry fguard_set_expiry = {
	.over = end_over,
	.may_close = fguard_rule_may_be_kept,
};

/* ---- showing the ruleset ----------------------------------------------------- */

void fguard_ruleset_settle(void)
{
	mutex_lock(&ruleset_lock);
	mutex_unlock(&ruleset_lock);
}

int fguard_ruleset_show(unsigned long *from, u32 *generation,
		      int (*show)(const struct fguard_rule *rule,
				  void *context),
		      void *context)
{
	struct fguard_rule *rule;
	unsigned long id;
	int err = 0;

	mutex_lock(&ruleset_lock);
	*generation = ruleset_generation;
	xa_for_each_start(&rules, id, rule, *from) {
		err = show(rule, context);
		if (err)
			break;
		*from = id + 1;
	}
	mutex_unlock(&ruleset_lock);
	return err;
}

void fguard_ruleset_total(struct fguard_totals *totals)
{
	struct fguard_rule *rule;
	unsigned long id;

	mutex_lock(&ruleset_lock);
	*totals = past;
	totals->rules = rule_count;
	xa_for_each(&rules, id, rule) {
		totals->allowed += atomic64_read(&rule->allowed);
		totals->denied += atomic64_read(&rule->denied);
	}
	mutex_unlock(&ruleset_lock);
}

/* ---- life ---------------------------------------------------------------- */

int fguard_ruleset_init(void)
{
	struct fguard_index *index = fguard_index_new(0, 0);

	if (!index)
		return -ENOMEM;
	rcu_assign_pointer(fguard_index, index);
	return 0;
}

void fguard_ruleset_exit(void)
{
	struct fguard_rule *rule;
	unsigned long id;

	xa_for_each(&rules, id, rule) {
		fguard_sites_leave(rule);
		fguard_roster_remove(rule);
		if (rule->subjects->children)
			fguard_descendants_end(rule->subjects);
		call_rcu(&rule->rcu, free_rcu);
	}
	rcu_barrier(); /* free_rcu(), and those of the others */
	xa_destroy(&rules);
	fguard_index_free(fguard_index_current());
	RCU_INIT_POINTER(fguard_index, NULL);
}

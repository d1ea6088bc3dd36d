// SPDX-License-Identifier: GPL-2.0-only
#include <linux/audit.h>
#include <linux/bitmap.h>
#include <linux/cgroup.h>
#include <linux/cred.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/hashtable.h>
#include <linux/rculist.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/stringhash.h>

#include "policy/roster.h"
#include "policy/rule.h"
#include "subject/descendants.h"
#include "subject/exe.h"
#include "subject/subject.h"

/* Subjects are found by one kind of what they ask for; these are their kinds. */
enum trait_kind {
	TRAIT_PROCESS,
	TRAIT_DESCENDANTS,
	TRAIT_EXE,
	TRAIT_UID,
	TRAIT_GID,
	TRAIT_LOGINUID,
	TRAIT_CGROUP,
	TRAIT_PLACE,	/* of a cgroup in the hierarchy */
	TRAIT_PROGRAM,	/* an executable, whatever else they ask for */
	TRAIT_ANY_PROGRAM,
	TRAIT_ANY,
	TRAIT_ENDING,	/* a process with which rules end */
	TRAIT_KINDS
};

/**
 * struct trait - something that a task may be or have
 * @node: link in traits; RCU, ruleset_lock
 * @side: of rules that let in who has it, or of those against him
 * @kind: enum trait_kind
 * @key: which: a number, or a hash of it
 * @entries: subjects that ask for it, struct entry; RCU, ruleset_lock
 * @of_groups: link in groups, of those of TRAIT_GID; RCU, ruleset_lock
 * @rcu: frees it after the last reader
 */
struct trait {
	struct hlist_node node;
	enum fguard_side side;
	enum trait_kind kind;
	u64 key;
	struct list_head entries;
	struct list_head of_groups;
	struct rcu_head rcu;
};

/**
 * struct entry - subjects under one of their traits
 * @siblings: link in the trait's list; RCU, ruleset_lock
 * @trait: the trait
 * @subjects: the subjects
 */
struct entry {
	struct list_head siblings;
	struct trait *trait;
	struct fguard_subjects *subjects;
};

/**
 * struct fguard_entries - all entries of subjects
 * @rcu: frees them after the last reader
 * @side: of which rules
 * @count: how many
 * @entries: the entries
 */
struct fguard_entries {
	struct rcu_head rcu;
	enum fguard_side side;
	u32 count;
	struct entry entries[];
};

/* Who changes them holds ruleset_lock. */
static DEFINE_HASHTABLE(traits, 12);
static u32 in_use[FGUARD_SIDES][TRAIT_KINDS]; /* entries of each kind */

/* Traits of TRAIT_GID, and how many. */
static struct list_head groups[FGUARD_SIDES] = {
	LIST_HEAD_INIT(groups[FGUARD_SIDE_FOR]), LIST_HEAD_INIT(groups[FGUARD_SIDE_AGAINST]),
};
static u32 group_count[FGUARD_SIDES];

/* Rules that ask; RCU, ruleset_lock. */
static LIST_HEAD(asking);

/*
 * How many entries name a cgroup at each depth of the hierarchy. Users who are given a
 * cgroup make others below it, as deep as they like.
 */
#define DEPTHS 128
static u32 entries_at[DEPTHS];
static DECLARE_BITMAP(depths, DEPTHS);

/* Subjects one of whose processes has ended; noted inside a tracepoint, which forbids to wait. */
static DEFINE_RAW_SPINLOCK(ended_lock);
static LIST_HEAD(ended);

static struct trait *find_trait(enum fguard_side side, enum trait_kind kind, u64 key)
{
	struct trait *trait;

	hash_for_each_possible_rcu(traits, trait, node, key)
		if (trait->key == key && trait->kind == kind && trait->side == side)
			return trait;
	return NULL;
}

/* ---- entering ------------------------------------------------------------ */

static struct trait *need_trait(enum fguard_side side, enum trait_kind kind, u64 key)
{
	struct trait *trait;

	rcu_read_lock();
	trait = find_trait(side, kind, key);
	rcu_read_unlock();
	if (trait)
		return trait;
	trait = kzalloc(sizeof(*trait), GFP_KERNEL);
	if (!trait)
		return NULL;
	trait->side = side;
	trait->kind = kind;
	trait->key = key;
	INIT_LIST_HEAD(&trait->entries);
	if (kind == TRAIT_GID) {
		list_add_tail_rcu(&trait->of_groups, &groups[side]);
		WRITE_ONCE(group_count[side], group_count[side] + 1);
	}
	hash_add_rcu(traits, &trait->node, key);
	return trait;
}

static void drop_trait(struct trait *trait)
{
	if (trait->kind == TRAIT_GID) {
		list_del_rcu(&trait->of_groups);
		WRITE_ONCE(group_count[trait->side], group_count[trait->side] - 1);
	}
	hash_del_rcu(&trait->node);
	kfree_rcu(trait, rcu);
}

static bool enter(struct fguard_entries *entries, struct fguard_subjects *subjects,
		  enum trait_kind kind, u64 key)
{
	struct entry *entry = &entries->entries[entries->count];

	u32 *used = &in_use[entries->side][kind];

	entry->subjects = subjects;
	entry->trait = need_trait(entries->side, kind, key);
	if (!entry->trait)
		return false;
	entries->count++;
	WRITE_ONCE(*used, *used + 1);
	list_add_tail_rcu(&entry->siblings, &entry->trait->entries);
	return true;
}

static void leave(struct fguard_entries *entries)
{
	struct entry *entry;
	u32 *used;

	while (entries->count) {
		entry = &entries->entries[--entries->count];
		used = &in_use[entries->side][entry->trait->kind];
		WRITE_ONCE(*used, *used - 1);
		list_del_rcu(&entry->siblings);
		if (list_empty(&entry->trait->entries))
			drop_trait(entry->trait);
	}
	kvfree_rcu(entries, rcu);
}

static struct fguard_entries *entries_alloc(enum fguard_side side, u32 room)
{
	struct fguard_entries *entries;

	entries = kvzalloc(struct_size(entries, entries, room), GFP_KERNEL);
	if (entries)
		entries->side = side;
	return entries;
}

static u64 place_key(const char *path, size_t length)
{
	return full_name_hash(NULL, path, length);
}

static bool enter_pids(struct fguard_entries *entries, struct fguard_subjects *subjects,
		       enum trait_kind kind)
{
	bool done = true;
	u32 i;

	for (i = 0; done && i < subjects->n_pids; i++)
		done = enter(entries, subjects, kind, pid_nr(subjects->pids[i].pid));
	return done;
}

static bool enter_exes(struct fguard_entries *entries, struct fguard_subjects *subjects,
		       enum trait_kind kind)
{
	bool done = true;
	u32 i;

	for (i = 0; done && i < subjects->n_exes; i++)
		done = enter(entries, subjects, kind, subjects->exes[i].exe->id);
	return done;
}

static bool enter_uids(struct fguard_entries *entries, struct fguard_subjects *subjects)
{
	bool done = true;
	u32 i;

	if (subjects->n_uids) {
		for (i = 0; done && i < subjects->n_uids; i++)
			done = enter(entries, subjects, TRAIT_UID,
				     __kuid_val(subjects->uids[i]));
		return done;
	}
	for (i = 0; done && i < subjects->n_loginuids; i++)
		done = enter(entries, subjects, TRAIT_LOGINUID,
			     __kuid_val(subjects->loginuids[i]));
	return done;
}

/* Those that are deeper than any name fits share the last. */
static u32 depth_of(const char *name)
{
	u32 depth = 0;

	if (!name[1])
		return 0;
	for (; *name; name++)
		depth += *name == '/';
	return min_t(u32, depth, DEPTHS - 1);
}

static void count_depths(const struct fguard_subjects *subjects, int by)
{
	u32 i, depth;

	for (i = 0; i < subjects->n_cgroups; i++) {
		depth = depth_of(subjects->cgroups[i].name);
		entries_at[depth] += by;
		if (entries_at[depth])
			set_bit(depth, depths);
		else
			clear_bit(depth, depths);
	}
}

static bool enter_groups(struct fguard_entries *entries, struct fguard_subjects *subjects)
{
	bool done = true;
	u32 i;

	for (i = 0; done && i < subjects->n_gids; i++)
		done = enter(entries, subjects, TRAIT_GID, __kgid_val(subjects->gids[i]));
	if (subjects->n_gids)
		return done;
	for (i = 0; done && i < subjects->n_cgroups; i++)
		done = enter(entries, subjects, TRAIT_CGROUP,
			     subjects->cgroups[i].id) &&
		       enter(entries, subjects, TRAIT_PLACE,
			     place_key(subjects->cgroups[i].name,
				       strlen(subjects->cgroups[i].name)));
	return done;
}

/* The kind of which there are most different ones, of those that must all hold. */
static bool enter_most_telling(struct fguard_entries *entries,
			       struct fguard_subjects *subjects)
{
	if (subjects->n_pids)
		return enter_pids(entries, subjects, TRAIT_PROCESS) &&
		       (!subjects->children ||
			enter(entries, subjects, TRAIT_DESCENDANTS, subjects->descendants_id));
	if (subjects->n_exes)
		return enter_exes(entries, subjects, TRAIT_EXE);
	if (subjects->n_uids || subjects->n_loginuids)
		return enter_uids(entries, subjects);
	return enter_groups(entries, subjects);
}

static int enter_named(struct fguard_subjects *subjects, enum fguard_side side)
{
	struct fguard_entries *entries;

	entries = entries_alloc(side, subjects->n_pids + 2 * subjects->n_exes +
				subjects->n_uids + subjects->n_loginuids + subjects->n_gids +
				2 * subjects->n_cgroups + 3);
	if (!entries)
		return -ENOMEM;
	if (!enter(entries, subjects, TRAIT_ANY, 0) ||
	    !enter_most_telling(entries, subjects) ||
	    !enter_exes(entries, subjects, TRAIT_PROGRAM) ||
	    (subjects->n_exes && !enter(entries, subjects, TRAIT_ANY_PROGRAM, 0))) {
		leave(entries);
		return -ENOMEM;
	}
	subjects->entries[side] = entries;
	count_depths(subjects, 1);
	return 0;
}

static int enter_endings(struct fguard_subjects *subjects)
{
	struct fguard_entries *entries = entries_alloc(FGUARD_SIDE_FOR, subjects->n_pids);

	if (!entries)
		return -ENOMEM;
	if (!enter_pids(entries, subjects, TRAIT_ENDING)) {
		leave(entries);
		return -ENOMEM;
	}
	subjects->endings = entries;
	WRITE_ONCE(subjects->ends, true);
	return 0;
}

/* A rule that only logs keeps nobody from anything. */
static bool is_listed(const struct fguard_rule *rule)
{
	return fguard_rule_lets_in(rule) || fguard_rule_binds(rule);
}

static enum fguard_side side_of(const struct fguard_rule *rule)
{
	return fguard_rule_binds(rule) ? FGUARD_SIDE_AGAINST : FGUARD_SIDE_FOR;
}

static int list_named(struct fguard_rule *rule)
{
	struct fguard_subjects *subjects = rule->subjects;
	enum fguard_side side = side_of(rule);
	int err = 0;

	if (!is_listed(rule))
		return 0;
	if (list_empty(&subjects->rules[side])) {
		/* Others may have begun to trace them meanwhile. */
		if (side == FGUARD_SIDE_FOR)
			WRITE_ONCE(subjects->traced, true);
		err = enter_named(subjects, side);
	}
	if (!err)
		list_add_tail_rcu(&rule->by_subjects, &subjects->rules[side]);
	return err;
}

static void unlist_named(struct fguard_rule *rule)
{
	struct fguard_subjects *subjects = rule->subjects;
	enum fguard_side side = side_of(rule);

	if (!is_listed(rule))
		return;
	list_del_rcu(&rule->by_subjects);
	if (list_empty(&subjects->rules[side])) {
		leave(subjects->entries[side]);
		subjects->entries[side] = NULL;
		count_depths(subjects, -1);
	}
}

static int list_ending(struct fguard_rule *rule)
{
	struct fguard_subjects *subjects = rule->subjects;
	int err = 0;

	if (!(rule->flags & FGUARD_RULE_UNTIL_EXIT))
		return 0;
	if (list_empty(&subjects->ending))
		err = enter_endings(subjects);
	if (!err)
		list_add_tail(&rule->by_ending, &subjects->ending);
	return err;
}

static void count_exes(const struct fguard_subjects *subjects, int by)
{
	u32 i;

	for (i = 0; i < subjects->n_exes; i++)
		fguard_exe_count(subjects->exes[i].exe, by);
}

int fguard_roster_add(struct fguard_rule *rule)
{
	int err = list_named(rule);

	if (err)
		return err;
	err = list_ending(rule);
	if (err) {
		unlist_named(rule);
		return err;
	}
	if (fguard_rule_asks(rule))
		list_add_tail_rcu(&rule->by_asking, &asking);
	count_exes(rule->subjects, 1);
	return 0;
}

static void forget_ended(struct fguard_subjects *subjects)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&ended_lock, flags);
	list_del_init(&subjects->ended);
	raw_spin_unlock_irqrestore(&ended_lock, flags);
}

void fguard_roster_remove(struct fguard_rule *rule)
{
	struct fguard_subjects *subjects = rule->subjects;

	unlist_named(rule);
	count_exes(rule->subjects, -1);
	if (fguard_rule_asks(rule))
		list_del_rcu(&rule->by_asking);
	if (!(rule->flags & FGUARD_RULE_UNTIL_EXIT))
		return;
	list_del(&rule->by_ending);
	if (!list_empty(&subjects->ending))
		return;
	leave(subjects->endings);
	subjects->endings = NULL;
	/* Who is about to note them has seen an entry, and sees this, too. */
	WRITE_ONCE(subjects->ends, false);
	forget_ended(subjects);
}

/* ---- finding ------------------------------------------------------------- */

/**
 * struct search - a lookup on its way through the traits
 * @side: of which rules
 * @is_wrong: as in fguard_roster_find()
 * @context: as there
 * @left: how many more subjects may be looked at
 * @rule: what was found
 */
struct search {
	enum fguard_side side;
	bool (*is_wrong)(const struct fguard_subjects *subjects, const void *context);
	const void *context;
	u32 left;
	struct fguard_rule *rule;
};

static bool look_at(struct search *search, struct fguard_subjects *subjects)
{
	if (search->left && !search->is_wrong(subjects, search->context)) {
		search->left--;
		return false;
	}
	search->rule = list_first_or_null_rcu(&subjects->rules[search->side],
					      struct fguard_rule, by_subjects);
	return search->rule;
}

static noinline bool look_at_all(struct search *search, const struct trait *trait)
{
	const struct entry *entry;

	list_for_each_entry_rcu(entry, &trait->entries, siblings)
		if (look_at(search, entry->subjects))
			return true;
	return false;
}

static bool look_up(struct search *search, enum trait_kind kind, u64 key)
{
	const struct trait *trait;

	if (!READ_ONCE(in_use[search->side][kind]))
		return false;
	trait = find_trait(search->side, kind, key);
	return trait && look_at_all(search, trait);
}

static bool look_up_exe(u64 id, void *search)
{
	return look_up(search, TRAIT_EXE, id);
}

static bool look_up_program(u64 id, void *search)
{
	return look_up(search, TRAIT_PROGRAM, id);
}

static bool look_up_descendants(u64 descendants_id, void *search)
{
	return look_up(search, TRAIT_DESCENDANTS, descendants_id);
}

static bool look_up_each(struct search *search, const struct group_info *own)
{
	int i;

	for (i = 0; i < own->ngroups; i++)
		if (look_up(search, TRAIT_GID, __kgid_val(own->gid[i])))
			return true;
	return false;
}

/* A task may have 65536 groups, which users give themselves in a namespace. */
static noinline bool look_up_groups(struct search *search, const struct group_info *own)
{
	const struct trait *trait;
	u32 left = FGUARD_LOOKS_MAX;

	if (own->ngroups <= min_t(u32, READ_ONCE(group_count[search->side]), FGUARD_LOOKS_MAX))
		return look_up_each(search, own);
	list_for_each_entry_rcu(trait, &groups[search->side], of_groups) {
		if (!left--)
			search->left = 0;
		if ((!search->left || fguard_groups_have(own, KGIDT_INIT(trait->key))) &&
		    look_at_all(search, trait))
			return true;
	}
	return false;
}

static bool look_up_users(struct search *search, struct task_struct *task)
{
	const struct cred *cred = __task_cred(task);

	if (look_up(search, TRAIT_UID, __kuid_val(cred->uid)) ||
	    look_up(search, TRAIT_GID, __kgid_val(cred->gid)) ||
	    look_up(search, TRAIT_LOGINUID, __kuid_val(audit_get_loginuid(task))))
		return true;
	return READ_ONCE(in_use[search->side][TRAIT_GID]) &&
	       look_up_groups(search, cred->group_info);
}

/* Each directory on the way to the cgroup, as subject.c has it. */
static noinline bool look_up_places(struct search *search, struct task_struct *task)
{
	char path[256];
	int length = cgroup_path(task_dfl_cgroup(task), path, sizeof(path)), i;

	if (length < 0 || length >= sizeof(path))
		return false;
	for (i = 1; i <= length; i++)
		if ((i == length || path[i] == '/') &&
		    look_up(search, TRAIT_PLACE, place_key(path, i)))
			return true;
	return false;
}

static bool look_up_ancestor(struct search *search, struct cgroup *cgroup, int depth)
{
	cgroup = cgroup_ancestor(cgroup, depth);
	return cgroup && look_up(search, TRAIT_CGROUP, cgroup_id(cgroup));
}

static bool look_up_cgroups(struct search *search, struct task_struct *task)
{
	struct cgroup *cgroup;
	unsigned long depth;
	int deeper;

	if (!READ_ONCE(in_use[search->side][TRAIT_CGROUP]))
		return false;
	cgroup = task_dfl_cgroup(task);
	for_each_set_bit(depth, depths, DEPTHS)
		if (look_up_ancestor(search, cgroup, depth))
			return true;
	if (!cgroup_ancestor(cgroup, DEPTHS))
		return look_up_places(search, task);
	/* Only rules that are about cgroups as deep make a walk of it. */
	for (deeper = DEPTHS; test_bit(DEPTHS - 1, depths); deeper++)
		if (!cgroup_ancestor(cgroup, deeper))
			break;
		else if (look_up_ancestor(search, cgroup, deeper))
			return true;
	return false;
}

struct fguard_rule *fguard_roster_find(enum fguard_side side,
				       const struct fguard_subject *subject,
				       bool (*is_wrong)(const struct fguard_subjects *subjects,
							const void *context),
				       const void *context)
{
	struct search search = {
		.side = side, .is_wrong = is_wrong, .context = context,
		.left = FGUARD_LOOKS_MAX,
	};
	struct task_struct *task = subject->task;

	if (look_up(&search, TRAIT_PROCESS, task_tgid_nr(task)))
		return search.rule;
	if (READ_ONCE(in_use[side][TRAIT_DESCENDANTS]) &&
	    fguard_descendants_visit(task_tgid(task), look_up_descendants, &search))
		return search.rule;
	if (subject->exe &&
	    fguard_exes_visit(file_inode(subject->exe), look_up_exe, &search))
		return search.rule;
	if (look_up_users(&search, task))
		return search.rule;
	look_up_cgroups(&search, task);
	return search.rule;
}

struct fguard_rule *
fguard_roster_find_program(const struct file *program,
			   bool (*is_wrong)(const struct fguard_subjects *subjects,
					    const void *context),
			   const void *context)
{
	struct search search = {
		.is_wrong = is_wrong, .context = context, .left = FGUARD_LOOKS_MAX,
	};

	if (program)
		fguard_exes_visit(file_inode(program), look_up_program, &search);
	else
		look_up(&search, TRAIT_ANY_PROGRAM, 0);
	return search.rule;
}

struct fguard_rule *
fguard_roster_find_any(bool (*is_wrong)(const struct fguard_subjects *subjects,
					const void *context),
		       const void *context)
{
	struct search search = {
		.is_wrong = is_wrong, .context = context, .left = FGUARD_LOOKS_MAX,
	};

	look_up(&search, TRAIT_ANY, 0);
	return search.rule;
}

struct fguard_rule *fguard_roster_asking(void)
{
	return list_first_or_null_rcu(&asking, struct fguard_rule, by_asking);
}

/* ---- ends ---------------------------------------------------------------- */

static void note_ended(struct fguard_subjects *subjects)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&ended_lock, flags);
	if (READ_ONCE(subjects->ends) && list_empty(&subjects->ended))
		list_add_tail(&subjects->ended, &ended);
	raw_spin_unlock_irqrestore(&ended_lock, flags);
}

bool fguard_roster_ending(pid_t nr)
{
	const struct trait *trait;
	const struct entry *entry;

	if (!READ_ONCE(in_use[FGUARD_SIDE_FOR][TRAIT_ENDING]))
		return false;
	rcu_read_lock();
	trait = find_trait(FGUARD_SIDE_FOR, TRAIT_ENDING, nr);
	if (trait)
		list_for_each_entry_rcu(entry, &trait->entries, siblings)
			note_ended(entry->subjects);
	rcu_read_unlock();
	return trait;
}

bool fguard_roster_look(const struct fguard_rule *rule)
{
	bool gone = fguard_subjects_gone(rule->subjects);

	if (gone)
		note_ended(rule->subjects);
	return gone;
}

static struct fguard_subjects *take_ended(void)
{
	struct fguard_subjects *subjects;
	unsigned long flags;

	raw_spin_lock_irqsave(&ended_lock, flags);
	subjects = list_first_entry_or_null(&ended, struct fguard_subjects, ended);
	if (subjects)
		list_del_init(&subjects->ended);
	raw_spin_unlock_irqrestore(&ended_lock, flags);
	return subjects;
}

void fguard_roster_ended(void (*end)(struct fguard_rule *rule))
{
	struct fguard_subjects *subjects;
	struct fguard_rule *rule, *next;

	/* They are there as long as a rule ends with them, but no longer. */
	while ((subjects = take_ended())) {
		fguard_subjects_get(subjects);
		if (fguard_subjects_gone(subjects))
			list_for_each_entry_safe(rule, next, &subjects->ending, by_ending)
				end(rule);
		fguard_subjects_put(subjects);
	}
}

// SPDX-License-Identifier: GPL-2.0-only
#include <linux/cred.h>
#include <linux/dcache.h>
#include <linux/fs.h>

#include "ask/ask.h"
#include "enforce/judge.h"
#include "events/event.h"
#include "ftrace/hook.h"
#include "object/mount.h"
#include "policy/names.h"
#include "policy/rule.h"
#include "policy/site.h"
#include "policy/survey.h"
#include "subject/subject.h"

static void look_into(struct fguard_inquiry *inquiry, struct fguard_target *target,
		      const struct fguard_actor *actor)
{
	*inquiry = (struct fguard_inquiry){ .target = target, .actor = actor };
	fguard_store_decide(inquiry);
}

/* An access to two objects: the other has to consent, too. */
static noinline void decide_other(struct fguard_inquiry *inquiry,
				  struct fguard_target *target)
{
	struct fguard_inquiry other;

	look_into(&other, target, inquiry->actor);
	if (fguard_decide_combine(&inquiry->decision, &other.decision))
		inquiry->decider = other.decider;
}

/* Each operation is decided on its own: who may do one may not do another by it. */
static noinline void decide_each(struct fguard_inquiry *inquiry)
{
	struct fguard_survey survey;
	enum fguard_op op;

	fguard_survey(&survey, inquiry->target, inquiry->target->ops, inquiry->actor);
	op = fguard_survey_strictest(&survey);
	inquiry->decision = survey.decisions[op];
	inquiry->decider = survey.deciders[op];
}

/* What may be done to an object, but not what gives it a name, which is judged as such. */
#define HELD_OPS (FGUARD_OPS_ALL & ~(BIT(FGUARD_OP_CREATE) | BIT(FGUARD_OP_RENAME)))

/* Where an object would be, under the other name alone. */
static void look_there(struct fguard_survey *there, const struct fguard_target *to,
		       const struct fguard_actor *actor)
{
	struct fguard_target place = { .dentry = to->dentry, .mnt = to->mnt };

	fguard_survey(there, &place, HELD_OPS, actor);
}

/**
 * struct taking - an access that takes an object elsewhere
 * @access: the access
 * @inquiry: what was decided about it so far
 * @how: enum fguard_op: what it is judged as
 * @asker: the rule that asks about it, or NULL
 */
struct taking {
	const struct fguard_access *access;
	struct fguard_inquiry *inquiry;
	enum fguard_op how;
	const struct fguard_rule *asker;
};

static bool lasts_as_long(const struct fguard_rule *there, const struct fguard_rule *here)
{
	if (there->flags & ~here->flags & FGUARD_RULE_UNTIL_CLOSED)
		return false;
	if ((there->flags & FGUARD_RULE_UNTIL_EXIT) &&
	    !((here->flags & FGUARD_RULE_UNTIL_EXIT) && there->subjects == here->subjects))
		return false;
	return !there->expires || (here->expires && here->expires <= there->expires);
}

/*
 * Does a rule there let in nobody but whom the one here does? Who takes it may be
 * refused by both, and somebody else not. Answers are remembered by each for itself.
 */
static bool is_as_strict(const struct fguard_rule *there, const struct fguard_rule *here)
{
	if (there == here)
		return true;
	if (there->terms.otherwise != FGUARD_ELSE_DENY || !lasts_as_long(there, here) ||
	    (here->flags & ~there->flags & FGUARD_RULE_STRICT))
		return false;
	if (!(there->flags & FGUARD_RULE_AGAINST) &&
	    !fguard_subjects_name_anybody(there->subjects))
		return true;
	return there->subjects == here->subjects &&
	       !((there->flags ^ here->flags) & FGUARD_RULE_AGAINST);
}

static bool is_kept(const struct fguard_rule *rule, const struct fguard_survey *there,
		    enum fguard_op op)
{
	const struct fguard_rule *second = there->seconds[op];

	return is_as_strict(there->deciders[op], rule) ||
	       (second && is_as_strict(second, rule));
}

/* Is everybody who is refused an operation here refused it there? */
static bool is_all_kept(const struct fguard_survey *here, const struct fguard_survey *there,
			enum fguard_op op)
{
	const struct fguard_rule *second = here->seconds[op];

	return there->decisions[op].outcome >= here->decisions[op].outcome &&
	       is_kept(here->deciders[op], there, op) &&
	       (!second || is_kept(second, there, op)) && !(here->more & BIT(op));
}

/* Does a rule about this very name refuse it, by which its other names are guarded? */
static bool is_by_name(const struct fguard_survey *here, enum fguard_op op)
{
	return here->decisions[op].rank == FGUARD_RANK_PATH ||
	       (here->decisions[op].rank == FGUARD_RANK_OTHER && here->seconds[op]);
}

/*
 * Is the operation refused where the object is, and less where it would be? Its other
 * names lose with this one (@there: NULL) only what is said about this one.
 */
static bool is_less(const struct taking *taking, const struct fguard_survey *here,
		    const struct fguard_survey *there, enum fguard_op op)
{
	const struct fguard_decision *decision = &here->decisions[op];

	if (decision->outcome < FGUARD_OUTCOME_ASK ||
	    (there ? is_all_kept(here, there, op) : !is_by_name(here, op)))
		return false;
	return decision->outcome == FGUARD_OUTCOME_DENY ||
	       fguard_ask_forbids(taking->access, decision, here->deciders[op],
				  here->deciders[op] == taking->asker);
}

/* @there: NULL: where nothing is refused */
static bool compare(const struct taking *taking, const struct fguard_survey *here,
		    const struct fguard_survey *there)
{
	struct fguard_inquiry *inquiry = taking->inquiry;
	enum fguard_op op;

	for (op = 0; op < __FGUARD_OP_MAX; op++)
		if (is_less(taking, here, there, op))
			break;
	if (op == __FGUARD_OP_MAX)
		return false;
	inquiry->decision = here->decisions[op];
	inquiry->decision.outcome = FGUARD_OUTCOME_DENY;
	inquiry->decision.reason = FGUARD_REASON_RULE;
	inquiry->decision.detail = FGUARD_DETAIL_TAKING;
	inquiry->decision.op = taking->how;
	inquiry->decider = here->deciders[op];
	return true;
}

static bool is_any_refused(const struct fguard_survey *here)
{
	return here->decisions[fguard_survey_strictest(here)].outcome >= FGUARD_OUTCOME_ASK;
}

/* The object itself. */
static noinline bool takes_object(const struct taking *taking,
				  const struct fguard_target *from,
				  const struct fguard_target *to)
{
	struct fguard_survey here, there;
	struct fguard_target target = *from;

	fguard_survey_held(&here, &target, HELD_OPS, taking->inquiry->actor);
	if (!is_any_refused(&here))
		return false;
	look_there(&there, to, taking->inquiry->actor);
	return compare(taking, &here, &there);
}

/* What a directory holds, which is decided by the trees that it is in. */
static noinline bool takes_contents(const struct taking *taking,
				    const struct fguard_target *from,
				    const struct fguard_target *to)
{
	const struct fguard_actor *actor = taking->inquiry->actor;
	struct fguard_survey here, there;
	struct fguard_target target = *from, place = { .dentry = to->dentry, .mnt = to->mnt };

	if (!from->inode || !S_ISDIR(from->inode->i_mode))
		return false;
	fguard_survey_inside(&here, &target, HELD_OPS, actor);
	if (!is_any_refused(&here))
		return false;
	fguard_survey_inside(&there, &place, HELD_OPS, actor);
	return compare(taking, &here, &there);
}

/*
 * Another name of an object is guarded as long as the guarded one is there. So who is
 * refused something of it may not take that away.
 */
static noinline bool frees_other_names(const struct taking *taking,
				       const struct fguard_target *lost)
{
	struct fguard_target target = *lost;
	struct fguard_survey here;

	if (!lost->inode || S_ISDIR(lost->inode->i_mode) || lost->inode->i_nlink <= 1)
		return false;
	target.moves = false;
	target.destination = NULL;
	fguard_survey_held(&here, &target, HELD_OPS, taking->inquiry->actor);
	return compare(taking, &here, NULL);
}

static bool takes(const struct taking *taking, const struct fguard_target *from,
		  const struct fguard_target *to, const struct fguard_store *store)
{
	return (fguard_store_is_partial(store) && takes_object(taking, from, to)) ||
	       (store->trees && takes_contents(taking, from, to));
}

/*
 * Who is refused something of an object may not take it to where less is refused, or
 * give it another name there. So may a directory not take along what it holds.
 */
static noinline void decide_taking(const struct fguard_access *access,
				   struct fguard_inquiry *inquiry)
{
	const struct fguard_store *store = rcu_dereference(fguard_store);
	const struct fguard_target *targets = access->targets;
	const struct taking taking = {
		access, inquiry, fguard_decide_op(targets[0].ops),
		inquiry->decision.outcome == FGUARD_OUTCOME_ASK ? inquiry->decider : NULL,
	};

	if (inquiry->decision.outcome == FGUARD_OUTCOME_DENY)
		return;
	if (taking.how == FGUARD_OP_DELETE) {
		frees_other_names(&taking, &targets[0]);
		return;
	}
	if (takes(&taking, &targets[0], &targets[1], store) ||
	    taking.how != FGUARD_OP_RENAME)
		return;
	if (targets[1].moves)
		takes(&taking, &targets[1], &targets[0], store);
	else if (fguard_store_is_partial(store))
		frees_other_names(&taking, &targets[1]);
}

#define TAKING_OPS (BIT(FGUARD_OP_RENAME) | BIT(FGUARD_OP_LINK) | BIT(FGUARD_OP_DELETE))

/* May somebody be refused one operation and not another, or what is in a directory? */
static bool may_take(const struct fguard_access *access)
{
	const struct fguard_store *store = rcu_dereference(fguard_store);

	return (access->targets->ops & TAKING_OPS) &&
	       (fguard_store_is_partial(store) || (access->count > 1 && store->trees));
}

static __always_inline void decide(const struct fguard_access *access,
				   struct fguard_inquiry *inquiry)
{
	const bool two = access->count > 1;

	if (unlikely(fguard_decide_is_several(inquiry->target->ops)))
		decide_each(inquiry);
	else
		fguard_store_decide(inquiry);
	if (unlikely(two))
		decide_other(inquiry, &access->targets[1]);
	if (unlikely(may_take(access)))
		decide_taking(access, inquiry);
	if (inquiry->decision.outcome == FGUARD_OUTCOME_NONE)
		inquiry->decision.op = fguard_decide_op(inquiry->target->ops);
}

/* Failing to learn what has a name would open the guard: then nobody gets in. */
static noinline void learn(const struct fguard_access *access,
			    struct fguard_decision *decision)
{
	unsigned int i;
	int err = 0;

	for (i = 0; !err && i < access->count; i++)
		if (access->targets[i].named)
			err = fguard_names_used(&access->targets[i]);
	if (err) {
		decision->outcome = FGUARD_OUTCOME_DENY;
		decision->reason = FGUARD_REASON_DEFAULT;
		decision->error = err;
	}
}

static __always_inline bool is_named(const struct fguard_access *access, bool two)
{
	return access->targets[0].named || (two && access->targets[1].named);
}

/**
 * struct part - one operation on one object of an access
 * @which: the object
 * @decision: what was decided about it
 * @decider: the rule that did
 */
struct part {
	unsigned int which;
	struct fguard_decision decision;
	struct fguard_rule *decider;
};

/* Opening for reading and writing, or two objects. */
#define PARTS_MAX 4

static unsigned int take_apart(const struct fguard_access *access,
			       const struct fguard_actor *actor, struct part *parts)
{
	unsigned int which, count = 0;
	struct fguard_survey survey;
	enum fguard_op op;
	u32 left;

	for (which = 0; which < access->count; which++) {
		fguard_survey(&survey, &access->targets[which],
			      access->targets[which].ops, actor);
		for (left = survey.ops; left && count < PARTS_MAX; left &= ~BIT(op)) {
			op = fguard_decide_op(left);
			if (survey.deciders[op])
				parts[count++] = (struct part){
					which, survey.decisions[op], survey.deciders[op],
				};
		}
	}
	return count;
}

/* Nobody is asked about a part of what another part forbids. */
static bool is_refused(const struct part *parts, unsigned int count,
		       struct fguard_inquiry *inquiry)
{
	unsigned int i;

	for (i = 0; i < count; i++) {
		struct fguard_decision decision = parts[i].decision;

		if (decision.outcome != FGUARD_OUTCOME_ASK ||
		    !fguard_ask_refuses(&decision, parts[i].decider))
			continue;
		inquiry->decision = decision;
		inquiry->decider = parts[i].decider;
		return true;
	}
	return false;
}

/* All that one rule asks about one object. */
static u32 ops_asked(const struct part *part, const struct part *parts, unsigned int count)
{
	u32 ops = 0;
	unsigned int i;

	for (i = 0; i < count; i++)
		if (parts[i].decider == part->decider && parts[i].which == part->which &&
		    parts[i].decision.outcome == FGUARD_OUTCOME_ASK)
			ops |= BIT(parts[i].decision.op);
	return ops;
}

/*
 * An answer is remembered for the operations that it was about. What a filesystem
 * changes for its own is named anew at each try: only the object that the rule is about
 * is asked about.
 */
static void ask_part(const struct fguard_access *access, struct part *part, u32 ops)
{
	struct fguard_target target = access->targets[part->which];
	struct fguard_access asked = *access;

	if (access->count == 1 || fguard_access_is_behind(access)) {
		target.ops = ops;
		asked.targets = &target;
		asked.count = 1;
	}
	fguard_ask(&asked, &part->decision, part->decider);
}

/* Each rule that asks has its say about its object. They are asked one after the other. */
static void ask_parts(const struct fguard_access *access, struct part *parts,
		      unsigned int count, struct fguard_inquiry *inquiry)
{
	struct fguard_inquiry settled = {};
	const struct part *asked = NULL;
	unsigned int i;

	for (i = 0; i < count; i++) {
		struct part *part = &parts[i];

		if (part->decision.outcome == FGUARD_OUTCOME_ASK) {
			/* It was told of both objects. */
			if (asked && asked->decider == part->decider &&
			    asked->which != part->which)
				continue;
			asked = part;
			ask_part(access, part, ops_asked(part, parts, count));
		}
		if (fguard_decide_combine(&settled.decision, &part->decision))
			settled.decider = part->decider;
		if (settled.decision.outcome >= FGUARD_OUTCOME_ASK)
			break;
	}
	inquiry->decision = settled.decision;
	inquiry->decider = settled.decider;
}

static noinline void ask(const struct fguard_access *access,
			 struct fguard_inquiry *inquiry)
{
	struct part parts[PARTS_MAX];
	unsigned int count;

	/* It was asked about when it was mapped; nobody can be asked page by page. */
	if (access->fault) {
		inquiry->decision.outcome = FGUARD_OUTCOME_LOG;
		return;
	}
	if (access->count == 1 && !fguard_decide_is_several(access->targets->ops)) {
		fguard_ask(access, &inquiry->decision, inquiry->decider);
		return;
	}
	count = take_apart(access, inquiry->actor, parts);
	if (!is_refused(parts, count, inquiry))
		ask_parts(access, parts, count, inquiry);
}

/*
 * What is created cannot be asked about any more when it is opened: a refusal
 * would leave it there, and to go back would find it there.
 */
static noinline void ask_ahead(const struct fguard_access *access,
			       struct fguard_inquiry *inquiry)
{
	struct fguard_target target = *access->targets;
	struct fguard_access ahead = *access;
	struct fguard_inquiry opening;

	target.ops = access->opens;
	ahead.targets = &target;
	opening = (struct fguard_inquiry){ .target = &target, .actor = inquiry->actor };
	decide_each(&opening);
	if (opening.decision.outcome != FGUARD_OUTCOME_ASK)
		return;
	ask(&ahead, &opening);
	if (opening.decision.outcome < FGUARD_OUTCOME_ASK)
		return;
	inquiry->decision = opening.decision;
	inquiry->decider = opening.decider;
}

static bool is_refused_ahead(const struct fguard_access *access,
			     struct fguard_inquiry *inquiry, u32 ops)
{
	struct fguard_target target = *access->targets;
	struct fguard_inquiry opening = { .target = &target, .actor = inquiry->actor };

	target.ops = ops;
	decide_each(&opening);
	if (opening.decision.outcome != FGUARD_OUTCOME_DENY)
		return false;
	inquiry->decision = opening.decision;
	inquiry->decider = opening.decider;
	return true;
}

/*
 * What may be created but not opened would be left there, empty. Who may open it for
 * less gets as far as the open, where it is known for what.
 */
static noinline void refuse_ahead(const struct fguard_access *access,
				  struct fguard_inquiry *inquiry)
{
	const struct fguard_inquiry creation = *inquiry;

	if (!access->opens_somehow)
		is_refused_ahead(access, inquiry, access->opens);
	else if (is_refused_ahead(access, inquiry, BIT(FGUARD_OP_READ)) &&
		 !is_refused_ahead(access, inquiry, BIT(FGUARD_OP_WRITE)))
		*inquiry = creation;
}

static __always_inline void settle(const struct fguard_access *access,
				   struct fguard_inquiry *inquiry)
{
	const u32 opens = access->opens;

	decide(access, inquiry);
	if (unlikely(opens) && inquiry->decision.outcome != FGUARD_OUTCOME_DENY)
		refuse_ahead(access, inquiry);
	if (unlikely(inquiry->decision.outcome == FGUARD_OUTCOME_ASK))
		ask(access, inquiry);
	if (unlikely(opens) && inquiry->decision.outcome < FGUARD_OUTCOME_ASK)
		ask_ahead(access, inquiry);
}

static bool is_of_nobody(const struct vfsmount *mnt)
{
	return mnt && fguard_mounts_known() && IS_ERR_OR_NULL(fguard_mount_namespace(mnt));
}

/* A rule about a path knows its object, one about a suffix its directory. */
static bool is_on(const struct fguard_rule *rule, const struct super_block *sb)
{
	const struct fguard_site *start = fguard_rule_start(rule);

	return start && fguard_identity_shares_filesystem(&start->identity, sb);
}

/*
 * What a filesystem does to carry out another access: a rule about that filesystem's
 * own objects has told of the other one; one about those of the filesystem beneath
 * knows of no other. Through the mount that it uses nobody sees a path.
 */
static noinline bool is_told(const struct fguard_access *access,
			     const struct fguard_inquiry *inquiry)
{
	const struct fguard_target *target = access->targets;
	const struct super_block *sb = target->inode ? target->inode->i_sb :
						       target->dentry->d_sb;
	unsigned int i;

	if (inquiry->decision.outcome != FGUARD_OUTCOME_DENY &&
	    !(inquiry->decider && is_on(inquiry->decider, sb)))
		return false;
	for (i = 0; i < access->count; i++)
		if (is_of_nobody(access->targets[i].mnt))
			access->targets[i].mnt = NULL;
	return true;
}

/*
 * Anybody may mount an overlay over what others watch: the other access is about the
 * overlay's file, and this one about theirs. Until 6.8 its path is the overlay's.
 */
static noinline void report_layer(const struct fguard_access *access,
				  const struct fguard_inquiry *inquiry)
{
	struct fguard_target targets[2];
	struct fguard_access layer = *access;
	struct dentry *place;
	unsigned int i;

	for (i = 0; i < access->count; i++) {
		targets[i] = access->targets[i];
		place = fguard_object_place(targets[i].dentry, targets[i].inode);
		if (is_of_nobody(targets[i].mnt) || (place && place != targets[i].dentry))
			targets[i].mnt = NULL;
		targets[i].dentry = place ?: targets[i].dentry;
	}
	layer.targets = targets;
	layer.layer = true;
	fguard_event_report(&layer, &inquiry->decision, inquiry->decider);
}

/* What the compiler knows of an access, it shall know after a call, too. */
static __always_inline void judge(const struct fguard_access *access,
				  struct ftrace_regs *fregs)
{
	const struct fguard_actor actor = { .task = current };
	struct fguard_inquiry inquiry = { .target = access->targets, .actor = &actor };
	struct fguard_decision *decision = &inquiry.decision;
	const bool inner = access->inner, two = access->count > 1;
	const int error = !access->fault ? 0 : access->copied ? -ENOMEM : -EFAULT;
	const bool descriptor = access->descriptor;

	settle(access, &inquiry);
	if (decision->outcome == FGUARD_OUTCOME_ASK) {
		fguard_hook_restart(fregs);
		return;
	}
	if (decision->outcome != FGUARD_OUTCOME_DENY && is_named(access, two))
		learn(access, decision);
	if (!inner || (descriptor ? decision->outcome == FGUARD_OUTCOME_DENY :
				    is_told(access, &inquiry))) {
		if (inquiry.decider)
			fguard_rule_count(inquiry.decider, decision->outcome);
		if (fguard_events_wanted(decision->outcome != FGUARD_OUTCOME_NONE))
			fguard_event_report(access, decision, inquiry.decider);
	} else if (!descriptor && fguard_events_wanted(false)) {
		report_layer(access, &inquiry);
	}
	if (decision->outcome == FGUARD_OUTCOME_DENY)
		fguard_hook_refuse(fregs, error ?: decision->error);
}

void fguard_judge(const struct fguard_access *access, struct ftrace_regs *fregs)
{
	judge(access, fregs);
}

/* ---- files --------------------------------------------------------------- */

/* A mount of the kernel's own, which a user gets no path through; none that he took away. */
static noinline bool is_by_kernel(const struct file *file)
{
	return fguard_mounts_known() && IS_ERR(fguard_mount_namespace(file->f_path.mnt));
}

/*
 * overlayfs and its like open a file of their own for each that they are asked for,
 * and more to copy it: as their mounter, through a mount of the kernel's own.
 */
static inline bool is_behind_another(const struct file *file)
{
	if (unlikely(current_cred() != current_real_cred()) && is_by_kernel(file))
		return true;
#ifdef FMODE_BACKING
	if (file->f_mode & FMODE_BACKING)
		return true;
#endif
	return file_inode(file) != d_inode_rcu(file->f_path.dentry);
}

bool fguard_judge_is_behind(const struct file *file)
{
	return is_behind_another(file);
}

void fguard_judge_open(struct file *file, u32 ops, u32 flags, struct ftrace_regs *fregs)
{
	struct fguard_target target = {
		.dentry = file->f_path.dentry,
		.inode = file_inode(file),
		.mnt = file->f_path.mnt,
		.ops = ops,
	};
	const struct fguard_access access = {
		.targets = &target,
		.count = 1,
		.open_flags = flags,
		.inner = is_behind_another(file),
		.created = file->f_mode & FMODE_CREATED,
	};

	judge(&access, fregs);
}

void fguard_judge_descriptor(struct file *file, u32 ops, enum fguard_use use,
			     struct ftrace_regs *fregs)
{
	struct fguard_target target = {
		.dentry = file->f_path.dentry,
		.inode = file_inode(file),
		.mnt = file->f_path.mnt,
		.ops = ops,
		.strict = true,
	};
	const struct fguard_access access = {
		.targets = &target,
		.count = 1,
		.descriptor = true,
		.inner = true,
		.final = use != FGUARD_USE_DESCRIPTOR,
		.fault = use >= FGUARD_USE_FAULT,
		.copied = use == FGUARD_USE_COPY,
	};

	judge(&access, fregs);
}

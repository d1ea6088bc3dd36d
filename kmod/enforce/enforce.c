// SPDX-License-Identifier: GPL-2.0-only
#include <linux/cred.h>
#include <linux/dcache.h>
#include <linux/fs.h>

#include "ask/ask.h"
#include "enforce/enforce.h"
#include "events/event.h"
#include "ftrace/hook.h"
#include "object/mount.h"
#include "policy/names.h"
#include "policy/rule.h"
#include "policy/site.h"
#include "policy/survey.h"
#include "subject/subject.h"

static void look_into(struct fguard_match_context *context, struct fguard_object *object,
		      const struct fguard_subject *subject)
{
	*context = (struct fguard_match_context){ .object = object, .subject = subject };
	fguard_index_evaluate(context);
}

/* An access to two objects: the other has to consent, too. */
static noinline void evaluate_other(struct fguard_match_context *context,
				    struct fguard_object *object)
{
	struct fguard_match_context other;

	look_into(&other, object, context->subject);
	if (fguard_evaluate_combine(&context->decision, &other.decision))
		context->decider = other.decider;
}

/* Each operation is decided on its own: who may do one may not do another by it. */
static noinline void evaluate_each(struct fguard_match_context *context)
{
	struct fguard_survey survey;
	enum fguard_op op;

	fguard_survey(&survey, context->object, context->object->ops, context->subject);
	op = fguard_survey_strictest(&survey);
	context->decision = survey.decisions[op];
	context->decider = survey.deciders[op];
}

/* What may be done to an object, but not what gives it a name, which is checked as such. */
#define HELD_OPS (FGUARD_OPS_ALL & ~(BIT(FGUARD_OP_CREATE) | BIT(FGUARD_OP_RENAME)))

/* Where an object would be, under the other name alone. */
static void look_there(struct fguard_survey *there, const struct fguard_object *to,
		       const struct fguard_subject *subject)
{
	struct fguard_object place = { .dentry = to->dentry, .mnt = to->mnt };

	fguard_survey(there, &place, HELD_OPS, subject);
}

/**
 * struct taking - an access that takes an object elsewhere
 * @request: the access
 * @context: what was decided about it so far
 * @how: enum fguard_op: what it is checked as
 * @waiter: the rule that asks about it, or NULL
 */
struct taking {
	const struct fguard_request *request;
	struct fguard_match_context *context;
	enum fguard_op how;
	const struct fguard_rule *waiter;
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
	if (there->terms.else_action != FGUARD_ELSE_DENY || !lasts_as_long(there, here) ||
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
	       fguard_ask_forbids(taking->request, decision, here->deciders[op],
				  here->deciders[op] == taking->waiter);
}

/* @there: NULL: where nothing is refused */
static bool compare(const struct taking *taking, const struct fguard_survey *here,
		    const struct fguard_survey *there)
{
	struct fguard_match_context *context = taking->context;
	enum fguard_op op;

	for (op = 0; op < __FGUARD_OP_MAX; op++)
		if (is_less(taking, here, there, op))
			break;
	if (op == __FGUARD_OP_MAX)
		return false;
	context->decision = here->decisions[op];
	context->decision.outcome = FGUARD_OUTCOME_DENY;
	context->decision.reason = FGUARD_REASON_RULE;
	context->decision.detail = FGUARD_DETAIL_TAKING;
	context->decision.op = taking->how;
	context->decider = here->deciders[op];
	return true;
}

static bool is_any_refused(const struct fguard_survey *here)
{
	return here->decisions[fguard_survey_strictest(here)].outcome >= FGUARD_OUTCOME_ASK;
}

/* The object itself. */
static noinline bool takes_object(const struct taking *taking,
				  const struct fguard_object *from,
				  const struct fguard_object *to)
{
	struct fguard_survey here, there;
	struct fguard_object object = *from;

	fguard_survey_held(&here, &object, HELD_OPS, taking->context->subject);
	if (!is_any_refused(&here))
		return false;
	look_there(&there, to, taking->context->subject);
	return compare(taking, &here, &there);
}

/* What a directory holds, which is decided by the trees that it is in. */
static noinline bool takes_contents(const struct taking *taking,
				    const struct fguard_object *from,
				    const struct fguard_object *to)
{
	const struct fguard_subject *subject = taking->context->subject;
	struct fguard_survey here, there;
	struct fguard_object object = *from, place = { .dentry = to->dentry, .mnt = to->mnt };

	if (!from->inode || !S_ISDIR(from->inode->i_mode))
		return false;
	fguard_survey_inside(&here, &object, HELD_OPS, subject);
	if (!is_any_refused(&here))
		return false;
	fguard_survey_inside(&there, &place, HELD_OPS, subject);
	return compare(taking, &here, &there);
}

/*
 * Another name of an object is guarded as long as the guarded one is there. So who is
 * refused something of it may not take that away.
 */
static noinline bool frees_other_names(const struct taking *taking,
				       const struct fguard_object *lost)
{
	struct fguard_object object = *lost;
	struct fguard_survey here;

	if (!lost->inode || S_ISDIR(lost->inode->i_mode) || lost->inode->i_nlink <= 1)
		return false;
	object.change = FGUARD_CHANGE_NONE;
	object.destination = NULL;
	fguard_survey_held(&here, &object, HELD_OPS, taking->context->subject);
	return compare(taking, &here, NULL);
}

static bool takes(const struct taking *taking, const struct fguard_object *from,
		  const struct fguard_object *to, const struct fguard_index *index)
{
	return (fguard_index_is_partial(index) && takes_object(taking, from, to)) ||
	       (index->trees && takes_contents(taking, from, to));
}

/*
 * Who is refused something of an object may not take it to where less is refused, or
 * give it another name there. So may a directory not take along what it holds.
 */
static noinline void evaluate_taking(const struct fguard_request *request,
				     struct fguard_match_context *context)
{
	const struct fguard_index *index = rcu_dereference(fguard_index);
	const struct fguard_object *objects = request->objects;
	const struct taking taking = {
		request, context, fguard_evaluate_op(objects[0].ops),
		context->decision.outcome == FGUARD_OUTCOME_ASK ? context->decider : NULL,
	};

	if (context->decision.outcome == FGUARD_OUTCOME_DENY)
		return;
	if (taking.how == FGUARD_OP_DELETE) {
		frees_other_names(&taking, &objects[0]);
		return;
	}
	if (takes(&taking, &objects[0], &objects[1], index) ||
	    taking.how != FGUARD_OP_RENAME)
		return;
	if (objects[1].change == FGUARD_CHANGE_NAME)
		takes(&taking, &objects[1], &objects[0], index);
	else if (fguard_index_is_partial(index))
		frees_other_names(&taking, &objects[1]);
}

#define TAKING_OPS (BIT(FGUARD_OP_RENAME) | BIT(FGUARD_OP_LINK) | BIT(FGUARD_OP_DELETE))

/* May somebody be refused one operation and not another, or what is in a directory? */
static bool may_take(const struct fguard_request *request)
{
	const struct fguard_index *index = rcu_dereference(fguard_index);

	return (request->objects->ops & TAKING_OPS) &&
	       (fguard_index_is_partial(index) || (request->count > 1 && index->trees));
}

static __always_inline void decide(const struct fguard_request *request,
				   struct fguard_match_context *context)
{
	const bool two = request->count > 1;

	if (unlikely(fguard_evaluate_is_several(context->object->ops)))
		evaluate_each(context);
	else
		fguard_index_evaluate(context);
	if (unlikely(two))
		evaluate_other(context, &request->objects[1]);
	if (unlikely(may_take(request)))
		evaluate_taking(request, context);
	if (context->decision.outcome == FGUARD_OUTCOME_NONE)
		context->decision.op = fguard_evaluate_op(context->object->ops);
}

/* Failing to learn what has a name would open the guard: then nobody gets in. */
static noinline void learn(const struct fguard_request *request,
			    struct fguard_decision *decision)
{
	unsigned int i;
	int err = 0;

	for (i = 0; !err && i < request->count; i++)
		if (request->objects[i].named)
			err = fguard_names_used(&request->objects[i]);
	if (err) {
		decision->outcome = FGUARD_OUTCOME_DENY;
		decision->reason = FGUARD_REASON_DEFAULT;
		decision->error = err;
	}
}

static __always_inline bool is_named(const struct fguard_request *request, bool two)
{
	return request->objects[0].named || (two && request->objects[1].named);
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

static unsigned int take_apart(const struct fguard_request *request,
			       const struct fguard_subject *subject, struct part *parts)
{
	unsigned int which, count = 0;
	struct fguard_survey survey;
	enum fguard_op op;
	u32 left;

	for (which = 0; which < request->count; which++) {
		fguard_survey(&survey, &request->objects[which],
			      request->objects[which].ops, subject);
		for (left = survey.ops; left && count < PARTS_MAX; left &= ~BIT(op)) {
			op = fguard_evaluate_op(left);
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
		       struct fguard_match_context *context)
{
	unsigned int i;

	for (i = 0; i < count; i++) {
		struct fguard_decision decision = parts[i].decision;

		if (decision.outcome != FGUARD_OUTCOME_ASK ||
		    !fguard_ask_refuses(&decision, parts[i].decider))
			continue;
		context->decision = decision;
		context->decider = parts[i].decider;
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
static void ask_part(const struct fguard_request *request, struct part *part, u32 ops)
{
	struct fguard_object object = request->objects[part->which];
	struct fguard_request asked = *request;

	if (request->count == 1 || fguard_request_is_behind(request)) {
		object.ops = ops;
		asked.objects = &object;
		asked.count = 1;
	}
	fguard_ask(&asked, &part->decision, part->decider);
}

/* Each rule that asks has its say about its object. They are asked one after the other. */
static void ask_parts(const struct fguard_request *request, struct part *parts,
		      unsigned int count, struct fguard_match_context *context)
{
	struct fguard_match_context settled = {};
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
			ask_part(request, part, ops_asked(part, parts, count));
		}
		if (fguard_evaluate_combine(&settled.decision, &part->decision))
			settled.decider = part->decider;
		if (settled.decision.outcome >= FGUARD_OUTCOME_ASK)
			break;
	}
	context->decision = settled.decision;
	context->decider = settled.decider;
}

static noinline void ask(const struct fguard_request *request,
			 struct fguard_match_context *context)
{
	struct part parts[PARTS_MAX];
	unsigned int count;

	/* It was asked about when it was mapped; nobody can be asked page by page. */
	if (request->use >= FGUARD_USE_FAULT) {
		context->decision.outcome = FGUARD_OUTCOME_LOG;
		return;
	}
	if (request->count == 1 && !fguard_evaluate_is_several(request->objects->ops)) {
		fguard_ask(request, &context->decision, context->decider);
		return;
	}
	count = take_apart(request, context->subject, parts);
	if (!is_refused(parts, count, context))
		ask_parts(request, parts, count, context);
}

/*
 * What is created cannot be asked about any more when it is opened: a refusal
 * would leave it there, and to go back would find it there.
 */
static noinline void ask_ahead(const struct fguard_request *request,
			       struct fguard_match_context *context)
{
	struct fguard_object object = *request->objects;
	struct fguard_request ahead = *request;
	struct fguard_match_context opening;

	object.ops = request->opens;
	ahead.objects = &object;
	opening = (struct fguard_match_context){ .object = &object, .subject = context->subject };
	evaluate_each(&opening);
	if (opening.decision.outcome != FGUARD_OUTCOME_ASK)
		return;
	ask(&ahead, &opening);
	if (opening.decision.outcome < FGUARD_OUTCOME_ASK)
		return;
	context->decision = opening.decision;
	context->decider = opening.decider;
}

static bool is_refused_ahead(const struct fguard_request *request,
			     struct fguard_match_context *context, u32 ops)
{
	struct fguard_object object = *request->objects;
	struct fguard_match_context opening = { .object = &object, .subject = context->subject };

	object.ops = ops;
	evaluate_each(&opening);
	if (opening.decision.outcome != FGUARD_OUTCOME_DENY)
		return false;
	context->decision = opening.decision;
	context->decider = opening.decider;
	return true;
}

/*
 * What may be created but not opened would be left there, empty. Who may open it for
 * less gets as far as the open, where it is known for what.
 */
static noinline void refuse_ahead(const struct fguard_request *request,
				  struct fguard_match_context *context)
{
	const struct fguard_match_context creation = *context;

	if (request->creation == FGUARD_CREATION_OPENS)
		is_refused_ahead(request, context, request->opens);
	else if (is_refused_ahead(request, context, BIT(FGUARD_OP_READ)) &&
		 !is_refused_ahead(request, context, BIT(FGUARD_OP_WRITE)))
		*context = creation;
}

static __always_inline void settle(const struct fguard_request *request,
				   struct fguard_match_context *context)
{
	const u32 opens = request->opens;

	decide(request, context);
	if (unlikely(opens) && context->decision.outcome != FGUARD_OUTCOME_DENY)
		refuse_ahead(request, context);
	if (unlikely(context->decision.outcome == FGUARD_OUTCOME_ASK))
		ask(request, context);
	if (unlikely(opens) && context->decision.outcome < FGUARD_OUTCOME_ASK)
		ask_ahead(request, context);
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
static noinline bool is_told(const struct fguard_request *request,
			     const struct fguard_match_context *context)
{
	const struct fguard_object *object = request->objects;
	const struct super_block *sb = object->inode ? object->inode->i_sb :
						       object->dentry->d_sb;
	unsigned int i;

	if (context->decision.outcome != FGUARD_OUTCOME_DENY &&
	    !(context->decider && is_on(context->decider, sb)))
		return false;
	for (i = 0; i < request->count; i++)
		if (is_of_nobody(request->objects[i].mnt))
			request->objects[i].mnt = NULL;
	return true;
}

/*
 * Anybody may mount an overlay over what others watch: the other access is about the
 * overlay's file, and this one about theirs. Until 6.8 its path is the overlay's.
 */
static noinline void report_layer(const struct fguard_request *request,
				  const struct fguard_match_context *context)
{
	struct fguard_object objects[2];
	struct fguard_request layer = *request;
	struct dentry *place;
	unsigned int i;

	for (i = 0; i < request->count; i++) {
		objects[i] = request->objects[i];
		place = fguard_object_place(objects[i].dentry, objects[i].inode);
		if (is_of_nobody(objects[i].mnt) || (place && place != objects[i].dentry))
			objects[i].mnt = NULL;
		objects[i].dentry = place ?: objects[i].dentry;
	}
	layer.objects = objects;
	layer.part = FGUARD_PART_LAYER;
	fguard_event_report(&layer, &context->decision, context->decider);
}

static __always_inline bool is_reported(const struct fguard_request *request,
					const struct fguard_match_context *context)
{
	if (request->use != FGUARD_USE_NAME)
		return context->decision.outcome == FGUARD_OUTCOME_DENY;
	return request->part == FGUARD_PART_WHOLE || is_told(request, context);
}

/* Where no call fails the error is none of the rule's. */
static __always_inline int refusal(const struct fguard_request *request,
				   const struct fguard_decision *decision)
{
	switch (request->use) {
	case FGUARD_USE_FAULT:
		return -EFAULT;
	case FGUARD_USE_COPY:
		return -ENOMEM;
	default:
		return decision->error;
	}
}

/* What the compiler knows of an access, it shall know after a call, too. */
static __always_inline void enforce(const struct fguard_request *request,
				    struct ftrace_regs *fregs)
{
	const struct fguard_subject subject = { .task = current };
	struct fguard_match_context context = { .object = request->objects, .subject = &subject };
	struct fguard_decision *decision = &context.decision;
	const bool two = request->count > 1;

	settle(request, &context);
	if (decision->outcome == FGUARD_OUTCOME_ASK) {
		fguard_hook_restart(fregs);
		return;
	}
	if (decision->outcome != FGUARD_OUTCOME_DENY && is_named(request, two))
		learn(request, decision);
	if (is_reported(request, &context)) {
		if (context.decider)
			fguard_rule_count(context.decider, decision->outcome);
		if (fguard_events_wanted(decision->outcome != FGUARD_OUTCOME_NONE))
			fguard_event_report(request, decision, context.decider);
	} else if (request->part == FGUARD_PART_INNER && fguard_events_wanted(false)) {
		report_layer(request, &context);
	}
	if (decision->outcome == FGUARD_OUTCOME_DENY)
		fguard_hook_refuse(fregs, refusal(request, decision));
}

void fguard_enforce(const struct fguard_request *request, struct ftrace_regs *fregs)
{
	enforce(request, fregs);
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

enum fguard_part fguard_enforce_part(const struct file *file)
{
	return is_behind_another(file) ? FGUARD_PART_INNER : FGUARD_PART_WHOLE;
}

void fguard_enforce_open(struct file *file, u32 ops, u32 flags, struct ftrace_regs *fregs)
{
	struct fguard_object object = fguard_object_of_file(file, ops);
	const struct fguard_request request = {
		.objects = &object,
		.count = 1,
		.open_flags = flags,
		.part = fguard_enforce_part(file),
		.creation = file->f_mode & FMODE_CREATED ? FGUARD_CREATION_DONE :
							   FGUARD_CREATION_NONE,
	};

	enforce(&request, fregs);
}

void fguard_enforce_descriptor(struct file *file, u32 ops, enum fguard_use use,
			       struct ftrace_regs *fregs)
{
	struct fguard_object object = fguard_object_of_file(file, ops);
	const struct fguard_request request = {
		.objects = &object,
		.count = 1,
		.use = use,
		.final = use != FGUARD_USE_DESCRIPTOR,
	};

	object.strict = true;
	enforce(&request, fregs);
}

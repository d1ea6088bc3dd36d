// SPDX-License-Identifier: GPL-2.0-only
#include <linux/fs.h>
#include <linux/rculist.h>

#include "ask/answer_cache.h"
#include "enforce/against.h"
#include "policy/roster.h"
#include "policy/site.h"

/* ---- tracing ------------------------------------------------------------- */

/**
 * struct pair - one who would trace another
 * @tracer: the one
 * @tracee: the other
 * @by_exe: only subjects that name executables count
 */
struct pair {
	const struct fguard_subject *tracer;
	const struct fguard_subject *tracee;
	bool by_exe;
};

static bool holds_tracee_only(const struct fguard_subjects *subjects, const void *context)
{
	const struct pair *pair = context;

	return (!pair->by_exe || subjects->n_exes) &&
	       fguard_subjects_hold(subjects, pair->tracee) &&
	       !fguard_subjects_hold(subjects, pair->tracer);
}

/* Others would do for him what he may not do himself. */
static bool holds_tracer_only(const struct fguard_subjects *subjects, const void *context)
{
	const struct pair *pair = context;

	return fguard_subjects_hold(subjects, pair->tracer) &&
	       !fguard_subjects_hold(subjects, pair->tracee);
}

struct fguard_rule *fguard_against_tracing(const struct fguard_subject *tracer,
					   const struct fguard_subject *tracee,
					   bool by_exe)
{
	const struct pair pair = { tracer, tracee, by_exe };
	struct fguard_rule *rule;

	rule = fguard_roster_find(FGUARD_SIDE_FOR, tracee, holds_tracee_only, &pair);
	/* What somebody runs binds him no less. */
	if (rule || by_exe)
		return rule;
	return fguard_roster_find(FGUARD_SIDE_AGAINST, tracer, holds_tracer_only, &pair);
}

static bool holds_not(const struct fguard_subjects *subjects, const void *context)
{
	return !fguard_subjects_hold(subjects, context);
}

static bool holds(const struct fguard_subjects *subjects, const void *context)
{
	return fguard_subjects_hold(subjects, context);
}

struct fguard_rule *fguard_against_task(const struct fguard_subject *subject)
{
	return fguard_roster_find(FGUARD_SIDE_AGAINST, subject, holds, subject);
}

struct fguard_rule *fguard_against_tracer(const struct fguard_subject *tracer)
{
	return fguard_roster_find_any(holds_not, tracer) ?:
	       fguard_against_task(tracer);
}

/* @context: the executable of now, or NULL, and that of then, or NULL. */
static bool gain_by_masquerading(const struct fguard_subjects *subjects, const void *context)
{
	const struct file *const *exes = context;

	return fguard_subjects_gain_exe(subjects, exes[0], exes[1]);
}

struct fguard_rule *fguard_against_masquerading(const struct file *old,
						const struct file *new)
{
	const struct file *const exes[] = { old, new };

	if (old && new && file_inode(old) == file_inode(new))
		return NULL;
	/* Whoever answers goes by the executable, whichever it is. */
	return fguard_roster_find_program(new, gain_by_masquerading, exes) ?:
	       fguard_answer_cache_program(new) ?:
	       fguard_roster_asking();
}

/* ---- objects that nobody can tell ---------------------------------------- */

static struct fguard_rule *hear_against(const struct fguard_site *site, enum fguard_op op,
					bool strict,
					const struct fguard_subject *subject)
{
	struct fguard_voice *voice;
	struct fguard_rule *rule;

	/* Only rules that may refuse are there, and that are about this. */
	list_for_each_entry_rcu(voice, &site->voices, node) {
		rule = fguard_voice_rule(voice);
		if (rule && !fguard_rule_allows(rule, subject))
			return rule;
	}
	return fguard_site_rest(site, op, strict);
}

static enum fguard_site_kind kind_of(enum fguard_op op, bool strict)
{
	if (op == FGUARD_OP_READ)
		return FGUARD_SITE_MARKS;
	return strict ? FGUARD_SITE_WRITES : FGUARD_SITE_ATTRIBUTES;
}

struct fguard_rule *fguard_against_any(const struct super_block *sb, enum fguard_op op,
				       bool strict, const struct fguard_subject *subject)
{
	const enum fguard_site_kind kind = kind_of(op, strict);
	const struct fguard_site *site;
	struct fguard_rule *rule;
	unsigned int turn;

	for (turn = 0; turn < FGUARD_SITE_TURNS; turn++) {
		site = fguard_site_of_filesystem(kind, sb, turn);
		rule = site ? hear_against(site, op, strict, subject) : NULL;
		if (rule)
			return rule;
	}
	return NULL;
}

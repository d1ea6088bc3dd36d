/* SPDX-License-Identifier: MIT */
/* The module's status, and its lock. */
#include "internal.h"

#include <errno.h>
#include <libmnl/libmnl.h>

/* ---- the status --------------------------------------------------------- */

/* Where the reply is stored. */
struct report {
	struct fguard_status *status;
	struct fguard_hook *hooks;
	size_t max;
	bool told;
};

static int take_hook(const struct nlattr *nest, void *value)
{
	const struct nlattr *table[FGUARD_HOOK_A_MAX + 1];
	struct fguard_hook *hook = value;
	uint8_t state = 0;

	*hook = (struct fguard_hook){ 0 };
	if (fguard_parse_nested(nest, table, FGUARD_HOOK_A_MAX) ||
	    !table[FGUARD_HOOK_A_FUNCTION] || !table[FGUARD_HOOK_A_STATE] ||
	    fguard_copy_string(table[FGUARD_HOOK_A_FUNCTION], hook->function,
			       sizeof(hook->function)) ||
	    fguard_get_u32(table[FGUARD_HOOK_A_OPS], &hook->ops) ||
	    fguard_get_u8(table[FGUARD_HOOK_A_STATE], &state))
		return -EPROTO;
	hook->state = state;
	return 0;
}

_Static_assert(sizeof(struct fguard_hook) <= FGUARD_VALUE_MAX, "room for a hook");

static const struct fguard_kind hook_kind = {
	FGUARD_STATUS_A_HOOK, sizeof(struct fguard_hook), take_hook
};

static int take_asking(const struct nlattr *const *table,
		       struct fguard_status *status)
{
	if (fguard_get_u32(table[FGUARD_STATUS_A_ANSWERERS],
			   &status->answerers) ||
	    fguard_get_u32(table[FGUARD_STATUS_A_WAITING], &status->waiting) ||
	    fguard_get_u64(table[FGUARD_STATUS_A_ASKED], &status->asked) ||
	    fguard_get_u64(table[FGUARD_STATUS_A_EXPIRED], &status->expired))
		return -EPROTO;
	return 0;
}

static int take_numbers(const struct nlattr *nest, struct fguard_status *status)
{
	const struct nlattr *table[FGUARD_STATUS_A_MAX + 1];
	uint8_t locked = 0;

	if (fguard_parse_nested(nest, table, FGUARD_STATUS_A_MAX) ||
	    !table[FGUARD_STATUS_A_VERSION] ||
	    fguard_copy_string(table[FGUARD_STATUS_A_VERSION], status->version,
			       sizeof(status->version)) ||
	    fguard_get_u32(table[FGUARD_STATUS_A_RULES], &status->rules) ||
	    fguard_get_u32(table[FGUARD_STATUS_A_SUBSCRIBERS],
			   &status->subscribers) ||
	    fguard_get_u64(table[FGUARD_STATUS_A_ALLOWED], &status->allowed) ||
	    fguard_get_u64(table[FGUARD_STATUS_A_DENIED], &status->denied) ||
	    fguard_get_u64(table[FGUARD_STATUS_A_EVENTS], &status->events) ||
	    fguard_get_u64(table[FGUARD_STATUS_A_LOST], &status->lost))
		return -EPROTO;
	if (fguard_get_u8(table[FGUARD_STATUS_A_LOCKED], &locked))
		return -EPROTO;
	status->locked = locked;
	return take_asking(table, status);
}

static int take_status(const void *data, size_t size, void *context)
{
	const struct nlattr *table[FGUARD_A_MAX + 1];
	struct report *report = context;
	ssize_t n;

	if (fguard_parse(data, size, table, FGUARD_A_MAX) ||
	    !table[FGUARD_A_STATUS] ||
	    take_numbers(table[FGUARD_A_STATUS], report->status))
		return -EPROTO;
	n = fguard_take_values(table[FGUARD_A_STATUS], &hook_kind, report->hooks,
			       report->max);
	if (n < 0)
		return -EPROTO;
	report->status->n_hooks = (uint32_t)n;
	report->told = true;
	return 0;
}

int fguard_get_status(struct fguard *guard, struct fguard_status *status,
		      struct fguard_hook *hooks, size_t max)
{
	struct report report = { status, hooks, max, false };
	struct fguard_request request;
	int err;

	*status = (struct fguard_status){ .abi = guard->version };
	fguard_request_begin(&request, guard->family, FGUARD_CMD_GET_STATUS,
			     FGUARD_GENL_VERSION, NLM_F_ACK);
	err = fguard_exchange(guard, &request, take_status, &report);
	fguard_request_free(&request);
	if (!err && !report.told)
		err = fguard_fail(guard, -EPROTO, "the kernel sent no status");
	return err;
}

/* ---- the lock ----------------------------------------------------------- */

int fguard_lock(struct fguard *guard)
{
	struct fguard_request request;
	int err;

	fguard_request_begin(&request, guard->family, FGUARD_CMD_LOCK,
			     FGUARD_GENL_VERSION, NLM_F_ACK);
	err = fguard_exchange(guard, &request, NULL, NULL);
	fguard_request_free(&request);
	return err;
}

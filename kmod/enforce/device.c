// SPDX-License-Identifier: GPL-2.0-only
#include <linux/fs.h>
#include <linux/kallsyms.h>
#include <linux/rcupdate.h>
#include <linux/string.h>

#include "enforce/device.h"
#include "enforce/enforce.h"
#include "ftrace/syscall.h"
#include "policy/prefilter.h"

/* Drivers may go on in spite of an error, or make another one of it: nobody is asked. */
static noinline void enforce_number(dev_t device, struct ftrace_regs *fregs)
{
	struct fguard_object object = {
		.device = device,
		.ops = BIT(FGUARD_OP_READ) | BIT(FGUARD_OP_WRITE),
	};
	const struct fguard_request request = {
		.objects = &object,
		.count = 1,
		.final = true,
	};

	fguard_enforce(&request, fregs);
}

bool fguard_device_is_guarded(dev_t device)
{
	bool so;

	rcu_read_lock();
	so = fguard_prefilter_device(rcu_dereference(fguard_index), device);
	rcu_read_unlock();
	return so;
}

/* Throwing blocks away keeps others off meanwhile; the descriptor was opened before. */
static noinline bool discards(unsigned long caller)
{
	char name[KSYM_SYMBOL_LEN];

	sprint_symbol_no_offset(name, caller);
	return str_has_prefix(name, "truncate_bdev_range");
}

void fguard_device_enforce(dev_t device, unsigned long caller, struct ftrace_regs *fregs)
{
	/* It was opened by its name, in the same call, for both. */
	if (fguard_syscall_swaps() || discards(caller))
		return;
	rcu_read_lock();
	enforce_number(device, fregs);
	rcu_read_unlock();
}

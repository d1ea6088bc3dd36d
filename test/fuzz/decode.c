/* SPDX-License-Identifier: MIT */
/*
 * What the kernel says is taken apart, whatever it is: the calls of malformed_test.c,
 * each of which follows all pointers that it gets. Bytes behind a datagram are poisoned.
 */
#include "answers.h"
#include "fuzz.h"

struct answer {
	const uint8_t *data;
	size_t size;
};

static void answer(struct fake *fake, const struct nlmsghdr *request)
{
	const struct answer *given = fake->context;

	fake_deliver_bytes(fake, given->data, given->size, 0);
	fake_ack(fake, request, 0, NULL);
	fake_done(fake, request, 0, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct answer given = { data + FUZZ_ANSWER, size - FUZZ_ANSWER };
	const struct victim *victim;
	struct fguard *guard;
	struct fake fake;

	if (size <= FUZZ_ANSWER)
		return -1;
	victim = &victims[*data % n_victims];
	guard = victim->unasked ? fake_subscribe(&fake, fake_obey) : fake_open(&fake, answer);
	fake.context = &given;
	if (victim->unasked)
		fake_deliver_bytes(&fake, given.data, given.size, 0);
	victim->call(guard);
	fake_stop(&fake, guard);
	return 0;
}

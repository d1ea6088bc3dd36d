/* SPDX-License-Identifier: MIT */
/*
 * Answers that are broken in every place: cut at every byte, and with every
 * 16-bit word replaced by lengths and types that do not fit. Under ASan the
 * bytes behind a datagram are poisoned, so that reading past it is a failure.
 */
#include "answers.h"

#include <errno.h>
#include <stdlib.h>

/* The answer as broken, followed by a good acknowledgement. */
struct broken {
	unsigned char data[4096];
	size_t size;
	uint32_t sequence;
};

static void answer_broken(struct fake *fake, const struct nlmsghdr *request)
{
	const struct broken *broken = fake->context;

	fake_deliver_bytes(fake, broken->data, broken->size, 0);
	fake_ack(fake, request, 0, NULL);
	fake_done(fake, request, 0, NULL);
}

static void write_answer(const struct victim *victim, struct broken *broken)
{
	struct nlmsghdr *head;
	struct fake fake;

	fake_start(&fake);
	/* the family was request 1, so this answers request 2 */
	head = victim->write(&fake, 2);
	memcpy(broken->data, head, head->nlmsg_len);
	broken->size = head->nlmsg_len;
	fake_stop(&fake, NULL);
}

static int try_answer(const struct victim *victim, struct broken *broken)
{
	struct fake fake;
	struct fguard *guard = victim->unasked ?
				       fake_subscribe(&fake, fake_obey) :
				       fake_open(&fake, answer_broken);
	int result;

	fake.context = broken;
	if (victim->unasked)
		fake_deliver_bytes(&fake, broken->data, broken->size, 0);
	result = victim->call(guard);
	fake_stop(&fake, guard);
	return result;
}

static void intact_answers_are_understood(void **state)
{
	struct broken broken;

	(void)state;
	for (size_t i = 0; i < n_victims; i++) {
		write_answer(&victims[i], &broken);
		assert_int_equal(try_answer(&victims[i], &broken),
				 victims[i].result);
	}
}

static void a_datagram_cut_at_any_byte_is_an_error(void **state)
{
	struct broken broken;

	(void)state;
	for (size_t i = 0; i < n_victims; i++) {
		write_answer(&victims[i], &broken);
		while (--broken.size)
			assert_int_equal(try_answer(&victims[i], &broken),
					 -EPROTO);
	}
}

static void a_message_cut_at_any_byte_is_an_error(void **state)
{
	struct broken broken;

	(void)state;
	for (size_t i = 0; i < n_victims; i++) {
		/* a refusal is one without its sentence, too */
		int expected = victims[i].result ? victims[i].result : -EPROTO;

		write_answer(&victims[i], &broken);
		while (--broken.size >= NLMSG_HDRLEN) {
			((struct nlmsghdr *)broken.data)->nlmsg_len =
				(uint32_t)broken.size;
			if (broken.size < NLMSG_HDRLEN + sizeof(struct nlmsgerr))
				expected = -EPROTO;
			assert_int_equal(try_answer(&victims[i], &broken),
					 expected);
		}
	}
}

/* Some of these are valid by chance; what counts is that none is trusted. */
static void no_wrong_length_or_type_leads_astray(void **state)
{
	const uint16_t values[] = { 0, 1, 2, 3, 4, 5, 16, 20, 255, 0x8001, 65535 };
	struct broken broken;
	size_t refused = 0;

	(void)state;
	for (size_t i = 0; i < n_victims; i++) {
		write_answer(&victims[i], &broken);
		for (size_t at = 0; at + 2 <= broken.size; at += 2) {
			struct broken bad = broken;

			for (size_t v = 0; v < sizeof(values) / 2; v++) {
				memcpy(bad.data + at, &values[v], 2);
				refused += try_answer(&victims[i], &bad) < 0;
			}
		}
	}
	assert_true(refused > 500);
}

static int read_after_notice(size_t cut)
{
	unsigned char *buffer = malloc(FGUARD_BATCH_MAX);
	struct fake fake;
	struct fguard *guard = fake_subscribe(&fake, fake_obey);
	struct nlmsghdr *head = fake_message(&fake, GENL_ID_CTRL, 0, 0,
					     CTRL_CMD_DELFAMILY);
	ssize_t result;

	mnl_attr_put_u16(head, CTRL_ATTR_FAMILY_ID, FAKE_FAMILY);
	head->nlmsg_len -= (uint32_t)cut;
	fake_notify(&fake, head);
	result = fguard_read_events(guard, buffer, FGUARD_BATCH_MAX, 0);
	fake_stop(&fake, guard);
	free(buffer);
	return (int)result;
}

/* The attribute ends in two bytes of padding, which may be missing. */
static void a_cut_notice_does_not_end_the_stream(void **state)
{
	(void)state;
	for (size_t cut = 0; cut <= 2; cut++)
		assert_int_equal(read_after_notice(cut), -ENODEV);
	for (size_t cut = 3; cut <= 12; cut++)
		assert_int_equal(read_after_notice(cut), 0);
}

int run_malformed_tests(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(intact_answers_are_understood),
		cmocka_unit_test(a_datagram_cut_at_any_byte_is_an_error),
		cmocka_unit_test(a_message_cut_at_any_byte_is_an_error),
		cmocka_unit_test(no_wrong_length_or_type_leads_astray),
		cmocka_unit_test(a_cut_notice_does_not_end_the_stream),
	};

	return cmocka_run_group_tests_name("malformed", tests, NULL, NULL);
}

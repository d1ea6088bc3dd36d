/* SPDX-License-Identifier: MIT */
#include "fake.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/time.h>
#include <unistd.h>

static unsigned char buffer[FGUARD_BATCH_MAX];

/* An event message with one gap record; only the sequence number tells. */
static struct nlmsghdr *write_event(struct fake *fake, uint64_t sequence)
{
	const struct fguard_gap_record gap = {
		.head = { .length = sizeof(gap), .version = 1,
			  .type = FGUARD_RECORD_GAP, .seq = sequence },
	};
	struct nlmsghdr *head = fake_message(fake, FAKE_FAMILY, 0, 0,
					     FGUARD_CMD_EVENTS);

	mnl_attr_put(head, FGUARD_A_EVENTS, sizeof(gap), &gap);
	return head;
}

static void send_event(struct fake *fake, uint64_t sequence)
{
	fake_deliver(fake, write_event(fake, sequence));
}

static void send_notice(struct fake *fake, uint16_t family, uint8_t command)
{
	struct nlmsghdr *head = fake_message(fake, GENL_ID_CTRL, 0, 0, command);

	mnl_attr_put_u16(head, CTRL_ATTR_FAMILY_ID, family);
	mnl_attr_put_strz(head, CTRL_ATTR_FAMILY_NAME, "fguard");
	fake_notify(fake, head);
}

static ssize_t read_now(struct fguard *guard)
{
	return fguard_read_events(guard, buffer, sizeof(buffer), 0);
}

static void expect_event(struct fguard *guard, uint64_t sequence)
{
	struct fguard_gap_record gap;

	assert_int_equal(read_now(guard), sizeof(gap));
	memcpy(&gap, buffer, sizeof(gap));
	assert_int_equal(gap.head.seq, sequence);
}

static void a_batch_arrives_as_it_was_sent(void **state)
{
	struct fake fake;
	struct fguard *guard = fake_subscribe(&fake, fake_obey);

	(void)state;
	send_event(&fake, 41);
	send_event(&fake, 42);
	expect_event(guard, 41);
	expect_event(guard, 42);
	assert_int_equal(read_now(guard), 0);
	fake_stop(&fake, guard);
}

/* The largest message an attribute allows: 65531 bytes, in whole records 65528. */
static void the_largest_batch_fits_the_documented_buffer(void **state)
{
	static unsigned char records[65528];
	const struct fguard_record filler = { .length = 65528 / 4, .type = 99 };
	struct fake fake;
	struct fguard *guard = fake_subscribe(&fake, fake_obey);
	struct nlmsghdr *head;

	(void)state;
	_Static_assert(65528 % 4 == 0 && 65528 / 4 % 2 == 0, "four records");
	for (size_t i = 0; i < 4; i++)
		memcpy(records + i * 16376, &(struct fguard_record){
			.length = i < 3 ? 16376 : 65528 - 3 * 16376,
			.type = filler.type, .seq = i }, sizeof(filler));
	head = fake_message(&fake, FAKE_FAMILY, 0, 0, FGUARD_CMD_EVENTS);
	mnl_attr_put(head, FGUARD_A_EVENTS, sizeof(records), records);
	fake_deliver(&fake, head);
	assert_int_equal(read_now(guard), 65528);
	assert_memory_equal(buffer, records, sizeof(records));
	fake_stop(&fake, guard);
}

static void messages_of_one_datagram_come_one_by_one(void **state)
{
	unsigned char datagram[256];
	struct nlmsghdr *head;
	struct fake fake;
	struct fguard *guard = fake_subscribe(&fake, fake_obey);
	size_t length;

	(void)state;
	head = write_event(&fake, 1);
	length = head->nlmsg_len;
	memcpy(datagram, head, length);
	memcpy(datagram + length, write_event(&fake, 2), length);
	fake_deliver_bytes(&fake, datagram, 2 * length, 0);
	expect_event(guard, 1);
	expect_event(guard, 2);
	fake_stop(&fake, guard);
}

static void events_before_the_acknowledgement(struct fake *fake,
					      const struct nlmsghdr *request)
{
	send_event(fake, 1);
	send_event(fake, 2);
	fake_ack(fake, request, 0, NULL);
	send_event(fake, 3);
}

static void events_during_the_subscription_are_kept(void **state)
{
	const struct fguard_filter filter = { 0 };
	struct fake fake;
	struct fguard *guard = fake_subscribe(&fake,
					      events_before_the_acknowledgement);

	(void)state;
	expect_event(guard, 1);
	fake.answer = fake_obey;
	assert_int_equal(fguard_subscribe(guard, &filter), 0);
	expect_event(guard, 2);
	expect_event(guard, 3);
	assert_int_equal(read_now(guard), 0);
	fake_stop(&fake, guard);
}

static void other_processes_cannot_forge_events(void **state)
{
	struct fake fake;
	struct fguard *guard = fake_subscribe(&fake, fake_obey);
	struct nlmsghdr *head;

	(void)state;
	head = write_event(&fake, 666);
	fake_deliver_bytes(&fake, head, head->nlmsg_len, 4711);
	send_event(&fake, 1);
	expect_event(guard, 1);
	fake_stop(&fake, guard);
}

static void the_end_of_the_module_comes_behind_its_last_event(void **state)
{
	struct fake fake;
	struct fguard *guard = fake_subscribe(&fake, fake_obey);

	(void)state;
	send_notice(&fake, FAKE_FAMILY + 1, CTRL_CMD_DELFAMILY);
	send_notice(&fake, FAKE_FAMILY, CTRL_CMD_NEWFAMILY);
	assert_int_equal(read_now(guard), 0);
	send_notice(&fake, FAKE_FAMILY, CTRL_CMD_DELFAMILY);
	send_event(&fake, 1);
	send_event(&fake, 2);
	expect_event(guard, 1);
	expect_event(guard, 2);
	assert_int_equal(read_now(guard), -ENODEV);
	assert_int_equal(read_now(guard), -ENODEV);
	assert_string_equal(fguard_message(guard),
			    "the fguard module was unloaded");
	fake_stop(&fake, guard);
}

static void a_full_event_socket_does_not_hide_the_end(void **state)
{
	struct fake fake;
	struct fguard *guard = fake_subscribe(&fake, fake_obey);

	(void)state;
	send_event(&fake, 1);
	fake_deliver_error(&fake, -ENOBUFS);
	send_notice(&fake, FAKE_FAMILY, CTRL_CMD_DELFAMILY);
	expect_event(guard, 1);
	assert_int_equal(read_now(guard), -ENOBUFS);
	assert_int_equal(read_now(guard), -ENODEV);
	fake_stop(&fake, guard);
}

static void an_interrupt_lasts(void **state)
{
	struct fake fake;
	struct fguard *guard = fake_subscribe(&fake, fake_obey);

	(void)state;
	send_event(&fake, 1);
	assert_int_equal(fguard_interrupt(guard), 0);
	assert_int_equal(read_now(guard), -EINTR);
	assert_int_equal(read_now(guard), -EINTR);
	assert_int_equal(fguard_interrupt(guard), 0);
	fake_stop(&fake, guard);
}

static void *interrupt(void *guard)
{
	fguard_interrupt(guard);
	return NULL;
}

static void another_thread_ends_an_endless_wait(void **state)
{
	pthread_t thread;
	struct fake fake;
	struct fguard *guard = fake_subscribe(&fake, fake_obey);

	(void)state;
	assert_int_equal(pthread_create(&thread, NULL, interrupt, guard), 0);
	assert_int_equal(fguard_read_events(guard, buffer, sizeof(buffer), -1),
			 -EINTR);
	pthread_join(thread, NULL);
	fake_stop(&fake, guard);
}

static void ignore(int signal)
{
	(void)signal;
}

static void a_signal_ends_an_endless_wait(void **state)
{
	const struct itimerval often = { { 0, 10000 }, { 0, 10000 } }, never = { 0 };
	struct sigaction action = { .sa_handler = ignore }, old;
	struct fake fake;
	struct fguard *guard = fake_subscribe(&fake, fake_obey);

	(void)state;
	sigaction(SIGALRM, &action, &old);
	setitimer(ITIMER_REAL, &often, NULL);
	assert_int_equal(fguard_read_events(guard, buffer, sizeof(buffer), -1),
			 -EINTR);
	setitimer(ITIMER_REAL, &never, NULL);
	sigaction(SIGALRM, &old, NULL);
	fake_stop(&fake, guard);
}

static void a_timeout_ends_the_wait_also_among_noise(void **state)
{
	struct fake fake;
	struct fguard *guard = fake_subscribe(&fake, fake_obey);

	(void)state;
	send_notice(&fake, 5, CTRL_CMD_NEWFAMILY);
	assert_int_equal(fguard_read_events(guard, buffer, sizeof(buffer), 20), 0);
	assert_null(fake.notices.first);
	fake_stop(&fake, guard);
}

static void a_small_buffer_is_refused_and_loses_nothing(void **state)
{
	struct fake fake;
	struct fguard *guard = fake_subscribe(&fake, fake_obey);

	(void)state;
	send_event(&fake, 1);
	assert_int_equal(fguard_read_events(guard, buffer, sizeof(buffer) - 1, 0),
			 -EMSGSIZE);
	expect_event(guard, 1);
	fake_stop(&fake, guard);
}

static void an_overflow_is_reported(void **state)
{
	struct fake fake;
	struct fguard *guard = fake_subscribe(&fake, fake_obey);

	(void)state;
	fake_deliver_error(&fake, -ENOBUFS);
	send_event(&fake, 1);
	assert_int_equal(read_now(guard), -ENOBUFS);
	expect_event(guard, 1);
	fake_stop(&fake, guard);
}

int run_event_tests(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_batch_arrives_as_it_was_sent),
		cmocka_unit_test(the_largest_batch_fits_the_documented_buffer),
		cmocka_unit_test(messages_of_one_datagram_come_one_by_one),
		cmocka_unit_test(events_during_the_subscription_are_kept),
		cmocka_unit_test(other_processes_cannot_forge_events),
		cmocka_unit_test(the_end_of_the_module_comes_behind_its_last_event),
		cmocka_unit_test(a_full_event_socket_does_not_hide_the_end),
		cmocka_unit_test(an_interrupt_lasts),
		cmocka_unit_test(another_thread_ends_an_endless_wait),
		cmocka_unit_test(a_signal_ends_an_endless_wait),
		cmocka_unit_test(a_timeout_ends_the_wait_also_among_noise),
		cmocka_unit_test(a_small_buffer_is_refused_and_loses_nothing),
		cmocka_unit_test(an_overflow_is_reported),
	};

	return cmocka_run_group_tests_name("event", tests, NULL, NULL);
}

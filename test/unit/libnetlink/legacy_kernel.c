/* SPDX-License-Identifier: MIT */
#include "legacy_kernel.h"
#include "legacy/parts.h"

#include <errno.h>

struct kernel kernel;

static void answer_added(struct fake *fake, const struct nlmsghdr *request)
{
	struct nlmsghdr *head = fake_message(fake, FAKE_FAMILY, 0,
					     request->nlmsg_seq,
					     FGUARD_CMD_ADD_RULES);
	struct nlattr *nest = mnl_attr_nest_start(head, FGUARD_A_RULE);
	int error = kernel.add_error;

	kernel.add_error = 0;
	if (error) {
		fake_ack(fake, request, error, NULL);
		return;
	}
	mnl_attr_put_u32(head, FGUARD_RULE_A_ID, 7);
	mnl_attr_nest_end(head, nest);
	fake_deliver(fake, head);
	fake_ack(fake, request, 0, NULL);
}

static void answer_rules(struct fake *fake, const struct nlmsghdr *request)
{
	struct nlmsghdr *head = fake_message(fake, FAKE_FAMILY, NLM_F_MULTI,
					     request->nlmsg_seq,
					     FGUARD_CMD_GET_RULES);

	if (kernel.put_rules) {
		kernel.put_rules(head);
		fake_deliver(fake, head);
	}
	fake_done(fake, request, 0, NULL);
}

static void answer_questions(struct fake *fake, const struct nlmsghdr *request)
{
	struct nlmsghdr *head = fake_message(fake, FAKE_FAMILY, NLM_F_MULTI,
					     request->nlmsg_seq,
					     FGUARD_CMD_GET_QUESTIONS);

	fake_put_question(head, 77, 12, "/srv/lost.docx");
	fake_deliver(fake, head);
	fake_done(fake, request, 0, NULL);
}

static void answer_all(struct fake *fake, const struct nlmsghdr *request)
{
	switch (fake_command(request)) {
	case FGUARD_CMD_ADD_RULES:
		return answer_added(fake, request);
	case FGUARD_CMD_GET_RULES:
		return answer_rules(fake, request);
	case FGUARD_CMD_GET_QUESTIONS:
		return answer_questions(fake, request);
	case FGUARD_CMD_ANSWER:
		return fake_ack(fake, request, kernel.answer_error,
				kernel.answer_error ? "a sentence" : NULL);
	case FGUARD_CMD_SUBSCRIBE:
		fake_ack(fake, request, 0, NULL);
		if (kernel.events)
			kernel.events(fake);
		return;
	default:
		fake_ack(fake, request, 0, NULL);
	}
}

static void note_closed(struct fake *fake)
{
	(void)fake;
	sem_post(&kernel.ended);
}

static int open_fake(struct fguard **guard)
{
	struct fake *fake = &kernel.fakes[kernel.n_fakes++];

	assert_true(kernel.n_fakes <= KERNEL_FAKES);
	fake_start(fake);
	fake->answer = answer_all;
	fake->closed = note_closed;
	if (!kernel.loaded)
		fake->version = 0;
	assert_int_equal(fguard_create(guard), 0);
	return fguard_connect(*guard, &fake_transport, &fake->main);
}

int kernel_start(void **state)
{
	(void)state;
	kernel = (struct kernel){ .loaded = true };
	sem_init(&kernel.ended, 0, 0);
	fguard_legacy_open = open_fake;
	return 0;
}

int kernel_stop(void **state)
{
	(void)state;
	for (size_t i = 0; i < kernel.n_fakes; i++)
		fake_stop(&kernel.fakes[i], NULL);
	sem_destroy(&kernel.ended);
	fguard_legacy_open = fguard_open;
	return 0;
}

const struct nlmsghdr *kernel_asked(size_t which, uint8_t command, size_t number)
{
	const struct fake *fake = &kernel.fakes[which];

	for (size_t i = 0; i < fake->n_requests; i++)
		if (fake_command(fake->requests[i]) == command && !number--)
			return fake->requests[i];
	return NULL;
}

const struct nlattr *kernel_added(size_t which)
{
	const struct nlmsghdr *request = kernel_asked(which, FGUARD_CMD_ADD_RULES, 0);

	assert_non_null(request);
	return fake_find(request, FGUARD_A_RULE, 0);
}

void kernel_question(struct fake *fake, uint64_t id, const char *path)
{
	kernel_move(fake, id, path, "");
}

void kernel_move(struct fake *fake, uint64_t id, const char *path, const char *new_path)
{
	struct nlmsghdr *head = fake_message(fake, FAKE_FAMILY, 0, 0,
					     FGUARD_CMD_EVENTS);

	fake_put_move(head, id, 12, path, new_path);
	fake_deliver(fake, head);
}

void kernel_closed(struct fake *fake, uint64_t id)
{
	struct nlmsghdr *head = fake_message(fake, FAKE_FAMILY, 0, 0,
					     FGUARD_CMD_EVENTS);

	fake_put_closed(head, id, FGUARD_CLOSED_EXPIRED, FGUARD_VERDICT_ALLOW);
	fake_deliver(fake, head);
}

void kernel_put_rule(struct nlmsghdr *head, uint32_t id, const char *suffix,
		     const char *path, const char *name)
{
	struct nlattr *nest = mnl_attr_nest_start(head, FGUARD_A_RULE);

	mnl_attr_put_u32(head, FGUARD_RULE_A_ID, id);
	if (suffix)
		mnl_attr_put_strz(head, FGUARD_RULE_A_SUFFIX, suffix);
	if (path)
		mnl_attr_put_strz(head, FGUARD_RULE_A_PATH, path);
	if (name)
		mnl_attr_put_strz(head, FGUARD_RULE_A_NAME, name);
	mnl_attr_nest_end(head, nest);
}

/* SPDX-License-Identifier: MIT */
/* The fake's transport: what the library sees of it. */
#include "fake.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(at, size) ((void)(at), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(at, size) ((void)(at), (void)(size))
#endif

static void answer_family(struct fake *fake, const struct nlmsghdr *request)
{
	const struct nlattr *asked = fake_find(request, CTRL_ATTR_FAMILY_NAME, 0);
	bool control = !strcmp(mnl_attr_get_str(asked), "nlctrl");
	struct nlattr *groups, *group;
	struct nlmsghdr *head;

	if (!control && !fake->version) {
		fake_ack(fake, request, -ENOENT, NULL);
		return;
	}
	head = fake_message(fake, GENL_ID_CTRL, 0, request->nlmsg_seq,
			    CTRL_CMD_NEWFAMILY);
	mnl_attr_put_strz(head, CTRL_ATTR_FAMILY_NAME, mnl_attr_get_str(asked));
	mnl_attr_put_u16(head, CTRL_ATTR_FAMILY_ID,
			 control ? GENL_ID_CTRL : FAKE_FAMILY);
	mnl_attr_put_u32(head, CTRL_ATTR_VERSION, control ? 2 : fake->version);
	if (control) {
		groups = mnl_attr_nest_start(head, CTRL_ATTR_MCAST_GROUPS);
		group = mnl_attr_nest_start(head, 1);
		mnl_attr_put_u32(head, CTRL_ATTR_MCAST_GRP_ID, FAKE_NOTIFY);
		mnl_attr_put_strz(head, CTRL_ATTR_MCAST_GRP_NAME, "notify");
		mnl_attr_nest_end(head, group);
		mnl_attr_nest_end(head, groups);
	}
	fake_deliver(fake, head);
	fake_ack(fake, request, 0, NULL);
}

static void keep_request(struct fake *fake, const void *data, size_t size)
{
	struct nlmsghdr *copy = malloc(size);

	memcpy(copy, data, size);
	fake->requests = realloc(fake->requests,
				 (fake->n_requests + 1) * sizeof(copy));
	fake->requests[fake->n_requests++] = copy;
}

static int open_another(void *carrier, void **another)
{
	struct fake_end *end = carrier;

	*another = &end->fake->notices;
	return 0;
}

static int send_message(void *carrier, const void *data, size_t size)
{
	struct fake *fake = ((struct fake_end *)carrier)->fake;
	const struct nlmsghdr *head = data;

	assert_ptr_equal(carrier, &fake->main);
	assert_int_equal(head->nlmsg_len, size);
	if (size > fake->send_room)
		return -EMSGSIZE;
	if (head->nlmsg_type == GENL_ID_CTRL) {
		answer_family(fake, head);
		return 0;
	}
	assert_int_equal(head->nlmsg_type, FAKE_FAMILY);
	keep_request(fake, data, size);
	if (fake->answer)
		fake->answer(fake, head);
	return 0;
}

/* Whatever lies behind the datagram must not be looked at. */
static void poison(struct fake_end *end, unsigned char *buffer, size_t used,
		   size_t size)
{
	end->poisoned = buffer + used;
	end->poisoned_size = size - used;
	ASAN_POISON_MEMORY_REGION(end->poisoned, end->poisoned_size);
}

static void unpoison(struct fake_end *end)
{
	ASAN_UNPOISON_MEMORY_REGION(end->poisoned, end->poisoned_size);
	end->poisoned_size = 0;
}

static ssize_t receive_datagram(void *carrier, void *buffer, size_t size,
				bool wait, uint32_t *sender)
{
	struct fake_end *end = carrier;
	struct fake_datagram *datagram = end->first;
	uint64_t one;
	ssize_t result;

	/* both sockets share the library's buffer */
	unpoison(&end->fake->main);
	unpoison(&end->fake->notices);
	if (!datagram) /* to wait here would be to wait for ever */
		return wait ? -EDEADLK : -EAGAIN;
	assert_int_equal(read(end->wake, &one, sizeof(one)), sizeof(one));
	end->first = datagram->next;
	result = datagram->error ? datagram->error : (ssize_t)datagram->size;
	if (result > 0 && datagram->size <= size) {
		memcpy(buffer, datagram->data, datagram->size);
		poison(end, buffer, datagram->size, size);
	}
	*sender = datagram->sender;
	free(datagram);
	return result;
}

static int join_group(void *carrier, uint32_t group)
{
	((struct fake_end *)carrier)->group = group;
	return 0;
}

static int grow_buffer(void *carrier, int option, size_t size)
{
	struct fake *fake = ((struct fake_end *)carrier)->fake;

	if (fake->grow_error)
		return fake->grow_error;
	if (option == SO_SNDBUFFORCE)
		fake->send_room = size;
	else if (option == SO_RCVBUFFORCE)
		fake->received_room = size;
	return 0;
}

static int get_descriptor(void *carrier)
{
	return ((struct fake_end *)carrier)->wake;
}

static void close_end(void *carrier)
{
	struct fake_end *end = carrier;

	unpoison(end);
	if (end == &end->fake->main && end->fake->closed)
		end->fake->closed(end->fake);
}

const struct fguard_transport fake_transport = {
	.open = open_another,
	.send = send_message,
	.receive = receive_datagram,
	.join = join_group,
	.grow = grow_buffer,
	.descriptor = get_descriptor,
	.close = close_end,
};

static void start_end(struct fake *fake, struct fake_end *end)
{
	end->fake = fake;
	end->wake = eventfd(0, EFD_SEMAPHORE | EFD_NONBLOCK);
	assert_true(end->wake >= 0);
}

static void stop_end(struct fake_end *end)
{
	while (end->first) {
		struct fake_datagram *next = end->first->next;

		free(end->first);
		end->first = next;
	}
	close(end->wake);
}

void fake_start(struct fake *fake)
{
	*fake = (struct fake){ .version = FGUARD_GENL_VERSION,
			       .send_room = 200 * 1024 };
	start_end(fake, &fake->main);
	start_end(fake, &fake->notices);
	/* libmnl may leave padding as it was */
	fake->paper = calloc(1, PAPER_SIZE);
	assert_non_null(fake->paper);
}

struct fguard *fake_open(struct fake *fake, fake_answer answer)
{
	struct fguard *guard;

	fake_start(fake);
	fake->answer = answer;
	assert_int_equal(fguard_create(&guard), 0);
	assert_int_equal(fguard_connect(guard, &fake_transport, &fake->main), 0);
	return guard;
}

/* A handle as after fguard_subscribe(), which the kernel obeys. */
struct fguard *fake_subscribe(struct fake *fake, fake_answer answer)
{
	const struct fguard_filter filter = { .all = 1 };
	struct fguard *guard = fake_open(fake, answer);

	assert_int_equal(fguard_subscribe(guard, &filter), 0);
	return guard;
}

void fake_stop(struct fake *fake, struct fguard *guard)
{
	fguard_close(guard);
	stop_end(&fake->main);
	stop_end(&fake->notices);
	for (size_t i = 0; i < fake->n_requests; i++)
		free(fake->requests[i]);
	free(fake->requests);
	free(fake->paper);
}

/* SPDX-License-Identifier: MIT */
/*
 * Changes answers as attributes: one gets another type or value, goes, comes twice, or a
 * new one comes, at any depth, and the lengths around it are made to fit. Without that
 * nearly every change would end at the first length that does not.
 */
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

#define BODY (FUZZ_ANSWER + NLMSG_HDRLEN + GENL_HDRLEN)
#define DEPTH_MAX 4
#define SPOTS_MAX 64
#define TYPES 40

/**
 * struct spot - an attribute
 * @at: where
 * @around: where those are that it is in, the outermost first
 * @depth: how many they are
 */
struct spot {
	size_t at;
	size_t around[DEPTH_MAX];
	unsigned int depth;
};

/**
 * struct input - what is changed
 * @data: the bytes
 * @size: how many
 * @max: room for them
 * @spots: attributes
 * @n: how many
 */
struct input {
	uint8_t *data;
	size_t size;
	size_t max;
	struct spot spots[SPOTS_MAX];
	size_t n;
};

static struct nlattr read_attribute(const struct input *input, size_t at)
{
	struct nlattr attribute;

	memcpy(&attribute, input->data + at, sizeof(attribute));
	return attribute;
}

static void write_attribute(struct input *input, size_t at, struct nlattr attribute)
{
	memcpy(input->data + at, &attribute, sizeof(attribute));
}

/* Are there whole attributes, and nothing else? */
static bool holds_attributes(const struct input *input, size_t from, size_t to)
{
	size_t length;

	if (from == to)
		return false;
	for (; from + NLA_HDRLEN <= to; from += NLA_ALIGN(length)) {
		length = read_attribute(input, from).nla_len;
		if (length < NLA_HDRLEN || from + length > to)
			return false;
		if (from + NLA_ALIGN(length) >= to)
			return true;
	}
	return false;
}

static void find_spots(struct input *input, size_t from, size_t to, struct spot spot)
{
	size_t length;

	for (; from + NLA_HDRLEN <= to && input->n < SPOTS_MAX; from += NLA_ALIGN(length)) {
		length = read_attribute(input, from).nla_len;
		if (length < NLA_HDRLEN || from + length > to)
			return;
		spot.at = from;
		input->spots[input->n++] = spot;
		if (spot.depth < DEPTH_MAX &&
		    holds_attributes(input, from + NLA_HDRLEN, from + length)) {
			struct spot inner = spot;

			inner.around[inner.depth++] = from;
			find_spots(input, from + NLA_HDRLEN, from + length, inner);
		}
	}
}

/* Makes @more bytes at @at, or takes some away; the lengths around @spot follow. */
static bool resize(struct input *input, const struct spot *spot, size_t at, long more)
{
	size_t after = more < 0 ? at + (size_t)-more : at;
	uint32_t length;

	if (after > input->size || (more > 0 && input->size + (size_t)more > input->max))
		return false;
	for (unsigned int i = 0; i < spot->depth; i++) {
		struct nlattr around = read_attribute(input, spot->around[i]);

		around.nla_len = (uint16_t)(around.nla_len + more);
		write_attribute(input, spot->around[i], around);
	}
	memmove(input->data + at + (more > 0 ? more : 0), input->data + after, input->size - after);
	input->size = (size_t)((long)input->size + more);
	memcpy(&length, input->data + FUZZ_ANSWER, sizeof(length));
	length = (uint32_t)((long)length + more);
	memcpy(input->data + FUZZ_ANSWER, &length, sizeof(length));
	return true;
}

static size_t room_of(const struct input *input, const struct spot *spot)
{
	size_t room = NLA_ALIGN(read_attribute(input, spot->at).nla_len);

	/* The last one of all need not be padded. */
	return spot->at + room > input->size ? input->size - spot->at : room;
}

static void change_type(struct input *input, const struct spot *spot)
{
	struct nlattr attribute = read_attribute(input, spot->at);

	attribute.nla_type = (uint16_t)(rand() % TYPES);
	write_attribute(input, spot->at, attribute);
}

static void change_value(struct input *input, const struct spot *spot)
{
	size_t length = read_attribute(input, spot->at).nla_len - NLA_HDRLEN;

	if (length)
		LLVMFuzzerMutate(input->data + spot->at + NLA_HDRLEN, length, length);
}

static void copy(struct input *input, const struct spot *spot)
{
	size_t room = room_of(input, spot);

	if (resize(input, spot, spot->at, (long)room))
		memcpy(input->data + spot->at, input->data + spot->at + room, room);
}

static void add(struct input *input, const struct spot *spot)
{
	struct nlattr attribute = {
		.nla_len = (uint16_t)(NLA_HDRLEN + rand() % 24),
		.nla_type = (uint16_t)(rand() % TYPES),
	};
	size_t room = NLA_ALIGN(attribute.nla_len);

	if (!resize(input, spot, spot->at, (long)room))
		return;
	memset(input->data + spot->at, rand() % 3, room);
	write_attribute(input, spot->at, attribute);
}

/* A string without its end, a number of another width. */
static void change_length(struct input *input, const struct spot *spot)
{
	struct nlattr attribute = read_attribute(input, spot->at);
	const long more = rand() % 2 ? NLA_ALIGNTO : -NLA_ALIGNTO;
	size_t room = room_of(input, spot);

	if (attribute.nla_len + more < NLA_HDRLEN ||
	    !resize(input, spot, spot->at + room - (more < 0 ? NLA_ALIGNTO : 0), more))
		return;
	attribute.nla_len = (uint16_t)(attribute.nla_len + more - rand() % 2);
	if (attribute.nla_len >= NLA_HDRLEN)
		write_attribute(input, spot->at, attribute);
}

static void change_spot(struct input *input, const struct spot *spot)
{
	switch (rand() % 6) {
	case 0:
		return change_type(input, spot);
	case 1:
		return copy(input, spot);
	case 2:
		return add(input, spot);
	case 3:
		return change_length(input, spot);
	case 4:
		resize(input, spot, spot->at, -(long)room_of(input, spot));
		return;
	default:
		return change_value(input, spot);
	}
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max, unsigned int seed)
{
	static struct input input;

	srand(seed);
	input = (struct input){ .data = data, .size = size, .max = max };
	if (size > BODY)
		find_spots(&input, BODY, size, (struct spot){ .depth = 0 });
	/* Heads, and lengths that do not fit, are for the other way. */
	if (!input.n || rand() % 4 == 0)
		return LLVMFuzzerMutate(data, size, max);
	change_spot(&input, &input.spots[(size_t)rand() % input.n]);
	return input.size;
}

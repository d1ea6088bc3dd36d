/* SPDX-License-Identifier: MIT */
/* The attributes received in a dump, in a buffer that grows. */
#include "internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int make_room(struct fguard_store *store, size_t more)
{
	size_t room = store->room ? store->room : 4096;
	unsigned char *data;

	while (room < store->used + more)
		room *= 2;
	if (room == store->room)
		return 0;
	data = realloc(store->data, room);
	if (!data)
		return -ENOMEM;
	store->data = data;
	store->room = room;
	return 0;
}

int fguard_store_add(struct fguard_store *store, const void *piece, size_t size)
{
	if (make_room(store, NLA_ALIGN(size)))
		return -ENOMEM;
	memcpy(store->data + store->used, piece, size);
	memset(store->data + store->used + size, 0, NLA_ALIGN(size) - size);
	store->used += NLA_ALIGN(size);
	store->count++;
	return 0;
}

void fguard_store_empty(struct fguard_store *store)
{
	store->used = 0;
	store->at = 0;
	store->count = 0;
}

void fguard_store_free(struct fguard_store *store)
{
	free(store->data);
	*store = (struct fguard_store){ 0 };
}

/* SPDX-License-Identifier: MIT */
#ifndef TRY_PLACE_H
#define TRY_PLACE_H

#include "text.h"

/* A path, as its directory and its last name. */
struct place {
	char directory[TEXT_MAX];
	const char *name;
};

static inline struct place place_of(const char *path)
{
	struct place place;
	size_t at = text_length(path);

	while (at && path[at - 1] != '/')
		at--;
	place.name = path + at;
	text_put(place.directory, path);
	place.directory[at > 1 ? at - 1 : at] = 0;
	return place;
}

#endif

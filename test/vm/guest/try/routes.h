/* SPDX-License-Identifier: MIT */
/* The ways to a file, each by the real system call. */
#ifndef TRY_ROUTES_H
#define TRY_ROUTES_H

#include <stddef.h>

/* Gives a negative errno, or how it went well. @second: a new name, or NULL. */
typedef long (*route)(const char *path, const char *second);

struct route_name {
	const char *name;
	route run;
};

#define ROUTE(name) static long name(const char *path, const char *second)

extern const struct route_name open_routes[], uring_routes[], name_routes[], attr_routes[],
	mount_routes[], fd_routes[], map_routes[], ioctl_routes[],
	rare_routes[], hole_routes[], entry_routes[], aio_routes[],
	watch_routes[], socket_routes[], device_routes[];

/* NULL: there is none of this name. */
route route_find(const char *name);

/* An open descriptor that ftruncate and others use; opened while that is allowed. */
extern int route_held;
long route_hold(const char *path);

/* The same of a directory. */
long route_hold_directory(const char *path);

/* A socket is bound there, by @bind. */
long route_bind_by(const char *path, long (*bind)(long fd, const void *address, size_t size));

/* A page of a file, mapped while that was allowed. */
extern volatile char *route_mapping;

#endif

// SPDX-License-Identifier: MIT
#include "routes.h"

#include <stddef.h>

#include "text.h"

static route find_in(const struct route_name *routes, const char *name)
{
	for (; routes->name; routes++)
		if (text_equal(routes->name, name))
			return routes->run;
	return NULL;
}

route route_find(const char *name)
{
	const struct route_name *const tables[] = { open_routes, name_routes, uring_routes,
						    attr_routes, mount_routes, fd_routes,
						    map_routes, ioctl_routes, rare_routes,
						    hole_routes, entry_routes, aio_routes,
						    watch_routes, socket_routes, device_routes };
	route found = NULL;

	for (size_t i = 0; !found && i < sizeof(tables) / sizeof(tables[0]); i++)
		found = find_in(tables[i], name);
	return found;
}

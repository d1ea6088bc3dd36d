// SPDX-License-Identifier: MIT
/* Controls of filesystems, by which files are changed that were opened for less. */
#include <linux/fcntl.h>
#include <linux/fs.h>
#include <linux/fsverity.h>
#include <linux/ioctl.h>

#include "routes.h"
#include "sys.h"

/* As ext4 has it. */
struct move_extent {
	uint32_t reserved;
	uint32_t donor;
	uint64_t start;
	uint64_t donor_start;
	uint64_t length;
	uint64_t moved;
};

#define MOVE_EXTENT _IOWR('f', 15, struct move_extent)

/* As xfs has them; pointers make them differ for 32-bit callers. */
struct handle_request {
	uint32_t descriptor;
	const void *path;
	uint32_t flags;
	void *in;
	uint32_t in_length;
	void *out;
	uint32_t *out_length;
};

struct attribute_change {
	uint32_t operation;
	int32_t error;
	const void *name;
	const void *value;
	uint32_t length;
	uint32_t flags;
};

struct attributes_request {
	struct handle_request handle;
	uint32_t count;
	struct attribute_change *changes;
};

#define PATH_TO_HANDLE _IOWR('X', 105, struct handle_request)
#define ATTRIBUTES_BY_HANDLE _IOW('X', 123, struct attributes_request)
#define SET_ATTRIBUTE 2

static long control(const char *path, long flags, unsigned long command, void *argument)
{
	long fd = sys(__NR_open, path, flags), result = fd;

	if (fd >= 0)
		result = sys(__NR_ioctl, fd, command, argument);
	sys(__NR_close, fd);
	return result;
}

ROUTE(by_verity)
{
	struct fsverity_enable_arg how = {
		.version = 1,
		.hash_algorithm = FS_VERITY_HASH_ALG_SHA256,
		.block_size = 4096,
	};

	(void)second;
	return control(path, O_RDONLY, FS_IOC_ENABLE_VERITY, &how);
}

/* The content of what is held into @path, and the other way round. */
ROUTE(by_extent)
{
	struct move_extent move = { .donor = (uint32_t)route_held, .length = 1 };

	(void)second;
	return control(path, O_RDWR, MOVE_EXTENT, &move);
}

/* @second: a directory of the same filesystem. */
ROUTE(by_xfs_handle)
{
	char handle[64];
	uint32_t length = sizeof(handle);
	struct attribute_change change = {
		.operation = SET_ATTRIBUTE,
		.name = "try",
		.value = "x",
		.length = 1,
	};
	struct attributes_request request = { .count = 1, .changes = &change };
	struct handle_request find = { .path = path, .out = handle, .out_length = &length };
	long fd = sys(__NR_open, second, O_RDONLY), result = fd;

	if (fd >= 0)
		result = sys(__NR_ioctl, fd, PATH_TO_HANDLE, &find);
	request.handle.in = handle;
	request.handle.in_length = length;
	if (result >= 0)
		result = sys(__NR_ioctl, fd, ATTRIBUTES_BY_HANDLE, &request);
	sys(__NR_close, fd);
	return result < 0 ? result : change.error;
}

static long on_held(unsigned long command)
{
	uint64_t range[2] = { 0, 4096 };

	return sys(__NR_ioctl, route_held, command, range);
}

ROUTE(by_zeroing)
{
	(void)path, (void)second;
	return on_held(BLKZEROOUT);
}

ROUTE(by_discarding)
{
	(void)path, (void)second;
	return on_held(BLKDISCARD);
}

const struct route_name ioctl_routes[] = {
	{ "fd-zero-blocks", by_zeroing },
	{ "fd-discard-blocks", by_discarding },
	{ "verity", by_verity },
	{ "move-extent", by_extent },
	{ "xfs-attr", by_xfs_handle },
	{ NULL, NULL },
};

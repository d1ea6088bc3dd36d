// SPDX-License-Identifier: MIT
/* Controls of filesystems, by which files are changed that were opened for less. */
#include <linux/cdrom.h>
#include <linux/errno.h>
#include <linux/fcntl.h>
#include <linux/fs.h>
#include <linux/fsverity.h>
#include <linux/ioctl.h>

#include "place.h"
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
#define OPEN_BY_HANDLE _IOWR('X', 107, struct handle_request)
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

struct handle {
	char bytes[64];
	uint32_t length;
};

/* By a descriptor of a directory of the same filesystem, which it gives. */
static long find_handle(const char *path, const char *directory, struct handle *handle)
{
	struct handle_request find = {
		.path = path,
		.out = handle->bytes,
		.out_length = &handle->length,
	};
	long fd = sys(__NR_open, directory, O_RDONLY), result = fd;

	if (fd >= 0)
		result = sys(__NR_ioctl, fd, PATH_TO_HANDLE, &find);
	if (result < 0)
		sys(__NR_close, fd);
	return result < 0 ? result : fd;
}

/* @second: a directory of the same filesystem. */
ROUTE(by_xfs_handle)
{
	struct handle handle = { .length = sizeof(handle.bytes) };
	struct attribute_change change = {
		.operation = SET_ATTRIBUTE,
		.name = "try",
		.value = "x",
		.length = 1,
	};
	struct attributes_request request = { .count = 1, .changes = &change };
	long fd = find_handle(path, second, &handle), result = fd;

	request.handle.in = handle.bytes;
	request.handle.in_length = handle.length;
	if (fd >= 0)
		result = sys(__NR_ioctl, fd, ATTRIBUTES_BY_HANDLE, &request);
	sys(__NR_close, fd);
	return result < 0 ? result : change.error;
}

static long closed(long fd)
{
	if (fd >= 0)
		sys(__NR_close, fd);
	return fd;
}

/* The kernel's mark of what is opened to be executed. */
#define FOR_EXECUTION 0x20

/* @second: a directory of the same filesystem. */
ROUTE(by_xfs_open)
{
	struct handle handle = { .length = sizeof(handle.bytes) };
	struct handle_request request = { .flags = O_RDWR | FOR_EXECUTION };
	long fd = find_handle(path, second, &handle), result = fd;

	request.in = handle.bytes;
	request.in_length = handle.length;
	if (fd >= 0)
		result = closed(sys(__NR_ioctl, fd, OPEN_BY_HANDLE, &request));
	sys(__NR_close, fd);
	return result;
}

/* The last name of the path is the queue's. */
ROUTE(by_queue)
{
	struct place place = place_of(path);

	(void)second;
	return closed(sys(__NR_mq_open, place.name, O_RDWR | FOR_EXECUTION, 0, NULL));
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

/* ---- commands to a disk, past its cache ------------------------------------- */

#define BLOCK 512
#define READ_BLOCK 0x28
#define WRITE_BLOCK 0x2a

/* Reads or writes the first block. */
struct order {
	unsigned char code[12];
	unsigned char block[BLOCK];
};

static struct order order_of(unsigned char code)
{
	struct order order = { .code = { [0] = code, [8] = 1 } };

	for (int i = 0; i < BLOCK; i++)
		order.block[i] = 'x';
	return order;
}

/* As the kernel has it. */
struct packet {
	int interface;
	int direction;
	unsigned char code_length;
	unsigned char sense_length;
	unsigned short vectors;
	unsigned int length;
	void *data;
	unsigned char *code;
	void *sense;
	unsigned int timeout;
	unsigned int flags;
	int id;
	void *user;
	unsigned char status;
	unsigned char masked;
	unsigned char message;
	unsigned char sense_written;
	unsigned short host;
	unsigned short driver;
	int left;
	unsigned int duration;
	unsigned int info;
};

#define SEND_PACKET 0x2285
#define TO_DEVICE (-2)
#define FROM_DEVICE (-3)

static long by_packet(long fd, struct order *order)
{
	unsigned char sense[32];
	struct packet packet = {
		.interface = 'S',
		.direction = order->code[0] == WRITE_BLOCK ? TO_DEVICE : FROM_DEVICE,
		.code_length = 10,
		.code = order->code,
		.length = BLOCK,
		.data = order->block,
		.sense = sense,
		.sense_length = sizeof(sense),
		.timeout = 20000,
	};
	long result = sys(__NR_ioctl, fd, SEND_PACKET, &packet);

	return result < 0 ? result : packet.status || packet.host ? -EIO : 0;
}

#define SEND_COMMAND 1

static long by_command(long fd, struct order *order)
{
	struct {
		unsigned int in, out;
		unsigned char data[10 + BLOCK];
	} command = { .in = BLOCK };

	for (int i = 0; i < 10; i++)
		command.data[i] = order->code[i];
	for (int i = 0; i < BLOCK; i++)
		command.data[10 + i] = order->block[i];
	return sys(__NR_ioctl, fd, SEND_COMMAND, &command);
}

static long by_disc_packet(long fd, struct order *order)
{
	struct cdrom_generic_command packet = {
		.buffer = order->block,
		.buflen = BLOCK,
		.data_direction = CGC_DATA_WRITE,
		.timeout = 2000,
	};

	for (int i = 0; i < 12; i++)
		packet.cmd[i] = order->code[i];
	return sys(__NR_ioctl, fd, CDROM_SEND_PACKET, &packet);
}

static long send(const char *path, long flags, unsigned char code,
		 long (*way)(long fd, struct order *order))
{
	long fd = path ? sys(__NR_open, path, flags) : route_held, result = fd;
	struct order order = order_of(code);

	if (fd >= 0)
		result = way(fd, &order);
	if (path)
		sys(__NR_close, fd);
	return result;
}

#define SENDING(name, to, flags, code, way)		\
	ROUTE(name)					\
	{						\
		(void)path, (void)second;		\
		return send(to, flags, code, way);	\
	}

SENDING(write_packet, path, O_RDONLY, WRITE_BLOCK, by_packet)
SENDING(write_command, path, O_RDONLY, WRITE_BLOCK, by_command)
SENDING(write_disc_packet, path, O_RDONLY, WRITE_BLOCK, by_disc_packet)
SENDING(read_packet, path, O_RDONLY, READ_BLOCK, by_packet)
SENDING(read_packet_as_writer, path, O_WRONLY, READ_BLOCK, by_packet)
SENDING(write_packet_to_held, NULL, 0, WRITE_BLOCK, by_packet)
SENDING(write_command_to_held, NULL, 0, WRITE_BLOCK, by_command)
SENDING(write_disc_packet_to_held, NULL, 0, WRITE_BLOCK, by_disc_packet)
SENDING(read_packet_from_held, NULL, 0, READ_BLOCK, by_packet)

const struct route_name ioctl_routes[] = {
	{ "disk-write", write_packet },
	{ "disk-write-old", write_command },
	{ "disk-write-disc", write_disc_packet },
	{ "disk-read", read_packet },
	{ "disk-read-as-writer", read_packet_as_writer },
	{ "fd-disk-write", write_packet_to_held },
	{ "fd-disk-write-old", write_command_to_held },
	{ "fd-disk-write-disc", write_disc_packet_to_held },
	{ "fd-disk-read", read_packet_from_held },
	{ "fd-zero-blocks", by_zeroing },
	{ "fd-discard-blocks", by_discarding },
	{ "verity", by_verity },
	{ "move-extent", by_extent },
	{ "xfs-attr", by_xfs_handle },
	{ "xfs-open", by_xfs_open },
	{ "queue-open", by_queue },
	{ NULL, NULL },
};

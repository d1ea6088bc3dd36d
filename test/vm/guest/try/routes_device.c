// SPDX-License-Identifier: MIT
/* Opening block devices, and files of quotas, inside the kernel. */
#include <linux/dm-ioctl.h>
#include <linux/errno.h>
#include <linux/fcntl.h>
#include <linux/ioctl.h>
#include <linux/quota.h>

#include "routes.h"
#include "sys.h"
#include "text.h"

static long mounted(const char *device, const char *place, unsigned long flags)
{
	long result = sys(__NR_mount, device, place, "ext4", flags, NULL);

	if (!result)
		sys(__NR_umount2, place, 0);
	return result;
}

#define READ_ONLY 1

/* @second: an empty directory */
ROUTE(mount_device)
{
	return mounted(path, second, 0);
}

ROUTE(mount_device_read_only)
{
	return mounted(path, second, READ_ONLY);
}

struct linear {
	struct dm_ioctl head;
	struct dm_target_spec target;
	char parameters[64];
};

static long map(long control, unsigned long command, struct linear *linear)
{
	linear->head.version[0] = DM_VERSION_MAJOR;
	linear->head.data_size = sizeof(*linear);
	linear->head.data_start = sizeof(linear->head);
	text_put(linear->head.name, "try");
	return sys(__NR_ioctl, control, command, linear);
}

static long map_onto(long control, const char *device)
{
	struct linear create = { .head.flags = 0 }, remove = { .head.flags = 0 };
	struct linear load = { .head.target_count = 1, .target.length = 8 };
	long result = map(control, DM_DEV_CREATE, &create);

	if (result)
		return result;
	text_put(load.target.target_type, "linear");
	text_put(text_put(load.parameters, device), " 0");
	result = map(control, DM_TABLE_LOAD, &load);
	map(control, DM_DEV_REMOVE, &remove);
	return result;
}

/* By a path, or by a number such as 7:0. */
ROUTE(by_mapper)
{
	long control = sys(__NR_open, "/dev/mapper/control", O_RDWR), result = control;

	(void)second;
	if (control >= 0)
		result = map_onto(control, path);
	sys(__NR_close, control);
	return result;
}

/* Turns quotas on, by a file of that device's filesystem. */
ROUTE(by_quota)
{
	return sys(__NR_quotactl, QCMD(Q_QUOTAON, USRQUOTA), second, QFMT_VFS_V1, path);
}

const struct route_name device_routes[] = {
	{ "mount-device", mount_device },
	{ "mount-device-ro", mount_device_read_only },
	{ "map-device", by_mapper },
	{ "quota-on", by_quota },
	{ NULL, NULL },
};

// SPDX-License-Identifier: MIT
/* Far below a directory, and what is attached to a file. */
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "library.h"
#include "text.h"
#include "verbs.h"

static long descend(char **words, int make)
{
	int steps = atoi(words[1]);

	if (chdir(words[0]))
		return -errno;
	while (steps--) {
		if (make && mkdir(words[2], 0755) && errno != EEXIST)
			return -errno;
		if (chdir(words[2]))
			return -errno;
	}
	return 0;
}

/* dig DIRECTORY STEPS NAME: makes directories of this name, one in the other */
long dig(char **words)
{
	long result = descend(words, 1);

	return chdir("/") ? -errno : result;
}

/* below DIRECTORY STEPS NAME ROUTE PATH [SECOND]: relative to the last of them */
long run_below(char **words)
{
	long result = descend(words, 0);

	if (!result)
		result = run_route(words + 3);
	return chdir("/") ? -errno : result;
}

static int flags_of(const char *path, int *version)
{
	int fd = open(path, O_RDONLY), flags = -1;

	*version = -1;
	if (fd < 0)
		return -1;
	ioctl(fd, FS_IOC_GETFLAGS, &flags);
	ioctl(fd, FS_IOC_GETVERSION, version);
	close(fd);
	return flags;
}

/* attributes PATH: all that changes of attributes can change */
long show_attributes(char **words)
{
	char line[512], value[16] = "none";
	int version, flags = flags_of(words[0], &version);
	ssize_t length = getxattr(words[0], "user.try", value, sizeof(value) - 1);
	struct stat about;

	if (stat(words[0], &about))
		return -errno;
	if (length >= 0)
		value[length] = 0;
	snprintf(line, sizeof(line),
		 "mode=%o owner=%u:%u modified=%ld.%09ld accessed=%ld xattr=%s acl=%zd flags=%x version=%x\n",
		 about.st_mode, about.st_uid, about.st_gid, about.st_mtim.tv_sec,
		 about.st_mtim.tv_nsec, about.st_atim.tv_sec, value,
		 getxattr(words[0], "system.posix_acl_access", NULL, 0), flags, version);
	text_print(line);
	return VERB_PRINTED;
}

/* SPDX-License-Identifier: MIT */
/* The login user of a process. */
#include "internal.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ENTRY_MAX (1024 * 1024)

/* The directory is opened first, to distinguish a missing process from a missing file. */
static int open_loginuid(const char *proc, pid_t pid)
{
	char path[4096];
	int directory, file;

	if (pid <= 0)
		return -ESRCH;
	if ((size_t)snprintf(path, sizeof(path), "%s/%d", proc, pid) >=
	    sizeof(path))
		return -ENAMETOOLONG;
	directory = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (directory < 0)
		return errno == ENOENT ? -ESRCH : -errno;
	file = openat(directory, "loginuid", O_RDONLY | O_CLOEXEC);
	if (file < 0)
		file = -errno;
	close(directory);
	return file;
}

static int parse_uid(const char *text, size_t length, uint32_t *uid)
{
	uint64_t value = 0;

	if (length && text[length - 1] == '\n')
		length--;
	if (!length)
		return -EIO;
	for (size_t i = 0; i < length; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -EIO;
		value = value * 10 + (uint64_t)(text[i] - '0');
		if (value > UINT32_MAX)
			return -EIO;
	}
	*uid = (uint32_t)value;
	return 0;
}

int fguard_login_uid_below(const char *proc, pid_t pid, uint32_t *uid)
{
	char text[32];
	uint32_t value = 0;
	ssize_t length;
	int file = open_loginuid(proc, pid);
	int err;

	if (file < 0)
		return file == -ENOENT ? 0 : file;
	length = read(file, text, sizeof(text));
	err = length < 0 ? -errno : 0;
	close(file);
	if (!err)
		err = parse_uid(text, (size_t)length, &value);
	if (err)
		return err;
	if (value == FGUARD_NO_LOGIN)
		return 0;
	*uid = value;
	return 1;
}

int fguard_login_uid(pid_t pid, uint32_t *uid)
{
	return fguard_login_uid_below("/proc", pid, uid);
}

static int copy_name(const char *from, char *name, size_t size)
{
	if (strlen(from) >= size)
		return -ERANGE;
	strcpy(name, from);
	return 1;
}

static int copy_number(uint32_t uid, char *name, size_t size)
{
	char digits[16];

	snprintf(digits, sizeof(digits), "%u", uid);
	return copy_name(digits, name, size);
}

/* Return: 1; 0 if @room bytes are too few for the entry; -errno. */
static int look_up(uint32_t uid, size_t room, char *name, size_t size)
{
	struct passwd entry, *found = NULL;
	char *buffer = malloc(room);
	int err;

	if (!buffer)
		return -ENOMEM;
	err = getpwuid_r(uid, &entry, buffer, room, &found);
	if (err == ERANGE && room < ENTRY_MAX)
		err = 0;
	else if (err == ENOMEM)
		err = -ENOMEM;
	else if (found)
		err = copy_name(found->pw_name, name, size);
	else
		err = copy_number(uid, name, size);
	free(buffer);
	return err;
}

int fguard_login_name_below(const char *proc, pid_t pid, char *name, size_t size)
{
	uint32_t uid = 0;
	int found = fguard_login_uid_below(proc, pid, &uid);

	if (found <= 0)
		return found;
	found = 0;
	for (size_t room = 1024; !found; room *= 4)
		found = look_up(uid, room, name, size);
	return found;
}

int fguard_login_name(pid_t pid, char *name, size_t size)
{
	return fguard_login_name_below("/proc", pid, name, size);
}

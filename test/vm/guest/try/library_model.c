// SPDX-License-Identifier: MIT
/* What test/model has done besides the routes. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "library.h"

/* point PATH TARGET: a symbolic link */
long point(char **words)
{
	return symlink(words[1], words[0]) ? -errno : 0;
}

/* make PATH: a new file that may be executed, and is no program */
long make_file(char **words)
{
	int fd = open(words[0], O_WRONLY | O_CREAT | O_EXCL, 0777);

	return fd < 0 || close(fd) ? -errno : 0;
}

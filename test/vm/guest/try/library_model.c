// SPDX-License-Identifier: MIT
/* What test/model has done besides the routes. */
#include <errno.h>
#include <fcntl.h>
#include <sys/sendfile.h>
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

/* install PATH: a new file, a copy of the program that runs */
long install(char **words)
{
	int from = open("/proc/self/exe", O_RDONLY);
	int to = open(words[0], O_WRONLY | O_CREAT | O_EXCL, 0777), err = to < 0 ? errno : 0;

	while (!err && sendfile(to, from, NULL, 1 << 20) > 0)
		;
	close(to);
	close(from);
	return -err;
}

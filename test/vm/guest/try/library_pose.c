// SPDX-License-Identifier: MIT
/* Passes for another program: takes it as its executable, and goes on as itself. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/prctl.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "library.h"
#include "verbs.h"

#define PIECES_MAX 16

struct piece {
	char *start;
	size_t size;
	int protection;
};

/* Where the program itself is mapped; gives how many pieces. */
static int find_pieces(struct piece *pieces)
{
	char line[4600], own[4096] = "", mode[5], name[4096];
	FILE *maps = fopen("/proc/self/maps", "r");
	unsigned long start, end;
	int count = 0;

	if (!maps || readlink("/proc/self/exe", own, sizeof(own) - 1) < 0)
		return -1;
	while (count < PIECES_MAX && fgets(line, sizeof(line), maps)) {
		if (sscanf(line, "%lx-%lx %4s %*s %*s %*s %4095s", &start, &end, mode, name) != 4 ||
		    strcmp(name, own))
			continue;
		pieces[count++] = (struct piece){
			.start = (char *)start,
			.size = end - start,
			.protection = (mode[0] == 'r' ? PROT_READ : 0) |
				      (mode[1] == 'w' ? PROT_WRITE : 0) |
				      (mode[2] == 'x' ? PROT_EXEC : 0),
		};
	}
	fclose(maps);
	return count;
}

/* A copy in memory, in the place of what is mapped from the file. */
static long come_loose(const struct piece *piece)
{
	char *copy = mmap(NULL, piece->size, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (copy == MAP_FAILED)
		return -errno;
	memcpy(copy, piece->start, piece->size);
	if (mprotect(copy, piece->size, piece->protection) ||
	    mremap(copy, piece->size, piece->size, MREMAP_MAYMOVE | MREMAP_FIXED,
		   piece->start) == MAP_FAILED)
		return -errno;
	return 0;
}

static long come_all_loose(void)
{
	struct piece pieces[PIECES_MAX];
	int count = find_pieces(pieces);
	long err = count < 0 ? -ENODATA : 0;

	for (int i = 0; !err && i < count; i++)
		err = come_loose(&pieces[i]);
	return err;
}

/* In a user namespace of one's own, where anybody may. */
static int by_map(int program)
{
	uintptr_t at = (uintptr_t)sbrk(0);
	struct prctl_mm_map map = {
		.start_code = at - 1, .end_code = at, .start_data = at, .end_data = at,
		.start_brk = at, .brk = at, .start_stack = at, .arg_start = at,
		.arg_end = at, .env_start = at, .env_end = at,
		.exe_fd = (uint32_t)program,
	};

	if (unshare(CLONE_NEWUSER))
		return -1;
	return prctl(PR_SET_MM, PR_SET_MM_MAP, &map, sizeof(map), 0);
}

/* pose map|file PROGRAM */
long pose(char **words)
{
	int program = open(words[1], O_RDONLY | O_CLOEXEC);
	long err = program < 0 ? -errno : come_all_loose();

	if (!err && !strcmp(words[0], "map"))
		err = by_map(program) ? -errno : 0;
	else if (!err)
		err = prctl(PR_SET_MM, PR_SET_MM_EXE_FILE, program, 0, 0) ? -errno : 0;
	close(program);
	return err;
}

/* pose-as-it-is PROGRAM: with what is mapped still there, which the kernel refuses at last */
long pose_as_it_is(char **words)
{
	int program = open(words[0], O_RDONLY | O_CLOEXEC);
	long err = program < 0 || prctl(PR_SET_MM, PR_SET_MM_EXE_FILE, program, 0, 0) ?
			   -errno : 0;

	close(program);
	return err;
}

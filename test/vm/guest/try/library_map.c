// SPDX-License-Identifier: MIT
/* Threads that never leave a mapping alone, and children that take one over. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "library.h"
#include "routes.h"
#include "text.h"
#include "verbs.h"

#define PAGE 4096
#define THREADS 3

/* Each takes the lock of the address space, for reading or for writing. */
static void *use(void *unused)
{
	for (;;) {
		(void)*route_mapping;
		madvise((void *)route_mapping, PAGE, MADV_DONTNEED);
		munmap(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), PAGE);
	}
	return unused;
}

/* map-crowd: in threads, until a signal ends the process */
long use_mapping(char **words)
{
	pthread_t thread;

	(void)words;
	for (int i = 0; i < THREADS; i++)
		if (pthread_create(&thread, NULL, use, NULL))
			return -EAGAIN;
	text_print("READY\n");
	return VERB_PRINTED;
}

/* The second page by the kernel, which says EFAULT where a process would get a signal. */
static const char *read_second(const char *mapping)
{
	int to = memfd_create("copy", 0);

	return text_errno(write(to, mapping + PAGE, 1) < 0 ? -errno : 0);
}

static void tell(const char *fifo, const char *text)
{
	int fd = open(fifo, O_WRONLY);

	if (write(fd, text, strlen(text)) < 0 || write(fd, "\n", 1) < 0)
		_exit(1);
}

/* Each lives for a moment; a child that is refused is tried again. */
static void live_on(const char *mapping, char **words)
{
	while (access(words[1], F_OK))
		if (fork() > 0)
			_exit(0);
	tell(words[2], read_second(mapping));
	_exit(0);
}

/*
 * map-chain FILE STOP FIFO: maps two pages for itself, and writes to the first. From
 * then on a child takes that over every moment, and its parent ends. Once there is a
 * file STOP, what the last of them makes of the second page is told to the FIFO.
 */
long pass_mapping_on(char **words)
{
	int fd = open(words[0], O_RDWR);
	volatile char *mapping;

	if (fd < 0)
		return -errno;
	mapping = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	close(fd);
	if (mapping == MAP_FAILED)
		return -errno;
	*mapping = 'x';
	(void)mapping[PAGE];
	if (!fork())
		live_on((const char *)mapping, words);
	munmap((void *)mapping, 2 * PAGE);
	return 0;
}

static long map_page(const char *path)
{
	int fd = open(path, O_RDONLY);
	volatile char *mapping;

	if (fd < 0)
		return -errno;
	mapping = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0);
	close(fd);
	if (mapping == MAP_FAILED)
		return -errno;
	(void)*mapping; /* in the page table */
	return 0;
}

/* map-many N FILE…: the first page of each, so often */
long map_often(char **words)
{
	unsigned long times = text_number(words[0]);
	long err = 0;

	while (!err && times--)
		for (int i = 1; !err && words[i]; i++)
			err = map_page(words[i]);
	return err;
}

/* map-each N PATH: of PATH0, PATH1 and so on the first page */
long map_each(char **words)
{
	unsigned long count = text_number(words[0]);
	char path[256];
	long err = 0;

	for (unsigned long i = 0; !err && i < count; i++) {
		snprintf(path, sizeof(path), "%s%lu", words[1], i);
		err = map_page(path);
	}
	return err;
}

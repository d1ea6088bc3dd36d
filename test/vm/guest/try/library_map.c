// SPDX-License-Identifier: MIT
/* Threads that never leave a mapping alone. */
#include <errno.h>
#include <pthread.h>
#include <sys/mman.h>

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

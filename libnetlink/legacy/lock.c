/* SPDX-License-Identifier: MIT */
/* Shared by all connections of a process: the lock, and how they are opened. */
#include "legacy/parts.h"

#include <pthread.h>

static pthread_mutex_t links_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t link_ended = PTHREAD_COND_INITIALIZER;

int (*fguard_legacy_open)(struct fguard **guard) = fguard_open;

void fguard_legacy_lock(void)
{
	pthread_mutex_lock(&links_lock);
}

void fguard_legacy_unlock(void)
{
	pthread_mutex_unlock(&links_lock);
}

void fguard_legacy_tell_end(void)
{
	pthread_cond_broadcast(&link_ended);
}

void fguard_legacy_await_end(void)
{
	pthread_cond_wait(&link_ended, &links_lock);
}

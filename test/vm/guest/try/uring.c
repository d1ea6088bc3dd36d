// SPDX-License-Identifier: MIT
#include "uring.h"

#include <linux/errno.h>
#include <linux/mman.h>
#include <stdbool.h>

#include "sys.h"

#define PROT_READ_WRITE 3

#ifdef __NR_mmap2
#define NR_MAP __NR_mmap2
#define OFFSET(bytes) ((bytes) / 4096)
#else
#define NR_MAP __NR_mmap
#define OFFSET(bytes) (bytes)
#endif

struct ring {
	int fd;
	struct io_uring_params params;
	char *submit;
	char *complete;
	struct io_uring_sqe *requests;
	size_t submit_size;
	size_t complete_size;
};

static void *map(int fd, size_t size, unsigned long offset)
{
	return (void *)sys(NR_MAP, 0, size, PROT_READ_WRITE, MAP_SHARED | MAP_POPULATE,
			   fd, OFFSET(offset));
}

static bool is_mapped(const void *memory)
{
	return (unsigned long)memory < -4095UL;
}

static void close_ring(struct ring *ring)
{
	sys(__NR_munmap, ring->submit, ring->submit_size);
	sys(__NR_munmap, ring->complete, ring->complete_size);
	sys(__NR_munmap, ring->requests, sizeof(struct io_uring_sqe));
	sys(__NR_close, ring->fd);
}

static long open_ring(struct ring *ring)
{
	const struct io_sqring_offsets *sq = &ring->params.sq_off;
	const struct io_cqring_offsets *cq = &ring->params.cq_off;

	ring->fd = (int)sys(__NR_io_uring_setup, 1, &ring->params);
	if (ring->fd < 0)
		return ring->fd;
	ring->submit_size = sq->array + ring->params.sq_entries * sizeof(uint32_t);
	ring->complete_size = cq->cqes + ring->params.cq_entries * sizeof(struct io_uring_cqe);
	ring->submit = map(ring->fd, ring->submit_size, IORING_OFF_SQ_RING);
	ring->complete = map(ring->fd, ring->complete_size, IORING_OFF_CQ_RING);
	ring->requests = map(ring->fd, sizeof(struct io_uring_sqe), IORING_OFF_SQES);
	if (is_mapped(ring->submit) && is_mapped(ring->complete) && is_mapped(ring->requests))
		return 0;
	close_ring(ring);
	return -ENOMEM;
}

long uring_run(const struct io_uring_sqe *request)
{
	struct ring ring = { 0 };
	const struct io_uring_cqe *answers;
	long result = open_ring(&ring);

	if (result < 0)
		return result;
	ring.requests[0] = *request;
	((uint32_t *)(ring.submit + ring.params.sq_off.array))[0] = 0;
	__atomic_store_n((uint32_t *)(ring.submit + ring.params.sq_off.tail), 1,
			 __ATOMIC_RELEASE);
	result = sys(__NR_io_uring_enter, ring.fd, 1, 1, IORING_ENTER_GETEVENTS, 0, 0);
	if (result >= 0) {
		answers = (const void *)(ring.complete + ring.params.cq_off.cqes);
		result = answers[0].res;
	}
	close_ring(&ring);
	return result;
}

// SPDX-License-Identifier: MIT
#include "uring.h"

#include <linux/errno.h>
#include <linux/mman.h>
#include <linux/prctl.h>

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
	sys(__NR_munmap, ring->requests, URING_MAX * sizeof(struct io_uring_sqe));
	sys(__NR_close, ring->fd);
}

static long open_ring(struct ring *ring)
{
	const struct io_sqring_offsets *sq = &ring->params.sq_off;
	const struct io_cqring_offsets *cq = &ring->params.cq_off;

	ring->fd = (int)sys(__NR_io_uring_setup, URING_MAX, &ring->params);
	if (ring->fd < 0)
		return ring->fd;
	ring->submit_size = sq->array + ring->params.sq_entries * sizeof(uint32_t);
	ring->complete_size = cq->cqes + ring->params.cq_entries * sizeof(struct io_uring_cqe);
	ring->submit = map(ring->fd, ring->submit_size, IORING_OFF_SQ_RING);
	ring->complete = map(ring->fd, ring->complete_size, IORING_OFF_CQ_RING);
	ring->requests = map(ring->fd, URING_MAX * sizeof(struct io_uring_sqe),
			     IORING_OFF_SQES);
	if (is_mapped(ring->submit) && is_mapped(ring->complete) && is_mapped(ring->requests))
		return 0;
	close_ring(ring);
	return -ENOMEM;
}

static void put_requests(const struct ring *ring, const struct uring_work *work)
{
	uint32_t *order = (void *)(ring->submit + ring->params.sq_off.array);

	for (unsigned int i = 0; i < work->count; i++) {
		ring->requests[i] = work->requests[i];
		ring->requests[i].user_data = i;
		order[i] = i;
	}
	__atomic_store_n((uint32_t *)(ring->submit + ring->params.sq_off.tail), work->count,
			 __ATOMIC_RELEASE);
}

static long enter(const struct ring *ring, unsigned int submit, unsigned int complete)
{
	unsigned int flags = ring->params.flags & IORING_SETUP_SQPOLL ? IORING_ENTER_SQ_WAKEUP : 0;

	return sys(__NR_io_uring_enter, ring->fd, submit, complete,
		   flags | (complete ? IORING_ENTER_GETEVENTS : 0), 0, 0);
}

static long result_of(const struct ring *ring, unsigned int request)
{
	const struct io_uring_cqe *answers = (void *)(ring->complete + ring->params.cq_off.cqes);

	for (unsigned int i = 0; i < ring->params.cq_entries; i++)
		if (answers[i].user_data == request)
			return answers[i].res;
	return -ENODATA;
}

/* The credentials are others then, though they say the same. */
static long register_personality(const struct ring *ring)
{
	long id = sys(__NR_io_uring_register, ring->fd, IORING_REGISTER_PERSONALITY, 0, 0);

	if (id > 0)
		sys(__NR_prctl, PR_SET_KEEPCAPS, 1, 0, 0, 0);
	return id;
}

static long submit_and_wait(const struct ring *ring, const struct uring_work *work)
{
	long result;

	if (!work->between)
		return enter(ring, work->count, work->count);
	result = enter(ring, work->count, 0);
	work->between();
	return result < 0 ? result : enter(ring, 0, work->count);
}

long uring_carry_out(const struct uring_work *work)
{
	struct ring ring = { .params = { .flags = work->setup, .sq_thread_idle = work->idle } };
	long result = open_ring(&ring), personality = 0;

	if (result < 0)
		return result;
	if (work->as_before)
		personality = register_personality(&ring);
	put_requests(&ring, work);
	for (unsigned int i = 0; i < work->count; i++)
		ring.requests[i].personality = (uint16_t)personality;
	result = submit_and_wait(&ring, work);
	if (result >= 0)
		result = result_of(&ring, work->count - 1);
	if (!work->stays)
		close_ring(&ring);
	return result;
}

long uring_run(const struct io_uring_sqe *request)
{
	return uring_carry_out(&(struct uring_work){ .requests = request, .count = 1 });
}

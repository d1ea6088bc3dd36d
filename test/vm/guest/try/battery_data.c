// SPDX-License-Identifier: MIT
/* What is done with descriptors: content, copies, locks, mappings. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/falloc.h>
#include <linux/fs.h>
#include <stdint.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "battery.h"

#define PAGE 4096

static char buffer[PAGE];

/* The call on "file", opened so. */
#define ON(name, flags, call)                           \
	DEED(name)                                      \
	{                                               \
		int fd = open("file", flags);           \
                                                        \
		UNUSED;                                 \
		return fd < 0 ? -errno : outcome(call); \
	}

static struct iovec piece = { (void *)"vector", 6 }, space = { buffer, 6 };

ON(do_read, O_RDONLY, read(fd, buffer, 7))
ON(do_read_bad, O_RDONLY, syscall(SYS_read, fd, 1, 7))
ON(do_read_unreadable, O_WRONLY, read(fd, buffer, 7))
ON(do_read_directory, O_RDONLY, read(open("dir", O_RDONLY) + 0 * fd, buffer, 7))
ON(do_pread, O_RDONLY, pread(fd, buffer, 7, 3))
ON(do_pread_negative, O_RDONLY, pread(fd, buffer, 7, -3))
ON(do_readv, O_RDONLY, readv(fd, &space, 1))
ON(do_preadv2, O_RDONLY, preadv2(fd, &space, 1, 2, RWF_HIPRI))
ON(do_write, O_WRONLY, write(fd, "written", 7))
ON(do_write_unwritable, O_RDONLY, write(fd, "written", 7))
ON(do_write_none, O_WRONLY, write(fd, "", 0))
ON(do_pwrite, O_RDWR, pwrite(fd, "written", 7, 100))
ON(do_writev, O_WRONLY, writev(fd, &piece, 1))
ON(do_pwritev2_append, O_WRONLY, pwritev2(fd, &piece, 1, 0, RWF_APPEND))
ON(do_append, O_WRONLY | O_APPEND, pwrite(fd, "end", 3, 0))
ON(do_lseek_hole, O_RDONLY, lseek(fd, 0, SEEK_HOLE))
ON(do_lseek_data, O_RDONLY, lseek(fd, 0, SEEK_DATA))
ON(do_ftruncate, O_WRONLY, ftruncate(fd, 2))
ON(do_ftruncate_read, O_RDONLY, ftruncate(fd, 2))
ON(do_ftruncate_path, O_PATH, ftruncate(fd, 2))
ON(do_fallocate, O_RDWR, fallocate(fd, 0, 0, 9000))
ON(do_fallocate_keep, O_RDWR, fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, 9000))
ON(do_fallocate_punch, O_RDWR,
   fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, PAGE))
ON(do_fallocate_zero, O_RDWR, fallocate(fd, FALLOC_FL_ZERO_RANGE, 0, 5))
ON(do_fallocate_collapse, O_RDWR, fallocate(fd, FALLOC_FL_COLLAPSE_RANGE, 0, PAGE))
ON(do_fallocate_insert, O_RDWR, fallocate(fd, FALLOC_FL_INSERT_RANGE, 0, PAGE))
ON(do_fallocate_read, O_RDONLY, fallocate(fd, 0, 0, 9000))
ON(do_fallocate_bad, O_RDWR, fallocate(fd, 1 << 20, 0, 9000))
ON(do_fsync, O_RDWR, fsync(fd))
ON(do_sync_range, O_RDWR, sync_file_range(fd, 0, PAGE, SYNC_FILE_RANGE_WRITE))
ON(do_advise, O_RDONLY, -(errno = posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED)))
ON(do_readahead, O_RDONLY, readahead(fd, 0, PAGE))
ON(do_fibmap, O_RDONLY, ioctl(fd, FIGETBSZ, buffer))
ON(do_fionread, O_RDONLY, ioctl(fd, FIONREAD, buffer))
ON(do_ioctl_unknown, O_RDONLY, ioctl(fd, 0xdeadbeef, buffer))
ON(do_flock, O_RDONLY, flock(fd, LOCK_EX | LOCK_NB))
ON(do_dup, O_RDONLY, fcntl(fd, F_DUPFD_CLOEXEC, 20))
ON(do_setfl, O_RDONLY, fcntl(fd, F_SETFL, O_APPEND | O_NONBLOCK))
ON(do_lease_read, O_RDONLY, fcntl(fd, F_SETLEASE, F_RDLCK))
ON(do_lease_write, O_WRONLY, fcntl(fd, F_SETLEASE, F_WRLCK))
ON(do_pipe_size, O_RDONLY, fcntl(fd, F_SETPIPE_SZ, PAGE))
ON(do_hint, O_RDWR, fcntl(fd, F_SET_RW_HINT, &(uint64_t){ RWH_WRITE_LIFE_SHORT }))
ON(do_sendfile_out, O_RDONLY, sendfile(open("empty/copy", O_WRONLY | O_CREAT, 0600), fd, NULL, 9))
ON(do_sendfile_in, O_WRONLY, sendfile(fd, open("readonly", O_RDONLY), NULL, 9))
ON(do_copy_range, O_RDWR,
   copy_file_range(open("readonly", O_RDONLY), NULL, fd, NULL, 5, 0))
ON(do_copy_range_self, O_RDWR, copy_file_range(fd, &(off_t){ 0 }, fd, &(off_t){ 2 }, 5, 0))
ON(do_copy_range_devices, O_RDONLY,
   copy_file_range(fd, NULL, open("../other/copy", O_WRONLY), NULL, 5, 0))
ON(do_clone, O_RDWR, ioctl(fd, FICLONE, open("readonly", O_RDONLY)))
ON(do_clone_read, O_RDONLY, ioctl(fd, FICLONE, open("readonly", O_RDONLY)))

static long lock(int fd, int command, short type)
{
	struct flock it = { .l_type = type, .l_whence = SEEK_SET, .l_len = 5 };

	return fcntl(fd, command, &it);
}

ON(do_lock_read, O_RDONLY, lock(fd, F_SETLK, F_RDLCK))
ON(do_lock_write, O_RDWR, lock(fd, F_SETLK, F_WRLCK))
ON(do_lock_unwritable, O_RDONLY, lock(fd, F_SETLK, F_WRLCK))
ON(do_lock_ofd, O_RDWR, lock(fd, F_OFD_SETLK, F_WRLCK))

DEED(do_lock_ofd_twice)
{
	int one = open("file", O_RDWR), other = open("file", O_RDWR);

	UNUSED;
	return lock(one, F_OFD_SETLK, F_WRLCK) ? -errno : outcome(lock(other, F_OFD_SETLK, F_WRLCK));
}

static long map(int protection, int flags, int open_flags)
{
	int fd = open("file", open_flags);
	char *at = mmap(NULL, PAGE, protection, flags, fd, 0);

	if (at == MAP_FAILED)
		return -errno;
	if (protection & PROT_READ)
		note(" first=%c", *at);
	if (protection & PROT_WRITE) {
		*at = 'M';
		note(" sync=%d", msync(at, PAGE, MS_SYNC));
	}
	note(" protect=%ld", outcome(mprotect(at, PAGE, PROT_READ | PROT_WRITE)));
	note(" exec=%ld", outcome(mprotect(at, PAGE, PROT_READ | PROT_EXEC)));
	return outcome(munmap(at, PAGE));
}

#define MAP(name, protection, flags, open_flags)                 \
	DEED(name)                                               \
	{                                                        \
		UNUSED;                                          \
		return map(protection, flags, open_flags);       \
	}

MAP(map_read, PROT_READ, MAP_PRIVATE, O_RDONLY)
MAP(map_write, PROT_READ | PROT_WRITE, MAP_PRIVATE, O_RDONLY)
MAP(map_shared, PROT_READ, MAP_SHARED, O_RDONLY)
MAP(map_shared_write, PROT_READ | PROT_WRITE, MAP_SHARED, O_RDWR)
MAP(map_shared_unwritable, PROT_READ | PROT_WRITE, MAP_SHARED, O_RDONLY)
MAP(map_validate, PROT_READ, MAP_SHARED_VALIDATE | MAP_SYNC, O_RDONLY)
MAP(map_exec, PROT_READ | PROT_EXEC, MAP_PRIVATE, O_RDONLY)
MAP(map_path, PROT_READ, MAP_PRIVATE, O_PATH)

static long through_pipe(int from_file)
{
	int ends[2], fd = open("file", O_RDWR);

	if (pipe(ends) || fd < 0)
		return -errno;
	if (from_file)
		return outcome(splice(fd, NULL, ends[1], NULL, 6, 0));
	(void)!write(ends[1], "spliced", 7);
	return outcome(splice(ends[0], NULL, fd, NULL, 7, 0));
}

DEED(splice_out)
{
	UNUSED;
	return through_pipe(1);
}

DEED(splice_in)
{
	UNUSED;
	return through_pipe(0);
}

DEED(do_memfd)
{
	int fd = memfd_create("memory", MFD_ALLOW_SEALING);

	UNUSED;
	note(" write=%zd", write(fd, "x", 1));
	note(" seal=%d", fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE));
	return outcome(write(fd, "x", 1));
}

#define ROW(name) { #name, name }

const struct deed_name data_deeds[] = {
	ROW(do_read), ROW(do_read_bad), ROW(do_read_unreadable), ROW(do_read_directory),
	ROW(do_pread), ROW(do_pread_negative), ROW(do_readv), ROW(do_preadv2), ROW(do_write),
	ROW(do_write_unwritable), ROW(do_write_none), ROW(do_pwrite), ROW(do_writev),
	ROW(do_pwritev2_append), ROW(do_append), ROW(do_lseek_hole), ROW(do_lseek_data),
	ROW(do_ftruncate), ROW(do_ftruncate_read), ROW(do_ftruncate_path), ROW(do_fallocate),
	ROW(do_fallocate_keep), ROW(do_fallocate_punch), ROW(do_fallocate_zero),
	ROW(do_fallocate_collapse), ROW(do_fallocate_insert), ROW(do_fallocate_read),
	ROW(do_fallocate_bad), ROW(do_fsync), ROW(do_sync_range), ROW(do_advise),
	ROW(do_readahead), ROW(do_fibmap), ROW(do_fionread), ROW(do_ioctl_unknown),
	ROW(do_flock), ROW(do_dup), ROW(do_setfl), ROW(do_lease_read), ROW(do_lease_write),
	ROW(do_pipe_size), ROW(do_hint), ROW(do_sendfile_out), ROW(do_sendfile_in),
	ROW(do_copy_range), ROW(do_copy_range_self), ROW(do_copy_range_devices), ROW(do_clone),
	ROW(do_clone_read), ROW(do_lock_read), ROW(do_lock_write), ROW(do_lock_unwritable),
	ROW(do_lock_ofd), ROW(do_lock_ofd_twice), ROW(map_read), ROW(map_write),
	ROW(map_shared), ROW(map_shared_write), ROW(map_shared_unwritable), ROW(map_validate),
	ROW(map_exec), ROW(map_path), ROW(splice_out), ROW(splice_in), ROW(do_memfd),
	{ NULL, NULL },
};

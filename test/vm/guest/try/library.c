// SPDX-License-Identifier: MIT
/* Verbs that need threads, or a process of a chosen number. */
#include <errno.h>
#include <linux/sched.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "library.h"
#include "verbs.h"

struct task {
	char **words;
	long result;
};

static void *run_task(void *data)
{
	struct task *task = data;

	task->result = run_route(task->words);
	return NULL;
}

/* thread ROUTE PATH [SECOND]: in another thread of this process */
static long in_thread(char **words)
{
	struct task task = { .words = words };
	pthread_t thread;

	if (pthread_create(&thread, NULL, run_task, &task))
		return -EAGAIN;
	pthread_join(thread, NULL);
	return task.result;
}

/* numbered PID ROUTE PATH [SECOND]: in a child that has this number */
static long in_numbered_child(char **words)
{
	pid_t number = atoi(words[0]);
	struct clone_args arguments = {
		.exit_signal = SIGCHLD,
		.set_tid = (uintptr_t)&number,
		.set_tid_size = 1,
	};
	long child = syscall(SYS_clone3, &arguments, sizeof(arguments));
	int status;

	if (child < 0)
		return -errno;
	if (!child)
		_exit(getpid() == number ? exit_code(run_route(words + 1)) : 255);
	waitpid((pid_t)child, &status, 0);
	return -WEXITSTATUS(status);
}

const struct verb library_verbs[] = {
	{ "thread", 2, in_thread },
	{ "point", 2, point },
	{ "make", 1, make_file },
	{ "install", 1, install },
	{ "numbered", 3, in_numbered_child },
	{ "as", 4, run_as },
	{ "fork", 0, go_on_in_child },
	{ "orphan", 0, go_on_as_orphan },
	{ "pid", 0, show_pid },
	{ "memfd", 0, hold_memfd },
	{ "unshare", 1, leave_mounts },
	{ "enter", 1, enter_mounts },
	{ "listen", 1, listen_for_descriptor },
	{ "send", 1, send_descriptor },
	{ "receive", 0, receive_descriptor },
	{ "take", 2, take_descriptor },
	{ "held", 0, show_held },
	{ "trace-attach", 1, trace_attach },
	{ "trace-seize", 1, trace_seize },
	{ "trace-me", 0, trace_me },
	{ "trace-run", 1, trace_run },
	{ "memory-read", 1, memory_read },
	{ "memory-write", 1, memory_write },
	{ "memory-file", 1, memory_file },
	{ "pose", 2, pose },
	{ "pose-as-it-is", 1, pose_as_it_is },
	{ "map-crowd", 1, use_mapping },
	{ "map-chain", 3, pass_mapping_on },
	{ "map-many", 2, map_often },
	{ "map-each", 2, map_each },
	{ "port-take", 1, take_ports },
	{ "port-leave", 0, leave_port },
	{ "dig", 3, dig },
	{ "below", 5, run_below },
	{ "attributes", 1, show_attributes },
	{ "open-evicted", 2, open_evicted },
	{ "race", 3, race_path },
	{ "throughout", 3, open_throughout },
	{ "headless", 0, share_headless },
	{ "share", 1, share_with },
	{ "cost", 2, show_cost },
	{ "mean", 2, show_mean },
	{ "idmap", 2, mount_idmapped },
	{ "trace-keep", 1, trace_keep },
	{ "trace-drop", 1, trace_drop },
	{ "mount-ecryptfs", 2, mount_ecryptfs },
	{ "listen-opens", 1, listen_for_opens },
	{ "take-open", 0, take_open },
	{ "serve", 2, serve },
	{ "catch", 2, catch_signal },
	{ "caught", 0, show_caught },
	{ "escape", 2, run_escapable },
	{ "pelted", 3, run_pelted },
	{ "aside", 2, begin_aside },
	{ "join", 0, join_asides },
	{ "leave", 0, leave },
	{ "vfork", 2, run_vforked },
	{ "spawn", 1, run_spawned },
	{ "crowd", 3, run_crowd },
	{ "users", 3, run_users },
	{ "flood", 2, run_flood },
	{ "hold-append", 1, hold_append },
	{ "trace-calls", 1, trace_calls },
	{ "trace-interrupt", 2, trace_interrupt },
	{ "trace-hold", 1, trace_hold },
	{ "trace-end", 1, trace_end },
	{ "trace-let", 1, trace_let },
	{ "churn", 3, churn },
	{ "listen-permits", 1, listen_for_permits },
	{ "permit", 0, permit },
	{ "dedupe-hold", 2, hold_duplicates },
	{ "dedupe", 0, dedupe },
	{ "uring-polled", 1, uring_polled },
	{ "uring-linked", 1, uring_linked },
	{ "uring-spin", 0, uring_spin },
	{ "hide", 3, hide },
	{ "hide-moved", 3, hide_moved },
	{ "hidden", 1, open_hidden },
	{ "hidden-as-before", 1, open_hidden_as_before },
	{ "overlaid", 4, run_overlaid },
	{ "hidden-execve", 1, execute_hidden },
	{ "jailed", 3, run_jailed },
	{ "fail-copies", 5, fail_copies },
	{ "fail-copy-and-rename", 3, fail_copy_and_rename },
	{ NULL, 0, NULL },
};

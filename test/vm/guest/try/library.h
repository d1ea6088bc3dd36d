/* SPDX-License-Identifier: MIT */
/* Verbs that need a C library, by the file they are in. */
#ifndef TRY_LIBRARY_H
#define TRY_LIBRARY_H

/* library_self.c: who the process is */
long run_as(char **words);
long go_on_in_child(char **words);
long go_on_as_orphan(char **words);
long show_pid(char **words);
long hold_memfd(char **words);
long leave_mounts(char **words);
long enter_mounts(char **words);

/* library_pass.c: descriptors of others */
long listen_for_descriptor(char **words);
long send_descriptor(char **words);
long receive_descriptor(char **words);
long take_descriptor(char **words);
long show_held(char **words);

/* library_socket.c */
long serve(char **words);

/* library_trace.c */
long trace_attach(char **words);
long trace_seize(char **words);
long trace_me(char **words);
long trace_run(char **words);
long memory_read(char **words);
long memory_write(char **words);
long memory_file(char **words);

/* library_pose.c: another executable, without running it */
long pose(char **words);
long pose_as_it_is(char **words);

/* library_deep.c */
long dig(char **words);
long run_below(char **words);
long show_attributes(char **words);
long open_evicted(char **words);
long race_path(char **words);
long open_throughout(char **words);

/* library_elsewhere.c: paths that a user makes up */
long hide(char **words);
long hide_moved(char **words);
long open_hidden(char **words);
long open_hidden_as_before(char **words);
long run_overlaid(char **words);
long execute_hidden(char **words);
long run_jailed(char **words);

/* In a user namespace of his own, in which he is root; 0 or a negative errno. */
int become_root(int flags);

/* There, an overlay of his own at PLACE, and into its root; 0 or a negative errno. */
int overlay_of(const char *place, const char *lower);

/* library_copyup.c: copies that overlays begin and do not make */
long fail_copies(char **words);
long fail_copy_and_rename(char **words);

/* library_share.c: memory */
long share_headless(char **words);
long share_with(char **words);

/* library_cost.c */
long show_cost(char **words);
long show_mean(char **words);

/* library_early.c */
long trace_keep(char **words);
long trace_drop(char **words);

/* library_map.c */
long use_mapping(char **words);
long pass_mapping_on(char **words);
long map_often(char **words);
long map_each(char **words);

/* library_port.c */
long take_ports(char **words);
long leave_port(char **words);

/* library_rare.c */
long mount_idmapped(char **words);
long listen_for_opens(char **words);
long take_open(char **words);

/* library_stack.c */
long mount_ecryptfs(char **words);

/* library_ask.c: signals */
long catch_signal(char **words);
long show_caught(char **words);
long run_escapable(char **words);
long run_pelted(char **words);

/* library_ask_tasks.c */
long begin_aside(char **words);
long join_asides(char **words);
long leave(char **words);
long run_vforked(char **words);
long run_spawned(char **words);
long run_crowd(char **words);
long run_users(char **words);
long run_flood(char **words);
long churn(char **words);
long hold_append(char **words);

/* library_ask_trace.c */
long trace_calls(char **words);
long trace_interrupt(char **words);
long trace_hold(char **words);
long trace_end(char **words);
long trace_let(char **words);

/* library_ask_calls.c */
long listen_for_permits(char **words);
long permit(char **words);
long hold_duplicates(char **words);
long dedupe(char **words);

/* library_ask_uring.c */
long uring_polled(char **words);
long uring_spin(char **words);
long uring_linked(char **words);

/* library_model.c */
long point(char **words);
long make_file(char **words);
long install(char **words);

#endif

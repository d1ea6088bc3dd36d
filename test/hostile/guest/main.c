// SPDX-License-Identifier: MIT
/* hostile ATTACK [uid=N] [seed=N] [least=N] [most=N] [dir=PATH] KEY=VALUE… */
#include "hostile.h"

#include <errno.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define ERRNOS 600

/* Shared with child processes. */
static struct {
	atomic_ulong rounds;
	atomic_ulong breaches;
	atomic_ulong results[ERRNOS];
	char breach[PATH_ROOM];
} *tally;

static char **words;
static __thread unsigned long long dice;

/* ---- options --------------------------------------------------------------- */

const char *text(const char *key, const char *otherwise)
{
	size_t length = strlen(key);

	for (char **word = words; *word; word++)
		if (!strncmp(*word, key, length) && (*word)[length] == '=')
			return *word + length + 1;
	return otherwise;
}

unsigned long number(const char *key, unsigned long otherwise)
{
	const char *value = text(key, NULL);

	return value ? strtoul(value, NULL, 0) : otherwise;
}

const char *in_dir(const char *format, ...)
{
	static __thread char rooms[4][PATH_ROOM];
	static __thread unsigned int next;
	char *room = rooms[next++ % 4];
	int length = snprintf(room, PATH_ROOM, "%s/", text("dir", "/tmp"));
	va_list list;

	va_start(list, format);
	vsnprintf(room + length, PATH_ROOM - (size_t)length, format, list);
	va_end(list);
	return room;
}

/* ---- random numbers ---------------------------------------------------------- */

void draw_apart(unsigned int which)
{
	dice = (number("seed", 1) + 1) * 0x9e3779b97f4a7c15ULL + which * 0xbf58476d1ce4e5b9ULL;
}

unsigned int draw(unsigned int below)
{
	if (!dice)
		draw_apart(0);
	dice ^= dice << 13;
	dice ^= dice >> 7;
	dice ^= dice << 17;
	return (unsigned int)(dice >> 32) % below;
}

/* ---- rounds and results ------------------------------------------------------ */

bool is_over(void)
{
	struct pollfd input = { .fd = 0, .events = POLLIN };

	return poll(&input, 1, 0) > 0;
}

bool again(void)
{
	if (tally->rounds >= number("most", -1UL) ||
	    (tally->rounds >= number("least", 1) && is_over()))
		return false;
	tally->rounds++;
	return true;
}

long count(long result)
{
	int error = result < 0 ? errno : 0;

	tally->results[error < ERRNOS ? error : ERRNOS - 1]++;
	errno = error;
	return result;
}

void count_breach(const char *how)
{
	if (!tally->breaches++)
		snprintf(tally->breach, sizeof(tally->breach), "%s", how);
}

void say(const char *what)
{
	printf("%s\n", what);
	fflush(stdout);
}

static void print_tally(void)
{
	printf("{\"rounds\":%lu,\"breaches\":%lu,\"breach\":\"%s\"", tally->rounds,
	       tally->breaches, tally->breach);
	for (int error = 0; error < ERRNOS; error++) {
		const char *name = error ? strerrorname_np(error) : "OK";

		if (tally->results[error])
			printf(",\"%s\":%lu", name ? name : "other", tally->results[error]);
	}
	printf("}\n");
}

/* ---- children ------------------------------------------------------------------ */

pid_t fork_bound(void)
{
	pid_t child = fork();

	if (!child) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() == 1)
			_exit(0);
	}
	return child;
}

void await_child(pid_t child)
{
	int status;

	if (child > 0)
		count(waitpid(child, &status, 0));
}

/* ---- starting -------------------------------------------------------------------- */

static void become(uid_t user)
{
	if (!user)
		return;
	if (setgroups(0, NULL) || setresgid(user, user, user) || setresuid(user, user, user)) {
		perror("hostile: cannot become the user");
		exit(1);
	}
	/* changing the user made the process undumpable, which hides it from its own user */
	prctl(PR_SET_DUMPABLE, 1);
}

static void take_limits(void)
{
	struct rlimit limit;

	if (!getrlimit(RLIMIT_NOFILE, &limit)) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
	/* a machine that allows its users many processes is the harder case */
	limit.rlim_cur = limit.rlim_max = RLIM_INFINITY;
	setrlimit(RLIMIT_NPROC, &limit);
}

static bool run_one_of(const struct attack *attacks, const char *name)
{
	for (; attacks->name; attacks++) {
		if (strcmp(attacks->name, name))
			continue;
		attacks->run();
		return true;
	}
	return false;
}

static bool run(const char *name)
{
	return run_one_of(name_attacks, name) || run_one_of(storm_attacks, name) ||
	       run_one_of(growth_attacks, name) || run_one_of(task_attacks, name) ||
	       run_one_of(ask_attacks, name) || run_one_of(map_attacks, name) ||
	       run_one_of(stream_attacks, name) || run_one_of(place_attacks, name) ||
	       run_one_of(program_attacks, name);
}

int main(int argc, char **argv)
{
	if (argc < 2)
		return 2;
	words = argv + 2;
	tally = mmap(NULL, sizeof(*tally), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		     -1, 0);
	if (tally == MAP_FAILED)
		return 1;
	signal(SIGPIPE, SIG_IGN);
	take_limits();
	become((uid_t)number("uid", 0));
	if (!run(argv[1])) {
		fprintf(stderr, "hostile: no attack is called %s\n", argv[1]);
		return 2;
	}
	print_tally();
	return 0;
}

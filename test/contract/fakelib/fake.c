// SPDX-License-Identifier: MIT
/*
 * A libfguard without a kernel behind it, for tests of the command line:
 * rules live in memory, events come from FAKE_EVENTS, calls are written to
 * FAKE_LOG, one line each.
 *
 *	FAKE_OPEN=N	fguard_open() fails with errno N
 *	FAKE_ADD=N	fguard_add_rules() fails with errno N
 *	FAKE_DELETE=N	fguard_delete_rules() fails with errno N
 *	FAKE_SET=N	fguard_set_rules() fails with errno N
 *	FAKE_RULES=N	rules that are there from the start
 *	FAKE_EXE=P	whom those let in, besides their processes
 *	FAKE_PATH=P	the first of them is about a path
 *	FAKE_TREE=1	and about all below it
 *	FAKE_SILENT=N	the module has no sentence for its errno, which is N
 *	FAKE_SUFFIX=S	the first of them is about a suffix
 *	FAKE_EVENTS	"N": N events, one to a batch, then silence
 *			"flood": full batches for ever
 *	FAKE_RAISE=N	the N-th of them comes with a SIGINT
 *			"unload": one event, then the module is gone
 *			"gap": an event, a gap, an event, then silence
 *			"broken": a record that is no record
 *	FAKE_OBJECT=P	the path of the accesses
 *	FAKE_UID=N	the user
 *	FAKE_HOSTILE=1	names, of files, programs, scripts, rules and processes, end with
 *			all that a terminal might act on; the only rule from the start is
 *			about such a file, too
 *	FAKE_PID=N	the process that asks, and that rules let in
 *	FAKE_REASON=N	why the accesses were decided, and
 *	FAKE_DETAIL=N	what more there is to say of it
 *	FAKE_ANSWERERS=N answerers that are there
 *	FAKE_WAITING=N	questions that wait
 *	FAKE_REMEMBERED=N answers that are remembered, by a process, a program and a script
 *			in turn
 *	FAKE_FORGET=N	forgetting fails with errno N
 *	FAKE_FEED=FIFO	what an answerer reads, a line each, words separated by tabs:
 *			"question ID OP MILLISECONDS PATH [NEW-PATH]", asked by the
 *			process that reads
 *			"closed ID REASON VERDICT"
 *			"lose ID OP MILLISECONDS PATH", a question that finds no room
 *			"as UID LOGINUID", who asks from then on
 *			"note WORD", which is written to FAKE_LOG
 *			"gap"
 *			"unload"
 *	FAKE_SCRIPT=P	the script that whoever is asked about runs
 *	FAKE_NO_EXE	answers that last for a time or for ever are refused
 *	FAKE_LOCKED=1	it is locked from the start
 *	FAKE_LOCK=N	fguard_lock() fails with errno N
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include <fguard.h>

#define MAX_RULES 128

struct fguard {
	int locked;
	int wake;
	int feed;
	int sent;
	int batches;
	size_t next_question;
	int next_answer;
	size_t n_rules;
	size_t next;
	struct fguard_rule_info rules[MAX_RULES];
};

static int number(const char *variable)
{
	const char *text = getenv(variable);

	return text ? atoi(text) : 0;
}

/* Sequences, ends of lines, C1 in one byte and in UTF-8, an override of direction. */
#define HOSTILE "\x1b[2J\n\r\x9b\xc2\x9b\xe2\x80\xae\xff\x7f"

/* A text, or that behind it. */
static const char *named(const char *usual, const char *hostile)
{
	return number("FAKE_HOSTILE") ? hostile : usual;
}

static int mode(const char *name)
{
	const char *text = getenv("FAKE_EVENTS");

	return text && !strcmp(text, name);
}

__attribute__((format(printf, 1, 2))) static void note(const char *format, ...)
{
	const char *path = getenv("FAKE_LOG");
	FILE *log = path ? fopen(path, "a") : NULL;
	va_list args;

	if (!log)
		return;
	va_start(args, format);
	vfprintf(log, format, args);
	va_end(args);
	fputc('\n', log);
	fclose(log);
}

static const uint32_t *copy_numbers(const uint32_t *list, uint32_t n)
{
	return n ? memcpy(calloc(n, sizeof(*list)), list, n * sizeof(*list)) : NULL;
}

static const char *copy_string(const char *string)
{
	return string ? strdup(string) : NULL;
}

static const char *const *copy_strings(const char *const *list, uint32_t n)
{
	const char **copy = calloc(n + 1, sizeof(*copy));
	uint32_t i;

	for (i = 0; i < n; i++)
		copy[i] = strdup(list[i]);
	return copy;
}

static void keep(struct fguard *guard, const struct fguard_rule *rule)
{
	struct fguard_rule_info *info = &guard->rules[guard->n_rules++];
	struct fguard_grant *grants = calloc(rule->n_pids + 1, sizeof(*grants));
	uint32_t i;

	for (i = 0; i < rule->n_pids; i++) {
		grants[i].pid = rule->pids[i];
		grants[i].alive = i % 2 == 0;
		snprintf(grants[i].comm, sizeof(grants[i].comm), named("comm%u", HOSTILE), i);
	}
	*info = (struct fguard_rule_info){
		.id = guard->n_rules,
		.flags = rule->flags,
		.path = copy_string(rule->path),
		.suffix = copy_string(rule->suffix),
		.name = copy_string(rule->name),
		.ttl = rule->ttl,
		.ops = rule->ops ? rule->ops : FGUARD_OPS_ALL,
		.else_action = rule->else_action,
		.error = rule->error ? rule->error : EACCES,
		.default_allow = rule->default_allow,
		.timeout = rule->timeout ? rule->timeout : FGUARD_TIMEOUT_DEFAULT,
		.asked = rule->else_action == FGUARD_ELSE_ASK ? 6 : 0,
		.expired = rule->else_action == FGUARD_ELSE_ASK ? 2 : 0,
		.n_grants = rule->n_pids,
		.n_uids = rule->n_uids,
		.n_gids = rule->n_gids,
		.n_loginuids = rule->n_loginuids,
		.n_exes = rule->n_exes,
		.n_cgroups = rule->n_cgroups,
		.grants = grants,
		.uids = copy_numbers(rule->uids, rule->n_uids),
		.gids = copy_numbers(rule->gids, rule->n_gids),
		.loginuids = copy_numbers(rule->loginuids, rule->n_loginuids),
		.exes = copy_strings(rule->exes, rule->n_exes),
		.cgroups = copy_strings(rule->cgroups, rule->n_cgroups),
		.allowed = 3,
		.denied = 5000000000,
	};
}

int fguard_open(struct fguard **guard)
{
	int i;

	*guard = calloc(1, sizeof(**guard));
	(*guard)->wake = eventfd(0, EFD_CLOEXEC);
	(*guard)->feed = -1;
	if (getenv("FAKE_PATH"))
		keep(*guard, &(struct fguard_rule){
				     .path = getenv("FAKE_PATH"),
				     .flags = getenv("FAKE_TREE") ? FGUARD_RULE_TREE : 0 });
	if (getenv("FAKE_SUFFIX"))
		keep(*guard, &(struct fguard_rule){ .suffix = getenv("FAKE_SUFFIX") });
	if (number("FAKE_HOSTILE")) {
		uint32_t pid = number("FAKE_PID");
		const char *exe = "/usr/bin/" HOSTILE, *cgroup = "/" HOSTILE;

		keep(*guard, &(struct fguard_rule){
				     .path = "/srv/" HOSTILE, .suffix = HOSTILE, .name = HOSTILE,
				     .else_action = FGUARD_ELSE_ASK, .pids = &pid, .n_pids = 1,
				     .exes = &exe, .n_exes = 1, .cgroups = &cgroup,
				     .n_cgroups = 1 });
	}
	for (i = 0; i < number("FAKE_RULES"); i++) {
		char path[32];
		uint32_t pids[] = { 10, 11 };
		const char *exe = getenv("FAKE_EXE");

		snprintf(path, sizeof(path), "/srv/file\xff%d", i + 1);
		keep(*guard, &(struct fguard_rule){ .path = path, .name = i ? NULL : "first",
						    .pids = pids, .n_pids = 2,
						    .exes = &exe, .n_exes = exe != NULL });
	}
	return -number("FAKE_OPEN");
}

void fguard_close(struct fguard *guard)
{
	note("close");
	if (!guard)
		return;
	close(guard->wake);
	if (guard->feed >= 0)
		close(guard->feed);
	free(guard);
}

const char *fguard_message(const struct fguard *guard)
{
	if (getenv("FAKE_SILENT"))
		return strerror(number("FAKE_SILENT"));
	return guard ? "the fake says no" : "out of memory";
}

static void note_strings(const char *kind, const char *const *list, uint32_t n)
{
	uint32_t i;

	for (i = 0; i < n; i++)
		note("%s %s", kind, list[i]);
}

static void note_numbers(const char *kind, const uint32_t *list, uint32_t n)
{
	uint32_t i;

	for (i = 0; i < n; i++)
		note("%s %u", kind, list[i]);
}

static void note_rule(const struct fguard_rule *rule)
{
	note("add path=%s suffix=%s name=%s flags=%u ops=%u else=%u error=%u ttl=%llu",
	     rule->path ? rule->path : "-", rule->suffix ? rule->suffix : "-",
	     rule->name ? rule->name : "-", rule->flags, rule->ops, rule->else_action,
	     rule->error, (unsigned long long)rule->ttl);
	if (rule->else_action == FGUARD_ELSE_ASK)
		note("ask default_allow=%u deadline=%u", rule->default_allow, rule->timeout);
	note_numbers("pid", rule->pids, rule->n_pids);
	note_numbers("uid", rule->uids, rule->n_uids);
	note_numbers("gid", rule->gids, rule->n_gids);
	note_numbers("loginuid", rule->loginuids, rule->n_loginuids);
	note_strings("exe", rule->exes, rule->n_exes);
	note_strings("cgroup", rule->cgroups, rule->n_cgroups);
}

int fguard_add_rules(struct fguard *guard, const struct fguard_rule *rules, size_t n,
		     struct fguard_added *added)
{
	size_t i;

	if (number("FAKE_ADD"))
		return -number("FAKE_ADD");
	for (i = 0; i < n; i++) {
		note_rule(&rules[i]);
		keep(guard, &rules[i]);
		added[i].id = guard->n_rules;
		added[i].flags = rules[i].path && !access(rules[i].path, F_OK) ?
					 FGUARD_RULE_EXISTS : 0;
	}
	return 0;
}

int fguard_set_rules(struct fguard *guard, const struct fguard_rule *rules, size_t n)
{
	size_t i;

	if (number("FAKE_SET"))
		return -number("FAKE_SET");
	note("set %zu", n);
	guard->n_rules = 0;
	for (i = 0; i < n; i++) {
		note_rule(&rules[i]);
		keep(guard, &rules[i]);
	}
	return 0;
}

int fguard_delete_rules(struct fguard *guard, const struct fguard_rule_key *keys, size_t n)
{
	size_t i;

	(void)guard;
	for (i = 0; i < n; i++)
		note("delete id=%u path=%s name=%s", keys[i].id, keys[i].path ? keys[i].path : "-",
		     keys[i].name ? keys[i].name : "-");
	return -number("FAKE_DELETE");
}

ssize_t fguard_list_rules(struct fguard *guard)
{
	guard->next = 0;
	return guard->n_rules;
}

int fguard_next_rule(struct fguard *guard, struct fguard_rule_info *info)
{
	if (guard->next == guard->n_rules)
		return 0;
	*info = guard->rules[guard->next++];
	return 1;
}

/* Every rule is about every object, the last one decides. */
int fguard_explain(struct fguard *guard, const struct fguard_query *query,
		   struct fguard_explanation *explanation, struct fguard_match *matches,
		   size_t max)
{
	uint32_t i;

	note("explain path=%s op=%u pid=%u", query->path, query->op, query->pid);
	*explanation = (struct fguard_explanation){
		.verdict = guard->n_rules && !query->pid ? FGUARD_VERDICT_DENY :
							    FGUARD_VERDICT_ALLOW,
		.reason = !guard->n_rules ? FGUARD_REASON_NONE :
			  query->pid	   ? FGUARD_REASON_GRANT :
					     FGUARD_REASON_RULE,
		.rule = guard->n_rules,
		.n_matches = guard->n_rules,
	};
	for (i = 0; i < guard->n_rules && i < max; i++)
		matches[i] = (struct fguard_match){ .rule = i + 1,
						    .kind = i % __FGUARD_MATCH_MAX,
						    .distance = i, .concerned = 1,
						    .allowed = query->pid != 0 };
	return 0;
}

int fguard_get_status(struct fguard *guard, struct fguard_status *status,
		      struct fguard_hook *hooks, size_t max)
{
	uint32_t i;

	*status = (struct fguard_status){ .version = "9.8.7", .abi = 1, .rules = guard->n_rules,
					  .subscribers = 2, .n_hooks = 70, .allowed = 1,
					  .denied = 2, .events = 6000000000, .lost = 4,
					  .answerers = number("FAKE_ANSWERERS"),
					  .waiting = number("FAKE_WAITING"),
					  .asked = 5000000001, .expired = 6,
					  .locked = guard->locked || number("FAKE_LOCKED") };
	for (i = 0; i < 70 && i < max; i++) {
		snprintf(hooks[i].function, sizeof(hooks[i].function), "security_%u", i);
		hooks[i].ops = i & FGUARD_OPS_ALL;
		hooks[i].state = i % __FGUARD_HOOK_STATE_MAX;
	}
	return 0;
}

int fguard_lock(struct fguard *guard)
{
	note("lock");
	guard->locked = !number("FAKE_LOCK");
	return -number("FAKE_LOCK");
}

int fguard_subscribe(struct fguard *guard, const struct fguard_filter *filter)
{
	if (filter->answer) {
		guard->feed = open(getenv("FAKE_FEED"), O_RDWR | O_CLOEXEC);
		note("answerer %d", getpid());
		return guard->feed < 0 ? -EIO : 0;
	}
	note("subscribe all=%u ops=%u verdicts=%u", filter->all, filter->ops, filter->verdicts);
	note_strings("path", filter->paths, filter->n_paths);
	note_strings("tree", filter->trees, filter->n_trees);
	note_strings("suffix", filter->suffixes, filter->n_suffixes);
	note_strings("exe", filter->exes, filter->n_exes);
	note_numbers("pid", filter->pids, filter->n_pids);
	note_numbers("uid", filter->uids, filter->n_uids);
	return 0;
}

static size_t put_access(char *buffer, int seq)
{
	const char *exe = named("/usr/bin/rm", "/usr/bin/" HOSTILE);
	const char *comm = named("rm\x1b[2J", HOSTILE), *new_path = named("", "/srv/" HOSTILE);
	struct fguard_access_record *record = (void *)buffer;
	const char *path = getenv("FAKE_OBJECT") ? getenv("FAKE_OBJECT") :
						   named("/srv/a.db", "/srv/" HOSTILE);
	size_t size = sizeof(*record) + strlen(path) + strlen(new_path) + strlen(exe) + strlen(comm);
	size_t length = (size + 7) & ~7UL;

	memset(buffer, 0, length);
	*record = (struct fguard_access_record){
		.head = { .length = length, .version = FGUARD_RECORD_VERSION,
			  .type = FGUARD_RECORD_ACCESS, .seq = seq,
			  .detail = number("FAKE_DETAIL"), .time = 1767225600123456789 },
		.rule = 7, .pid = 100, .tid = 101, .ppid = 1, .uid = number("FAKE_UID"),
		.loginuid = FGUARD_NO_LOGIN, .op = FGUARD_OP_DELETE,
		.verdict = FGUARD_VERDICT_DENY,
		.reason = getenv("FAKE_REASON") ? number("FAKE_REASON") : FGUARD_REASON_RULE,
		.path_length = strlen(path), .new_path_length = strlen(new_path),
		.exe_length = strlen(exe), .comm_length = strlen(comm),
	};
	memcpy(stpcpy(stpcpy(stpcpy((char *)(record + 1), path), new_path), exe), comm,
	       strlen(comm));
	return length;
}

static size_t put_gap(char *buffer, int seq)
{
	*(struct fguard_gap_record *)buffer = (struct fguard_gap_record){
		.head = { .length = sizeof(struct fguard_gap_record),
			  .version = FGUARD_RECORD_VERSION, .type = FGUARD_RECORD_GAP,
			  .seq = seq, .time = 1767225601000000000 },
		.lost = 120, .from = 1767225600000000000, .to = 1767225601000000000,
	};
	return sizeof(struct fguard_gap_record);
}

static ssize_t wait_for_interrupt(struct fguard *guard, int timeout)
{
	struct pollfd wake = { .fd = guard->wake, .events = POLLIN };

	return poll(&wake, 1, timeout) > 0 ? -EINTR : 0;
}

static ssize_t flood(struct fguard *guard, char *buffer, size_t size)
{
	size_t used = 0;

	while (size - used >= 128)
		used += put_access(buffer + used, ++guard->sent);
	note("batch %d", guard->sent);
	if (++guard->batches == number("FAKE_RAISE")) {
		note("raise");
		kill(getpid(), SIGINT);
	}
	return used;
}

/* ---- questions ----------------------------------------------------------- */

#define MAX_QUESTIONS 256

static pthread_mutex_t questions_lock = PTHREAD_MUTEX_INITIALIZER;
static struct question {
	struct fguard_question_record record;
	char strings[1024];
} questions[MAX_QUESTIONS];
static size_t n_questions;
static uint32_t asking_uid, asking_loginuid = 1000;

static uint64_t after(int milliseconds)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec * 1000000000ULL + now.tv_nsec + milliseconds * 1000000ULL;
}

static size_t append(struct question *question, size_t at, const char *text)
{
	size_t length = strlen(text);

	memcpy(question->strings + at, text, length);
	return length;
}

/* Asked by whoever loaded this. */
static void make_question(struct question *question, uint64_t id, int op, int milliseconds,
			  const char *path, const char *new_path)
{
	struct fguard_access_record *access = &question->record.access;
	char exe[256] = "";
	size_t at = 0, script;
	pid_t pid = number("FAKE_PID") ? number("FAKE_PID") : getpid();

	memset(question, 0, sizeof(*question));
	if (readlink("/proc/self/exe", exe, sizeof(exe) - 1) < 0)
		abort();
	*access = (struct fguard_access_record){
		.rule = 1, .pid = pid, .tid = pid,
		.ppid = number("FAKE_PID") ? pid : getppid(),
		.uid = asking_uid, .loginuid = asking_loginuid, .op = op,
		.verdict = FGUARD_VERDICT_DENY, .reason = FGUARD_REASON_ASK,
	};
	at += access->path_length = append(question, at, path);
	at += access->new_path_length = append(question, at, new_path);
	at += access->exe_length = append(question, at, named(exe, "/usr/bin/" HOSTILE));
	at += access->comm_length = append(question, at, named("asker\x1b[31m", HOSTILE));
	access->head.length = (sizeof(*access) + at + 7) & ~7UL;
	at = access->head.length - sizeof(*access);
	script = append(question, at, getenv("FAKE_SCRIPT") ? getenv("FAKE_SCRIPT") :
							      named("", "/srv/" HOSTILE));
	at += script;
	question->record.id = id;
	question->record.deadline = after(milliseconds);
	question->record.head = (struct fguard_record){
		.length = (sizeof(question->record) + at + 7) & ~7UL,
		.version = FGUARD_RECORD_VERSION, .type = FGUARD_RECORD_QUESTION,
		.seq = id, .time = after(0), .script_length = script,
	};
	access->head.version = FGUARD_RECORD_VERSION;
	access->head.type = FGUARD_RECORD_ACCESS;
}

static void remember(const struct question *question)
{
	pthread_mutex_lock(&questions_lock);
	if (n_questions == MAX_QUESTIONS)
		abort();
	questions[n_questions++] = *question;
	pthread_mutex_unlock(&questions_lock);
}

static int forget(uint64_t id)
{
	size_t i;
	int found = 0;

	pthread_mutex_lock(&questions_lock);
	for (i = 0; i < n_questions && !found; i++)
		if (questions[i].record.id == id) {
			questions[i] = questions[--n_questions];
			found = 1;
		}
	pthread_mutex_unlock(&questions_lock);
	return found;
}

static size_t put_closed(char *buffer, uint64_t id, int reason, int verdict)
{
	*(struct fguard_closed_record *)buffer = (struct fguard_closed_record){
		.head = { .length = sizeof(struct fguard_closed_record),
			  .version = FGUARD_RECORD_VERSION, .type = FGUARD_RECORD_CLOSED,
			  .seq = id, .time = after(0) },
		.id = id, .reason = reason, .verdict = verdict,
	};
	return sizeof(struct fguard_closed_record);
}

static int read_line(int fd, char *line, size_t size)
{
	size_t used = 0;

	while (used + 1 < size && read(fd, line + used, 1) == 1 && line[used] != '\n')
		used++;
	line[used] = 0;
	return used;
}

static size_t obey(char *line, char *buffer)
{
	char *word[6] = { NULL };
	struct question question;
	uint64_t id;
	int i;

	for (i = 0; i < 6; i++)
		word[i] = strsep(&line, "\t");
	id = word[1] ? strtoull(word[1], NULL, 10) : 0;
	if (!strcmp(word[0], "gap"))
		return put_gap(buffer, 1);
	if (!strcmp(word[0], "note"))
		return note("%s", word[1]), 0;
	if (!strcmp(word[0], "as")) {
		asking_uid = id;
		asking_loginuid = strtoul(word[2], NULL, 10);
		return 0;
	}
	if (!strcmp(word[0], "closed")) {
		forget(id);
		return put_closed(buffer, id, atoi(word[2]), atoi(word[3]));
	}
	make_question(&question, id, atoi(word[2]), atoi(word[3]), word[4],
		      word[5] ? word[5] : "");
	remember(&question);
	if (!strcmp(word[0], "lose"))
		return 0;
	memcpy(buffer, &question, question.record.head.length);
	return question.record.head.length;
}

static ssize_t read_feed(struct fguard *guard, char *buffer, int timeout)
{
	struct pollfd fds[] = { { .fd = guard->wake, .events = POLLIN },
				{ .fd = guard->feed, .events = POLLIN } };
	char line[2048];
	size_t used;

	for (;;) {
		int ready = poll(fds, 2, timeout);

		if (ready <= 0)
			return ready < 0 ? -errno : 0;
		if (fds[0].revents)
			return -EINTR;
		read_line(guard->feed, line, sizeof(line));
		if (!strcmp(line, "unload"))
			return -ENODEV;
		used = obey(line, buffer);
		if (used)
			return used;
	}
}

int fguard_answer(struct fguard *guard, const struct fguard_answer *answer)
{
	int feed;

	(void)guard;
	note("answer id=%llu verdict=%u lifetime=%u ttl=%llu", (unsigned long long)answer->id,
	     answer->verdict, answer->lifetime, (unsigned long long)answer->ttl);
	if (getenv("FAKE_NO_EXE") && answer->lifetime >= FGUARD_LIFETIME_TIME)
		return -EOPNOTSUPP;
	if (!forget(answer->id))
		return -ENOENT;
	feed = open(getenv("FAKE_FEED"), O_WRONLY | O_CLOEXEC);
	dprintf(feed, "closed\t%llu\t%u\t%u\n", (unsigned long long)answer->id,
		FGUARD_CLOSED_ANSWERED, answer->verdict);
	close(feed);
	return 0;
}

ssize_t fguard_list_answers(struct fguard *guard)
{
	guard->next_answer = 0;
	return number("FAKE_REMEMBERED");
}

int fguard_next_answer(struct fguard *guard, struct fguard_remembered *answer)
{
	int id = ++guard->next_answer;
	uint32_t lifetime = 1 + id % 3;

	if (id > number("FAKE_REMEMBERED"))
		return 0;
	*answer = (struct fguard_remembered){
		.id = id, .rule = 1, .ops = 1 << FGUARD_OP_READ,
		.verdict = id % 2 ? FGUARD_VERDICT_ALLOW : FGUARD_VERDICT_DENY,
		.lifetime = lifetime, .uid = 0, .comm = named("sh\x1b[2J", HOSTILE),
		.exe = named("/bin/sh", "/bin/" HOSTILE),
		.pid = lifetime == FGUARD_LIFETIME_PROCESS ? 12 : 0,
		.ttl = lifetime == FGUARD_LIFETIME_TIME ? 5400000 : 0,
		.script = lifetime == FGUARD_LIFETIME_FOREVER ?
				  named("/srv/a\xff.sh", "/srv/" HOSTILE) : NULL,
		.given = 1767225600123456789,
	};
	return 1;
}

int fguard_forget_answers(struct fguard *guard, const uint64_t *ids, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		note("forget %llu", (unsigned long long)ids[i]);
	return -number("FAKE_FORGET");
}

int fguard_forget_all_answers(struct fguard *guard)
{
	note("forget all");
	return -number("FAKE_FORGET");
}

ssize_t fguard_list_questions(struct fguard *guard)
{
	int i;

	guard->next_question = 0;
	for (i = n_questions; i < number("FAKE_WAITING"); i++) {
		struct question question;

		make_question(&question, i + 1, FGUARD_OP_RENAME, 60000,
			      named("/srv/\xff", "/srv/" HOSTILE),
			      named("/srv/b", "/srv/" HOSTILE));
		remember(&question);
	}
	return n_questions;
}

int fguard_next_question(struct fguard *guard, const struct fguard_question_record **question)
{
	if (guard->next_question >= n_questions)
		return 0;
	*question = &questions[guard->next_question++].record;
	return 1;
}

ssize_t fguard_read_events(struct fguard *guard, void *buffer, size_t size, int timeout)
{
	if (size < FGUARD_BATCH_MAX)
		return -EMSGSIZE;
	if (wait_for_interrupt(guard, 0))
		return -EINTR;
	if (guard->feed >= 0)
		return read_feed(guard, buffer, timeout);
	if (mode("flood"))
		return flood(guard, buffer, size);
	if (mode("unload"))
		return guard->sent++ ? -ENODEV : (ssize_t)put_access(buffer, 1);
	if (mode("broken"))
		return memset(buffer, 0, 24) ? 24 : 0;
	if (mode("gap") && guard->sent < 3) {
		guard->sent++;
		return guard->sent == 2 ? put_gap(buffer, 2) : put_access(buffer, guard->sent);
	}
	if (guard->sent < number("FAKE_EVENTS"))
		return put_access(buffer, ++guard->sent);
	note("waiting");
	return wait_for_interrupt(guard, timeout);
}

int fguard_interrupt(struct fguard *guard)
{
	note("interrupt");
	return eventfd_write(guard->wake, 1);
}

int fguard_login_uid(pid_t pid, uint32_t *uid)
{
	*uid = 4321;
	return pid == 1 ? 0 : 1;
}

int fguard_login_name(pid_t pid, char *name, size_t size)
{
	snprintf(name, size, "ann%d", pid != 1);
	return 1;
}

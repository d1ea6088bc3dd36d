// SPDX-License-Identifier: MIT
/*
 * Tries to get at files: reads lines "ROUTE PATH [SECOND]" or "VERB …" and
 * answers each with one line, the name of the errno, or "OK".
 */
#include <linux/errno.h>
#include <linux/fcntl.h>
#include <linux/stat.h>

#include "counts.h"
#include "sys.h"
#include "text.h"
#include "verbs.h"

long run_route(char **words)
{
	route run = route_find(words[0]);

	return run ? run(words[1], words[2]) : -ENOSYS;
}

/* repeat N ROUTE PATH [SECOND]: so often, and counts what came of it */
static long repeat(char **words)
{
	unsigned long counts[ERRNOS] = { 0 }, times = text_number(words[0]);

	while (times--)
		count_result(counts, run_route(words + 1));
	print_counts(counts);
	return VERB_PRINTED;
}

/* spin ROUTE PATH [SECOND]: until the next line comes, and counts */
static long spin(char **words)
{
	unsigned long counts[ERRNOS] = { 0 };

	text_print("spinning\n");
	while (!line_waits())
		for (int i = 0; i < 32; i++)
			count_result(counts, run_route(words));
	print_counts(counts);
	return VERB_PRINTED;
}

int exit_code(long result)
{
	return result < 0 ? (int)(-result & 0xff) : 0;
}

/* child ROUTE PATH [SECOND]: in a child of this process */
static long in_child(char **words)
{
	long child = sys(__NR_fork);
	int status = 0;

	if (child < 0)
		return child;
	if (!child)
		sys(__NR_exit_group, exit_code(run_route(words)));
	sys(__NR_wait4, child, &status);
	if (status & 0x7f)
		return -EINTR;
	return -(status >> 8 & 0xff);
}

static long hold(char **words)
{
	return route_hold(words[0]);
}

static long hold_directory(char **words)
{
	return route_hold_directory(words[0]);
}

static char *put_content(char *end, const char *path)
{
	char content[128];
	long fd = sys(__NR_open, path, O_RDONLY), size;

	if (fd < 0)
		return text_put(text_put(end, " unreadable "), text_errno(fd));
	size = sys(__NR_read, fd, content, sizeof(content) - 1);
	sys(__NR_close, fd);
	content[size < 0 ? 0 : size] = 0;
	for (char *at = content; *at; at++)
		if (*at < ' ')
			*at = '.'; /* the answer is one line */
	return text_put(text_put(end, " content="), content);
}

static char *put_target(char *end, const char *path)
{
	char target[128];
	long size = sys(__NR_readlink, path, target, sizeof(target) - 1);

	target[size < 0 ? 0 : size] = 0;
	return text_put(text_put(end, " target="), target);
}

/* show PATH: everything about it that an access could change */
static long show(char **words)
{
	char line[TEXT_MAX], *end = line;
	struct statx about;
	long err = sys(__NR_statx, AT_FDCWD, words[0], AT_SYMLINK_NOFOLLOW,
		       STATX_BASIC_STATS, &about);

	if (err)
		return err;
	end = text_put_number(text_put(end, "inode="), (unsigned long)about.stx_ino);
	end = text_put_number(text_put(end, " links="), about.stx_nlink);
	end = text_put_number(text_put(end, " mode="), about.stx_mode);
	end = text_put_number(text_put(end, " size="), (unsigned long)about.stx_size);
	if ((about.stx_mode & S_IFMT) == S_IFREG)
		end = put_content(end, words[0]);
	if ((about.stx_mode & S_IFMT) == S_IFLNK)
		end = put_target(end, words[0]);
	text_put(end, "\n");
	text_print(line);
	return VERB_PRINTED;
}

/* write PATH TEXT: the file's new content, in place */
static long write_text(char **words)
{
	long fd = sys(__NR_open, words[0], O_WRONLY | O_CREAT | O_TRUNC, 0644);

	if (fd < 0)
		return fd;
	sys(__NR_write, fd, words[1], text_length(words[1]));
	return sys(__NR_close, fd);
}

static const struct verb verbs[] = {
	{ "repeat", 3, repeat },
	{ "spin", 2, spin },
	{ "child", 2, in_child },
	{ "storm", 1, storm },
	{ "hold", 1, hold },
	{ "hold-dir", 1, hold_directory },
	{ "show", 1, show },
	{ "write", 2, write_text },
	{ "fail-nth", 2, fail_nth },
	{ "insert", 1, insert_module },
	{ NULL, 0, NULL },
};

static const struct verb *find_verb(const struct verb *from, const char *name)
{
	for (; from->name; from++)
		if (text_equal(from->name, name))
			return from;
	return NULL;
}

long obey(int count, char **words)
{
	const struct verb *verb = find_verb(verbs, words[0]);

	if (!verb)
		verb = find_verb(library_verbs, words[0]);
	if (verb)
		return count > verb->words ? verb->run(words + 1) : -EINVAL;
	return count > 1 ? run_route(words) : -EINVAL;
}

static void answer(char *line)
{
	char *words[WORDS_MAX + 1] = { NULL }, reply[64];
	long result = obey(text_words(line, words, WORDS_MAX), words);

	if (result == VERB_PRINTED)
		return;
	text_put(text_put(reply, text_errno(result)), "\n");
	text_print(reply);
}

/* Byte by byte, so that spin() sees whether a line waits. */
static int read_line(char *line, int size)
{
	int length = 0;

	while (length < size - 1 && sys(__NR_read, 0, line + length, 1) == 1) {
		if (line[length] == '\n') {
			line[length] = 0;
			return 1;
		}
		length++;
	}
	return 0;
}

int main(int argc, char **argv)
{
	static char line[TEXT_MAX * 2];
	char *words[WORDS_MAX + 1] = { NULL }, reply[64];
	long result;

	if (argc < 2) {
		while (read_line(line, sizeof(line)))
			answer(line);
		return 0;
	}
	for (int i = 1; i < argc && i <= WORDS_MAX; i++)
		words[i - 1] = argv[i];
	result = obey(argc - 1, words);
	if (result == VERB_PRINTED)
		return 0;
	text_put(text_put(reply, text_errno(result)), "\n");
	text_print(reply);
	return result < 0;
}

// SPDX-License-Identifier: MIT
/*
 * A program as those written against the first version are: it declares the
 * entry points itself and knows nothing else of the library.
 *
 * legacy agent [PROCESS…]: refuses what these processes do, and lets others in
 * legacy: does what it reads, a line each, and prints a line for each
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

int open_netlink_connection(void);
char *read_kernel_message(int sock);
int send_kernel_message(int sock, char *msg);
int sock_netlink_connection(void);
void sock_netlink_disconnection(int sock);
char *get_username_by_pid(int pid);

static void print_result(int result)
{
	puts(result < 0 ? strerrorname_np(errno) : "OK");
}

/* An agent looks into what it is asked about, which nobody else gets to see now. */
static void look_at(const char *file)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC);

	printf("agent: ");
	print_result(fd);
	if (fd >= 0)
		close(fd);
}

static int is_refused(const char *process, char **refused)
{
	while (*refused && strcmp(*refused, process))
		refused++;
	return *refused != NULL;
}

static void answer(int sock, char *message, char **refused)
{
	char *file = strtok(message, "|"), *process = strtok(NULL, "|");
	char text[8192];

	look_at(file);
	snprintf(text, sizeof(text), "%s|%s", file,
		 is_refused(process, refused) ? "Deny" : "Allow");
	if (send_kernel_message(sock, text) < 0)
		perror("send_kernel_message");
}

static int be_agent(char **refused)
{
	int sock = open_netlink_connection();
	char *message;

	print_result(sock);
	while (fflush(stdout), (message = read_kernel_message(sock))) {
		puts(message);
		answer(sock, message, refused);
		free(message);
	}
	print_result(-1);
	sock_netlink_disconnection(sock);
	return 0;
}

static int opened(int sock)
{
	print_result(sock);
	return sock;
}

static void print_message(int sock)
{
	char *message = read_kernel_message(sock);

	puts(message ? message : strerrorname_np(errno));
	free(message);
}

static void print_user(int pid)
{
	char *name = get_username_by_pid(pid);

	printf("user: %s\n", name);
	free(name);
}

static void wait_for_message(int sock, int milliseconds)
{
	struct pollfd source = { .fd = sock, .events = POLLIN };

	puts(poll(&source, 1, milliseconds) == 1 ? "readable" : "nothing");
}

/* As a daemon does after it has opened what it needs; but its parent waits. */
static void go_on_as_child(void)
{
	pid_t child = fork();

	if (child)
		_exit(waitpid(child, NULL, 0) != child);
	puts("OK");
}

/* Its descriptors are closed by that. */
static void go_on_as_another(void)
{
	execlp("sh", "sh", "-c", "echo OK; exec sleep 1000", (char *)NULL);
	print_result(-1);
}

static void obey(char *order)
{
	static int sock = -1;
	char *rest = strchr(order, ' ');

	if (rest)
		*rest++ = '\0';
	if (!strcmp(order, "open"))
		sock = opened(open_netlink_connection());
	else if (!strcmp(order, "hello"))
		sock = opened(sock_netlink_connection());
	else if (!strcmp(order, "read"))
		print_message(sock);
	else if (!strcmp(order, "send"))
		print_result(send_kernel_message(sock, rest));
	else if (!strcmp(order, "poll"))
		wait_for_message(sock, atoi(rest));
	else if (!strcmp(order, "look"))
		look_at(rest);
	else if (!strcmp(order, "user"))
		print_user(atoi(rest));
	else if (!strcmp(order, "close"))
		print_result(close(sock));
	else if (!strcmp(order, "exec"))
		go_on_as_another();
	else if (!strcmp(order, "fork"))
		go_on_as_child();
	else if (!strcmp(order, "disconnect"))
		sock_netlink_disconnection(sock), puts("OK");
	else
		puts("?");
}

int main(int argc, char **argv)
{
	char *line = NULL;
	size_t room = 0;
	ssize_t length;

	if (argc > 1 && !strcmp(argv[1], "agent"))
		return be_agent(argv + 2);
	while ((length = getline(&line, &room, stdin)) > 0) {
		line[length - 1] = '\0';
		obey(line);
		fflush(stdout);
	}
	free(line);
	return 0;
}

/* SPDX-License-Identifier: MIT */
#include "show.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include <fguard.h>

static const char *const operations[__FGUARD_OP_MAX] = {
	[FGUARD_OP_READ] = "read",     [FGUARD_OP_WRITE] = "write",
	[FGUARD_OP_EXEC] = "exec",     [FGUARD_OP_CREATE] = "create",
	[FGUARD_OP_DELETE] = "delete", [FGUARD_OP_RENAME] = "rename",
	[FGUARD_OP_LINK] = "link",     [FGUARD_OP_TRUNCATE] = "truncate",
	[FGUARD_OP_ATTR] = "attr",     [FGUARD_OP_LIST] = "list",
	[FGUARD_OP_MOUNT] = "mount",
};

const char *show_operation(uint8_t op)
{
	return op < __FGUARD_OP_MAX ? operations[op] : "?";
}

/*
 * Other users choose the names of files, so control characters are escaped.
 * @cut: the text is only the end of a path
 */
static void print_escaped(const char *label, const char *text, size_t length, int cut)
{
	printf(" %s=%s", label, cut ? "..." : "");
	for (size_t i = 0; i < length; i++) {
		unsigned char c = (unsigned char)text[i];

		if (isgraph(c) && c != '\\')
			putchar(c);
		else
			printf("\\x%02x", c);
	}
}

void show_access(const unsigned char *record)
{
	struct fguard_access_record access;
	const char *path, *new_path, *exe;

	memcpy(&access, record, sizeof(access));
	path = (const char *)record + sizeof(access);
	new_path = path + access.path_length;
	exe = new_path + access.new_path_length;
	printf(" pid=%u uid=%u", access.pid, access.uid);
	print_escaped("comm", exe + access.exe_length, access.comm_length, 0);
	print_escaped("exe", exe, access.exe_length, access.cut & FGUARD_CUT_EXE);
	print_escaped("path", path, access.path_length, access.cut & FGUARD_CUT_PATH);
	if (access.new_path_length)
		print_escaped("new", new_path, access.new_path_length,
			      access.cut & FGUARD_CUT_NEW_PATH);
}

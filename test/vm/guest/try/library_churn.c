// SPDX-License-Identifier: MIT
/* A name that one file has after the other. */
#include <linux/fcntl.h>

#include "library.h"
#include "sys.h"
#include "text.h"

static long make(const char *path)
{
	long fd = sys(__NR_open, path, O_WRONLY | O_CREAT, 0644);

	return fd < 0 ? fd : sys(__NR_close, fd);
}

/* Made in place, renamed aside and removed; then made beside and renamed over. */
static long come_and_go(const char *path, const char *beside)
{
	long err = make(path);

	if (!err)
		err = sys(__NR_rename, path, beside);
	if (!err)
		err = sys(__NR_unlink, beside);
	if (!err)
		err = make(beside);
	if (!err)
		err = sys(__NR_rename, beside, path);
	return err;
}

/* churn N PATH BESIDE: so often */
long churn(char **words)
{
	unsigned long times = text_number(words[0]);
	long err = 0;

	while (!err && times--)
		err = come_and_go(words[1], words[2]);
	return err;
}

// SPDX-License-Identifier: MIT
/* What a C library would bring: the entry, and functions that gcc calls by itself. */
#include "sys.h"
#include "text.h"
#include "verbs.h"

int main(int argc, char **argv);

__attribute__((used)) static void begin(long *stack)
{
	sys(__NR_exit_group, main((int)stack[0], (char **)&stack[1]));
}

#ifdef __x86_64__
__asm__(".globl _start\n_start:\n	mov %rsp, %rdi\n	and $-16, %rsp\n	call begin\n");
#else
__asm__(".globl _start\n_start:\n	mov %esp, %eax\n	and $-16, %esp\n"
	"	sub $12, %esp\n	push %eax\n	call begin\n");
#endif

void *memset(void *to, int byte, size_t size);
void *memcpy(void *to, const void *from, size_t size);

void *memset(void *to, int byte, size_t size)
{
	char *at = to;

	while (size--)
		*at++ = (char)byte;
	return to;
}

void *memcpy(void *to, const void *from, size_t size)
{
	char *at = to;

	while (size--)
		*at++ = *(const char *)from++;
	return to;
}

const struct verb library_verbs[] = { { NULL, 0, NULL } };

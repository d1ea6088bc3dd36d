/* SPDX-License-Identifier: MIT */
/* How the examples print an access. */
#ifndef SHOW_H
#define SHOW_H

#include <stdint.h>

const char *show_operation(uint8_t op);

/* " pid=940 uid=0 comm=rm exe=/usr/bin/rm path=/srv/a.db [new=/srv/b.db]" */
void show_access(const unsigned char *record);

#endif

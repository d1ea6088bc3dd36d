/* SPDX-License-Identifier: GPL-2.0-only */
/* Written by scripts/version.mjs from package.json. */
#ifndef FGUARD_VERSION_H
#define FGUARD_VERSION_H

#define FGUARD_VERSION "0.1.0"

#endif

#!/bin/bash
# SPDX-License-Identifier: MIT
# Prints the cost of the module as ratios measured within one boot: bench.sh [KERNEL]
set -euo pipefail
. "$(dirname "$0")/lib.sh"

kernel=${1:-6.1}
cd "$repo"
"$repo/scripts/setup.sh" "$kernel"
program=$cache/bench
gcc -std=gnu11 -D_GNU_SOURCE -O2 -Wall -Wextra -Werror -Ilibnetlink -Ilibnetlink/include \
	-Wl,-rpath,"$repo/libnetlink" -o "$program" test/vm/guest/bench/bench.c -Llibnetlink -lfguard
exec node --import tsx scripts/bench.ts "$kernel" "$program"

#!/bin/bash
# SPDX-License-Identifier: MIT
# Lets ordinary users attack the guard, in a VM with two processors and SLUB debugging:
# test-hostile.sh [--seconds N] [--kernel NAME] [--only SCENARIO]…
#	[--seed N] [--cpus N] [--append WORDS]
# The time (default: 600 s) is divided among the scenarios; more than fifteen minutes
# are several rounds. The same seed makes users do the same. --append adds to the
# kernel command line, such as preempt=full. The kernels 6.1-debug and 6.1-kcsan are
# built first, which takes half an hour.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

kernel=6.1
for ((i = 1; i < $#; i++)); do
	next=$((i + 1))
	[[ ${!i} != --kernel ]] || kernel=${!next}
done
cd "$repo"
"$repo/scripts/setup.sh" "$kernel"
unset FGUARD_UPDATE # it was looked up
"$repo/scripts/packages.sh" stress-ng trinity
make -s -C test/vm/guest/try
make -s -C test/hostile/guest
exec node --import tsx test/hostile/main.ts "$@"

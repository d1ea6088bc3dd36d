#!/bin/bash
# SPDX-License-Identifier: MIT
# Feeds what programs and the kernel may say to the library, under ASan and UBSan:
# fuzz.sh [RUNS]: so many inputs of each kind; without it as many as a check takes.
# What is found is kept in test/fuzz/build, and FUZZER FILE tries it again. Each
# fuzzer prints how much of the code its inputs reach.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

fuzz=$repo/test/fuzz
# Large buffers that wait to be given out again cost more than the work.
export ASAN_OPTIONS=quarantine_size_mb=4

# fuzz NAME RUNS SEEDS OPTION…
fuzz() {
	local name=$1 runs=$2 seeds=$3 found log
	shift 3
	found=$(mktemp -d)
	log=$fuzz/build/$name.log
	"$fuzz/build/$name" -runs="$runs" -seed=1 -artifact_prefix="$fuzz/build/" \
		"$@" "$found" "$seeds" >"$log" 2>&1 || { tail -n 40 "$log" && return 1; }
	rm -rf "$found"
	# one that ended early, or found nothing new, would look green, too
	grep -q "^Done $runs runs" "$log" || die "$name did not run $runs times"
	awk -v name="$name" -v runs="$runs" '
		match($0, /cov: [0-9]+/) { edges = substr($0, RSTART + 5, RLENGTH - 5) }
		/INITED/ { first = edges }
		END {
			if (!first || edges <= first) {
				print name ": nothing new after the seeds"
				exit 1
			}
			printf "%s: %d runs reach %d edges, the seeds %d\n", name, runs, edges, first
		}' "$log"
}

"$repo/scripts/packages.sh" clang libclang-rt-dev libcmocka-dev libmnl-dev make pkg-config
make -s -C "$fuzz" all seeds
fuzz text "${1:-100000}" "$fuzz/corpus/text" -max_len=4096 -dict="$fuzz/text.dict"
fuzz answers "${1:-10000}" "$fuzz/build/seeds" -max_len=4097

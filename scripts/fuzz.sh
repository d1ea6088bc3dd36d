#!/bin/bash
# SPDX-License-Identifier: MIT
# Fuzzes the library with messages of programs and of the kernel, under ASan and UBSan:
# fuzz.sh [RUNS]: the number of inputs for each fuzzer; by default, that of a check.
# Findings are kept in test/fuzz/build, and FUZZER FILE reproduces one. Each fuzzer
# prints its code coverage.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

fuzz=$repo/test/fuzz
# A quarantine of large buffers costs more time than the fuzzing itself.
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
	# a fuzzer that ended early would otherwise look successful
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

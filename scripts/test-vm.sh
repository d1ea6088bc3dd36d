#!/bin/bash
# SPDX-License-Identifier: MIT
# The tests that need the module in a kernel: test-vm.sh [KERNEL…] [FILE…] [-OPTION…]
# Without a kernel: on all of lab/kernels.txt. Files and options go to vitest.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

kernels=()
while [[ $# -gt 0 && $1 != -* && $1 != */* ]]; do
	kernels+=("$1")
	shift
done
[[ ${#kernels[@]} -gt 0 ]] || mapfile -t kernels < <(kernel_names)
cd "$repo"
"$repo/scripts/setup.sh" "${kernels[@]}"
# Each machine that boots prepares its kernel; no newer one may take its place meanwhile.
unset FGUARD_UPDATE
make -C test/vm/guest/try

# $1: a kernel and the share of the files. No terminal for vitest: several write at a
# time, each line with its kernel's name.
test_kernel() {
	set -o pipefail
	local kernel shard
	read -r kernel shard <<<"$1"
	FGUARD_KERNELS=$kernel npx vitest run --config test/vm/vitest.config.ts \
		--shard="$shard" "${@:2}" </dev/null 2>&1 | cat
}
export -f test_kernel

# A machine keeps one processor busy. Where there are more processors than kernels,
# each kernel has several machines that share out the files.
processors=$(nproc)
shards=$((processors / ${#kernels[@]}))
named=0
for word in "$@"; do
	[[ $word != -* ]] || break
	named=$((named + 1))
done
[[ $named -eq 0 || $named -ge $shards ]] || shards=$named
[[ $shards -ge 1 ]] || shards=1
# shellcheck disable=SC2016
for kernel in "${kernels[@]}"; do
	for ((shard = 1; shard <= shards; shard++)); do
		echo "$kernel $shard/$shards"
	done
done | xargs -P "$processors" -I '{}' bash -c 'test_kernel "$@"' test-vm '{}' "$@"

#!/bin/bash
# SPDX-License-Identifier: MIT
# Runs the tests that need the loaded module: test-vm.sh [KERNEL…] [FILE…] [-OPTION…]
# By default on all of lab/kernels.txt. Files and options are passed to vitest.
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
# Every VM prepares its kernel when it boots; it must not be replaced by a newer one meanwhile.
unset FGUARD_UPDATE
make -C test/vm/guest/try

# $1: a kernel and a share of the files. vitest gets no terminal, because several write
# at a time, each line preceded by its kernel's name.
test_kernel() {
	set -o pipefail
	local kernel shard
	read -r kernel shard <<<"$1"
	FGUARD_KERNELS=$kernel npx vitest run --config test/vm/vitest.config.ts \
		--shard="$shard" "${@:2}" </dev/null 2>&1 | cat
}
export -f test_kernel

# A VM keeps one processor busy. With more processors than kernels, each kernel gets
# several VMs that share the files.
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

#!/bin/bash
# SPDX-License-Identifier: MIT
# The tests that need the module in a kernel: test-vm.sh [KERNEL…] [FILE…] [-OPTION…]
# Without a kernel: on all of test/vm/kernels.txt. Files and options go to vitest.
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
make -C test/vm/guest/try

# No terminal for them: several write at a time, each line with its kernel's name.
test_kernel() {
	set -o pipefail
	FGUARD_KERNELS=$1 npx vitest run --config test/vm/vitest.config.ts "${@:2}" \
		</dev/null 2>&1 | cat
}
export -f test_kernel

# A machine keeps one processor busy, so there is one kernel for each processor.
# shellcheck disable=SC2016
printf '%s\n' "${kernels[@]}" |
	xargs -P "$(nproc)" -I '{}' bash -c 'test_kernel "$@"' test-vm '{}' "$@"

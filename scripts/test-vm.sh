#!/bin/bash
# SPDX-License-Identifier: MIT
# The tests that need the module in a kernel: test-vm.sh [KERNEL…] [-OPTION…]
# Without a kernel: on all of test/vm/kernels.txt. Options go to vitest.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

kernels=()
while [[ $# -gt 0 && $1 != -* ]]; do
	kernels+=("$1")
	shift
done
[[ ${#kernels[@]} -gt 0 ]] || mapfile -t kernels < <(kernel_names)
cd "$repo"
"$repo/scripts/setup.sh" "${kernels[@]}"
FGUARD_KERNELS=${kernels[*]} exec npx vitest run --config test/vm/vitest.config.ts "$@"

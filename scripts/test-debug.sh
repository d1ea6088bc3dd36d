#!/bin/bash
# SPDX-License-Identifier: MIT
# The suite, and tests of failing allocations, on a kernel that watches itself:
# test-debug.sh [FILE.ts…] [-OPTION…]. The first run builds that kernel, for half an hour;
# each takes several times as long as on a common kernel. Files and options go to
# vitest.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

"$repo/scripts/debug-kernel.sh"
exec "$repo/scripts/test-vm.sh" "$debug_kernel" "$@"

#!/bin/bash
# SPDX-License-Identifier: MIT
# Runs the suite, and tests with failing allocations, on a debug kernel:
# test-debug.sh [FILE.ts…] [-OPTION…]. The first run builds that kernel, which takes half
# an hour. Tests take several times as long as on a normal kernel. Files and options are
# passed to vitest.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

"$repo/scripts/debug-kernel.sh"
exec "$repo/scripts/test-vm.sh" "$debug_kernel" "$@"

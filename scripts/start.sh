#!/bin/bash
# SPDX-License-Identifier: MIT
# Sets everything up and demonstrates fguard in a throw-away VM.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

cd "$repo"
"$repo/scripts/setup.sh" "${FGUARD_KERNEL:-6.1}"
exec node --import tsx scripts/demo.ts "${FGUARD_KERNEL:-6.1}"

#!/bin/bash
# SPDX-License-Identifier: MIT
# Everything a newcomer should see pass: units, contracts, the library, and the
# module in the oldest and the newest kernel.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

cd "$repo"
"$repo/scripts/setup.sh" 6.1 newest
npm run test:unit
make -C libnetlink check
make -C test/unit/kmod check
# the newest kernel was looked up at the beginning
unset FGUARD_UPDATE
exec "$repo/scripts/test-vm.sh" 6.1 newest

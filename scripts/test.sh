#!/bin/bash
# SPDX-License-Identifier: MIT
# Everything a newcomer should see pass: units, contracts, the library, and the
# module in Debian 12's kernel.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

cd "$repo"
"$repo/scripts/setup.sh" 6.1
unset FGUARD_UPDATE # it was looked up
npm run test:unit
make -C libnetlink check
make -C test/unit/kmod check
exec "$repo/scripts/test-vm.sh" 6.1

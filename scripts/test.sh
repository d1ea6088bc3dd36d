#!/bin/bash
# SPDX-License-Identifier: MIT
# Everything a newcomer should see pass: units, contracts, the library, and the
# module in Debian 12's kernel: test.sh [all]
# Without "all", the files of tests that take longest are left out: a quarter of an
# hour, and not more, for who has changed something.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

# Each starts hundreds of commands or machines of its own, or waits; what they are
# about, other files touch, too.
long='ask-callers|ask-deadlock|cli-agent|cli-apply|cli-ask|cli-explain|cli-life|cli-lock|cycles|examples'
long+='|lab|legacy|many|rebuild|redirect|transparency'

cd "$repo"
files=()
if [[ ${1-} != all ]]; then
	mapfile -t files < <(printf '%s\n' test/vm/*.vm.test.ts | grep -vE "/($long)\.vm")
fi
"$repo/scripts/setup.sh" 6.1
unset FGUARD_UPDATE # it was looked up
npm run test:unit
make -C libnetlink check
make -C test/unit/kmod check
exec "$repo/scripts/test-vm.sh" 6.1 "${files[@]}"

#!/bin/bash
# SPDX-License-Identifier: MIT
# Runs the unit and contract tests, and those of the module in Debian 12's kernel:
# test.sh [all]
# Without "all", the slowest test files are left out, so that a contributor waits only
# a quarter of an hour.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

# Each of these starts hundreds of commands or several VMs, or waits; other files also
# cover their subjects.
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

#!/bin/bash
# SPDX-License-Identifier: MIT
# Installs, upgrades, removes and purges the Debian package in fresh root file systems,
# and installs the npm package: test-package.sh [-OPTION…]
# The root file systems stay in the cache; changes made by a test are discarded.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

cd "$repo"
for suite in bookworm trixie; do
	"$repo/scripts/root.sh" "$suite" plain
done
FGUARD_DEB=$repo/$("$repo/scripts/package.sh")
export FGUARD_DEB
npx vitest run --config test/package/vitest.config.ts "$@"

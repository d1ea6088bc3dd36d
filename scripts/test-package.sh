#!/bin/bash
# SPDX-License-Identifier: MIT
# Installs, upgrades, removes and purges the Debian package in fresh roots, and
# installs the npm package: test-package.sh [-OPTION…]
# The roots stay in the cache; what a test does to one is gone with the test.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

cd "$repo"
for suite in bookworm trixie; do
	"$repo/scripts/root.sh" "$suite" plain
done
FGUARD_DEB=$repo/$("$repo/scripts/package.sh")
export FGUARD_DEB
npx vitest run --config test/package/vitest.config.ts "$@"

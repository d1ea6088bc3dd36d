#!/bin/bash
# SPDX-License-Identifier: MIT
# Tests the service on Debian 12 and 13: installing, starting, stopping, crashing,
# reloading, booting another kernel, missing module, and real software that changes
# guarded files: test-service.sh [FILE|-OPTION]…
set -euo pipefail
. "$(dirname "$0")/lib.sh"

cd "$repo"
"$repo/scripts/setup.sh" 6.1 6.12 newest
deb=$repo/$("$repo/scripts/package.sh")
FGUARD_IMAGES=$(mktemp -d "$cache/service.XXXXXX")
trap 'rm -rf "$FGUARD_IMAGES"' EXIT
export FGUARD_IMAGES
"$repo/scripts/service-image.sh" bookworm "$deb" "$FGUARD_IMAGES/bookworm" 6.1+build+nfs newest+nfs
"$repo/scripts/service-image.sh" trixie "$deb" "$FGUARD_IMAGES/trixie" 6.12
"$repo/scripts/service-image.sh" bookworm "$deb" "$FGUARD_IMAGES/software" 6.1+software
npx vitest run --config test/vm/service/vitest.config.ts "$@"

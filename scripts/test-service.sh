#!/bin/bash
# SPDX-License-Identifier: MIT
# The service in the life of a machine: installed, started, stopped, crashed,
# reloaded, booted into another kernel: test-service.sh [-OPTION…]
set -euo pipefail
. "$(dirname "$0")/lib.sh"

cd "$repo"
"$repo/scripts/setup.sh" 6.1 newest
FGUARD_DEB=$repo/$("$repo/scripts/package.sh")
FGUARD_IMAGE=$(mktemp -d "$cache/service.XXXXXX")/disk
trap 'rm -rf "${FGUARD_IMAGE%/*}"' EXIT
export FGUARD_IMAGE
"$repo/scripts/service-image.sh" "$FGUARD_DEB" "$FGUARD_IMAGE" 6.1 newest
npx vitest run --config test/vm/service/vitest.config.ts "$@"

#!/bin/bash
# SPDX-License-Identifier: MIT
# Installs the named Debian packages that are missing: packages.sh NAME…
set -euo pipefail
. "$(dirname "$0")/lib.sh"

missing() {
	local package
	for package in "$@"; do
		dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q '^install ok' || echo "$package"
	done
}

install() {
	[[ $# -gt 0 ]] || return 0
	[[ $(id -u) -eq 0 ]] || die "these packages are missing, and only root can install them: $*"
	lock packages
	apt-get update
	DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@"
}

mapfile -t packages < <(missing "$@")
install "${packages[@]}"

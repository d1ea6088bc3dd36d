#!/bin/bash
# SPDX-License-Identifier: MIT
# Prepares everything that the demonstration and the tests need: setup.sh [KERNEL…]
# Existing parts are kept, so a second run takes a moment.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/step.sh"

packages=(gcc libc6-dev make pkg-config libmnl-dev libcmocka-dev qemu-system-x86
	debootstrap debian-archive-keyring busybox-static cpio kmod xz-utils zstd
	btrfs-progs dosfstools jq sqlite3 xfsprogs tmux fish zsh)

check_machine() {
	[[ $(id -u) -eq 0 ]] || die 'run this as root: it installs packages and makes build roots'
	command -v apt-get >/dev/null || die 'this needs a Debian machine (apt-get was not found)'
	command -v npm >/dev/null || die 'npm is not installed; install Node 20 or later'
	local major
	major=$(node -p 'process.versions.node.split(".")[0]')
	[[ $major -ge 20 ]] || die "Node 20 or later is needed; this is $(node --version)"
}

debian_packages() {
	"$repo/scripts/packages.sh" "${packages[@]}"
	# part of QEMU up to Debian 12; a separate package since
	[[ -x /usr/lib/qemu/virtiofsd ]] || "$repo/scripts/packages.sh" virtiofsd
}

npm_packages() {
	[[ node_modules/.package-lock.json -nt package-lock.json ]] || npm ci --no-audit --no-fund
}

library() {
	make -C libnetlink
	make -C libnetlink examples
}

command_line() {
	[[ -e oclif.manifest.json && -d dist &&
		-z $(find src bin scripts/{bundle,compile}.mjs tsconfig.json package.json -newer oclif.manifest.json -print -quit) ]] ||
		npm run build
}

guest() {
	"$repo/scripts/module.sh" "$1"
	"$repo/scripts/initramfs.sh" "$1"
}

kernels=("$@")
[[ $# -gt 0 ]] || kernels=(6.1)
cd "$repo"
check_machine
# shellcheck disable=SC2034 # for step.sh
steps=$((4 + 2 * ${#kernels[@]}))
step 'Debian packages' debian_packages
step 'npm packages' npm_packages
step 'library' library
step 'command line' command_line
for kernel in "${kernels[@]}"; do
	step "kernel $kernel" "$repo/scripts/kernel.sh" "$kernel"
	step "module for $kernel" guest "$kernel"
done

#!/bin/bash
# SPDX-License-Identifier: MIT
# Makes the disk of a Debian 12 machine with systemd and the package installed,
# and the module for some kernels of the cache: service-image.sh DEB FILE KERNEL…
set -euo pipefail
. "$(dirname "$0")/lib.sh"

deb=$1 image=$2
shift 2
scratch=$(mktemp -d "$cache/image.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
export deb image

# What a kernel's package and the hook for kernels would have left there.
modules() {
	local name release base to file
	for name in "$@"; do
		base=$("$repo/scripts/module.sh" "$name")
		release=$(<"$cache/kernels/$(kernel_name "$name")/release")
		to=$scratch/modules/lib/modules/$release
		install -D -t "$to/updates" "$base/lib/modules/$release/updates/fguard.ko"
		# some kernels' packages leave them out
		for file in "$base/lib/modules/$release"/modules.{order,builtin,builtin.modinfo}; do
			[[ ! -e $file ]] || cp "$file" "$to/"
		done
		depmod -b "$scratch/modules" "$release"
	done
}

# In a mount namespace of its own, which takes the mounts with it.
fill='
	set -e
	mkdir "$1/rw" "$1/root"
	mount -t tmpfs tmpfs "$1/rw"
	mkdir "$1/rw/upper" "$1/rw/work"
	mount -t overlay -o "lowerdir=$2,upperdir=$1/rw/upper,workdir=$1/rw/work" overlay "$1/root"
	cp "$deb" "$1/root/tmp/fguard.deb"
	mount -t proc proc "$1/root/proc"
	chroot "$1/root" apt-get update
	chroot "$1/root" apt-get install -y --no-install-recommends /tmp/fguard.deb
	umount "$1/root/proc"
	rm "$1/root/tmp/fguard.deb"
	cp -r "$1/modules/lib/modules" "$1/root/usr/lib/"
	echo fguard-vm >"$1/root/etc/hostname"
	printf "%032x\n" 4711 >"$1/root/etc/machine-id"
	mke2fs -q -F -t ext4 -d "$1/root" "$image" 1500M
'

"$repo/scripts/root.sh" bookworm plain
modules "$@"
DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 unshare --mount sh -c "$fill" sh \
	"$scratch" "$cache/roots/plain-bookworm"

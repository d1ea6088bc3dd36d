#!/bin/bash
# SPDX-License-Identifier: MIT
# Builds a debug kernel from Debian's sources and puts it into the cache as
# kernels/NAME, in the layout of kernel.sh: debug-kernel.sh [NAME]
# 6.1-debug has KASAN, lockdep, kmemleak and fault injection; 6.1-kcsan has KCSAN
# instead of KASAN, which exclude each other. An existing kernel is kept unless
# FGUARD_UPDATE is set, which fetches newer sources. The build tree is kept too: it
# serves as the kernel's headers, and a changed configuration builds only what differs.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

suite=bookworm
name=${1:-$debug_kernel}
flavour=${name#*-} # debug or kcsan
config=$repo/test/vm/debug-kernel.config
dir=$cache/kernels/$name
root=$cache/roots/$suite
source=/usr/src/linux-source-6.1
packages=(linux-source-6.1 gcc make bc bison flex libelf-dev libssl-dev dwarves kmod python3 rsync xz-utils)
jobs=${FGUARD_JOBS:-$(nproc)}
# for the VM that boots it
memory=3072
options='pci=noacpi kmemleak=on'

options_asked() {
	if [[ $name == "$kcsan_kernel" ]]; then
		grep -E '^(# )?CONFIG_' "$config" | grep -vE '^CONFIG_(KASAN|LOCALVERSION)'
		grep -E '^(# )?CONFIG_' "$repo/test/vm/kcsan-kernel.config"
	else
		grep -E '^(# )?CONFIG_' "$config"
	fi
}

config_hash() {
	options_asked | sha256sum | cut -c1-16
}

is_there() {
	[[ -z ${FGUARD_UPDATE-} && -e $dir/config-hash && $(<"$dir/config-hash") == $(config_hash) ]]
}

in_tree() {
	in_root "$suite" nice -n 19 make --no-print-directory -C "$tree" "$@"
}

packages() {
	lock "roots/$suite"
	in_root "$suite" apt-get update
	in_root "$suite" apt-get install -y --no-install-recommends "${packages[@]}"
}

# Fetches the sources once for each version that Debian publishes.
unpack() {
	local tarball=$root$source.tar.xz
	if [[ ! $root$source/.unpacked -nt $tarball ]]; then
		rm -rf "${root:?}$source"
		in_root "$suite" tar -C /usr/src -xf "$source.tar.xz"
		touch "$root$source/.unpacked"
	fi
	in_root "$suite" make -s -C "$source" kernelversion | tail -n 1 >"$root$source/.version-text"
}

# Options of the fragment that did not end up in the configuration.
lost_options() {
	options_asked | grep -vxF -f "$root$tree/.config" || true
}

configure() {
	local lost
	mkdir -p "$root$tree"
	options_asked >"$root$tree/fragment.config"
	in_root "$suite" make -C "$source" O="$tree" tinyconfig
	in_root "$suite" sh -ec 'cd "$1" && ./scripts/kconfig/merge_config.sh -m -O "$2" "$2/.config" "$2/fragment.config"' \
		sh "$source" "$tree"
	in_tree olddefconfig
	lost=$(lost_options)
	[[ -z $lost ]] || die "options that did not come out as asked: $lost"
}

build() {
	in_tree -j"$jobs" bzImage modules
}

# Built beside the old directory, which is replaced at the end.
install_kernel() {
	local release
	release=$(<"$root$tree/include/config/kernel.release")
	[[ /usr/src/linux-headers-$release == "$tree" ]] || die "built $release in $tree"
	rm -rf "$dir.new" "$root/tmp/debug-kernel"
	mkdir -p "$dir.new/lib"
	in_tree INSTALL_MOD_PATH=/tmp/debug-kernel INSTALL_MOD_STRIP=1 DEPMOD=true modules_install
	mv "$root/tmp/debug-kernel/lib/modules" "$dir.new/lib/"
	rm -f "$dir.new/lib/modules/$release/"{build,source}
	ln -s "$tree" "$dir.new/lib/modules/$release/build"
	depmod -b "$dir.new" "$release"
	cp "$root$tree/arch/x86/boot/bzImage" "$dir.new/vmlinuz"
	echo "$suite" >"$dir.new/suite"
	echo "$memory" >"$dir.new/memory"
	echo "$options" >"$dir.new/options"
	echo "$release" >"$dir.new/release"
	config_hash >"$dir.new/config-hash"
	rm -rf "$dir" "$root/tmp/debug-kernel"
	mv "$dir.new" "$dir"
}

! is_there || exit 0
mkdir -p "$cache/kernels"
"$repo/scripts/root.sh" "$suite"
lock "kernels/$name-build" # not of those who boot what is there
! is_there || exit 0

# shellcheck disable=SC2034 # for step.sh
steps=5
. "$repo/scripts/step.sh"
step 'packages for a kernel build' packages
step "Debian's kernel sources" unpack
tree=/usr/src/linux-headers-$(<"$root$source/.version-text")-fguard-$flavour
step 'configuration' configure
step 'kernel (half an hour on two processors)' build
step 'installation in the cache' install_kernel

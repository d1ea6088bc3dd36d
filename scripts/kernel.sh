#!/bin/bash
# SPDX-License-Identifier: MIT
# Brings a kernel of test/vm/kernels.txt into the cache: its image, its modules,
# and, in the suite's root, its headers and compiler: kernel.sh NAME
# What is there stays, unless FGUARD_UPDATE is set: then a newer build is fetched.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

update=${FGUARD_UPDATE-}
name=$(kernel_name "$1")
[[ $name != "$debug_kernel" ]] || exec "$repo/scripts/debug-kernel.sh"
read -r _ suite package < <(kernel_line "$name")
dir=$cache/kernels/$name
root=$cache/roots/$suite
[[ -z $update && -e $dir/release ]] && exit 0

apt_options=()
[[ $suite == *-backports ]] && apt_options=(-t "$suite")

# The packages below $1 that hold the kernel: linux-image-, on newer Debian
# split into linux-binary- and linux-modules-.
kernel_packages() {
	local found
	found=$(in_root "$suite" apt-cache -o "APT::Default-Release=${apt_options[1]:-}" depends "$1" |
		sed -nE 's/^ *Depends: (linux-(image|binary|modules)-[0-9].*)/\1/p')
	for found in $found; do
		echo "$found"
		kernel_packages "$found"
	done
}

unpack_packages() {
	local scratch
	scratch=$(mktemp -d "$root/tmp/kernel.XXXXXX")
	in_root "$suite" sh -ec 'cd "$1"; shift; apt-get download "$@"
		for deb in *.deb; do dpkg -x "$deb" tree; done' \
		sh "/tmp/${scratch##*/}" "${apt_options[@]}" "$@"
	mkdir -p "$dir.new/lib"
	find "$scratch/tree" -type f -name 'vmlinuz*' -exec mv {} "$dir.new/vmlinuz" \;
	find "$scratch/tree" -type d -path '*/lib/modules' -exec mv {} "$dir.new/lib/" \; -prune
	rm -rf "$scratch"
	[[ -s $dir.new/vmlinuz && -d $dir.new/lib/modules ]] || die "no kernel or no modules in $*"
}

mkdir -p "$cache/kernels"
"$repo/scripts/root.sh" "$suite"
lock "roots/$suite"
[[ -z $update && -e $dir/release ]] && exit 0

in_root "$suite" apt-get update
mapfile -t packages < <(kernel_packages "$package")
[[ ${#packages[@]} -gt 0 ]] || die "$package of $suite leads to no kernel"
release=${packages[0]#linux-image-}
if [[ -e $dir/release && $(<"$dir/release") == "$release" ]]; then
	echo "$name is still $release"
	exit 0
fi

echo "kernel $release from ${packages[*]}"
in_root "$suite" apt-get install -y --no-install-recommends "${apt_options[@]}" \
	"linux-headers-$release"
rm -rf "$dir.new" "$root"/tmp/kernel.*
unpack_packages "${packages[@]}"
ln -sfn "/usr/src/linux-headers-$release" "$dir.new/lib/modules/$release/build"
depmod -b "$dir.new" "$release"
echo "$suite" >"$dir.new/suite"
echo "$release" >"$dir.new/release"
rm -rf "$dir"
mv "$dir.new" "$dir"

#!/bin/bash
# SPDX-License-Identifier: MIT
# Fetches a kernel of lab/kernels.txt into the cache: its image, its modules,
# and, in the suite's root, its headers and compiler: kernel.sh NAME
# The name "own" means the kernel that this machine runs, which is used in place.
# A cached kernel is kept unless FGUARD_UPDATE is set, which fetches a newer build.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

update=${FGUARD_UPDATE-}
name=$(kernel_name "$1")
[[ $name != "$debug_kernel" && $name != "$kcsan_kernel" ]] ||
	exec "$repo/scripts/debug-kernel.sh" "$name"

# Links in the same layout; there is no suite, because nothing is fetched.
link_own_kernel() {
	local release image dir=$cache/kernels/$own_kernel
	release=$(uname -r)
	image=/boot/vmlinuz-$release
	[[ -e $image ]] || image=/lib/modules/$release/vmlinuz
	[[ -r $image && -d /lib/modules/$release ]] ||
		die "the image or the modules of kernel $release are not installed, or cannot be read"
	[[ ! $dir/vmlinuz -ef $image || $(<"$dir/release") != "$release" ]] || return 0
	rm -rf "$dir" "$dir.new"
	mkdir -p "$dir.new/lib/modules"
	ln -s "$image" "$dir.new/vmlinuz"
	ln -s "/lib/modules/$release" "$dir.new/lib/modules/$release"
	echo "$release" >"$dir.new/release"
	mv "$dir.new" "$dir"
}

if [[ $name == "$own_kernel" ]]; then
	mkdir -p "$cache/kernels"
	lock "kernels/$name"
	link_own_kernel
	exit 0
fi
read -r _ suite package < <(kernel_line "$name")
dir=$cache/kernels/$name
root=$cache/roots/$suite
[[ -z $update && -e $dir/release ]] && exit 0

apt_options=()
[[ $suite == *-backports ]] && apt_options=(-t "$suite")

# The newest package whose name matches the pattern $1.
newest_package() {
	local found
	in_root "$suite" apt-cache pkgnames "${1%%\**}" | sort -V | while read -r found; do
		# shellcheck disable=SC2053 # a pattern
		[[ $found != $1 ]] || echo "$found"
	done | tail -n 1
}

# The package $1 and those of its dependencies that contain the kernel: linux-image-,
# or, on newer Debian, linux-binary- and linux-modules-.
kernel_packages() {
	local found
	[[ $1 != linux-*-[0-9]* ]] || echo "$1"
	found=$(in_root "$suite" apt-cache -o "APT::Default-Release=${apt_options[1]:-}" depends "$1" |
		sed -nE 's/^ *Depends: (linux-(image|binary|modules)-[0-9].*)/\1/p')
	for found in $found; do
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

# Fetches the headers of $release from the pool of the mirror, if the index no longer
# lists them. Without the index nothing vouches for the files, so their sums must be
# in lab/headers.sha256. Prints the files.
headers_of_pool() {
	local mirror sum file found=
	mirror=$(awk '{ print $2; exit }' "$root/etc/apt/sources.list")
	while read -r sum file; do
		[[ $file == linux-*-"${release%-*}"[-_]* ]] || continue
		found=1
		in_root "$suite" /usr/lib/apt/apt-helper download-file \
			"${mirror%/}/pool/main/l/linux/$file" "/tmp/kernel.$file" "SHA256:$sum" >&2
		echo "/tmp/kernel.$file"
	done <"$repo/lab/headers.sha256"
	[[ -n $found ]] || die "$suite no longer has headers for $release"
}

install_headers() {
	local found=linux-headers-$release headers
	in_root "$suite" apt-cache show "$found" >/dev/null 2>&1 ||
		found=$(headers_of_pool)
	mapfile -t headers <<<"$found"
	# some headers depend on the kernel, which needs no initramfs there
	in_root "$suite" env INITRD=No apt-get install -y --no-install-recommends \
		"${apt_options[@]}" "${headers[@]}"
	rm -f "$root"/tmp/kernel.*.deb
}

mkdir -p "$cache/kernels"
"$repo/scripts/root.sh" "$suite"
lock "roots/$suite"
[[ -z $update && -e $dir/release ]] && exit 0

in_root "$suite" apt-get update
mapfile -t packages < <(kernel_packages "$(newest_package "$package")")
[[ ${#packages[@]} -gt 0 ]] || die "$package of $suite does not depend on a kernel"
release=${packages[0]#linux-image-}
if [[ -e $dir/release && $(<"$dir/release") == "$release" ]]; then
	echo "$name is still $release"
	exit 0
fi

echo "kernel $release from ${packages[*]}"
rm -rf "$dir.new" "$root"/tmp/kernel.*
install_headers
unpack_packages "${packages[@]}"
ln -sfn "/usr/src/linux-headers-$release" "$dir.new/lib/modules/$release/build"
depmod -b "$dir.new" "$release"
echo "$suite" >"$dir.new/suite"
echo "$release" >"$dir.new/release"
rm -rf "$dir"
mv "$dir.new" "$dir"

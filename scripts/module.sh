#!/bin/bash
# SPDX-License-Identifier: MIT
# Builds kmod/ for a kernel of the cache, in the root of its suite, and prints
# the folder that holds the result in lib/modules/RELEASE: module.sh NAME
set -euo pipefail
. "$(dirname "$0")/lib.sh"

name=$(kernel_name "$1")
kernel=$cache/kernels/$name
sources=${FGUARD_KMOD:-$repo/kmod}
[[ -e $kernel/release ]] || die "kernel $name is not there; scripts/kernel.sh $name brings it"
release=$(<"$kernel/release")
suite=$(<"$kernel/suite")

source_files() {
	(cd "$sources" && find . -type f \( -name '*.[chS]' -o -name Kbuild -o -name Makefile \) | sort)
}

source_hash() {
	{
		echo "$release"
		stat -c %Y "$kernel/release" "${BASH_SOURCE[0]}"
		(cd "$sources" && source_files | xargs sha256sum)
	} | sha256sum | cut -c1-16
}

build() {
	local scratch
	scratch=$(mktemp -d "$cache/roots/$suite/tmp/module.XXXXXX")
	# shellcheck disable=SC2064
	trap "rm -rf '$scratch'" EXIT
	(cd "$sources" && source_files | xargs cp --parents -t "$scratch")
	in_root "$suite" make -j"$(nproc)" -C "/usr/src/linux-headers-$release" \
		M="/tmp/${scratch##*/}" modules >&2
	rm -rf "$out.new"
	mkdir -p "$out.new/lib"
	cp -al "$kernel/lib/modules" "$out.new/lib/"
	install -D -t "$out.new/lib/modules/$release/updates" "$scratch"/*.ko
	depmod -b "$out.new" "$release"
	mv "$out.new" "$out"
}

# Results of sources that are gone: all but the latest few.
prune() {
	find "$cache/modules" -maxdepth 1 -type d -name "$name-????????????????" -printf '%T@ %p\n' |
		sort -rn | tail -n +7 | cut -d' ' -f2- | xargs -r rm -rf
}

out=$cache/modules/$name-$(source_hash)
if [[ ! -d $out ]]; then
	mkdir -p "$cache/modules"
	lock "modules/$name" >&2
	[[ -d $out ]] || build
	prune
fi
echo "$out"

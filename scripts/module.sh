#!/bin/bash
# SPDX-License-Identifier: MIT
# Builds kmod/ for a kernel of the cache, in the root of its suite, and prints the
# directory that has the result in lib/modules/RELEASE: module.sh NAME
# For the machine's own kernel, it is built here, and the result has only our module.
# FGUARD_KMOD: sources of another module, whose results are kept apart.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

name=$(kernel_name "$1")
kernel=$cache/kernels/$name
sources=$repo/kmod
if [[ -n ${FGUARD_KMOD-} ]]; then
	sources=$(realpath -m -- "$FGUARD_KMOD")
	[[ $sources == "$repo"/* ]] || sources=$(own_path "$sources")
fi
[[ -e $kernel/release ]] || die "kernel $name is not in the cache; scripts/kernel.sh $name fetches it"
release=$(<"$kernel/release")
label=$name
[[ $sources -ef $repo/kmod ]] || label+=-$(basename "$sources")
suite=
[[ $name == "$own_kernel" ]] || suite=$(<"$kernel/suite")

source_files() {
	(cd "$sources" && find . -type f \( -name '*.[chS]' -o -name Kbuild -o -name Makefile \) | sort)
}

source_hash() {
	{
		cat "$kernel"/{release,vmlinuz} "${BASH_SOURCE[0]}"
		(cd "$sources" && source_files | xargs sha256sum)
	} | sha256sum | cut -c1-16
}

compile() {
	local scratch=$1 build
	(cd "$sources" && source_files | xargs cp --parents -t "$scratch")
	if [[ -z $suite ]]; then
		build=$(own_path "/lib/modules/$release/build")
		make -j"$(nproc)" -C "$build" M="$scratch" modules >&2
	else
		in_root "$suite" make -j"$(nproc)" -C "/usr/src/linux-headers-$release" \
			M="/tmp/${scratch##*/}" modules >&2
	fi
}

# The kernel's own modules beside ours, for depmod; those outside the cache are only
# linked temporarily.
lay_out() {
	local modules=$1/lib/modules
	if [[ -n $suite ]]; then
		mkdir -p "$1/lib"
		cp -al "$kernel/lib/modules" "$1/lib/"
	else
		mkdir -p "$modules/$release"
		ln -s "/lib/modules/$release"/{kernel,modules.order,modules.builtin*} "$modules/$release"
	fi
	install -D -t "$modules/$release/updates" "$2"/*.ko
	depmod -b "$1" "$release"
	[[ -n $suite ]] || find "$modules/$release" -type l -delete
}

build() {
	local scratch place=${TMPDIR:-/tmp}
	[[ -z $suite ]] || place=$cache/roots/$suite/tmp
	[[ -z $suite ]] || need_root 'build the module in a build root'
	scratch=$(mktemp -d "$place/module.XXXXXX")
	# shellcheck disable=SC2064
	trap "rm -rf '$scratch'" EXIT
	compile "$scratch"
	rm -rf "$out.new"
	lay_out "$out.new" "$scratch"
	mv "$out.new" "$out"
}

# Removes results of former sources: all but the latest few.
prune() {
	find "$cache/modules" -maxdepth 1 -type d -name "$label-????????????????" -printf '%T@ %p\n' |
		sort -rn | tail -n +41 | cut -d' ' -f2- | xargs -r rm -rf
}

out=$cache/modules/$label-$(source_hash)
if [[ ! -d $out ]]; then
	mkdir -p "$cache/modules"
	lock "modules/$name" >&2
	[[ -d $out ]] || build
	prune
fi
# a result that is used becomes the newest
touch "$out"
echo "$out"

# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# What the scripts share. Sourced; the caller has "set -euo pipefail".

repo=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cache=${FGUARD_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/fguard}
mkdir -p "$cache"

die() {
	printf '%s: %s\n' "$(basename "$0")" "$*" >&2
	exit 1
}

# What fguard understands as: this needs root.
not_root=77

need_root() {
	[[ $EUID -ne 0 ]] || return 0
	printf '%s: only root can %s\n' "$(basename "$0")" "$1" >&2
	exit "$not_root"
}

# One holder at a time; the lock ends with the process.
lock() {
	local fd
	exec {fd}>"$cache/$1.lock"
	flock --nonblock "$fd" && return
	echo "waiting for another run that prepares $1"
	flock "$fd"
}

# Runs a command inside the root of a suite. /proc is mounted in a namespace of
# the command's own and goes away with it, however it ends.
in_root() {
	local root=$cache/roots/$1
	shift
	need_root 'work in a build root'
	# shellcheck disable=SC2016
	unshare --mount sh -c 'mount -t proc proc "$0/proc" && exec chroot "$@"' \
		"$root" "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin \
		LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
		${http_proxy:+http_proxy="$http_proxy"} \
		${https_proxy:+https_proxy="$https_proxy"} "$@"
}

# Built by debug-kernel.sh; not in kernels.txt, because nobody wants it by default.
debug_kernel=6.1-debug
kcsan_kernel=6.1-kcsan

# The kernel that this machine runs; it is used where it is.
own_kernel=own

# The name in kernels.txt that NAME means: itself, or the one whose kernel is of
# that release.
kernel_name() {
	local name release
	if [[ " $debug_kernel $kcsan_kernel $own_kernel " == *" $1 "* ]] ||
		kernel_line "$1" >/dev/null; then
		echo "$1"
		return
	fi
	for release in "$cache"/kernels/*/release; do
		[[ -e $release && $(<"$release") == "$1"[.+-]* ]] || continue
		name=$(basename "$(dirname "$release")")
		kernel_line "$name" >/dev/null && echo "$name" && return
	done
	die "no kernel \"$1\" in lab/kernels.txt; there are: $(kernel_names | xargs)"
}

kernel_names() {
	awk '!/^#/ && NF { print $1 }' "$repo/lab/kernels.txt"
}

# name, suite and package of a kernel
kernel_line() {
	awk -v name="$1" '$1 == name { print; found = 1 } END { exit !found }' \
		"$repo/lab/kernels.txt"
}

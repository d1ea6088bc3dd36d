# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# What the scripts share. Sourced; the caller has "set -euo pipefail".

repo=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

die() {
	printf '%s: %s\n' "$(basename "$0")" "$*" >&2
	exit 1
}

# Why others than root and this user may decide what is at a path without links;
# nothing, if they may not. It is looked at from the top, each name itself: in a folder
# that is ours, what is ours stays what it is.
why_foreign() {
	local name path='' way=(/) user mode
	while IFS= read -r -d / name; do
		[[ -n $name ]] || continue
		path+=/$name
		[[ ! -e $path && ! -L $path ]] || way+=("$path")
	done <<<"$1/"
	while read -r user mode path; do
		if [[ $user != 0 && $user != "$EUID" ]]; then
			echo "$path belongs to user $user"
		elif ((0x$mode & 022)) && ! ((0x$mode & 01000)); then
			echo "other users can write to $path"
		elif (((0x$mode & 0170000) == 0120000)); then
			echo "$path is a link now"
		else
			continue
		fi
		return
	done < <(stat -c '%u %f %n' "${way[@]}")
	# whoever mounts a FUSE file system says who owns what is in it
	stat -f -c '%t %n' "${way[@]}" | while read -r mode path; do
		[[ $mode == 65735546 ]] || continue
		mode=$(findmnt -n -o FSTYPE,OPTIONS -T "$path")
		[[ $mode != fuse*user_id=* || $mode =~ user_id=(0|$EUID)(,|$) ]] && continue
		echo "another user mounted $path"
		break
	done
}

# PATH without links, if it is ours; else nothing is done any more.
own_path() {
	local path why
	path=$(realpath -m -- "$1")
	why=$(why_foreign "$path")
	[[ -z $why ]] || die "$1 is not safe to use: $why"
	echo "$path"
}

# The same for a folder, which is made if it is not there, and nobody else writes to.
own_folder() {
	local path
	path=$(own_path "$1") || exit
	mkdir -p -- "$path"
	[[ $(stat -c %A -- "$(own_path "$path")") != d???????w? ]] || die "$1 is not safe to use: other users can write to it"
	echo "$path"
}

# Variables decide what make, compilers, shells and loaders execute, and those of whoever
# became root are not root's. Left are these.
drop_variables() {
	local name
	while read -r name; do
		case $name in
		PATH | PWD | SHLVL | _ | HOME | USER | LOGNAME | LANG | LC_* | TERM | COLUMNS | LINES) ;;
		CI | NO_COLOR | FORCE_COLOR | FGUARD_* | *_proxy | *_PROXY | TMPDIR | XDG_CACHE_HOME) ;;
		NODE_EXTRA_CA_CERTS | SSL_CERT_FILE | SSL_CERT_DIR | npm_config_registry | NPM_CONFIG_REGISTRY) ;;
		*) unset "$name" 2>/dev/null || true ;;
		esac
	done < <(compgen -e)
	while read -r _ _ name; do
		unset -f "$name"
	done < <(declare -Fx)
}

drop_variables
umask 022
if [[ $EUID -eq 0 ]]; then
	# whoever runs these scripts with a Node of his own has chosen it: that comes last
	node=$(command -v node || true)
	PATH=/usr/sbin:/usr/bin:/sbin:/bin${node:+:${node%/*}}
	# perhaps that of whoever became root
	unset HOME
	HOME=~
	export HOME
fi
for name in TMPDIR XDG_CACHE_HOME; do
	[[ -z ${!name-} || -z $(why_foreign "$(realpath -m -- "${!name}")") ]] || unset "$name"
done

cache=$(own_folder "${FGUARD_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/fguard}")

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
	local root
	need_root 'work in a build root'
	root=$(own_path "$cache/roots/$1")
	shift
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

# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Functions shared by the scripts. Sourced; the caller sets "set -euo pipefail".

repo=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

die() {
	printf '%s: %s\n' "$(basename "$0")" "$*" >&2
	exit 1
}

# Prints why users other than root and this one can control what is at a path without
# symbolic links; nothing if they cannot. Walks from the root, one name at a time: in a
# directory that is ours, others cannot replace what is ours.
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
	# the user who mounts a FUSE file system controls the ownership shown in it
	stat -f -c '%t %n' "${way[@]}" | while read -r mode path; do
		[[ $mode == 65735546 ]] || continue
		mode=$(findmnt -n -o FSTYPE,OPTIONS -T "$path")
		[[ $mode != fuse*user_id=* || $mode =~ user_id=(0|$EUID)(,|$) ]] && continue
		echo "another user mounted $path"
		break
	done
}

# Prints PATH without symbolic links if it is ours; otherwise exits.
own_path() {
	local path why
	path=$(realpath -m -- "$1")
	why=$(why_foreign "$path")
	[[ -z $why ]] || die "$1 is not safe to use: $why"
	echo "$path"
}

# The same for a directory that nobody else can write to; creates it if it is missing.
own_folder() {
	local path
	path=$(own_path "$1") || exit
	mkdir -p -- "$path"
	[[ $(stat -c %A -- "$(own_path "$path")") != d???????w? ]] || die "$1 is not safe to use: other users can write to it"
	echo "$path"
}

# Variables control what make, compilers, shells and loaders execute, and those of a user
# who became root must not control what root executes. Only these are kept.
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
	# a Node from the caller's own PATH is accepted, but comes last
	node=$(command -v node || true)
	PATH=/usr/sbin:/usr/bin:/sbin:/bin${node:+:${node%/*}}
	# it may be that of the user who became root
	unset HOME
	HOME=~
	export HOME
fi
for name in TMPDIR XDG_CACHE_HOME; do
	[[ -z ${!name-} || -z $(why_foreign "$(realpath -m -- "${!name}")") ]] || unset "$name"
done

cache=$(own_folder "${FGUARD_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/fguard}")

# The exit code that fguard recognizes as "needs root".
not_root=77

need_root() {
	[[ $EUID -ne 0 ]] || return 0
	printf '%s: only root can %s\n' "$(basename "$0")" "$1" >&2
	exit "$not_root"
}

# One holder at a time; the lock is released when the process exits.
lock() {
	local fd
	exec {fd}>"$cache/$1.lock"
	flock --nonblock "$fd" && return
	echo "waiting for another run to prepare $1"
	flock "$fd"
}

# Runs a command inside the root of a suite. /proc is mounted in a private mount
# namespace, so it disappears with the command, however that ends.
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

# Built by debug-kernel.sh; not in kernels.txt, because it is not used by default.
debug_kernel=6.1-debug
kcsan_kernel=6.1-kcsan

# The kernel that this machine runs, which is used in place.
own_kernel=own

# The name in kernels.txt that NAME stands for: itself, or the one whose kernel has
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

# Prints name, suite and package of a kernel.
kernel_line() {
	awk -v name="$1" '$1 == name { print; found = 1 } END { exit !found }' \
		"$repo/lab/kernels.txt"
}

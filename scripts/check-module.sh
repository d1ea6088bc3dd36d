#!/bin/bash
# SPDX-License-Identifier: MIT
# Compiles kmod/ with W=1 and under sparse, and checks its symbols. Fails on a
# warning in one of our files, or a global symbol without our prefix.
# check-module.sh KERNEL…
set -euo pipefail
. "$(dirname "$0")/lib.sh"

# Debian's sparse is too old for the newest kernels: it lacks a keyword and does not
# treat the length of a string as a constant. The locks of 6.1 with PREEMPT_RT have
# annotations for trylock, but none for unlock.
write_checker() {
	local options=()
	[[ $2 != *-rt-* ]] || options=(-Wno-context)
	cat >"$1" <<-EOF
		#!/bin/sh
		exec sparse ${options[*]} -D__typeof_unqual__=__typeof__ \\
			'-D__builtin_strlen(s)=(sizeof(s) - 1)' "\$@"
	EOF
	chmod +x "$1"
}

# Debian's headers lack the script by which newer kernels test the checker.
accept_checker() {
	local script=$1/scripts/checker-valid.sh
	[[ -d ${script%/*} && ! -e $script ]] || return 0
	printf '#!/bin/sh\necho 1\n' >"$script"
	chmod +x "$script"
}

compile() {
	local suite=$1 release=$2 scratch=$3 inside=/tmp/${3##*/}
	write_checker "$scratch/checker" "$release"
	accept_checker "$cache/roots/$suite/usr/src/linux-headers-${release%-*}-common"
	in_root "$suite" make -C "/usr/src/linux-headers-$release" M="$inside" \
		W=1 C=2 CHECK="$inside/checker" modules >"$scratch/log" 2>&1 || return
	grep -q '^  CHECK ' "$scratch/log"
}

# Warnings that point at the kernel's own headers are not ours to fix.
check_warnings() {
	local found
	found=$(grep -E 'warning:|error:' "$1/log" | grep -v '^\(/usr\|\./\|\.\./\)' || true)
	[[ -z $found ]]
}

check_symbols() {
	local found
	found=$(find "$1" -name '*.o' ! -name fguard.o ! -name '*.mod.o' -exec nm -g --defined-only {} + |
		awk 'NF == 3 && $3 !~ /^(__pfx_|__cfi_)?fguard_/ &&
			$3 !~ /^(__pfx_|__cfi_)?(init_module|cleanup_module)$/ { print $3 }')
	[[ -z $found ]] && return
	echo "global names without fguard_: $found"
	return 1
}

check() {
	local kernel=$cache/kernels/$1 suite release
	suite=$(<"$kernel/suite")
	release=$(<"$kernel/release")
	scratch=$(mktemp -d "$cache/roots/$suite/tmp/check.XXXXXX")
	cp -r "${FGUARD_KMOD:-$repo/kmod}/." "$scratch"
	find "$scratch" \( -name '*.o' -o -name '*.cmd' -o -name '*.mod*' \) -delete
	if ! { compile "$suite" "$release" "$scratch" && check_warnings "$scratch"; }; then
		cat "$scratch/log"
		exit 1
	fi
	check_symbols "$scratch"
	rm -rf "$scratch"
}

scratch=
trap '[[ -z $scratch ]] || rm -rf "$scratch"' EXIT
for kernel in "$@"; do
	check "$(kernel_name "$kernel")"
done

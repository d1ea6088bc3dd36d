#!/bin/bash
# SPDX-License-Identifier: MIT
# Checks types, lint, format, warnings, documentation and names: everything that needs
# no tests to run, except a short run of the library's fuzzers.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

cd "$repo"
"$repo/scripts/setup.sh" 6.1 newest
. "$repo/scripts/step.sh"

own_files() {
	git ls-files --cached --others --exclude-standard "$@" | while read -r file; do
		[[ -f $file ]] && echo "$file"
	done
}

types() {
	npx tsc --noEmit
	npx tsc --noEmit -p test/vm
	npx tsc --noEmit -p test/hostile
}

shell_scripts() {
	"$repo/scripts/packages.sh" shellcheck
	own_files '*.sh' .ci/run | xargs shellcheck -x -P SCRIPTDIR -e SC2016
}

kernel_doc() {
	local tool
	tool=$(find "$cache/roots/bookworm/usr/lib" -path '*/linux-kbuild-*/scripts/kernel-doc' | head -n 1)
	[[ -n $tool ]] || die 'the headers of the 6.1 kernel have no kernel-doc'
	perl "$tool" -none -Werror kmod/*/*.h
	node --import tsx scripts/doc-coverage.ts
}

# The functions of the earlier protocol keep their names, because programs call them.
library_names() {
	local found earlier='get_username_by_pid open_netlink_connection read_kernel_message
		send_kernel_message sock_netlink_connection sock_netlink_disconnection'
	found=$(nm -D --defined-only libnetlink/libfguard.so |
		awk '$2 != "A" { sub("@.*", "", $3); if ($3 !~ /^fguard_/) print $3 }')
	[[ $(xargs -n 1 <<<"$earlier" | sort) == $(sort <<<"$found") ]] ||
		{ echo "exported without fguard_, or missing: $found" && return 1; }
}

licences() {
	local file missing=''
	while read -r file; do
		local licence=MIT
		[[ $file == kmod/* ]] && licence=GPL-2.0-only
		head -n 2 "$file" | grep -q "SPDX-License-Identifier: $licence" || missing+=" $file"
	done < <(own_files '*.[chS]' '*.ts' '*.js' '*.mjs' '*.sh' '*/Makefile' '*/Kbuild' '*.map' .ci/run lab/init)
	[[ -z $missing ]] || { echo "no SPDX line, or another licence:$missing" && return 1; }
}

# shellcheck disable=SC2034 # for step.sh
steps=12
step 'types' types
step 'generated files' node scripts/gen-uapi.mjs --check
step 'lint' npx eslint --cache --cache-location .cache/eslint/ .
step 'unused files, exports and packages' npx knip --no-progress
step 'format' npm run -s format:check
step 'shell scripts' shell_scripts
step 'module for 6.1: W=1, sparse, names' "$repo/scripts/check-module.sh" 6.1
step 'module for the newest kernel: W=1, sparse, names' "$repo/scripts/check-module.sh" newest
step 'rooms of the module' node --import tsx scripts/module-rooms.ts
step 'kernel-doc' kernel_doc
step 'names in libfguard.so' library_names
step 'licences' licences
step 'library fuzzers: ASan, UBSan' "$repo/scripts/fuzz.sh"

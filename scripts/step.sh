# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Numbered steps with their durations. Sourced after lib.sh; the caller sets "steps" to
# their number. The output of a step goes to a log, which is shown if it fails.

step_number=0
step_log=$(mktemp)
trap 'rm -f "$step_log"' EXIT

# On a terminal: the seconds so far and the last line of the log, on one line.
show_progress() {
	local head=$1 since=$SECONDS last columns
	columns=$(tput cols) || columns=80
	while sleep 1; do
		last=$(tail -c 300 "$step_log" | tr '\r' '\n' | tail -n 1 | tr -dc '[:print:]')
		# a longer line would wrap and could not be erased
		printf '\r\033[K%.*s' $((columns - 1)) "$head $((SECONDS - since)) s  $last"
	done
}

fail_step() {
	printf '\r%s failed; its last words:\n\n' "$1"
	tail -n 40 "$step_log"
	exit 1
}

step() {
	local title=$1 head progress='' start status=0
	shift
	step_number=$((step_number + 1))
	# shellcheck disable=SC2154 # the caller sets it
	head="[$step_number/$steps] $title"
	start=$(date +%s%N)
	printf '%s …' "$head"
	if [[ -t 1 ]]; then
		show_progress "$head" &
		progress=$!
	fi
	# in a subshell with its own "set -e", so that failures within a function count
	set +e
	(set -e && "$@") >"$step_log" 2>&1 </dev/null
	status=$?
	set -e
	if [[ -n $progress ]]; then
		kill "$progress"
		wait "$progress" 2>/dev/null || true
		printf '\r\033[K%s …' "$head"
	fi
	[[ $status -eq 0 ]] || fail_step "$head"
	printf ' %s s\n' "$(awk -v n="$(($(date +%s%N) - start))" 'BEGIN { printf "%.1f", n / 1e9 }')"
}

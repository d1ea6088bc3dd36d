# SPDX-License-Identifier: MIT
# Prints what zsh offers for a line: complete.zsh FOLDER LINE, where FOLDER holds _fguard.
# Completion works in a line editor only, so another zsh has one at a terminal of its own.
zmodload zsh/zpty
inner=$(mktemp)
trap 'rm -f $inner' EXIT
cat >$inner <<'END'
PROMPT= RPROMPT=
stty -onlcr -ocrnl -echo
fpath=($FOLDER $fpath)
autoload -Uz compinit
compinit -D -u
zstyle ':completion:*' use-cache no
compadd() {
	# asked for by the completion system itself, to know
	if [[ ${@[1,(i)(-|--)]} == *-(O|A|D)\ * ]]; then
		builtin compadd "$@"
		return
	fi
	local -a hits
	builtin compadd -A hits "$@"
	local hit
	for hit in $hits; do print -r -- "offered:$IPREFIX$hit"; done
	return $(( ! $#hits ))
}
ask() { _main_complete; print -r -- offered-all; exit }
zle -C ask complete-word ask
bindkey '^I' ask
print -r -- ready
END
zpty z "FOLDER=${(q)1} zsh -f -i"
zpty -w z "source $inner"
while zpty -r z line && [[ $line != ready* ]]; do :; done
zpty -w -n z "$2"$'\t'
while zpty -r z line; do
	line=${line//[$'\r\n']/}
	[[ $line != *offered-all* ]] || break
	[[ $line != *offered:* ]] || print -r -- ${line##*offered:}
done

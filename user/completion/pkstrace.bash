# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Completion for bash: what `pkstrace --help` lists.

_pkstrace_commands() { "$1" --help 2>/dev/null | sed -n 's/^  \([a-z]*\)  *[a-z].*/\1/p'; }

# The options of a command: "-p" and "--pid=" where they take a value.
_pkstrace_options() {
	"$1" "$2" --help 2>/dev/null |
		sed -nE 's/^ {2,6}((-[a-zA-Z]), )?(--[a-z][a-z-]*=?).*/\2 \3/p; s/^ {2,6}(-[a-zA-Z]) .*/\1/p'
}

_pkstrace_formats() {
	"$1" "$2" --help 2>/dev/null | sed -nE '/^ *FORMATS/,/^$/s/^ +([a-z]+) .*/\1/p'
}

_pkstrace_reply() { mapfile -t COMPREPLY < <(compgen "$@"); }

_pkstrace() {
	local tool=${COMP_WORDS[0]} command=${COMP_WORDS[1]} word=${COMP_WORDS[COMP_CWORD]} before i

	before=${COMP_WORDS[COMP_CWORD - 1]}
	# Of --format=x bash makes three words.
	[[ $word != = ]] || word=''
	[[ $before != = ]] || before=${COMP_WORDS[COMP_CWORD - 2]}
	if ((COMP_CWORD == 1)); then
		_pkstrace_reply -W "$(_pkstrace_commands "$tool") --help --version" -- "$word"
		return
	fi
	# After -- is a command with words of its own.
	for ((i = 2; i < COMP_CWORD; i++)); do
		[[ ${COMP_WORDS[i]} != -- ]] || {
			if ((i + 1 == COMP_CWORD)); then
				_pkstrace_reply -c -- "$word"
			else
				_pkstrace_reply -f -- "$word"
			fi
			return
		}
	done
	case $before in
	--format) _pkstrace_reply -W "$(_pkstrace_formats "$tool" "$command")" -- "$word" ;;
	--user) _pkstrace_reply -u -- "$word" ;;
	*)
		if [[ $word == -* ]]; then
			_pkstrace_reply -W "$(_pkstrace_options "$tool" "$command")" -- "$word"
			[[ ${COMPREPLY[0]} != *= ]] || compopt -o nospace 2>/dev/null
		else
			_pkstrace_reply -f -- "$word"
		fi
		;;
	esac
}

complete -o filenames -F _pkstrace pkstrace

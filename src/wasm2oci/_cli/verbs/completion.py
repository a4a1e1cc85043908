"""`wasm2oci completion`: scripts by which shells complete command lines, and the answers that they ask for."""

from __future__ import annotations

import os

from wasm2oci._cli import app, parser, references, streams
from wasm2oci._cli.parser import Argument, Verb

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from wasm2oci._cli.parser import Option

NOTHING, FILES, FOLDERS = "nothing", "files", "folders"
"""What else a shell is to offer."""

_METAVARS = {"FILE": FILES, "PATH": FILES, "LIST": FILES, "REFERENCE|FILE": FILES, "DIR": FOLDERS}

Candidate = tuple[str, str]


def completion(*, shell: str) -> None:
    """Prints a script."""
    streams.write(_SCRIPTS[shell].encode())


def answer(words: Sequence[str]) -> Iterator[str]:
    """Answers a script.

    Args:
        words: What was typed after the command's name, up to the cursor; the last word may be empty.

    Yields:
        What else the shell is to offer, and after a tab the part of the word that comes before
        a path. Then a line for each candidate: the whole word, and after a tab what it means.
    """
    *before, word = words or [""]
    before = before[1:] if before[:1] == [parser.END] else before
    kind, prefix, candidates = _of_verbs(before, word) if not before else _of_verb(before, word)
    yield f"{kind}\t{prefix}"
    yield from (f"{value}\t{meaning}" for value, meaning in candidates if value.startswith(word))


Answer = tuple[str, str, "Iterable[Candidate]"]


def _of_verbs(_: Sequence[str], word: str) -> Answer:
    if word.startswith("-"):
        from wasm2oci._cli import about  # noqa: PLC0415 - for shells

        return NOTHING, "", _spellings(about.OPTIONS)
    return NOTHING, "", [(name, app.verb(name).summary) for name in app.VERBS]


def _of_verb(before: Sequence[str], word: str) -> Answer:
    if before[0] not in app.VERBS:
        return NOTHING, "", ()
    verb = app.verb(before[0])
    table = {spelling: option for option in verb.options for spelling in option.spellings}
    arguments = 0
    option: Option | None = None  # that waits for its value
    over = False  # whether what follows is not an option
    for one in before[1:]:
        if option is not None:
            option = None
        elif over or one == "-" or not one.startswith("-"):
            arguments += 1
        elif one == parser.END:
            over = True
        else:
            option = _waiting(table, one)
    if option is not None:
        return _values(option, word, "")
    if word.startswith("-") and not over:
        flag, equals, _ = word.partition("=")
        if equals:
            return _values(table[flag], word, f"{flag}=") if flag in table else (NOTHING, "", ())
        return NOTHING, "", _spellings(verb.options)
    left = verb.arguments[arguments:] or [argument for argument in verb.arguments if argument.many]
    return _argument(verb, left[0], before[1:], word) if left else (NOTHING, "", ())


def _argument(verb: Verb, argument: Argument, before: Sequence[str], word: str) -> Answer:
    """Completes an argument: a reference whose tag is being typed by the tags that there are."""
    from wasm2oci._cli import tagnames  # noqa: PLC0415 - for references alone

    tags = tagnames.offered(verb, before, word) if argument.metavar in tagnames.ARGUMENTS else []
    kind, prefix = _paths(argument.metavar, word)
    choices = [(tag, "") for tag in tags] or [(choice, "") for choice in argument.choices]
    return (NOTHING, "", choices) if tags else (kind, prefix, choices or list(_layouts(argument.metavar, word)))


def _waiting(table: dict[str, Option], word: str) -> Option | None:
    """Returns the option of a word if its value is the next word."""
    option = table.get(word)
    return option if option is not None and option.metavar else None


def _values(option: Option, word: str, before: str) -> Answer:
    """Completes the value of an option; `before` is what precedes it in the same word."""
    kind, prefix = _paths(option.metavar, word.removeprefix(before))
    return kind, before + prefix, [(before + choice, "") for choice in option.choices]


def _paths(metavar: str, word: str) -> tuple[str, str]:
    """Says which paths a value may be, and what comes before the path."""
    for prefix in references.LAYOUTS:
        if word.startswith(prefix) and _names_artifact(metavar):
            return FILES, prefix
    return _METAVARS.get(metavar, NOTHING), ""


def _layouts(metavar: str, word: str) -> Iterator[Candidate]:
    """Completes the beginning of a layout, unless it is as well that of a file, which shells complete."""
    if not word or not _names_artifact(metavar):
        return
    if "FILE" in metavar and any(name.startswith(word) for name in os.listdir()):  # noqa: PTH208 - no pathlib
        return
    for prefix in references.LAYOUTS:
        if prefix != word and prefix.startswith(word):
            yield prefix, "a layout on this machine"
            return


def _names_artifact(metavar: str) -> bool:
    return "REFERENCE" in metavar or metavar in {"REPOSITORY", "SOURCE", "DESTINATION"}


def _spellings(every: Iterable[Option]) -> Iterator[Candidate]:
    for option in every:
        if not option.hidden:
            yield from ((spelling, option.help) for spelling in option.spellings if spelling.startswith("--"))


_BASH = r"""# Completion of wasm2oci for bash.
_wasm2oci() {
  local rest=${COMP_LINE:0:COMP_POINT} trimmed piece line word value kind i
  local -a words=()
  # bash takes words apart at = and : as well; what no space parts is put together again.
  for ((i = 0; i <= COMP_CWORD; i++)); do
    trimmed=${rest#"${rest%%[![:space:]]*}"}
    piece=${COMP_WORDS[i]}
    ((i == COMP_CWORD)) && piece=$trimmed
    if ((i > 0)) && [[ $trimmed == "$rest" ]]; then
      words[${#words[@]} - 1]+=$piece
    else
      words+=("$piece")
    fi
    rest=${trimmed#"$piece"}
  done
  word=${words[${#words[@]} - 1]}
  COMPREPLY=()
  kind=
  while IFS= read -r line; do
    if [[ -z $kind ]]; then
      kind=${line%%$'\t'*}
      continue
    fi
    value=${line%%$'\t'*}
    # It replaces the part after the last = or : alone.
    [[ $word == *[=:]* ]] && value=${value#"${word%"${word##*[=:]}"}"}
    COMPREPLY+=("$value")
  done < <(wasm2oci _complete "${words[@]:1}" 2> /dev/null)
  # What a path follows is not the end of a word.
  [[ ${#COMPREPLY[@]} == 1 && ${COMPREPLY[0]} == *: ]] && compopt -o nospace 2> /dev/null
  # Paths are completed by bash itself, where there is nothing else.
  case $kind in
    folders) compopt +o default -o dirnames 2> /dev/null ;;
    nothing) compopt +o default 2> /dev/null ;;
  esac
}
complete -o default -F _wasm2oci wasm2oci
"""

_ZSH = r"""#compdef wasm2oci
# Completion of wasm2oci for zsh.
_wasm2oci() {
  local line kind prefix
  local -a lines values ending
  lines=("${(@f)$(wasm2oci _complete "${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}" 2> /dev/null)}")
  kind=${lines[1]%%$'\t'*}
  prefix=${lines[1]#*$'\t'}
  for line in "${(@)lines[2,-1]}"; do
    values+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}")
  done
  # What a path follows is not the end of a word.
  [[ ${lines[2]%%$'\t'*} == *: ]] && ending=(-S '')
  (( $#values )) && _describe wasm2oci values "${ending[@]}"
  case $kind in
    files) compset -P "$prefix"; _files ;;
    folders) compset -P "$prefix"; _path_files -/ ;;
  esac
}
if [[ ${funcstack[1]} == _wasm2oci ]]; then
  _wasm2oci "$@"
else
  (( ${+functions[compdef]} )) || { autoload -Uz compinit && compinit; }
  compdef _wasm2oci wasm2oci
fi
"""

_FISH = r"""# Completion of wasm2oci for fish.
function __wasm2oci_complete
    set -l words (commandline -opc)
    set -l word (commandline -ct)
    test -n "$word"; or set word ''
    set -l lines (wasm2oci _complete $words[2..] $word 2>/dev/null)
    set -l head (string split \t -- $lines[1])
    set -e lines[1]
    for line in $lines
        echo $line
    end
    set -l path (string replace -- "$head[2]" '' $word)
    switch $head[1]
        case files
            for found in (__fish_complete_path $path)
                echo $head[2]$found
            end
        case folders
            for found in (__fish_complete_directories $path '')
                echo $head[2]$found
            end
    end
end
complete -c wasm2oci -f -a '(__wasm2oci_complete)'
"""

_SCRIPTS = {"bash": _BASH, "zsh": _ZSH, "fish": _FISH}

VERB = Verb(
    completion,
    summary="Print a script that completes commands in a shell.",
    description="""
        Print the script that lets a shell complete commands, options, their values and paths.

        The script asks the wasm2oci on PATH for completions.
        """,
    arguments=(Argument("shell", choices=tuple(_SCRIPTS)),),
    groups={},
    examples=(
        ("completion bash > ~/.local/share/bash-completion/completions/wasm2oci", "Install it for bash."),
        ("completion fish > ~/.config/fish/completions/wasm2oci.fish", "Install it for fish."),
    ),
)

package fault

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// Text is a phrase of a message. It marks the options that it names, so that each
// host can write them its own way. It is an error, so that it can be a fact; as
// such it wraps what its format wraps. The zero value is empty.
type Text struct {
	// marked has each option as "{name}", and open and shut in place of every
	// other brace.
	marked string
	// wrapped is nil where the format wraps nothing.
	wrapped error
}

// Option is the name of an option where it is an argument of a format: there it is
// a mark.
type Option string

// What braces become that are not those of a mark. Both are control characters,
// which no message holds.
const (
	open = '\x0e'
	shut = '\x0f'
)

// Textf formats as fmt.Errorf does. Options in the format are written "{name}"; an
// argument is a mark only if it is an Option, or has marks of its own because it is
// a Text or an Error.
func Textf(format string, args ...any) Text {
	guard(args)
	err := fmt.Errorf(format, args...)
	text := Text{marked: err.Error()}
	switch err.(type) { //nolint:errorlint // what fmt has made, bare
	case interface{ Unwrap() error }, interface{ Unwrap() []error }:
		text.wrapped = err
	}
	return text
}

// Error returns the phrase with options by their names.
func (t Text) Error() string { return plain(t.marked) }

// String returns the phrase with options by their names.
func (t Text) String() string { return t.Error() }

// Unwrap returns what the format wraps.
func (t Text) Unwrap() error { return t.wrapped }

// plain writes options by their names.
func plain(marked string) string {
	return strings.NewReplacer("{", "", "}", "", string(open), "{", string(shut), "}").Replace(marked)
}

// template returns what str.format_map of Python takes, or "" where there is no mark.
func template(marked string) string {
	if firstOption(marked) == "" {
		return ""
	}
	return strings.NewReplacer(string(open), "{{", string(shut), "}}").Replace(marked)
}

func firstOption(marked string) string {
	_, rest, _ := strings.Cut(marked, "{")
	name, _, _ := strings.Cut(rest, "}")
	name, _, _ = strings.Cut(name, "=")
	return name
}

// markedError returns the text of an error with the marks that it has.
func markedError(err error) string {
	switch own := err.(type) { //nolint:errorlint // others that wrap one of these say it in their own words
	case Text:
		return own.marked
	case *Error:
		return own.marked()
	}
	return guarded(err.Error())
}

// guarded makes one line of a text of others, and keeps its braces from being
// taken for those of a mark.
func guarded(text string) string {
	return strings.NewReplacer("{", string(open), "}", string(shut)).Replace(oneLine(text))
}

// maskMarked applies mask to all of a marked text but the marks.
func maskMarked(marked string, mask func(text string) string) string {
	var masked strings.Builder
	for marked != "" {
		text, rest, found := strings.Cut(marked, "{")
		masked.WriteString(guarded(mask(plain(text))))
		if !found {
			break
		}
		name, after, _ := strings.Cut(rest, "}")
		masked.WriteString("{" + name + "}")
		marked = after
	}
	return masked.String()
}

// guard does so for all arguments of a format.
func guard(args []any) {
	for i, arg := range args {
		switch arg := arg.(type) {
		case Option:
			args[i] = "{" + string(arg) + "}"
		case error:
			args[i] = errorArgument{arg}
		default:
			args[i] = argument{arg}
		}
	}
}

// argument is one that cannot be taken for a mark, whatever verb formats it.
type argument struct{ value any }

// Format implements fmt.Formatter.
func (a argument) Format(state fmt.State, verb rune) {
	if text, quoted := a.value.(string); quoted && verb == 'q' {
		a.value = cut(text, MaxQuoted)
	}
	_, _ = io.WriteString(state, guarded(fmt.Sprintf(fmt.FormatString(state, verb), a.value)))
}

// errorArgument is an argument that can be wrapped, and keeps its own marks.
type errorArgument struct{ error }

// Format implements fmt.Formatter.
func (a errorArgument) Format(state fmt.State, _ rune) {
	_, _ = io.WriteString(state, markedError(a.error))
}

// Unwrap returns the argument.
func (a errorArgument) Unwrap() error { return a.error }

// Seconds spells a time as options do: in seconds, with a fraction only where there is one.
func Seconds(time time.Duration) string {
	// Duration.Seconds adds two parts, whose sum may have many digits more.
	return strconv.FormatFloat(float64(time.Nanoseconds())/1e9, 'f', -1, 64) + " s"
}

// Quote puts input between quotes, with spaces for what is not printable.
func Quote(text string) string {
	return `"` + oneLine(cut(text, MaxQuoted)) + `"`
}

// MaxQuoted is how much of an input is shown, in bytes.
const MaxQuoted = 200

// shorten cuts a marked text, though not within a mark.
func shorten(marked string, limit int) string {
	short := cut(marked, limit)
	if mark := strings.LastIndexByte(short, '{'); mark > strings.LastIndexByte(short, '}') {
		return short[:mark] + "..."
	}
	return short
}

func cut(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	return strings.ToValidUTF8(text[:limit], "") + "..."
}

// oneLine puts spaces in place of control characters, so that no answer of a
// registry can break or colour a line of somebody's terminal.
func oneLine(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r < ' ', r == 0x7f, r >= 0x80 && r < 0xa0,
			r == 0x2028, r == 0x2029, r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069:
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, "\ufffd"))
}

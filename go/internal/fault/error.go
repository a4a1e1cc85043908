package fault

import (
	"slices"
	"strings"
)

// Error is what went wrong.
type Error struct {
	// Kind says what went wrong.
	Kind Kind
	// Op is the verb, such as "pull".
	Op string
	// Reference is the reference as given, or the path.
	Reference string
	// Err is the fact.
	Err error
	// Hint is a safe next step, or empty.
	Hint Text
	// Detail holds what programs may want to know. Its members that follow from
	// the fields above are set by In.
	Detail Detail
}

// Detail is an error as data. All of it is optional.
type Detail struct {
	// Op and Reference are those of the error.
	Op        string `json:"op,omitempty"`
	Reference string `json:"reference,omitempty"`
	// HTTPStatus and RegistryErrors are the registry's answer.
	HTTPStatus     int             `json:"http_status,omitempty"`
	RegistryErrors []RegistryError `json:"registry_errors,omitempty"`
	// Path is the local file at fault.
	Path string `json:"path,omitempty"`
	// Candidates are what there is to choose from.
	Candidates []string `json:"candidates,omitempty"`
	// Causes are texts for a report of a bug.
	Causes []string `json:"causes,omitempty"`
	// Errno is the system's number of the error.
	Errno int `json:"errno,omitempty"`
	// Option is the option at fault, else the first that the hint names, as
	// programs write it, such as "layer_media_type".
	Option string `json:"option,omitempty"`
	// Template is the message with each option as "{name}" and every other brace
	// doubled, as Python's str.format_map takes it. It is empty where the message
	// names no option.
	Template string `json:"template,omitempty"`
}

// RegistryError is one entry of a registry's error answer (distribution
// specification, v1.1, "Error Codes").
type RegistryError struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

// New returns an error whose fact is formatted as by Textf.
func New(kind Kind, format string, args ...any) *Error {
	return &Error{Kind: kind, Err: Textf(format, args...)}
}

// WithHint sets the next step, formatted as by Textf, and returns the error.
func (e *Error) WithHint(format string, args ...any) *Error {
	e.Hint = Textf(format, args...)
	return e
}

// WithPath sets the file at fault and returns the error.
func (e *Error) WithPath(path string) *Error {
	e.Detail.Path = path
	return e
}

// WithCandidates sets what there is to choose from and returns the error.
func (e *Error) WithCandidates(candidates []string) *Error {
	e.Detail.Candidates = candidates
	return e
}

// In returns a copy of the error with its detail complete, as it occurred in an
// operation on a reference. An operation and a reference that the error already has
// are kept.
func (e *Error) In(op, reference string) *Error {
	result := *e
	if result.Op == "" {
		result.Op = op
	}
	if result.Reference == "" {
		result.Reference = reference
	}
	result.Detail.Op, result.Detail.Reference = result.Op, result.Reference
	message := result.marked()
	result.Detail.Option, result.Detail.Template = firstOption(message), template(message)
	return &result
}

// Masked returns a copy of the error in which mask has been applied to all that others
// may have said: the fact, the next step and the detail. The operation, the reference
// and the path are the caller's own.
func (e *Error) Masked(mask func(text string) string) *Error {
	result := *e
	result.Err = Text{marked: maskMarked(markedError(e.Err), mask), wrapped: e.Err}
	result.Hint = Text{marked: maskMarked(e.Hint.marked, mask), wrapped: e.Hint.wrapped}
	detail := &result.Detail
	detail.RegistryErrors = slices.Clone(detail.RegistryErrors)
	for i, one := range detail.RegistryErrors {
		detail.RegistryErrors[i] = RegistryError{Code: mask(one.Code), Message: mask(one.Message)}
	}
	detail.Candidates, detail.Causes = maskAll(detail.Candidates, mask), maskAll(detail.Causes, mask)
	return result.In("", "")
}

func maskAll(texts []string, mask func(text string) string) []string {
	masked := slices.Clone(texts)
	for i, text := range masked {
		masked[i] = mask(text)
	}
	return masked
}

// Error returns one line without secrets: the operation, the input, the fact and
// the next step.
func (e *Error) Error() string { return plain(e.marked()) }

// Unwrap returns the fact.
func (e *Error) Unwrap() error { return e.Err }

// marked composes the message.
func (e *Error) marked() string {
	var text strings.Builder
	text.WriteString(guarded(e.Op))
	if e.Reference != "" {
		if e.Op != "" {
			text.WriteByte(' ')
		}
		text.WriteString(guarded(Quote(e.Reference)))
	}
	if text.Len() > 0 {
		text.WriteString(": ")
	}
	text.WriteString(shorten(markedError(e.Err), maxFact))
	if hint := e.Hint.marked; hint != "" {
		text.WriteString("; " + shorten(hint, maxFact))
	}
	return text.String()
}

// maxFact is how much of a fact or a hint is shown, in bytes: they may quote what
// a registry sent.
const maxFact = 800

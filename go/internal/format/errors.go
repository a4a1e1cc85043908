package format

import (
	"strings"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
)

// listed is how many of what was seen a message names.
const listed = 8

// Invalid returns the fault of a document that is not a manifest, or a broken one;
// the reason is formatted as by fault.Textf.
func Invalid(format string, args ...any) *fault.Error {
	return fault.New(fault.InvalidManifest, "invalid manifest: %w", fault.Textf(format, args...))
}

// notWasm returns the fault of an artifact without a module, in which these media
// types or platforms were seen.
func notWasm(types []string) *fault.Error {
	if len(types) == 0 {
		return fault.New(fault.NotWasm, "no WebAssembly inside: there are no layers")
	}
	return fault.New(fault.NotWasm, "no WebAssembly inside, only %s", enumerate(types)).WithCandidates(types)
}

// ambiguous returns the fault of several modules or platforms, named in the plural.
func ambiguous(what string, candidates []string) *fault.Error {
	return fault.New(fault.Ambiguous, "%d %s: %s", len(candidates), what, enumerate(candidates)).WithCandidates(candidates)
}

// missing returns the fault of something that was asked for, such as `layer "x"`,
// and is not among the candidates.
func missing(what string, candidates []string) *fault.Error {
	if len(candidates) == 0 {
		return fault.New(fault.NotFound, "there is no %s", what)
	}
	return fault.New(fault.NotFound, "there is no %s, only %s", what, enumerate(candidates)).WithCandidates(candidates)
}

func enumerate(names []string) string { return strings.Join(names[:min(len(names), listed)], ", ") }

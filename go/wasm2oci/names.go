package wasm2oci

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
	"github.com/wasm2oci/wasm2oci/go/internal/ref"
)

// ParseDestination reads a reference to which an artifact is written. In place of its
// tag it may hold a list of tags, such as "v1,v1.2,latest", of which the first is the
// reference's. All of them are returned, each once; none where there is a digest alone.
//
// Errors: InvalidReference, with the input quoted and what to write instead.
func ParseDestination(text string) (Reference, []string, error) { return ref.ParseDestination(text) }

// putNames stores a manifest under each of the tags, in their order. Those that are
// set already are named in the message of an error, with those that were set before it;
// in an archive none is set then.
func putNames(ctx context.Context, target target, set, tags []string, desc ocispec.Descriptor, raw []byte) error {
	set = slices.Clone(set)
	_, atOnce := target.(*archiveTarget)
	for _, tag := range tags {
		err := target.under(tag).putManifest(ctx, desc, raw)
		if err != nil && atOnce {
			return err
		}
		if err != nil {
			return halfNamed(ctx, set, tag, err)
		}
		set = append(set, tag)
	}
	return nil
}

// shownNames is how many tags a message lists.
const shownNames = 10

// halfNamed says of an error which tags are set all the same.
func halfNamed(ctx context.Context, set []string, tag string, err error) error {
	if len(set) == 0 {
		return err
	}
	var known *Error
	if ctx.Err() != nil && !errors.As(err, &known) {
		err = context.Cause(ctx)
	}
	names := strings.Join(set[:min(len(set), shownNames)], ", ")
	if more := len(set) - shownNames; more > 0 {
		names += fmt.Sprintf(" and %d more", more)
	}
	failed := classify("", "", err)
	failed.Err = fault.Textf("tagged as %s, but not as %s: %w", names, tag, failed.Err)
	return failed
}

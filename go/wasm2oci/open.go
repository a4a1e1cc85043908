package wasm2oci

import (
	"context"
	"io"

	"github.com/wasm2oci/wasm2oci/go/internal/monitor"
)

// OpenOptions say how an artifact is read. The zero value is fine.
type OpenOptions struct {
	Selection
	// Timeout bounds the operation and the reading, in milliseconds.
	// Default: the client's.
	Timeout int64 `json:"timeout_ms,omitempty"`
	// Credentials are those of single registries for this operation alone; they come before
	// the client's. One without a secret stands for none of the lists.
	Credentials []RegistryCredential `json:"credentials,omitempty"`
}

// FetchResult says what an artifact and its module are.
type FetchResult struct {
	Reference string `json:"reference"`
	Descriptor
	Format string `json:"format"`
	Kind   string `json:"kind,omitempty"`
	// Layer is where the module came from.
	Layer Descriptor `json:"layer"`
	// Member is its path in a tar layer.
	Member string `json:"member,omitempty"`
	// FileDigest and FileSize are those of the module itself.
	FileDigest string `json:"file_digest"`
	FileSize   int64  `json:"file_size"`
	// IndexDigest is the index that led to the manifest, if there is one.
	IndexDigest string `json:"index_digest,omitempty"`
	Origin
}

// Stream is an open module. Read ends with io.EOF only if size and digest match;
// until then nothing that was read is to be trusted.
type Stream struct {
	Result FetchResult

	ctx    context.Context //nolint:containedctx // bounds the reading
	end    context.CancelFunc
	source blob
	target target
	op     string
}

// read notes where all of it came from: a mirror may have failed in the midst.
func (s *Stream) read() { s.Result.Origin = s.target.origin() }

// Open opens the module of an artifact. The context bounds the reading too.
//
// Errors: InvalidReference, NotFound, InvalidManifest, NotWasm, Ambiguous,
// DigestMismatch, and those of the registry and the network.
func (c *Client) Open(ctx context.Context, reference string, options OpenOptions) (*Stream, error) {
	return c.openStream(ctx, "open", reference, options.Timeout, options.Credentials, options.Selection, func(Reference) error { return nil })
}

// openStream is what all verbs that read a module begin with. ready is asked
// before the first request.
func (c *Client) openStream(ctx context.Context, op, text string, timeout int64, credentials []RegistryCredential, selection Selection, ready func(Reference) error) (*Stream, error) {
	ctx, end := c.begin(ctx, timeout, credentials)
	stream, err := c.findModule(ctx, text, selection, ready)
	if err != nil {
		defer end()
		return nil, fail(ctx, op, text, err)
	}
	stream.ctx, stream.end, stream.op = ctx, end, op
	return stream, nil
}

func (c *Client) findModule(ctx context.Context, text string, selection Selection, ready func(Reference) error) (*Stream, error) {
	m := monitor.From(ctx)
	m.Enter(monitor.Resolving)
	reference, err := ParseReference(text)
	if err != nil {
		return nil, err
	}
	if selection, err = selection.check(); err != nil {
		return nil, err
	}
	if err := ready(reference); err != nil {
		return nil, err
	}
	target, err := c.openThroughCache(ctx, reference, selection.PullPolicy)
	if err != nil {
		return nil, err
	}
	manifest, index, err := findManifest(ctx, target, selection.Platform)
	if err != nil {
		return nil, err
	}
	found, err := (&finder{target, manifest, selection}).open(ctx)
	if err != nil {
		return nil, err
	}
	return &Stream{source: found.blob, target: target, Result: FetchResult{
		Reference:   target.taken().String(),
		Descriptor:  newDescriptor(manifest.Descriptor),
		Format:      string(found.format),
		Kind:        string(found.kind),
		Layer:       newDescriptor(found.layer),
		Member:      found.member,
		FileDigest:  found.digest.String(),
		FileSize:    found.size,
		IndexDigest: index,
		Origin:      target.origin(),
	}}, nil
}

// Read implements io.Reader. Its errors, io.EOF apart, are *Error.
func (s *Stream) Read(p []byte) (int, error) {
	n, err := s.source.Read(p)
	if err != nil && err != io.EOF { //nolint:errorlint // the end is never wrapped
		err = fail(s.ctx, s.op, s.Result.Reference, err)
	}
	return n, err
}

// Close ends the stream and its connection. It may be called twice.
func (s *Stream) Close() error {
	s.end()
	return s.source.Close()
}

// AtHand reports whether the module is in a file that was read a moment ago, so that
// reading it does not wait.
func (s *Stream) AtHand() bool { return s.stored() != nil }

// stored returns the blob of the cache that is the module of a stream as it is, or nil.
func (s *Stream) stored() *stored {
	looked, ok := s.source.(*opened)
	if !ok {
		return nil
	}
	blob, _ := looked.blob.(*stored)
	return blob
}

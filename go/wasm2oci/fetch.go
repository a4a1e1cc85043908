package wasm2oci

import (
	"context"
	"io"

	"github.com/wasm2oci/wasm2oci/go/internal/monitor"
)

// FetchOptions say how an artifact is fetched. The zero value is fine.
type FetchOptions struct {
	Selection
	// Timeout bounds the operation, in milliseconds. Default: the client's.
	Timeout int64 `json:"timeout_ms,omitempty"`
	// Credentials are those of single registries for this operation alone; they come before
	// the client's. One without a secret stands for none of the lists.
	Credentials []RegistryCredential `json:"credentials,omitempty"`
}

// Fetch reads the module of an artifact into memory. allocate returns the memory
// once the size is known, so that it need not be Go's; nil means Go's.
//
// Errors: as Open.
func (c *Client) Fetch(ctx context.Context, reference string, allocate func(size int64) ([]byte, error), options FetchOptions) (*FetchResult, []byte, error) {
	stream, err := c.openStream(ctx, "fetch", reference, options.Timeout, options.Credentials, options.Selection, func(Reference) error { return nil })
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = stream.Close() }()
	memory, err := readModule(stream, allocate)
	if err != nil {
		return nil, nil, fail(stream.ctx, "fetch", reference, err)
	}
	// The last byte of a stream comes only with the verdict on all of them.
	monitor.From(ctx).Enter(monitor.Finishing)
	stream.read()
	return &stream.Result, memory, nil
}

// readModule reads a stream to its end, once more from the start if it proves to
// be damaged. Memory of Go's grows with what comes: the size is only what a
// manifest claims, and one that no machine has would end the process.
func readModule(stream *Stream, allocate func(size int64) ([]byte, error)) ([]byte, error) {
	read := func() ([]byte, error) { return io.ReadAll(stream) }
	if allocate != nil {
		memory, err := allocate(stream.Result.FileSize)
		if err != nil {
			return nil, err
		}
		read = func() ([]byte, error) {
			_, err := io.ReadFull(stream, memory)
			return memory, err
		}
	}
	for {
		memory, err := read()
		if err == nil {
			return memory, nil
		}
		if again, err := beginAgain(stream.source, err); !again {
			return nil, err
		}
	}
}

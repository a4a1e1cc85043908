package wasm2oci

import (
	"context"

	"github.com/wasm2oci/wasm2oci/go/internal/atomicfile"
	"github.com/wasm2oci/wasm2oci/go/internal/monitor"
)

// PullOptions say how a file is written. The zero value is fine.
type PullOptions struct {
	Selection
	// Overwrite replaces a file that is there. Default: true.
	Overwrite *bool `json:"overwrite,omitempty"`
	// Durable waits until the file has reached the disk.
	Durable bool `json:"durable,omitempty"`
	// Timeout bounds the operation, in milliseconds. Default: the client's.
	Timeout int64 `json:"timeout_ms,omitempty"`
	// Credentials are those of single registries for this operation alone; they come before
	// the client's. One without a secret stands for none of the lists.
	Credentials []RegistryCredential `json:"credentials,omitempty"`
}

// PullResult says what was pulled, and where to.
type PullResult struct {
	FetchResult
	// Path is kept out of the JSON, which cannot hold every path.
	Path string `json:"-"`
}

// copyBuffer is how much is read and written at a time.
const copyBuffer = 1 << 20

// Pull writes the module of an artifact to a file. path may be a file, a
// directory or "", which give a file of the default name. A directory that ends in a
// separator is made if it is missing, and removed again if the pull fails. Under the final name
// remains what was there before, or there is the whole verified module.
//
// Errors: as Open; AlreadyExists and Filesystem, both before any request where
// that can be known.
func (c *Client) Pull(ctx context.Context, reference, path string, options PullOptions) (*PullResult, error) {
	output := outputOptions(options)
	final := ""
	stream, err := c.openStream(ctx, "pull", reference, options.Timeout, options.Credentials, options.Selection, func(parsed Reference) error {
		final = outputPath(path, parsed)
		return checkOutput(path, final, output)
	})
	if err != nil {
		return nil, err
	}
	defer func() { _ = stream.Close() }()
	undo := func() {}
	if namesFolder(path) {
		if undo, err = atomicfile.MakeFolder(path); err != nil {
			return nil, fail(stream.ctx, "pull", reference, err)
		}
	}
	if err := stream.save(final, output, c.options.LinkMode); err != nil {
		undo()
		return nil, fail(stream.ctx, "pull", reference, err)
	}
	stream.read()
	return &PullResult{FetchResult: stream.Result, Path: final}, nil
}

func (s *Stream) save(path string, options atomicfile.Options, mode LinkMode) error {
	if mode == LinkHard {
		if linked, err := s.link(path, options); linked || err != nil {
			return err
		}
	}
	file, err := atomicfile.Create(path, options)
	if err != nil {
		return err
	}
	if err := s.source.Save(file); err != nil {
		file.Abort()
		return err
	}
	monitor.From(s.ctx).Enter(monitor.Finishing)
	if s.ctx.Err() != nil {
		file.Abort()
		return context.Cause(s.ctx)
	}
	return file.Commit()
}

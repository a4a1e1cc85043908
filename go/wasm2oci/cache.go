package wasm2oci

import (
	"context"
	"errors"
	"io"
	"path/filepath"
	"runtime"
	"sync"

	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/wasm2oci/wasm2oci/go/internal/cache"
	"github.com/wasm2oci/wasm2oci/go/internal/fault"
	"github.com/wasm2oci/wasm2oci/go/internal/monitor"
	"github.com/wasm2oci/wasm2oci/go/internal/transfer"
)

const defaultCacheSize = 10 << 30

// PullPolicy says when a registry is asked, where there is a cache. A manifest that is
// named by its digest, and a blob, are never asked for once the cache has them.
type PullPolicy string

// The policies.
const (
	// PullAlways asks which manifest a tag names.
	PullAlways PullPolicy = "always"
	// PullMissing asks where the cache does not know.
	PullMissing PullPolicy = "missing"
	// PullNever opens no connection: what the cache does not have is NotFound.
	PullNever PullPolicy = "never"
)

func (p PullPolicy) check() error {
	switch p {
	case "", PullAlways, PullMissing, PullNever:
		return nil
	}
	return fault.New(InvalidArgument, "{pull_policy} is %s, not always, missing or never", fault.Quote(string(p)))
}

// What Origin.Source says.
const (
	fromRegistry = "registry"
	fromCache    = "cache"
	fromMirror   = "mirror"
)

// Origin says where what was read came from. It is empty where there are neither a cache
// nor mirrors.
type Origin struct {
	// Source is "cache" where no content was read from elsewhere, "mirror" where none was
	// read from the registry itself, else "registry".
	Source string `json:"source,omitempty"`
	// Mirror is the repository of the mirror, where Source is "mirror".
	Mirror string `json:"mirror,omitempty"`
	// Age is how many seconds ago the registry said what the tag names; nil where it was
	// asked now, or there is no tag.
	Age *int64 `json:"age,omitempty"`
}

// keeper is the cache of a client.
type keeper struct {
	*cache.Cache
	warned sync.Once
}

// newKeeper returns nil where there is to be no cache.
func newKeeper(options ClientOptions, environment Environment) (*keeper, error) {
	dir := options.CacheDir
	switch {
	case dir != "":
	case orDefault(options.Cache, false):
		if dir = environment.cacheDir(); dir == "" {
			return nil, fault.New(InvalidArgument, "{cache} is given, but the environment does not say where the user's files are").
				WithHint("name a directory with {cache_dir}")
		}
	case options.Cache == nil:
		dir = environment["WASM2OCI_CACHE"]
	}
	if dir == "" {
		return nil, nil //nolint:nilnil // there is none
	}
	return &keeper{Cache: cache.New(dir, orDefault(options.CacheSize, defaultCacheSize))}, nil
}

// usable reports whether what the cache says can be believed.
func (k *keeper) usable(ctx context.Context) bool {
	if err := k.Check(); err != nil {
		k.warn(ctx, err)
		return false
	}
	return true
}

// unusable reports whether an error says that the cache cannot be written, which is no
// error of what is read.
func (k *keeper) unusable(ctx context.Context, err error) bool {
	var unusable *cache.UnusableError
	if !errors.As(err, &unusable) {
		return false
	}
	k.warn(ctx, err)
	return true
}

// warn warns once for the client.
func (k *keeper) warn(ctx context.Context, err error) {
	k.warned.Do(func() {
		what := "the cache cannot be used: "
		var unusable *cache.UnusableError
		var known *Error
		switch {
		case errors.As(err, &unusable):
			what, err = "the cache cannot be written: ", unusable.Unwrap()
		case errors.As(err, &known):
			what = "" // it names the cache itself
		}
		monitor.From(ctx).Log(monitor.Warning, "%s%v; going on without it", what, classify("", "", err))
	})
}

// openWhole opens a blob that is there and verified, at its start; one that is damaged is
// dropped.
func (k *keeper) openWhole(ctx context.Context, desc ocispec.Descriptor) (cache.Held, bool, error) {
	held, found := k.Open(desc)
	if !found {
		return held, false, nil
	}
	whole, err := isWhole(ctx, held, desc)
	if whole {
		return held, true, nil
	}
	_ = held.Close()
	if err == nil {
		k.Drop(desc.Digest)
	}
	return held, false, err
}

// verifyBuffer is how much is verified at a time: what the processor's cache holds as
// well.
const verifyBuffer = 128 << 10

// verifyBuffers are kept, since a new one for each small module would be most of what is
// allocated for it.
var verifyBuffers = sync.Pool{New: func() any { return new([verifyBuffer]byte) }}

// isWhole reads an open blob, so that nothing of a damaged one is given out, and goes
// back to its start.
func isWhole(ctx context.Context, held cache.Held, desc ocispec.Descriptor) (bool, error) {
	verified := transfer.NewVerified(contextReader{ctx, held}, desc)
	buffer, _ := verifyBuffers.Get().(*[verifyBuffer]byte)
	defer verifyBuffers.Put(buffer)
	_, err := io.CopyBuffer(struct{ io.Writer }{io.Discard}, verified, buffer[:])
	if fault.KindOf(err) == DigestMismatch {
		return false, nil
	}
	if err == nil {
		_, err = held.Seek(0, io.SeekStart)
	}
	return err == nil, err
}

// cacheDir is where the user's caches are: XDG_CACHE_HOME (XDG base directory
// specification, 0.8) or what macOS and Windows have in its place.
func (e Environment) cacheDir() string {
	var base string
	switch runtime.GOOS {
	case "windows":
		base = e["LOCALAPPDATA"]
	case "darwin":
		if home := e["HOME"]; home != "" {
			base = filepath.Join(home, "Library", "Caches")
		}
	default:
		base = e["XDG_CACHE_HOME"]
		if home := e["HOME"]; !filepath.IsAbs(base) && home != "" {
			base = filepath.Join(home, ".cache")
		}
	}
	if base == "" {
		return ""
	}
	return filepath.Join(base, "wasm2oci")
}

package credential

import (
	"context"
	"os"

	"github.com/wasm2oci/wasm2oci/go/internal/atomicfile"
)

// lock waits for the lock of a folder, which leaves no file there. A folder that cannot be
// locked may be written to all the same: the last of several writers decides then.
func lock(ctx context.Context, dir string) (unlock func(), err error) {
	folder, err := os.Open(dir)
	if err != nil {
		return func() {}, nil //nolint:nilerr // see above
	}
	if err := atomicfile.Lock(ctx, folder); err != nil {
		_ = folder.Close()
		if ctx.Err() != nil {
			return nil, err
		}
		return func() {}, nil
	}
	return func() {
		atomicfile.Unlock(folder)
		_ = folder.Close()
	}, nil
}

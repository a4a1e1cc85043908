//go:build !unix

package main

import (
	"errors"
	"os"

	"github.com/wasm2oci/wasm2oci/go/wasm2oci"
)

// duplicate is for systems whose descriptors are plain numbers.
func duplicate(int) (*os.File, error) {
	return nil, &wasm2oci.Error{Kind: wasm2oci.Unsupported, Err: errors.New("descriptors cannot be pushed on this system; push the path or the bytes")}
}

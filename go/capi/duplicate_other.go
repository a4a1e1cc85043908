//go:build !unix

package main

import (
	"os"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
)

// duplicate is for systems whose descriptors are plain numbers.
func duplicate(int) (*os.File, error) {
	return nil, fault.New(fault.Unsupported, "descriptors cannot be pushed on this system").WithHint("push the path or the bytes")
}

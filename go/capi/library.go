package main

/*
#include "wasm2oci/wasm2oci.h"
*/
import "C"

import (
	"sync"
	"time"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
	"github.com/wasm2oci/wasm2oci/go/wasm2oci"
)

// buildInfo is made once and never freed.
var buildInfo = sync.OnceValues(func() (*C.char, error) {
	text, err := marshal(wasm2oci.Build())
	return C.CString(string(text)), err
})

//export goBuildInfo
func goBuildInfo(into **C.char, err *C.wasm2oci_error_t) C.int32_t {
	return guard(err, func() error {
		text, err := buildInfo()
		*into = text
		return err
	})
}

//export goDefaultName
func goDefaultName(reference *C.char, into **C.char, err *C.wasm2oci_error_t) C.int32_t {
	return guard(err, func() error {
		name, err := wasm2oci.DefaultName(C.GoString(reference))
		if err != nil {
			return err
		}
		*into = C.CString(name)
		return nil
	})
}

//export goReferenceParse
func goReferenceParse(text *C.char, into *C.wasm2oci_reference_t, err *C.wasm2oci_error_t) C.int32_t {
	return guard(err, func() error {
		reference, err := wasm2oci.ParseReference(C.GoString(text))
		if err != nil {
			return err
		}
		into.text = C.CString(reference.String())
		into.scheme = C.CString(reference.Scheme)
		into.registry = givenText(reference.Registry)
		into.repository = givenText(reference.Repository)
		into.path = givenText(reference.Path)
		into.tag = givenText(reference.Tag)
		into.digest = givenText(reference.Digest.String())
		into.written = C.CString(reference.Written())
		return nil
	})
}

// givenText returns a C string, or NULL for "".
func givenText(text string) *C.char {
	if text == "" {
		return nil
	}
	return C.CString(text)
}

//export goShutdown
func goShutdown(timeout C.int64_t, err *C.wasm2oci_error_t) C.int32_t {
	return guard(err, func() error {
		refusing.Store(true)
		for _, r := range readers.all() {
			r.close()
		}
		running := operations.all()
		for _, op := range running {
			op.cancel()
		}
		deadline := time.Now().Add(time.Duration(min(max(int64(timeout), 0), int64(longest))) * time.Millisecond)
		// Who waits for any of many waits for nothing that will come.
		defer func() {
			queuesClosed.Store(true)
			for _, q := range queues.all() {
				q.close()
			}
		}()
		left := 0
		for _, op := range running {
			if !await(op.done, max(time.Until(deadline).Milliseconds(), 0)) {
				left++
			}
		}
		if left > 0 {
			return fault.New(fault.Timeout, "%d operations were still running after %d ms", left, int64(timeout))
		}
		return nil
	})
}

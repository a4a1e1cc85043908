package main

/*
#include <stdlib.h>
#include "wasm2oci/wasm2oci.h"
*/
import "C"

import (
	"bytes"
	"encoding/json"
	"errors"
	"runtime/debug"
	"unsafe"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
)

var errClosed = fault.New(fault.Closed, "the handle is closed or was never opened")

// guard runs the body of an exported function. An error fills what the caller
// gave for it; a panic becomes an error of its own kind.
func guard(into *C.wasm2oci_error_t, body func() error) C.int32_t {
	err := recovered(body)
	if err == nil {
		return C.WASM2OCI_STATUS_OK
	}
	status := C.int32_t(fault.KindOf(err))
	if into != nil {
		C.wasm2oci_error_clear(into)
		into.status = status
		into.message = C.CString(err.Error())
		into.detail = detailOf(err)
	}
	return status
}

// recovered turns a panic into an error; every goroutine that is started here
// runs in it as well. So is a fault at an address that the caller gave, with which
// Go would end the process.
func recovered(body func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if value := recover(); value != nil {
			if fault, ok := value.(memoryFault); ok {
				err = unreadable(fault)
				return
			}
			bug := fault.New(fault.Internal, "a bug in wasm2oci: %v", value).WithHint("please report it")
			bug.Detail.Causes = []string{string(debug.Stack())}
			err = bug
		}
	}()
	return body()
}

func detailOf(err error) *C.char {
	var e *fault.Error
	if !errors.As(err, &e) {
		return nil
	}
	detail, err := marshal(e.In("", "").Detail)
	if err != nil || string(detail) == "{}" {
		return nil
	}
	return C.CString(string(detail))
}

// marshal returns JSON without the escapes that are meant for HTML.
func marshal(value any) ([]byte, error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(value)
	return bytes.TrimSuffix(text.Bytes(), []byte("\n")), err
}

// marshalText returns the same as a C string, without a copy of it in Go.
func marshalText(value any) (unsafe.Pointer, error) {
	var text textWriter
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		free(text.memory)
		return nil, err
	}
	return text.memory, nil
}

// textWriter makes a C string of the one write of an encoder, which ends in a newline.
type textWriter struct{ memory unsafe.Pointer }

func (w *textWriter) Write(text []byte) (int, error) {
	memory, content, err := allocate(int64(len(text)))
	if err != nil {
		return 0, err
	}
	copy(content, text)
	content[len(text)-1] = 0
	w.memory = memory
	return len(text), nil
}

// statusName returns the name that C has for a status.
func statusName(status int32) string {
	return C.GoString(C.wasm2oci_status_name(C.wasm2oci_status_t(status)))
}

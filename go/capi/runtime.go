package main

/*
#include "wasm2oci/wasm2oci.h"
*/
import "C"

import (
	"github.com/wasm2oci/wasm2oci/go/internal/guest"
)

//export goRuntimeConfigure
func goRuntimeConfigure(options *C.char, err *C.wasm2oci_error_t) C.int32_t {
	return guard(err, func() error {
		var parsed guest.Options
		if err := decode(options, &parsed); err != nil {
			return err
		}
		return guest.Set(parsed)
	})
}

// runtimeInfo is what goRuntimeInfo returns.
type runtimeInfo struct {
	guest.State
	Handles openHandles `json:"handles"`
}

// openHandles counts the handles that the host has not closed yet.
type openHandles struct {
	Clients     int `json:"clients"`
	Operations  int `json:"operations"`
	Readers     int `json:"readers"`
	Completions int `json:"completions"`
}

//export goRuntimeInfo
func goRuntimeInfo(into **C.char, err *C.wasm2oci_error_t) C.int32_t {
	return guard(err, func() error {
		text, err := marshal(runtimeInfo{guest.Current(), openHandles{clients.count(), operations.count(), readers.count(), queues.count()}})
		if err != nil {
			return err
		}
		*into = C.CString(string(text))
		return nil
	})
}

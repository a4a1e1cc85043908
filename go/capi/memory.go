package main

/*
#include <stdlib.h>
#include "wasm2oci/wasm2oci.h"
*/
import "C"

import (
	"io"
	"math"
	"runtime"
	"runtime/debug"
	"unsafe"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
)

// optionalText returns a C string, or "" for NULL.
func optionalText(text *C.char) string {
	if text == nil {
		return ""
	}
	return C.GoString(text)
}

// textList reads a list of C strings that ends with NULL.
func textList(list **C.char) []string {
	var texts []string
	for ; *list != nil; list = (**C.char)(unsafe.Add(unsafe.Pointer(list), unsafe.Sizeof(*list))) {
		texts = append(texts, C.GoString(*list))
	}
	return texts
}

// texts reads so many C strings, none of which may be NULL.
func texts(list **C.char, count C.size_t) ([]string, error) {
	if list == nil {
		return nil, nil
	}
	var read []string
	// Not as a slice: a count that is wrong, such as -1, would be a fault of ours.
	for i := range count {
		text := *(**C.char)(unsafe.Add(unsafe.Pointer(list), uintptr(i)*unsafe.Sizeof(*list)))
		if text == nil {
			return nil, invalid("path %d of the argument \"paths\" is NULL", uint64(i))
		}
		read = append(read, C.GoString(text))
	}
	return read, nil
}

// borrow returns C memory as a slice, without a copy.
func borrow(data unsafe.Pointer, size C.size_t) ([]byte, error) {
	if data == nil {
		return nil, nil
	}
	if end := uintptr(data) + uintptr(size); uint64(size) > math.MaxInt64 || end < uintptr(data) {
		return nil, invalid("no memory is as large as %d bytes", uint64(size)).WithHint("a size of -1 may have become unsigned")
	}
	return unsafe.Slice((*byte)(data), int(size)), nil
}

// memoryFault is what the runtime panics with at an address that is not mapped, or
// whose file was cut off; a nil pointer of Go's own has no address.
type memoryFault interface {
	runtime.Error
	Addr() uintptr
}

func unreadable(at memoryFault) error {
	return invalid("memory that was given cannot be used: a fault at address 0x%x", at.Addr()).
		WithHint("it must stay mapped until the call, or for the bytes of a push the operation, has ended")
}

// borrowed is memory of the caller's that is read while an operation runs. Whoever
// reads it, which may be a goroutine of net/http, gets an error where it is gone.
type borrowed struct{ memory []byte }

func (b borrowed) ReadAt(into []byte, offset int64) (count int, err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if value := recover(); value != nil {
			fault, ok := value.(memoryFault)
			if !ok {
				panic(value)
			}
			count, err = 0, unreadable(fault)
		}
	}()
	if offset < 0 || offset >= int64(len(b.memory)) {
		return 0, io.EOF
	}
	count = copy(into, b.memory[offset:])
	if count < len(into) {
		err = io.EOF
	}
	return count, err
}

var errNoMemory = fault.New(fault.SizeExceeded, "the content does not fit into memory").WithHint("pull it into a file, or open it as a stream")

// allocate returns C memory of a size as a slice. It is freed with free.
func allocate(size int64) (unsafe.Pointer, []byte, error) {
	if size < 0 || uint64(size) > uint64(^uint(0)>>1) {
		return nil, nil, errNoMemory
	}
	memory := C.malloc(C.size_t(max(size, 1)))
	if memory == nil {
		return nil, nil, errNoMemory
	}
	return memory, unsafe.Slice((*byte)(memory), int(size)), nil
}

func free(memory unsafe.Pointer) { C.free(memory) }

// copyText copies a string into a C array, cut where it does not fit.
func copyText(array []C.char, text string) {
	n := copy(unsafe.Slice((*byte)(unsafe.Pointer(&array[0])), len(array)-1), text)
	array[n] = 0
}

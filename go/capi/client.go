package main

/*
#include "wasm2oci/wasm2oci.h"
*/
import "C"

import (
	"github.com/wasm2oci/wasm2oci/go/internal/fault"
	"github.com/wasm2oci/wasm2oci/go/internal/guest"
	"github.com/wasm2oci/wasm2oci/go/wasm2oci"
)

var clients = newTable[*wasm2oci.Client]()

// errNoClient returns the fault of a number that stands for no client.
func errNoClient() error {
	return fault.New(fault.Closed, "the client is closed or was never opened")
}

//export goClientNew
func goClientNew(options *C.char, environment **C.char, id *C.uint64_t, err *C.wasm2oci_error_t) C.int32_t {
	return guard(err, func() error {
		guest.FollowContainer()
		var parsed wasm2oci.ClientOptions
		if err := decode(options, &parsed); err != nil {
			return err
		}
		client, err := wasm2oci.NewClient(parsed, wasm2oci.ParseEnvironment(textList(environment)))
		if err != nil {
			return err
		}
		*id = C.uint64_t(clients.put(client))
		return nil
	})
}

//export goClientSetCredentials
func goClientSetCredentials(id C.uint64_t, credentials *C.char, err *C.wasm2oci_error_t) C.int32_t {
	return guard(err, func() error {
		var list []wasm2oci.RegistryCredential
		if err := decodeList(C.GoString(credentials), "credentials", &list); err != nil {
			return err
		}
		client, ok := clients.get(uint64(id))
		if !ok {
			return errNoClient()
		}
		return client.SetCredentials(list)
	})
}

//export goClientClose
func goClientClose(id C.uint64_t) {
	guard(nil, func() error {
		client, ok := clients.take(uint64(id))
		if !ok {
			return nil
		}
		client.Close()
		for _, one := range operations.all() {
			if one.client == client {
				<-one.done
			}
		}
		return nil
	})
}

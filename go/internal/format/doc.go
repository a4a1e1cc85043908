// Package format knows how WebAssembly lies in OCI artifacts: it reads manifests,
// recognises their format, chooses the layer that holds the module, and writes
// the formats that we push. It moves no bytes and opens no connection.
//
// The map:
//
//	manifest.go    a manifest or an index, read strictly
//	strict.go      what encoding/json would let pass
//	mediatype.go   the media types in the wild, and the format they mean
//	choose.go      from a manifest to the layer of the module
//	index.go       from an index to a manifest
//	spin.go        which component of a Spin application is where
//	member.go      from the files of archives to the module
//	artifact.go    what is pushed: blobs and their manifest
//	wasm.go        writes the CNCF layout, our default
//	wasmtooci.go   writes the layout of wasm-to-oci
//
// No media type is believed further than needed: whoever reads the chosen layer
// looks at its first bytes.
package format

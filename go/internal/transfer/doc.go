// Package transfer moves manifests and blobs between this process and one
// repository of a registry, over HTTP. Authentication is oras-go's; the moving
// of bytes is ours, because oras-go's copy gives up at the first failed upload,
// demands headers that some registries do not send, and cannot say how far it is.
//
// The map:
//
//	transport.go   connections: TLS, connect and idle limits
//	proxy.go       what a proxy does in between
//	retry.go       what is tried again, and how long is waited
//	repository.go  a repository: its addresses, scopes and requests
//	manifest.go    GET, HEAD and PUT of manifests
//	blob.go        HEAD of blobs
//	download.go    GET of blobs: as a stream, or saved to a file
//	wire.go        the bytes of a blob, over as many connections as it takes
//	upload.go      POST and PUT of blobs
//	mount.go       blobs of another repository
//	ranges.go      parts of blobs, for a look inside
//	verify.go      a stream that ends well only if size and digest match
//	status.go      the registry's answer as an error
//
// It knows nothing of WebAssembly, and nothing of references: a tag or a digest
// is a string here. It reports to the monitor of the context.
package transfer

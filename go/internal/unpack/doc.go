// Package unpack finds WebAssembly in layers: raw, packed with gzip or zstd, or in
// a tar. It trusts nothing that a layer says of itself: the first bytes tell what
// it is, sizes are counted and not believed, links are not followed, and nothing
// is allocated by a number that was read. It knows nothing of OCI but the names
// by which a layer hides files of the layers below it.
//
// The map:
//
//	packing.go  undoes gzip and zstd
//	scan.go     lists the modules of a layer
//	cover.go    which modules of lower layers it hides
//	member.go   reads one of them
//	limit.go    counts what is unpacked
package unpack

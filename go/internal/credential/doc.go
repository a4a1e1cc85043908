// Package credential finds the credential of a registry in the files that docker
// and podman write, and by the helpers that these files name. What it finds goes
// to oras-go, which authenticates.
//
// The map:
//
//	finder.go   the files, in their order, and what is found or fails on the way
//	file.go     one file, and which of its entries is meant
//	helper.go   docker-credential-* programs
//	store.go    what is kept and erased, and where
//	write.go    a file that is written, with all else in it left alone
//
// It is asked anew each time a registry wants a credential: files and helpers
// change while a process lives. No error holds a secret.
package credential

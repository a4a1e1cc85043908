// Package guest keeps the Go runtime modest in a process that belongs to somebody
// else: how much memory it may take, and how many processors.
//
// The Go runtime follows a container's processors by itself, and knows nothing of
// its memory.
package guest

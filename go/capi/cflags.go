package main

// #cgo CFLAGS: -I${SRCDIR}/../../cpp/include
import "C"

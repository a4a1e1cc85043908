//go:build unix

#include "textflag.h"

// The loader calls it as C's void entry(int, char **, char **): the address goes
// along as the fourth argument.
TEXT wasm2oci_entry(SB),NOSPLIT|NOFRAME,$0
	MOVD	$_rt0_arm64_lib(SB), R3
	B	wasm2oci_loaded(SB)

/*
 * The public header, for this folder. cgo looks into a package's own folder by
 * itself; it refuses a -I with "#" and other characters that a path may have.
 */
#include "../../../cpp/include/wasm2oci/wasm2oci.h"

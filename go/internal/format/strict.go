package format

import "github.com/wasm2oci/wasm2oci/go/internal/strictjson"

// keys are those that are read of a manifest or an index.
var keys = []string{
	"schemaVersion", "mediaType", "artifactType", "config", "layers", "blobs", "manifests", "subject", "annotations",
	"digest", "size", "data", "urls", "platform", "architecture", "os", "variant",
}

// checkJSON refuses a document that others may understand differently.
func checkJSON(raw []byte) error { return strictjson.Check(raw, keys, "annotations") }

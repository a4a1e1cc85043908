package wasm

import (
	"fmt"
	"testing"
)

// The binary pays for a type once, however often it is exported.
func TestATypeThatIsExportedOftenIsListedOnce(t *testing.T) {
	t.Parallel()
	const many = 20_000
	shape := &componentShape{}
	for i := range many {
		shape.exports = append(shape.exports, shapeExport{name: fmt.Sprintf("inner%d", i), kind: ExternFunc})
	}
	outer := &componentShape{}
	for i := range many {
		outer.exports = append(outer.exports, shapeExport{name: fmt.Sprintf("outer%d", i), kind: ExternComponent, shape: shape})
	}
	if names := packageNames([]*componentShape{outer}); len(names) != 2*many {
		t.Errorf("%d names", len(names))
	}
}

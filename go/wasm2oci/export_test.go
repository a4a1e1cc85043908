package wasm2oci

import (
	"testing"
	"time"
)

// UseSystemFolder puts a folder in place of /etc, for tests that do not run beside others.
func UseSystemFolder(t *testing.T, folder string) {
	t.Helper()
	before := systemFolder
	systemFolder = folder
	t.Cleanup(func() { systemFolder = before })
}

// RestMirrors says how long a mirror that failed is not asked.
func (c *Client) RestMirrors(pause time.Duration) { c.resting.pause = pause }

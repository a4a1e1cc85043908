package cache

import "time"

// SetStandstill changes how long another process is waited for that does not go on.
func SetStandstill(limit time.Duration) (restore func()) {
	before := standstill
	standstill = limit
	return func() { standstill = before }
}

//go:build !linux

package worktime

import "time"

var start = time.Now()

func now() time.Duration { return time.Since(start) }

package credential

import "time"

// SetHelperLimit bounds how long a helper may take.
func (f *Finder) SetHelperLimit(limit time.Duration) { f.helperLimit = limit }

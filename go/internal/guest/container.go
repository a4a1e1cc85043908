package guest

import (
	"io/fs"
	"path"
	"strconv"
	"strings"
)

// noLimit is where version 1 of control groups begins to mean "none": the largest
// number that is a multiple of the page size.
const noLimit = 1 << 62

// memoryLimit returns the most memory, in bytes, that the control groups of this
// process and the ones above allow; 0 where they set no limit. The root is that of
// the file system.
//
// See the kernel's documentation: admin-guide/cgroup-v2 (memory.max) and
// admin-guide/cgroup-v1/memory (memory.limit_in_bytes).
func memoryLimit(root fs.FS) int64 {
	groups, err := fs.ReadFile(root, "proc/self/cgroup")
	if err != nil {
		return 0
	}
	least := int64(0)
	for line := range strings.Lines(string(groups)) {
		// NUMBER:CONTROLLERS:PATH, with no controllers for version 2.
		fields := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(fields) != 3 {
			continue
		}
		found := int64(0)
		switch {
		case fields[1] == "":
			found = leastOf(root, "sys/fs/cgroup", fields[2], "memory.max")
		case hasController(fields[1], "memory"):
			found = leastOf(root, "sys/fs/cgroup/memory", fields[2], "memory.limit_in_bytes")
		}
		least = smaller(least, found)
	}
	return least
}

func hasController(list, name string) bool {
	for one := range strings.SplitSeq(list, ",") {
		if one == name {
			return true
		}
	}
	return false
}

// leastOf reads the limit of a group and of all above it. In a container the path
// may be the host's, of which only the top is to be seen.
func leastOf(root fs.FS, mount, group, file string) int64 {
	least := int64(0)
	for group = path.Join("/", group); ; group = path.Dir(group) {
		text, err := fs.ReadFile(root, path.Join(mount, group, file))
		if err == nil {
			limit, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
			if err == nil && limit > 0 && limit < noLimit {
				least = smaller(least, limit)
			}
		}
		if group == "/" {
			return least
		}
	}
}

// smaller returns the smaller of two limits, of which 0 is none.
func smaller(a, b int64) int64 {
	if a == 0 || b != 0 && b < a {
		return b
	}
	return a
}

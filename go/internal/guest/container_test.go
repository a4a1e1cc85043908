package guest

import (
	"testing"
	"testing/fstest"
)

func TestMemoryLimitOfControlGroups(t *testing.T) {
	t.Parallel()
	const gib = 1 << 30
	for _, test := range []struct {
		name  string
		files map[string]string
		want  int64
	}{
		{"no control groups", nil, 0},
		{"version 2, a container with a name space of its own", map[string]string{
			"proc/self/cgroup":         "0::/\n",
			"sys/fs/cgroup/memory.max": "1073741824\n",
		}, gib},
		{"version 2, no limit", map[string]string{
			"proc/self/cgroup":         "0::/\n",
			"sys/fs/cgroup/memory.max": "max\n",
		}, 0},
		{"version 2, a service below a slice with the smaller limit", map[string]string{
			"proc/self/cgroup": "0::/system.slice/web.service\n",
			"sys/fs/cgroup/system.slice/web.service/memory.max": "4294967296\n",
			"sys/fs/cgroup/system.slice/memory.max":             "2147483648\n",
		}, 2 * gib},
		{"version 2, a service with the smaller limit", map[string]string{
			"proc/self/cgroup": "0::/system.slice/web.service\n",
			"sys/fs/cgroup/system.slice/web.service/memory.max": "1073741824\n",
			"sys/fs/cgroup/system.slice/memory.max":             "2147483648\n",
		}, gib},
		{"version 1, in a container that sees the host's path", map[string]string{
			"proc/self/cgroup":                           "12:cpu,cpuacct:/docker/0123\n11:memory:/docker/0123\n",
			"sys/fs/cgroup/memory/memory.limit_in_bytes": "1073741824\n",
		}, gib},
		{"version 1, no limit", map[string]string{
			"proc/self/cgroup":                           "11:memory:/\n",
			"sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
		}, 0},
		{"both versions", map[string]string{
			"proc/self/cgroup": "11:memory:/a\n0::/\n",
			"sys/fs/cgroup/memory/a/memory.limit_in_bytes": "1073741824\n",
		}, gib},
		{"another controller's", map[string]string{
			"proc/self/cgroup":                           "11:notmemory:/\n",
			"sys/fs/cgroup/memory/memory.limit_in_bytes": "1073741824\n",
		}, 0},
		{"nonsense", map[string]string{
			"proc/self/cgroup":         "what\n0::../../..\n",
			"sys/fs/cgroup/memory.max": "-5\n",
		}, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			root := fstest.MapFS{}
			for name, text := range test.files {
				root[name] = &fstest.MapFile{Data: []byte(text)}
			}
			if got := memoryLimit(root); got != test.want {
				t.Errorf("%d, not %d", got, test.want)
			}
		})
	}
}

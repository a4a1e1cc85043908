package wasm2oci

import (
	"context"
	"slices"
	"sync"

	"github.com/wasm2oci/wasm2oci/go/internal/monitor"
	"github.com/wasm2oci/wasm2oci/go/internal/ref"
	"github.com/wasm2oci/wasm2oci/go/internal/transfer"
)

// copyTags copies all tags of the source, and returns what they name.
func (c *copier) copyTags(ctx context.Context) (map[string]string, error) {
	tags, err := allTags(ctx, c.from, transfer.TagCursor{Size: transfer.PageSize})
	if err != nil {
		return nil, c.atSource(err)
	}
	if c.withReferrers {
		// The destination's lists may have others' entries: they are added to.
		tags = slices.DeleteFunc(tags, transfer.IsReferrersTag)
	}
	if len(tags) == 0 {
		monitor.From(ctx).Log(monitor.Warning, "%s has no tags; nothing is copied", c.source)
	}
	for _, tag := range tags {
		// A layout may have other names, which no registry takes.
		if err := ref.CheckTag(tag); err != nil {
			return nil, c.atSource(err)
		}
	}
	monitor.From(ctx).Enter(monitor.Transferring)
	var mu sync.Mutex
	copied := map[string]string{}
	err = inParallel(ctx, c.limit, len(tags), func(ctx context.Context, i int) error {
		desc, raw, err := c.from.under(tags[i]).manifest(ctx, nil)
		if err != nil {
			return c.atSource(err)
		}
		if err := c.place(ctx, c.to.under(tags[i]), plain(desc), raw); err != nil {
			return err
		}
		mu.Lock()
		defer mu.Unlock()
		copied[tags[i]] = desc.Digest.String()
		return nil
	})
	return copied, err
}

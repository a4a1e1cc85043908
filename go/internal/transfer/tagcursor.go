package transfer

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
)

// TagCursor is where a list of tags goes on. Its text is opaque to callers, and holds
// all that is needed: nothing is kept between two pages.
type TagCursor struct {
	// Query leads to the page, as the registry wrote it. Where it is empty, Size tags
	// after Last are asked for.
	Query string `json:"q,omitempty"`
	Size  int    `json:"n,omitempty"`
	Last  string `json:"a,omitempty"`
	// Skip is how many tags of the page were handed out before.
	Skip int `json:"s,omitempty"`
	// First is the first tag of the list, where the size of the page before is all
	// that suggests another one.
	First string `json:"f,omitempty"`
	// Mark stands for a page seen before, Left and Power for how many more are to be
	// held against it (Brent's algorithm): a list that goes in a circle is found out
	// before it has gone round three times.
	Mark  []byte `json:"m,omitempty"`
	Left  int    `json:"l,omitempty"`
	Power int    `json:"p,omitempty"`
	// Empty is how many pages without a tag came in a row.
	Empty int `json:"e,omitempty"`
}

// maxEmptyPages is how many pages without a tag are read in a row. A registry may
// leave out what somebody may not see.
const maxEmptyPages = 1000

// Text returns the cursor as text.
func (c TagCursor) Text() string {
	raw, err := json.Marshal(c)
	if err != nil {
		panic(err) // of texts and numbers alone
	}
	return base64.RawURLEncoding.EncodeToString(raw)
}

// ParseTagCursor reads what Text has returned.
func ParseTagCursor(text string) (TagCursor, error) {
	var cursor TagCursor
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err == nil {
		err = json.Unmarshal(raw, &cursor)
	}
	if err != nil || cursor.Skip < 0 || strings.ContainsFunc(cursor.Query, func(r rune) bool { return r <= ' ' || r == '#' || r == 0x7f }) {
		return cursor, fault.New(fault.InvalidArgument, "{next} is not a text that came with a page")
	}
	return cursor, nil
}

// query returns the query of the page.
func (c TagCursor) query() string {
	if c.Query != "" {
		return c.Query
	}
	var parts []string
	if c.Size > 0 {
		parts = append(parts, "n="+strconv.Itoa(c.Size))
	}
	if c.Last != "" {
		parts = append(parts, "last="+url.QueryEscape(c.Last))
	}
	return strings.Join(parts, "&")
}

// TagsAt reads the page of tags at a cursor, up to limit of them where that is not 0,
// and returns the cursor of what follows; nil at the end.
func (r *Repository) TagsAt(ctx context.Context, at TagCursor, limit int) ([]string, *TagCursor, error) {
	page, err := r.tags(ctx, at.query())
	if at.Size > 0 && refusesSize(err) {
		at.Size = 0
		page, err = r.tags(ctx, at.query())
	}
	if err != nil {
		return nil, nil, err
	}
	if at.First != "" && (slices.Contains(page.tags, at.First) || slices.Contains(page.tags, at.Last)) {
		return nil, nil, nil // the same again: the registry sends what it has, whatever it is asked for
	}
	begin := min(at.Skip, len(page.tags))
	if at.Last != "" {
		// CNCF distribution sends all that it has up to version 2.8, in any order.
		begin = max(begin, slices.Index(page.tags, at.Last)+1)
	}
	tags := page.tags[begin:]
	if limit > 0 && len(tags) > limit {
		at.Skip = begin + limit
		return tags[:limit], &at, nil
	}
	next := at.after(page)
	if next == nil {
		return tags, nil, nil
	}
	return tags, next, next.advance(at.query(), page.tags)
}

// after returns the cursor of the page after the one at this cursor, or nil.
func (c TagCursor) after(page tagPage) *TagCursor {
	next := &TagCursor{Mark: c.Mark, Left: c.Left, Power: c.Power}
	if len(page.tags) == 0 {
		next.Empty = c.Empty + 1
	}
	switch {
	case page.hasNext && page.next != "":
		next.Query = page.next
	case !page.hasNext && c.Size > 0 && len(page.tags) == c.Size:
		// go-containerregistry's registry cuts the list short, and sends no link.
		next.Size, next.Last = c.Size, page.tags[len(page.tags)-1]
		next.First = c.First
		if next.First == "" {
			next.First = page.tags[0]
		}
	case !page.hasNext:
		return nil
	}
	return next
}

// advance refuses a page that was there before. An empty one is told by its query.
func (c *TagCursor) advance(query string, tags []string) error {
	seen := query
	if len(tags) > 0 {
		seen = strings.Join(tags, "\n")
	}
	sum := sha256.Sum256([]byte(seen))
	mark := sum[:12]
	switch {
	case c.Empty >= maxEmptyPages:
		return fault.New(fault.Registry, "the registry's list of tags does not end: %d pages without a tag came in a row", c.Empty)
	case slices.Equal(c.Mark, mark):
		return fault.New(fault.Registry, "the registry's list of tags goes in a circle: a page came for the second time")
	case c.Left <= 1:
		c.Mark, c.Power = mark, max(1, 2*c.Power)
		c.Left = c.Power
	default:
		c.Left--
	}
	return nil
}

// refusesSize reports whether a registry refuses to send as many tags at a time. How
// many it would send only its settings know.
func refusesSize(err error) bool {
	var status *StatusError
	return errors.As(err, &status) && status.StatusCode == http.StatusBadRequest && status.has("PAGINATION_NUMBER_INVALID")
}

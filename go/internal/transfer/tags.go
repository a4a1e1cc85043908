package transfer

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"reflect"
	"slices"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
)

const (
	// maxTagPage is how much of a page of tags is read, in bytes: a registry that
	// knows no pages sends all its tags on one, and 100,000 names are up to 13 MB.
	maxTagPage = 16 << 20
	// maxSomeTags is how much is read of it for advice.
	maxSomeTags = 1 << 20
	// PageSize is how many tags are asked for at a time. More than 1,000 is what CNCF
	// distribution, with its defaults, refuses.
	PageSize = 1000
)

// tagPage is one page of a repository's tags, as the registry sends it.
type tagPage struct {
	tags []string
	// next is the query that leads to the page after it, where hasNext is set.
	next    string
	hasNext bool
}

// tags reads the page of tags that a query leads to (distribution specification,
// v1.1, "Listing Tags").
func (r *Repository) tags(ctx context.Context, query string) (tagPage, error) {
	var page tagPage
	err := r.whole(ctx, "GET "+r.url("tags", "list"), func() (err error) {
		page, err = r.tagPage(ctx, query, maxTagPage)
		return err
	})
	return page, err
}

// SomeTags returns the first tags of the repository, up to a number of them, and whether
// there are more. It asks once, and is for advice: where the registry does not list tags,
// that is an error.
func (r *Repository) SomeTags(ctx context.Context, count int) (tags []string, more bool, err error) {
	page, err := r.tagPage(withoutRetry(ctx), TagCursor{Size: count}.query(), maxSomeTags)
	if err != nil {
		return nil, false, err
	}
	// Some registries send all they have.
	return page.tags[:min(len(page.tags), count)], page.hasNext || len(page.tags) > count, nil
}

func (r *Repository) tagPage(ctx context.Context, query string, limit int64) (tagPage, error) {
	address := r.url("tags", "list")
	if query != "" {
		address += "?" + query
	}
	resp, err := r.get(r.forPull(ctx), http.MethodGet, address, nil)
	if err != nil {
		return tagPage{}, err
	}
	body, err := unpacked(resp)
	if err != nil {
		return tagPage{}, err
	}
	defer func() { _ = body.Close() }()
	raw, err := io.ReadAll(io.LimitReader(body, limit+1))
	if err != nil {
		return tagPage{}, &brokenBodyError{err}
	}
	if int64(len(raw)) > limit {
		return tagPage{}, TooLarge("the list of tags", limit)
	}
	tags, err := readTags(resp.Header.Get("Content-Type"), raw)
	if err != nil {
		return tagPage{}, err
	}
	asked, err := url.Parse(address)
	if err != nil {
		return tagPage{}, err
	}
	next, found, err := nextQuery(asked, resp.Header.Values("Link"))
	return tagPage{tags, next, found}, err
}

// readTags reads the body of a page. Where there is no tag, some registries write
// null.
func readTags(header string, raw []byte) ([]string, error) {
	var page struct {
		Name *string  `json:"name"`
		Tags []string `json:"tags"`
	}
	var wrong *json.UnmarshalTypeError
	err := json.Unmarshal(raw, &page)
	switch {
	case errors.As(err, &wrong) && wrong.Field == "tags" && wrong.Type.Kind() == reflect.String:
		return nil, fault.New(fault.Registry, "the registry's list of tags holds a JSON %s in place of a name", wrong.Value)
	case slices.Contains(page.Tags, ""): // null as well
		return nil, fault.New(fault.Registry, "the registry's list of tags holds an entry without a name")
	case errors.As(err, &wrong), err == nil && page.Name == nil && page.Tags == nil:
		return nil, notTags("other JSON")
	case err != nil:
		mediaType, _, _ := mime.ParseMediaType(header)
		if mediaType == "application/json" {
			mediaType = ""
		}
		return nil, notTags(kindOf(mediaType, raw))
	}
	return page.Tags, nil
}

func notTags(what string) error {
	return fault.New(fault.Registry, "the registry answered with %s in place of a list of tags", what).
		WithHint("check that the address is that of a registry")
}

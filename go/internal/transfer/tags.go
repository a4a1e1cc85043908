package transfer

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
)

// maxTagPage is how much of a page of tags is read, in bytes.
const maxTagPage = 1 << 20

// SomeTags returns the first tags of the repository, up to about a number of them.
// It asks once, and is for advice: where the registry does not list tags, that is
// an error.
func (r *Repository) SomeTags(ctx context.Context, count int) ([]string, error) {
	address := r.url("tags", "list") + "?n=" + strconv.Itoa(count)
	resp, err := r.get(withoutRetry(r.forPull(ctx)), http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	tags, err := readTags(resp)
	// Some registries send all they have.
	return tags[:min(len(tags), count)], err
}

// readTags reads a page of tags.
func readTags(resp *http.Response) ([]string, error) {
	body, err := unpacked(resp)
	if err != nil {
		return nil, err
	}
	defer func() { _ = body.Close() }()
	var page struct {
		Tags []string `json:"tags"`
	}
	err = json.NewDecoder(io.LimitReader(body, maxTagPage)).Decode(&page)
	return page.Tags, err
}

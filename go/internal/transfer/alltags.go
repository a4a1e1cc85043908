package transfer

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// tagPage is how many tags are asked for at a time.
const tagPage = 500

// AllTags returns all tags of the repository, page by page (distribution
// specification, v1.1, "Listing Tags").
func (r *Repository) AllTags(ctx context.Context) ([]string, error) {
	var all []string
	query := url.Values{"n": {strconv.Itoa(tagPage)}}
	for {
		resp, err := r.get(r.forPull(ctx), http.MethodGet, r.url("tags", "list")+"?"+query.Encode(), nil)
		if err != nil {
			return nil, err
		}
		tags, err := readTags(resp)
		if err != nil {
			return nil, err
		}
		all = append(all, tags...)
		if len(tags) == 0 || !strings.Contains(strings.Join(resp.Header.Values("Link"), ","), `rel="next"`) || query.Get("last") == tags[len(tags)-1] {
			return all, nil
		}
		query.Set("last", tags[len(tags)-1])
	}
}

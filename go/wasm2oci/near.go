package wasm2oci

import (
	"cmp"
	"context"
	"errors"
	"regexp"
	"slices"
	"strings"
	"time"

	"oras.land/oras-go/v2/registry/remote/errcode"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
	"github.com/wasm2oci/wasm2oci/go/internal/monitor"
	"github.com/wasm2oci/wasm2oci/go/internal/ref"
	"github.com/wasm2oci/wasm2oci/go/internal/transfer"
)

const (
	// nearPage is how many tags are looked at, and nearWait how long they are
	// waited for.
	nearPage = 500
	nearWait = 2 * time.Second
	// nearShown is how many are offered.
	nearShown = 3
)

// offerTags adds to the error of a tag that the registry does not have those of
// the repository that look like it. It is worth one request, and no error.
func (t *registryTarget) offerTags(ctx context.Context, err error) error {
	var status *transfer.StatusError
	if t.reference.Digest != "" || fault.KindOf(err) != NotFound || !errors.As(err, &status) ||
		slices.ContainsFunc(status.Errors, func(one errcode.Error) bool { return one.Code == errcode.ErrorCodeNameUnknown }) {
		return err
	}
	ctx, cancel := context.WithTimeout(monitor.With(ctx, &monitor.Monitor{}), nearWait)
	defer cancel()
	tags, tagsErr := t.repository.SomeTags(ctx, nearPage)
	if tagsErr != nil {
		return err
	}
	found := nearest(t.reference.Tag, tags)
	if len(found) == 0 {
		return err
	}
	return classify("", "", err).WithHint("check the tag; the repository has %s", strings.Join(found, ", ")).WithCandidates(found)
}

// standsForDigest matches tags that tools keep referrers and signatures under.
var standsForDigest = regexp.MustCompile(`^sha(?:256|512)-[0-9a-f]+(?:\.[a-z]+)?$`)

// nearest returns the tags that look like the one wanted, the most like it first;
// all, where there are just a few.
func nearest(wanted string, tags []string) []string {
	type scored struct {
		tag   string
		score int
	}
	var found []scored
	for _, tag := range tags {
		if ref.CheckTag(tag) != nil || tag == wanted || standsForDigest.MatchString(tag) {
			continue
		}
		a, b := strings.ToLower(wanted), strings.ToLower(tag)
		score := distance(a, b)
		if strings.HasPrefix(b, a) || strings.HasPrefix(a, b) || strings.TrimPrefix(a, "v") == strings.TrimPrefix(b, "v") {
			score = min(score, 1)
		}
		if score <= max(1, len(wanted)/3) || len(tags) <= nearShown {
			found = append(found, scored{tag, score})
		}
	}
	slices.SortStableFunc(found, func(a, b scored) int { return cmp.Compare(a.score, b.score) })
	var names []string
	for _, one := range found[:min(len(found), nearShown)] {
		names = append(names, one.tag)
	}
	return names
}

// distance returns how many letters have to be put in, left out or changed to make
// one text of the other.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for i := range row {
		row[i] = i
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

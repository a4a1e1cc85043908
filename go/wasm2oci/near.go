package wasm2oci

import (
	"cmp"
	"context"
	"errors"
	"regexp"
	"slices"
	"strconv"
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

// offerTags says in the error of a tag that the registry does not have what the
// repository has instead. It is worth one request, and no error.
func (t *registryTarget) offerTags(ctx context.Context, err error) error {
	var status *transfer.StatusError
	if t.reference.Digest != "" || fault.KindOf(err) != NotFound || !errors.As(err, &status) ||
		slices.ContainsFunc(status.Errors, func(one errcode.Error) bool { return one.Code == errcode.ErrorCodeNameUnknown }) {
		return err
	}
	ctx, cancel := context.WithTimeout(monitor.With(ctx, monitor.From(ctx).Uncounted()), nearWait)
	defer cancel()
	result := classify("", "", err)
	first := fault.Textf("check the tag")
	if t.reference.Untagged {
		first = fault.Textf("no tag was given, which means %s", t.reference.Tag)
	}
	tags, more, tagsErr := t.repository.SomeTags(ctx, nearPage)
	named := slices.DeleteFunc(slices.Clone(tags), func(tag string) bool {
		return ref.CheckTag(tag) != nil || tag == t.reference.Tag || standsForDigest.MatchString(tag)
	})
	offered := nearest(t.reference.Tag, named)
	switch {
	case tagsErr != nil && t.reference.Untagged:
		return result.WithHint("%s; %s", first, result.Hint)
	case tagsErr != nil:
		return err
	case len(tags) == 0 && t.reference.Untagged: // as some say of repositories that they do not have
		return result.WithHint("%s; check the repository and the tag: no tags are listed there", first)
	case len(tags) == 0:
		return result.WithHint("check the repository and the tag: no tags are listed there")
	case len(named) == 0:
		return result.WithHint("%s; the repository has none that names an artifact", first)
	case len(offered) > 0:
		return result.WithHint("%s; the repository has %s", first, strings.Join(offered, ", ")).WithCandidates(offered)
	}
	count := strconv.Itoa(len(named))
	if more {
		count = "more than " + count
	}
	offered = newest(named)
	return result.WithHint("%s; the repository has %s tags, such as %s", first, count, strings.Join(offered, ", ")).WithCandidates(offered)
}

// newest returns some tags: the highest versions, and then others.
func newest(tags []string) []string {
	sorted := slices.Clone(tags)
	sortTags(sorted, byVersion)
	versions := slices.IndexFunc(sorted, func(tag string) bool { return versionOf(tag) == "" })
	if versions < 0 {
		versions = len(sorted)
	}
	slices.Reverse(sorted[:versions])
	return sorted[:min(len(sorted), nearShown)]
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

package wasm2oci

import (
	"context"
	"math"
	"slices"
	"strings"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
	"github.com/wasm2oci/wasm2oci/go/internal/monitor"
	"github.com/wasm2oci/wasm2oci/go/internal/ref"
	"github.com/wasm2oci/wasm2oci/go/internal/transfer"
)

// TagsOptions say which tags are listed, and how. The zero value is fine.
type TagsOptions struct {
	// Last leaves out this tag and those before it, in the order of the registry.
	Last string `json:"last,omitempty"`
	// Limit is how many tags are returned at most. Default: those of one page, or with
	// Sort all.
	Limit *int64 `json:"limit,omitempty"`
	// Next goes on where another page ended: its Next. It goes with neither Last nor
	// Sort.
	Next string `json:"next,omitempty"`
	// Sort is "name" or "semver". All tags are read then. Default: the order of the
	// registry, page by page.
	Sort string `json:"sort,omitempty"`
	// Timeout bounds the operation, in milliseconds. Default: the client's.
	Timeout int64 `json:"timeout_ms,omitempty"`
	// Credentials are those of single registries for this operation alone; they come before
	// the client's. One without a secret stands for none of the lists.
	Credentials []RegistryCredential `json:"credentials,omitempty"`
}

// TagsResult is a page of tags.
type TagsResult struct {
	// Repository is the normalised reference, without a tag.
	Repository string   `json:"repository"`
	Tags       []string `json:"tags"`
	// Next is what the next page is asked for with; empty at the end, and with Sort.
	Next string `json:"next,omitempty"`
}

// maxAllTags is how many tags are read at most where all are in memory.
const maxAllTags = 1_000_000

// Tags lists tags of a repository or layout: one page of them, which may be empty
// though another one follows. The repository is a reference without tag and digest.
//
// Errors: InvalidReference, also for a tag or a digest; InvalidArgument; NotFound;
// Registry for what is not a list of tags, goes in a circle or leads elsewhere;
// SizeExceeded for a page of more than 16 MiB, or more than 1,000,000 tags to be
// sorted; and those of the registry and the network.
func (c *Client) Tags(ctx context.Context, repository string, options TagsOptions) (*TagsResult, error) {
	ctx, end := c.begin(ctx, options.Timeout, options.Credentials)
	defer end()
	monitor.From(ctx).Enter(monitor.Resolving)
	result, err := c.tags(ctx, repository, options)
	return result, fail(ctx, "tags", repository, err)
}

// CheckTags refuses what Tags would refuse without asking anybody.
//
// Errors: InvalidReference, InvalidArgument.
func CheckTags(repository string, options TagsOptions) error {
	if _, err := ref.ParseRepository(repository); err != nil {
		return err
	}
	_, err := options.cursor()
	return err
}

func (c *Client) tags(ctx context.Context, text string, options TagsOptions) (*TagsResult, error) {
	reference, err := ref.ParseRepository(text)
	if err != nil {
		return nil, err
	}
	at, err := options.cursor()
	if err != nil {
		return nil, err
	}
	target, err := c.open(ctx, reference, true)
	if err != nil {
		return nil, err
	}
	result := &TagsResult{Repository: reference.String(), Tags: []string{}}
	if options.Sort != "" {
		result.Tags, err = sortedTags(ctx, target, *at, options.Sort)
		result.Tags = result.Tags[:min(len(result.Tags), options.most())]
		return result, err
	}
	limit := 0
	if options.Limit != nil {
		limit = options.most()
	}
	tags, next, err := target.tags(ctx, *at, limit)
	if err != nil {
		return nil, err
	}
	result.Tags = append(result.Tags, tags...)
	if next != nil {
		result.Next = next.Text()
	}
	return result, nil
}

// most is how many tags are returned at most.
func (o TagsOptions) most() int { return int(min(orDefault(o.Limit, math.MaxInt), math.MaxInt)) }

// cursor returns where the list begins.
func (o TagsOptions) cursor() (*transfer.TagCursor, error) {
	switch {
	case orDefault(o.Limit, 1) < 1:
		return nil, fault.New(InvalidArgument, "{limit} is less than 1")
	case o.Sort != "" && !slices.Contains(tagOrders, o.Sort):
		return nil, fault.New(InvalidArgument, "{sort} is %s", fault.Quote(o.Sort)).WithHint("use one of %s", strings.Join(tagOrders, ", "))
	case o.Next != "" && (o.Last != "" || o.Sort != ""):
		return nil, fault.New(InvalidArgument, "{next} cannot be combined with {last} or {sort}")
	case o.Next != "":
		at, err := transfer.ParseTagCursor(o.Next)
		return &at, err
	}
	at := &transfer.TagCursor{Size: transfer.PageSize, Last: o.Last}
	if o.Sort == "" {
		at.Size = min(at.Size, o.most())
	}
	return at, nil
}

// sortedTags reads all tags and sorts them.
func sortedTags(ctx context.Context, target target, at transfer.TagCursor, order string) ([]string, error) {
	all, err := allTags(ctx, target, at)
	sortTags(all, order)
	return all, err
}

// allTags reads all tags from a cursor on.
func allTags(ctx context.Context, target target, at transfer.TagCursor) ([]string, error) {
	var all []string
	for next := &at; next != nil; {
		tags, following, err := target.tags(ctx, *next, 0)
		if err != nil {
			return nil, err
		}
		if all = append(all, tags...); len(all) > maxAllTags {
			return nil, fault.New(SizeExceeded, "there are more than %d tags", maxAllTags).WithHint("read them page by page, in the order of the registry")
		}
		next = following
	}
	return all, nil
}

// tags lists a page of a repository. What cannot be a tag is left out: nobody could
// name it, and it could be meant for somebody's terminal.
func (t *registryTarget) tags(ctx context.Context, at transfer.TagCursor, limit int) ([]string, *transfer.TagCursor, error) {
	listed, next, err := t.repository.TagsAt(ctx, at, limit)
	if err != nil {
		return nil, nil, t.explain(err)
	}
	tags := slices.DeleteFunc(listed, func(tag string) bool { return ref.CheckTag(tag) != nil })
	if left := len(listed) - len(tags); left > 0 {
		monitor.From(ctx).Log(monitor.Warning, "%s lists %d names that are not tags; they are left out", t.repository.Name.Host(), left)
	}
	return tags, next, nil
}

// tags lists the names in a layout or an archive, those that are whole references as well. There
// is one page, which a limit may cut.
func (t *layoutReader) tags(ctx context.Context, at transfer.TagCursor, limit int) ([]string, *transfer.TagCursor, error) {
	if ctx.Err() != nil {
		return nil, nil, context.Cause(ctx)
	}
	all, err := t.files.Tags(ctx)
	if err != nil {
		return nil, nil, err
	}
	from, found := slices.BinarySearch(all, at.Last)
	if found {
		from++
	}
	tags := all[from:]
	if limit > 0 && len(tags) > limit {
		return tags[:limit], &transfer.TagCursor{Last: tags[limit-1]}, nil
	}
	return tags, nil, nil
}

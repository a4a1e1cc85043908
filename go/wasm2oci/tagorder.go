package wasm2oci

import (
	"cmp"
	"slices"
	"strings"

	"golang.org/x/mod/semver"
)

// The orders in which tags are sorted.
const (
	byName    = "name"
	byVersion = "semver"
)

var tagOrders = []string{byName, byVersion}

// sortTags sorts by name, or by version: versions first, from the lowest to the
// highest (Semantic Versioning 2.0.0, section 11), each with or without "v", and
// then all other names.
func sortTags(tags []string, order string) {
	if order == byName {
		slices.Sort(tags)
		return
	}
	slices.SortFunc(tags, func(a, b string) int {
		first, second := versionOf(a), versionOf(b)
		switch {
		case first == "" && second == "":
			return strings.Compare(a, b)
		case first == "" || second == "":
			return -cmp.Compare(len(first), len(second))
		}
		return cmp.Or(semver.Compare(first, second), strings.Compare(a, b))
	})
}

// versionOf returns the version that a tag is, as x/mod/semver reads it, or "". Such
// as "v1" and "1.2" are versions, the lowest that they may mean.
func versionOf(tag string) string {
	version := "v" + strings.TrimPrefix(tag, "v")
	if !semver.IsValid(version) {
		return ""
	}
	return version
}

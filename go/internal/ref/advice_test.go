package ref_test

import (
	"errors"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
	"github.com/wasm2oci/wasm2oci/go/internal/ref"
	"github.com/wasm2oci/wasm2oci/go/internal/worktime"
)

// quoted finds what a next step quotes.
var quoted = regexp.MustCompile(`"(?:[^"\\]|\\.)*"`)

// parsers are all that read a reference.
var parsers = map[string]func(text string) error{
	"Parse":            func(text string) error { _, err := ref.Parse(text); return err },
	"ParseRepository":  func(text string) error { _, err := ref.ParseRepository(text); return err },
	"ParseTagged":      func(text string) error { _, err := ref.ParseTagged(text); return err },
	"ParsePinned":      func(text string) error { _, err := ref.ParsePinned(text); return err },
	"ParseDestination": func(text string) error { _, _, err := ref.ParseDestination(text); return err },
	"ParseRegistry":    func(text string) error { _, err := ref.ParseRegistry(text); return err },
}

// hintOf returns the next step of a fault.
func hintOf(t *testing.T, text string, err error) string {
	t.Helper()
	var broken *fault.Error
	if !errors.As(err, &broken) {
		t.Fatalf("%q gave %v", text, err)
	}
	return broken.Hint.Error()
}

func TestAReferenceInANextStepIsOne(t *testing.T) {
	t.Parallel()
	rests := []string{
		"", "a", "a:1", "a/b", "bad::ref", "a b", "A:1", "Org/app", "a:1:2", ":", "::", ":1", "a:", "a@", "a@b", "@", "/", "//", "//a", "/a/", "///",
		"a//b", "a/:1", "-", ".", "..", "./a", "../a:1", "a.tar", "a.tar:x y", "a.tar::", ".tar", "b.tar@sha256:1", "x.io", "x.io:70000", "-x.io", "x..io", "x_y.io", "[::1", "[::1]:5",
		"localhost:5000x", "localhost:", "localhost:0", "h.io/r:t:u", "h.io/r:" + sha256Text, "h.io/R:" + sha256Text, "h.io//r:" + sha256Text,
		"dir:" + sha256Text, "dir@" + sha256Text, "dir:" + sha256Text + "@" + sha256Text, "a@md5:1", "a@sha256:1", "\xff", "a\xff", "a\n", "é", "é.io/a", `a\b`, `C:\dir`, "C:/dir:v1", "a,b", "a:1,2", "a:,",
		"https:", "oci", "oci:", "oci:a", "oci-archive:a", "OCI:a", "file:", "v1.2:3 4", "x.y:a b", "ghcr.io:v1/", "ghcr.io:.v1",
		strings.Repeat("a", 300), strings.Repeat("a", 300) + ":1", strings.Repeat("a/", 200) + "b", "a:" + strings.Repeat("t", 200),
	}
	heads := []string{
		"", "oci:", "oci:/", "oci:///", "oci-archive:", "oci//", "oci-archive//", "OCI:", "Oci-Archive:", "oci://", "oci-archive://", "https://", "http://https://", "docker://", "file:", "file://", "dir:", "ocidir:", "ocidir://",
		"docker-archive:", "docker-tar:", "tarball:", "docker.io/", "h.io/", "/", "./", "../", "user:pass@",
	}
	offered := 0
	for _, head := range heads {
		for _, rest := range rests {
			for name, parse := range parsers {
				text := head + rest
				err := parse(text)
				if err == nil {
					continue
				}
				hint := hintOf(t, text, err)
				if !strings.Contains(hint, "write ") {
					continue
				}
				for _, one := range quoted.FindAllString(hint, -1) {
					suggested, broken := strconv.Unquote(one)
					if broken != nil {
						t.Fatal(one, broken)
					}
					if strings.HasPrefix(suggested, ":") || !strings.ContainsAny(suggested, "/:@") {
						continue // a tag, a part of a repository, a registry
					}
					suggested = strings.NewReplacer("@DIGEST", "@"+sha256Text, ":TAG", ":tag").Replace(suggested)
					offered++
					if _, _, err := ref.ParseDestination(suggested); err != nil {
						if name != "ParseRegistry" || isNoRegistry(suggested) {
							t.Errorf("%s of %q says %q, and then %v", name, text, hint, err)
						}
					}
				}
				for _, form := range []string{"/REPOSITORY[:TAG]", "/REPOSITORY:"} {
					host, rest, found := strings.Cut(strings.TrimPrefix(hint, "write "), form)
					if !found {
						continue
					}
					offered++
					if _, err := ref.Parse(host + "/repository:" + strings.TrimPrefix(rest+"tag", ":")); err != nil {
						t.Errorf("%s of %q says %q, and then %v", name, text, hint, err)
					}
				}
			}
		}
	}
	if offered < 100 {
		t.Errorf("only %d references were offered", offered)
	}
}

// isNoRegistry reports whether a text does not name a registry alone either.
func isNoRegistry(text string) bool {
	_, err := ref.ParseRegistry(text)
	return err != nil
}

func TestALongTextIsRefusedAtOnce(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		strings.Repeat("a", 30<<20), "h.io/" + strings.Repeat("a/", 15<<20), "oci:" + strings.Repeat("/a", 15<<20), "h.io/r:" + strings.Repeat("v1,", 10<<20),
		strings.Repeat("@", 30<<20), strings.Repeat("https://", 4<<20), "user:" + strings.Repeat("secret", 5<<20) + "@h.io/r", "\xff" + strings.Repeat(":", 30<<20),
	} {
		for name, parse := range parsers {
			var err error
			if took := worktime.Of(func() { err = parse(text) }); took > 2*time.Second {
				t.Errorf("%s of %q... took %v", name, text[:20], took)
			}
			if fault.KindOf(err) != fault.InvalidReference || !strings.Contains(err.Error(), "at most 524288 are allowed") {
				t.Errorf("%s of %q... gave %v", name, text[:20], err)
			}
			var broken *fault.Error
			if errors.As(err, &broken) && len(broken.Detail.Reference) > fault.MaxQuoted+3 || strings.Contains(err.Error(), "secret") {
				t.Errorf("%s of %q... keeps %d bytes", name, text[:20], len(broken.Detail.Reference))
			}
		}
	}
}

func TestAsLongATextAsMayBeIsRead(t *testing.T) {
	t.Parallel()
	head := "ghcr.io/org/mod:"
	tags := strings.Repeat("0123456789012345678901234567890123456789012345678,", ref.MaxText)[:ref.MaxText-len(head)]
	if _, _, err := ref.ParseDestination(head + strings.TrimSuffix(tags, ",")); err != nil {
		t.Error(err)
	}
	path := "oci:" + strings.Repeat("a/", 2047) + "a:v1"
	if _, err := ref.Parse(path); err != nil {
		t.Error(err)
	}
	if _, _, err := ref.ParseDestination(head + strings.Repeat("t", ref.MaxText-len(head)+1)); fault.KindOf(err) != fault.InvalidReference {
		t.Error(err)
	}
}

// TestMessagesQuoteLittle looks for more of an input than a person reads.
func TestMessagesQuoteLittle(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 1000)
	for _, text := range []string{
		long, "oci:" + long + "@sha256:" + long, "h.io/r:" + long, "h.io/" + strings.ToUpper(long), "h.io/" + long[:250] + "!", "h.io/r@" + long, "h.io/r@" + long + ":1", long + ".io!/r", long + ".tar",
		long + "/r", "[" + long + "/r", "h.io:" + long + "/r", "a://" + long, long + "://a", "/" + long, "docker-archive:" + long, "h.io/r:v1," + long, "h.io/r:v1,," + long, "oci:" + long + ":sha256:" + long, "oci:" + long,
	} {
		for name, parse := range parsers {
			err := parse(text)
			if err == nil {
				continue
			}
			for _, most := range []string{"x", "X"} {
				if strings.Contains(err.Error(), strings.Repeat(most, fault.MaxQuoted+1)) {
					t.Errorf("%s of %q... gave %v", name, text[:20], err)
				}
			}
		}
	}
}

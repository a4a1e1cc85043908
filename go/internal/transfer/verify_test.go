package transfer_test

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
	"github.com/wasm2oci/wasm2oci/go/internal/transfer"
)

// readers give the same bytes in different pieces.
var readers = map[string]func(io.Reader) io.Reader{
	"as it comes":       func(r io.Reader) io.Reader { return r },
	"byte by byte":      iotest.OneByteReader,
	"in halves":         iotest.HalfReader,
	"end with the data": iotest.DataErrReader,
}

func TestVerifiedGivesGoodContent(t *testing.T) {
	t.Parallel()
	for _, content := range []string{"", "x", strings.Repeat("content", 10_000)} {
		for _, algorithm := range []digest.Algorithm{digest.SHA256, digest.SHA384, digest.SHA512} {
			desc := ocispec.Descriptor{Digest: algorithm.FromString(content), Size: int64(len(content))}
			for name, wrap := range readers {
				got, err := io.ReadAll(transfer.NewVerified(wrap(strings.NewReader(content)), desc))
				if err != nil || string(got) != content {
					t.Errorf("%d bytes, %s, %s: %d bytes, %v", len(content), algorithm, name, len(got), err)
				}
			}
			if err := iotest.TestReader(transfer.NewVerified(strings.NewReader(content), desc), []byte(content)); err != nil {
				t.Errorf("%d bytes, %s: %v", len(content), algorithm, err)
			}
		}
	}
}

func TestVerifiedRefusesBadContent(t *testing.T) {
	t.Parallel()
	const content = "the content that was promised"
	for _, test := range []struct {
		name, came, says string
	}{
		{"one byte flipped", "the content that was promisee", digest.FromString(content).String() + " was promised, " + digest.FromString("the content that was promisee").String() + " came"},
		{"short", content[:10], "ended after 10 of 29 bytes"},
		{"one byte short", content[:28], "ended after 28 of 29 bytes"},
		{"nothing", "", "ended after 0 of 29 bytes"},
		{"one byte long", content + "!", "longer than the 29 bytes"},
		{"long", content + content, "longer than the 29 bytes"},
	} {
		for name, wrap := range readers {
			t.Run(test.name+", "+name, func(t *testing.T) {
				t.Parallel()
				stream := transfer.NewVerified(wrap(strings.NewReader(test.came)), blobOf(content))
				got, err := io.ReadAll(stream)
				wantFault(t, err, fault.DigestMismatch, digest.FromString(content).String(), test.says)
				if len(got) >= len(content) {
					t.Errorf("all %d bytes were given out", len(got))
				}
				if _, again := stream.Read(make([]byte, 1)); again != err { //nolint:errorlint // the very same
					t.Errorf("the next Read gave %v", again)
				}
			})
		}
	}
}

func TestVerifiedReadsOneByteTooManyAtMost(t *testing.T) {
	t.Parallel()
	body := &endless{}
	_, err := io.Copy(io.Discard, transfer.NewVerified(body, blobOf("x")))
	wantFault(t, err, fault.DigestMismatch)
	if body.read > 2 {
		t.Errorf("%d bytes were read", body.read)
	}
}

func TestVerifiedPassesErrorsOn(t *testing.T) {
	t.Parallel()
	broken := errors.New("the line broke")
	const content = "content"
	for _, test := range []struct {
		name   string
		before string
	}{{"at once", ""}, {"half-way", content[:3]}, {"before the end", content}} {
		source := io.MultiReader(strings.NewReader(test.before), iotest.ErrReader(broken))
		got, err := io.ReadAll(transfer.NewVerified(source, blobOf(content)))
		if !errors.Is(err, broken) || len(got) >= len(content) {
			t.Errorf("%s: %q, %v", test.name, got, err)
		}
	}
}

func TestCheckDescriptor(t *testing.T) {
	t.Parallel()
	hex64, hex128 := strings.Repeat("a", 64), strings.Repeat("a", 128)
	for _, test := range []struct {
		name   string
		digest string
		size   int64
		says   string // empty: it is good
	}{
		{"sha256", "sha256:" + hex64, 1, ""},
		{"sha512", "sha512:" + hex128, 0, ""},
		{"sha384", "sha384:" + hex128[:96], 1, ""},
		{"md5", "md5:" + hex64[:32], 1, "sha256, sha384 and sha512"},
		{"blake3", "blake3:" + hex64, 1, "blake3"},
		{"too short", "sha256:abc", 1, "invalid digest"},
		{"upper case", "sha256:" + strings.ToUpper(hex64), 1, "invalid digest"},
		{"a path", "sha256:../../" + hex64, 1, "invalid digest"},
		{"nothing", "", 1, "invalid digest"},
		{"no algorithm", hex64, 1, "invalid digest"},
		{"negative size", "sha256:" + hex64, -1, "invalid size -1"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			err := transfer.CheckDescriptor(ocispec.Descriptor{Digest: digest.Digest(test.digest), Size: test.size})
			if test.says == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			wantFault(t, err, fault.InvalidManifest, test.says)
		})
	}
}

package ref_test

import (
	"strings"
	"testing"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
	"github.com/wasm2oci/wasm2oci/go/internal/ref"
)

const (
	sha256Text = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	sha512Text = "sha512:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
)

func TestParse(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, in, want string }{
		{"port without tag", "127.0.0.1:5000/org/mod", "127.0.0.1:5000/org/mod:latest"},
		{"port and tag", "127.0.0.1:5000/org/mod:v1", "127.0.0.1:5000/org/mod:v1"},
		{"digest alone", "ghcr.io/org/mod@" + sha256Text, "ghcr.io/org/mod@" + sha256Text},
		{"sha512", "ghcr.io/org/mod@" + sha512Text, "ghcr.io/org/mod@" + sha512Text},
		{"tag and digest", "ghcr.io/org/mod:v1@" + sha256Text, "ghcr.io/org/mod:v1@" + sha256Text},
		{"localhost", "localhost/mod", "localhost/mod:latest"},
		{"one part", "ghcr.io/mod", "ghcr.io/mod:latest"},
		{"host that is called as a scheme", "file:5000/mod", "file:5000/mod:latest"},
		{"many parts", "ghcr.io/a/b/c/d:x", "ghcr.io/a/b/c/d:x"},
		{"separators", "ghcr.io/a.b/c__d/e-f--g:_x.y-z", "ghcr.io/a.b/c__d/e-f--g:_x.y-z"},
		{"upper-case host", "GHCR.io/org/mod", "ghcr.io/org/mod:latest"},
		{"IPv6", "[::1]:5000/org/mod:v1", "[::1]:5000/org/mod:v1"},
		{"IPv6 without port", "[2001:DB8::1]/mod", "[2001:db8::1]/mod:latest"},
		{"tag of 128", "ghcr.io/mod:" + strings.Repeat("t", 128), "ghcr.io/mod:" + strings.Repeat("t", 128)},
		{"Docker Hub, one part", "docker.io/hello:1", "docker.io/library/hello:1"},
		{"Docker Hub, two parts", "docker.io/org/app", "docker.io/org/app:latest"},
		{"Docker Hub, old name", "index.docker.io/org/app", "docker.io/org/app:latest"},
		{"Docker Hub, API name", "registry-1.docker.io/library/hello:1", "docker.io/library/hello:1"},
		{"layout", "oci:dir", "oci:dir:latest"},
		{"layout and tag", "oci:some/dir:v1", "oci:some/dir:v1"},
		{"layout, absolute", "oci:/some/dir:v1", "oci:/some/dir:v1"},
		{"layout and digest", "oci:dir@" + sha256Text, "oci:dir@" + sha256Text},
		{"layout, tag and digest", "oci:dir:v1@" + sha256Text, "oci:dir:v1@" + sha256Text},
		{"layout with a colon above", "oci:a:b/c", "oci:a:b/c:latest"},
		{"layout on a drive", `oci:C:\dir`, `oci:C:\dir:latest`},
		{"layout on a drive, with tag", `oci:C:\dir:v1`, `oci:C:\dir:v1`},
		{"layout on a drive, slashes", "oci:C:/dir:v1", "oci:C:/dir:v1"},
		{"layout not in UTF-8", "oci:\xff:v1", "oci:\xff:v1"},
		{"archive", "oci-archive:x.tar", "oci-archive:x.tar:latest"},
		{"archive and tag", "oci-archive:some/x.tar:v1", "oci-archive:some/x.tar:v1"},
		{"archive and digest", "oci-archive:x.tar@" + sha256Text, "oci-archive:x.tar@" + sha256Text},
		{"@ in a folder above", "oci:/ws/job@2/lay:v1", "oci:/ws/job@2/lay:v1"},
		{"@ in a folder above, no tag", "oci:/ws/job@2/lay", "oci:/ws/job@2/lay:latest"},
		{"@ in the folder", "oci:job@2:v1", "oci:job@2:v1"},
		{"@ in the folder, no tag", "oci:job@2", "oci:job@2:latest"},
		{"@ in the folder, and a commit as tag", "oci:job@2:" + strings.Repeat("a1", 20), "oci:job@2:" + strings.Repeat("a1", 20)},
		{"@ in the folder, and a digest", "oci:job@2@" + sha256Text, "oci:job@2@" + sha256Text},
		{"@ in the folder, tag and digest", "oci:job@2:v1@" + sha256Text, "oci:job@2:v1@" + sha256Text},
		{"@ before a scope", "oci:node_modules/@acme/mod/lay:v1", "oci:node_modules/@acme/mod/lay:v1"},
		{"@ at the start", "oci:@acme:v1", "oci:@acme:v1"},
		{"@ at the end of the folder", "oci:dir@:v1", "oci:dir@:v1"},
		{"@ twice", "oci:a@b@c:v1", "oci:a@b@c:v1"},
		{"@ and the name of a hash in a folder above", "oci:a@sha256:b/c:v1", "oci:a@sha256:b/c:v1"},
		{"@ and the name of a hash in the folder", "oci:a@sha256/:v1", "oci:a@sha256/:v1"},
		{"@ in an archive", "oci-archive:/ws/job@2/x.tar:v1", "oci-archive:/ws/job@2/x.tar:v1"},
		{"@ on a drive", `oci:C:\job@2\lay:v1`, `oci:C:\job@2\lay:v1`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			reference, err := ref.Parse(test.in)
			if err != nil {
				t.Fatal(err)
			}
			if got := reference.String(); got != test.want {
				t.Errorf("%q became %q, not %q", test.in, got, test.want)
			}
			again, err := ref.Parse(reference.String())
			reference.Untagged = false // String shows the tag
			if err != nil || again != reference {
				t.Errorf("%q parsed again gave %+v, %v", reference, again, err)
			}
		})
	}
}

func TestWhetherTheTagWasWritten(t *testing.T) {
	t.Parallel()
	for text, untagged := range map[string]bool{
		"ghcr.io/org/mod": true, "ghcr.io/org/mod:latest": false, "ghcr.io/org/mod@" + sha256Text: false,
		"oci:dir": true, "oci:dir:latest": false, "oci:dir@" + sha256Text: false, "oci-archive:x.tar": true,
	} {
		reference, err := ref.Parse(text)
		if err != nil || reference.Untagged != untagged {
			t.Errorf("%q gave %+v, %v", text, reference, err)
		}
		if other := reference.WithTag("v2"); other.Untagged || other.Tag != "v2" || other.Digest != "" || other.Path != reference.Path {
			t.Errorf("%q with another tag is %+v", text, other)
		}
	}
}

// fileName is what is said of the name of a file.
const fileName = "a file name is not a reference; push the file to HOST/REPOSITORY[:TAG], and name that"

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, in, says string }{
		{"nothing", "", "empty"},
		{"empty tag", "h.io/r:", "tag"},
		{"empty digest", "h.io/r@", "digest"},
		{"tag and empty digest", "h.io/r:t@", "digest"},
		{"empty tag and digest", "h.io/r:@", "digest"},
		{"empty tag, good digest", "h.io/r:@" + sha256Text, "tag"},
		{"digest as tag", "127.0.0.1:5000/hello:" + sha256Text, "hello@" + sha256Text},
		{"upper case", "127.0.0.1:5000/Org/mod:v1", `write "org"`},
		{"no registry, one part", "hello:1", "docker.io/library/hello:1"},
		{"no registry, two parts", "org/app:1", "docker.io/org/app:1"},
		{"no repository", "ghcr.io", "no repository"},
		{"no repository after port", "localhost:5000", "no repository"},
		{"no repository after slash", "ghcr.io/", "no repository"},
		{"long tag", "h.io/r:" + strings.Repeat("t", 129), "128"},
		{"space in tag", "h.io/r:a b", "invalid tag"},
		{"tag from dot", "h.io/r:.a", "invalid tag"},
		{"tag from dash", "h.io/r:-a", "invalid tag"},
		{"slash in tag", "h.io/r:a/b", "invalid tag"},
		{"long repository", "h.io/" + strings.Repeat("r", 256), "255"},
		{"climbing", "h.io/../etc/passwd", "invalid repository part"},
		{"empty part", "h.io/a//b", "invalid repository part"},
		{"invalid port", "h.io:x/r", "invalid port"},
		{"port too large", "h.io:65536/r", "invalid port"},
		{"bad host", "-h.io/r", "invalid registry"},
		{"user in host", "user:s3cret@h.io/r", "cannot hold"},
		{"user in host with scheme", "https://user:s3cret@h.io:5000/r", "cannot hold"},
		{"open bracket", "[::1/r", "invalid registry"},
		{"short digest", "h.io/r@sha256:abc", "invalid digest"},
		{"upper-case digest", "h.io/r@" + strings.ToUpper(sha256Text), "digest"},
		{"unknown algorithm", "h.io/r@md5:0123456789abcdef0123456789abcdef", "md5"},
		{"two digests", "h.io/r@" + sha256Text + "@" + sha256Text, "invalid digest"},
		{"https", "https://h.io/r", `write "h.io/r"`},
		{"docker", "docker://h.io/r:1", `write "h.io/r:1"`},
		{"oci with slashes", "oci://h.io/r", `write "h.io/r"`},
		{"layout with slashes", "oci://h2:v1", `write "oci:h2:v1"`},
		{"layout with a path and slashes", "oci:///tmp/h2:v1", `write "oci:/tmp/h2:v1"`},
		{"layout with slashes for the colon", "oci//dir:v1", `write "oci:dir:v1"`},
		{"layout in upper case", "OCI:dir:v1", `"OCI" must be lower case; write "oci:dir:v1"`},
		{"layout in mixed case, absolute", "Oci:/tmp/dir", `write "oci:/tmp/dir"`},
		{"archive in upper case", "OCI-ARCHIVE:x.tar", `write "oci-archive:x.tar"`},
		{"file", "file:dir", `write "oci:dir"`},
		{"file, absolute", "file:/tmp/dir:v1", `write "oci:/tmp/dir:v1"`},
		{"file URL", "file:///tmp/dir", `write "oci:/tmp/dir"`},
		{"layout of skopeo", "dir:some/dir", `write "oci:some/dir"`},
		{"layout of regctl", "ocidir://dir:v1", `write "oci:dir:v1"`},
		{"host and tag alone", "ghcr.io:v1", "write ghcr.io/REPOSITORY:v1"},
		{"host that is called as ours", "OCI:5000/mod:v1", `write "oci:5000/mod:v1"`},
		{"layout without path", "oci:", "no path"},
		{"layout with tag only", "oci::v1", "no path"},
		{"layout, empty tag", "oci:dir:", "tag"},
		{"layout, bad tag", "oci:dir:a b", "invalid tag"},
		{"layout, empty digest", "oci:dir@", "digest after"},
		{"layout, tag and empty digest", "oci:dir:v1@", "digest after"},
		{"layout, empty digest after an @", "oci:job@2@", "digest after"},
		{"layout, hash without digest", "oci:dir@sha256", "invalid digest"},
		{"layout, short digest", "oci:dir@sha256:short", "invalid digest"},
		{"layout, upper-case digest", "oci:dir@" + strings.ToUpper(sha256Text), "digest"},
		{"layout, unknown algorithm", "oci:dir@md5:0123456789abcdef0123456789abcdef", "md5"},
		{"layout, two digests", "oci:dir@" + sha256Text + "@" + sha256Text, "invalid digest"},
		{"layout, empty tag, good digest", "oci:dir:@" + sha256Text, "tag"},
		{"archive without path", "oci-archive::v1", "no path"},
		{"not UTF-8", "h.io/\xff", "UTF-8"},
		{"Windows path", `C:\dir\m`, "no registry"},
		{"Windows path, slashes", "C:/dir/m", "invalid"},
		{"Windows path of a module", `C:\dir\m.wasm`, fileName},
		{"Windows path of a module, slashes", "C:/dir/m.wasm", fileName},
		{"file", "hello.wasm", fileName},
		{"file in upper case", "HELLO.WASM", fileName},
		{"file of text", "hello.wat", fileName},
		{"file with a tag", "hello.wasm:v1", fileName},
		{"file with several tags", "hello.wasm:v1,v2", fileName},
		{"file with a digest", "hello.wasm@" + sha256Text, fileName},
		{"file in a folder", "build/hello.wasm", fileName},
		{"file at home", "~/hello.wasm", fileName},
		{"file by its path", "/tmp/hello.wasm", fileName},
		{"file by its path from here", "./hello.wasm", fileName},
		{"path of something else", "./hello", `write "oci:./hello" for a layout`},
		{"upper case, no registry", "Foo", `no registry is named; for Docker Hub write "docker.io/library/foo", in lower case`},
		{"upper case, no registry, tag", "Foo:V1", `write "docker.io/library/foo:V1", in lower case`},
		{"upper case, no registry, digest", "Foo@" + sha256Text, `write "docker.io/library/foo@` + sha256Text + `", in lower case`},
		{"upper case, no registry, two parts", "Me/Foo:V1", `for Docker Hub write "docker.io/me/foo:V1", in lower case`},
		{"docker, no registry", "docker://x/y", `a reference has no scheme "docker://"; for Docker Hub write "docker.io/x/y"`},
		{"docker, no registry, one part", "docker://ubuntu:v1", `for Docker Hub write "docker.io/library/ubuntu:v1"`},
		{"docker, upper case", "docker://X/y", `for Docker Hub write "docker.io/x/y", in lower case`},
		{"docker, a host alone", "docker://ghcr.io", `a reference has no scheme "docker://"; leave it out`},
		{"docker, upper case in a registry", "docker://ghcr.io/Me/hello", "leave it out"},
		{"docker, a file", "docker://hello.wasm", "leave it out"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			reference, err := ref.Parse(test.in)
			if err == nil {
				t.Fatalf("%q was taken as %+v", test.in, reference)
			}
			if kind := fault.KindOf(err); kind != fault.InvalidReference {
				t.Errorf("kind %s", kind)
			}
			if !strings.Contains(err.Error(), test.says) {
				t.Errorf("%q does not say %q", err, test.says)
			}
			if strings.Contains(err.Error(), "\n") || strings.Contains(err.Error(), "s3cret") {
				t.Errorf("%q has more than one line, or a secret", err)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"h.io/r:t@" + sha256Text, "oci:a:b@" + sha256Text, "[::1]:1/r", "docker.io/x"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		reference, err := ref.Parse(text)
		if err != nil {
			return
		}
		again, err := ref.Parse(reference.String())
		reference.Untagged = false
		if err != nil || again != reference {
			t.Errorf("%q gave %+v, then %+v, %v", text, reference, again, err)
		}
	})
}

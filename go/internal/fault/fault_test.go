package fault_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
)

func TestMessageHasTheOperationTheInputTheFactAndTheHint(t *testing.T) {
	t.Parallel()
	err := fault.New(fault.TLS, "the certificate of %s has expired", "HOST").WithHint("give its CA with {ca_file}")
	for _, test := range []struct{ op, reference, want string }{
		{"", "", "the certificate of HOST has expired; give its CA with ca_file"},
		{"pull", "", "pull: the certificate of HOST has expired; give its CA with ca_file"},
		{"", "HOST/x:v1", `"HOST/x:v1": the certificate of HOST has expired; give its CA with ca_file`},
		{"pull", "HOST/x:v1", `pull "HOST/x:v1": the certificate of HOST has expired; give its CA with ca_file`},
	} {
		if got := err.In(test.op, test.reference).Error(); got != test.want {
			t.Errorf("%q, not %q", got, test.want)
		}
	}
}

func TestTemplateMarksOptionsAlone(t *testing.T) {
	t.Parallel()
	text := fault.Textf("%s of %s", fault.Option("client_key"), "{layer}")
	for _, test := range []struct {
		name             string
		err              *fault.Error
		option, template string
	}{
		{"no option", fault.New(fault.Unknown, "a %s", "{b}"), "", ""},
		{"option of the fact", fault.New(fault.Unknown, "{timeout} is negative"), "timeout", "{timeout} is negative"},
		{"option of the hint", fault.New(fault.Unknown, "no").WithHint("give {token}"), "token", "no; give {token}"},
		{"option of both", fault.New(fault.Unknown, "{username} is empty").WithHint("give {token}"), "username", "{username} is empty; give {token}"},
		{"option as an argument", fault.New(fault.Unknown, "%s is empty", fault.Option("title")), "title", "{title} is empty"},
		{"input that looks like one", fault.New(fault.Unknown, "{layer} %s", fault.Quote("{member}")), "layer", `{layer} "{{member}}"`},
		{"error that looks like one", fault.New(fault.Unknown, "{layer}: %w", errors.New("}{member}")), "layer", "{layer}: }}{{member}}"},
		{"error of others as the fact", &fault.Error{Err: errors.New("{member}")}, "", ""},
		{"text inside", fault.New(fault.Unknown, "bad: %s", text), "client_key", "bad: {client_key} of {{layer}}"},
		{"text wrapped", fault.New(fault.Unknown, "bad: %w", text), "client_key", "bad: {client_key} of {{layer}}"},
		{"error inside", fault.New(fault.Unknown, "bad: %w", fault.New(fault.TLS, "no {ca_file}").WithHint("%s", text)), "ca_file", "bad: no {ca_file}; {client_key} of {{layer}}"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			detail := test.err.In("", "").Detail
			if detail.Option != test.option || detail.Template != test.template {
				t.Errorf("the option is %q, the template %q", detail.Option, detail.Template)
			}
			if got := strings.NewReplacer("{{", "{", "}}", "}", "{", "", "}", "").Replace(detail.Template); detail.Template != "" && got != test.err.Error() {
				t.Errorf("the template says %q, the message %q", got, test.err)
			}
		})
	}
}

func TestInputOfOperationsIsNoMark(t *testing.T) {
	t.Parallel()
	detail := fault.New(fault.Unknown, "{layer} is missing").In("pull", "oci:{member}").Detail
	if want := `pull "oci:{{member}}": {layer} is missing`; detail.Template != want {
		t.Errorf("the template is %q", detail.Template)
	}
}

func TestArgumentsAreFormattedAsEver(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		format string
		arg    any
	}{
		{"%d bytes", 12},
		{"%03d", int64(7)},
		{"%s", 2 * time.Second},
		{"%q", "a\nb"},
		{"%.3q", "abcdef"},
		{"%v", []string{"a", "b"}},
		{"%#02x", byte(7)},
		{"% x", []byte{1, 2}},
		{"%s", fs.FileMode(0o644)},
		{"%t", true},
	} {
		if got, want := fault.Textf(test.format, test.arg).Error(), fmt.Sprintf(test.format, test.arg); got != want {
			t.Errorf("%s gave %q, not %q", test.format, got, want)
		}
	}
}

func TestWhatIsWrappedIsFound(t *testing.T) {
	t.Parallel()
	inner := fault.New(fault.NotFound, "gone: %w", fs.ErrNotExist)
	err := error(fault.New(fault.Network, "%w, %w", context.Canceled, inner))
	for _, target := range []error{context.Canceled, fs.ErrNotExist, inner} {
		if !errors.Is(err, target) {
			t.Errorf("%v is not found", target)
		}
	}
	if errors.Is(err, fs.ErrExist) || errors.Is(fault.New(fault.Network, "plain"), fs.ErrExist) {
		t.Error("something is found that is not there")
	}
	if got := fault.KindOf(fmt.Errorf("outside: %w", err)); got != fault.Network {
		t.Errorf("the kind is %s", got)
	}
}

func TestMessageIsOneLine(t *testing.T) {
	t.Parallel()
	bad := "a\nb\x1b[31m\u202e\x0elayer\x0f\xff"
	for _, err := range []error{
		fault.New(fault.Unknown, "%s", bad), fault.New(fault.Unknown, "%w", errors.New(bad)), &fault.Error{Err: errors.New(bad)},
		fault.New(fault.Unknown, "no").WithHint("%s", bad), fault.New(fault.Unknown, "no").In(bad, bad),
		fault.New(fault.Unknown, "%s", fault.Quote(bad)),
	} {
		if got := err.Error(); strings.ContainsAny(got, "\n\x1b\u202e\x0e\x0f") || !utf8.ValidString(got) {
			t.Errorf("%q", got)
		}
	}
}

// A fact may quote what a registry sent; a mark is kept whole or left out.
func TestLongMessagesAreCutOutsideOfMarks(t *testing.T) {
	t.Parallel()
	for length := 770; length < 830; length++ {
		err := fault.New(fault.Unknown, "%s {ca_file} %s", strings.Repeat("x", length), strings.Repeat("y", 5000)).In("", "")
		if len(err.Error()) > 820 {
			t.Fatalf("a message of %d bytes", len(err.Error()))
		}
		rest := strings.ReplaceAll(err.Detail.Template, "{ca_file}", "")
		if strings.ContainsAny(rest, "{}") {
			t.Errorf("the template is %q", err.Detail.Template)
		}
	}
}

func TestAnErrorKeepsItsOwnOperation(t *testing.T) {
	t.Parallel()
	first := fault.New(fault.Unknown, "no").In("pull", "a")
	if second := first.In("push", "b"); second.Op != "pull" || second.Detail.Reference != "a" {
		t.Errorf("it became %+v", second)
	}
}

func TestSecondsAreAsOptionsAre(t *testing.T) {
	t.Parallel()
	for time, want := range map[time.Duration]string{
		time.Minute: "60 s", 1500 * time.Millisecond: "1.5 s", 1965 * time.Millisecond: "1.965 s", 8230 * time.Millisecond: "8.23 s", time.Millisecond: "0.001 s", 876000 * time.Hour: "3153600000 s", 0: "0 s",
	} {
		if got := fault.Seconds(time); got != want {
			t.Errorf("%s is %q", time, got)
		}
	}
}

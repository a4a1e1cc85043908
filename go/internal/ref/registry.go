package ref

import (
	"errors"
	"strings"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
)

// ParseRegistry reads the name of a registry alone: its Registry is all that the
// reference has.
//
// Errors: InvalidReference, also for one with a scheme or a repository.
func ParseRegistry(text string) (Reference, error) {
	if len(text) > MaxText {
		return Reference{}, tooLong(text)
	}
	if bare, found := withoutUser(text); found {
		return Reference{}, fault.New(fault.InvalidReference, "the name of a registry cannot hold a user name or a password").
			WithHint("give them with {username} and {password}").In("", bare)
	}
	registry, err := parseHost(text)
	var advice *advised
	if errors.As(err, &advice) {
		err = advice.checked(oneTag)
	}
	var broken *fault.Error
	if errors.As(err, &broken) {
		return Reference{}, broken.In("", text)
	}
	return Reference{Registry: registry}, err
}

func parseHost(text string) (string, error) {
	if text == "" {
		return "", invalid("no registry is named").WithHint("write HOST[:PORT]")
	}
	if err := lookalike(text); err != nil {
		return "", err
	}
	bare := text[len(schemePattern.FindString(text)):]
	host, _, _ := strings.Cut(bare, "/")
	if host != "localhost" && !strings.ContainsAny(host, ".:") {
		return "", invalid("%q is not a registry: it has neither a dot nor a port", host).WithHint("for Docker Hub write %q", "docker.io")
	}
	registry, err := normaliseHost(host)
	if err != nil {
		return "", err
	}
	if host != text {
		return "", invalid("only a registry can be named here, without a scheme or a repository").WithHint("write %q", registry)
	}
	return registry, nil
}

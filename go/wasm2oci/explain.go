package wasm2oci

import (
	"errors"

	"oras.land/oras-go/v2/registry/remote/auth"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
	"github.com/wasm2oci/wasm2oci/go/internal/transfer"
)

// explain adds to a refusal what is known of the credential: whether there was one,
// where it came from, and for which host it was.
func (i *identity) explain(host, repository string, err error) error {
	if err == nil {
		return nil
	}
	refusal := classify("", "", err)
	if refusal.Kind != Unauthenticated && refusal.Kind != PermissionDenied {
		return err
	}
	var status *transfer.StatusError
	if refusal.Hint == reportIt || refusal.Hint == encryptOrAsk {
		return refusal // no credential has to do with it
	}
	answered := errors.As(err, &status)
	if !answered && refusal.Kind == PermissionDenied {
		return err // of registries.conf
	}
	if answered && (status.Asked != status.URL.Host || status.Asked != host || refusal.Kind == PermissionDenied && status.Scheme == "") {
		return err // of storage that has no part in it, or of a host that did not ask for a credential
	}
	found := i.last(host, repository)
	if errors.Is(err, auth.ErrBasicCredentialNotFound) {
		refusal.Err = fault.Textf("%s asks for credentials, but none were given", host)
	}
	if found.Path == "" && len(found.Problems) > 0 {
		var problem *fault.Error
		if errors.As(found.Problems[0], &problem) && !errors.Is(err, problem) {
			// There is one next step, which is below.
			refusal.Err, refusal.Detail.Path = fault.Textf("%w; %w", refusal.Err, problem.Err), problem.Detail.Path
		}
	}
	denied := refusal.Kind == PermissionDenied
	given := i.givenFor(host)
	_, listed := i.listed(host, repository)
	switch {
	case listed && denied:
		refusal.WithHint("the credential for %s in {credentials} does not have the right", host)
	case listed:
		refusal.WithHint("check the credential for %s in {credentials}", host)
	case given != auth.EmptyCredential && i.from.credential != "" && denied:
		refusal.WithHint("the credential of %s does not have the right on %s", i.from.credential, host)
	case given != auth.EmptyCredential && i.from.credential != "":
		refusal.WithHint("check %s, which %s was given", i.from.credential, host)
	case given.AccessToken != "" && denied:
		refusal.WithHint("the {token} given for %s does not have the right", host)
	case given.AccessToken != "":
		refusal.WithHint("check the {token} given for %s: it may have expired, and some registries take {username} and {password} only", host)
	case given != auth.EmptyCredential && denied:
		refusal.WithHint("the {username} given for %s does not have the right", host)
	case given != auth.EmptyCredential:
		refusal.WithHint("check the {username} and the {password} given for %s", host)
	case found.Path != "" && denied:
		refusal.WithPath(found.Path).WithHint("the credential for %s in %s does not have the right", host, found.From())
	case found.Path != "":
		refusal.WithPath(found.Path).WithHint("check the credential for %s in %s", host, found.From())
	case i.client.authFile != "" && len(found.Problems) == 0:
		refusal.WithPath(i.client.authFile).WithHint("%s %s has no credential for %s: log in to it with that file, or name another", i.from.authFile, fault.Quote(i.client.authFile), host)
	case len(found.Problems) > 0:
		refusal.WithHint("mend that, or give {username} and {password}, or {token}")
	case errors.Is(err, auth.ErrBasicCredentialNotFound):
		refusal.WithHint("give {username} and {password}, or {token}, or log in to %s", host)
	case denied:
		refusal.WithHint("no credentials were given for %s, and anonymous access does not have the right: give {username} and {password}, or {token}, or log in to it", host)
	default:
		refusal.WithHint("no credentials were given for %s: give {username} and {password}, or {token}, or log in to it", host)
	}
	return refusal
}

package credential

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"oras.land/oras-go/v2/registry/remote/auth"
	"oras.land/oras-go/v2/registry/remote/credentials"

	"github.com/wasm2oci/wasm2oci/go/internal/fault"
)

const (
	programPrefix = "docker-credential-"
	// tokenUser is the user name under which helpers keep identity tokens.
	tokenUser = "<token>"
	// notFound is what helpers say where they have no entry
	// (docker/docker-credential-helpers, credentials/error.go).
	notFound = "credentials not found in native keychain"
	// lastWait is how long the pipe of a helper that was killed is waited for:
	// a child of its own may hold it.
	lastWait = 100 * time.Millisecond
	// maxAnswer is how much a helper may write to each of its outputs, in bytes.
	maxAnswer = 1 << 20
	// DefaultHelperLimit is how long a helper may take.
	DefaultHelperLimit = 30 * time.Second
)

// errFlood is why a helper is ended that writes too much.
var errFlood = fmt.Errorf("it wrote more than %d bytes", maxAnswer)

// slow is why a helper is ended that takes too long.
func slow(limit time.Duration) error {
	return fault.Textf("it gave no answer within %s; allow more with {helper_timeout}", fault.Seconds(limit))
}

// silent returns the fault of a helper, named in a file, that gave no answer for a
// reason.
func silent(helper, path string, reason error) error {
	return fault.New(fault.Unauthenticated, "%s, named in %q, failed: %w", helper, path, reason).WithPath(path)
}

// ask runs a helper; it has no entry where there is neither a credential nor an
// error. What it says on standard error stays away from the host's. What it says on
// standard output is in no error, since it may be the secret, or a part of it.
func (f *Finder) ask(ctx context.Context, name, host string) (auth.Credential, error) {
	none := auth.EmptyCredential
	answer, err := f.run(ctx, name, "get", []byte(credentials.ServerAddressFromHostname(host)), isAnswer)
	if err != nil || answer == nil {
		return none, err
	}
	var found struct{ Username, Secret string }
	_ = json.Unmarshal(answer, &found) // as isAnswer has seen
	if found.Username == tokenUser {
		return auth.Credential{RefreshToken: found.Secret}, nil
	}
	return auth.Credential{Username: found.Username, Password: found.Secret}, nil
}

// isAnswer reports whether a helper has answered with a credential.
func isAnswer(answer []byte) bool {
	var found struct{ Username, Secret string }
	return json.Unmarshal(answer, &found) == nil
}

// tell has a helper keep a credential.
func (f *Finder) tell(ctx context.Context, name, host string, given auth.Credential) error {
	entry := struct{ ServerURL, Username, Secret string }{credentials.ServerAddressFromHostname(host), given.Username, given.Password}
	if given.RefreshToken != "" {
		entry.Username, entry.Secret = tokenUser, given.RefreshToken
	}
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false) // for helpers that look for the user of tokens as it is written
	if err := encoder.Encode(entry); err != nil {
		return err
	}
	_, err := f.run(ctx, name, "store", text.Bytes(), nil)
	return err
}

// erase has a helper forget a credential, and reports whether it had one.
func (f *Finder) erase(ctx context.Context, name, host string) (bool, error) {
	found, err := f.ask(ctx, name, host)
	if err != nil || found == auth.EmptyCredential {
		return false, err
	}
	_, err = f.run(ctx, name, "erase", []byte(credentials.ServerAddressFromHostname(host)), nil)
	return err == nil, err
}

// run runs a helper and returns what it prints; nil where it says that it has no entry.
// wanted says what an answer looks like, where there is one.
func (f *Finder) run(ctx context.Context, name, action string, input []byte, wanted func(answer []byte) bool) ([]byte, error) {
	if name == "" || name != filepath.Base(name) {
		return nil, errors.New("that is not the name of a helper")
	}
	program, err := f.lookPath(programPrefix + name)
	if err != nil {
		return nil, err
	}
	timed, stop := context.WithTimeoutCause(ctx, f.helperLimit, slow(f.helperLimit))
	defer stop()
	running, end := context.WithCancelCause(timed)
	defer end(nil)
	answer, said := newOutput(end), newOutput(end)
	command := exec.CommandContext(running, program, action)
	command.Env = f.variables()
	command.Stdin = bytes.NewReader(input)
	command.Stdout, command.Stderr = answer, said
	command.WaitDelay = lastWait
	ownGroup(command)
	err = command.Run()
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if reason := context.Cause(running); reason != nil {
		return nil, reason
	}
	readable := wanted == nil || wanted(answer.kept)
	switch {
	case readable && (errors.Is(err, syscall.ECHILD) || errors.Is(err, exec.ErrWaitDelay)):
		// A host that ignores SIGCHLD: nobody learns how its children end. Or a child of
		// the helper, which ended well, lives on with its output.
	case err != nil && string(bytes.TrimSpace(answer.kept)) == notFound:
		return nil, nil
	case err != nil:
		return nil, f.failure(err, answer, said)
	case !readable:
		return nil, errors.New("its answer is not JSON")
	}
	return answer.kept, nil
}

// failure returns what is known of a helper that failed.
func (f *Finder) failure(err error, answer, said *output) error {
	if line := f.secrets.Mask(said.line(answer)); line != "" {
		return errors.New(line)
	}
	if len(answer.kept) > 0 {
		return fmt.Errorf("%w (what it printed may hold the secret and is not shown)", err)
	}
	return err
}

// lookPath finds a program by the PATH of the snapshot; the process's own was read
// once, when it began.
func (f *Finder) lookPath(name string) (string, error) {
	var unusable error
	for _, dir := range filepath.SplitList(f.environment["PATH"]) {
		if !filepath.IsAbs(dir) {
			continue // as os/exec has it: not from where somebody happens to be
		}
		found, err := exec.LookPath(filepath.Join(dir, name))
		if err == nil {
			return found, nil
		}
		if unusable == nil && errors.Is(err, fs.ErrPermission) {
			unusable = notExecutable(filepath.Join(dir, name))
		}
	}
	if unusable != nil {
		return "", unusable
	}
	return "", errors.New("it is not on PATH")
}

func (f *Finder) variables() []string {
	variables := make([]string, 0, len(f.environment))
	for name, value := range f.environment {
		variables = append(variables, name+"="+value)
	}
	return variables
}

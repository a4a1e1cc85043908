package credential

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os/exec"
	"path/filepath"
	"strings"
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
	// maxAnswer is how much of an answer is read, in bytes.
	maxAnswer = 1 << 20
)

// silent returns the fault of a helper, named in a file, that gave no answer for a
// reason.
func silent(helper, path string, reason error) error {
	return fault.New(fault.Unauthenticated, "%s, named in %q, failed: %w", helper, path, reason).WithPath(path)
}

// ask runs a helper; it has no entry where there is neither a credential nor an
// error. What it says on standard error stays away from the host's.
func (f *Finder) ask(ctx context.Context, name, host string) (auth.Credential, error) {
	none := auth.EmptyCredential
	if name == "" || name != filepath.Base(name) {
		return none, errors.New("that is not the name of a helper")
	}
	program, err := f.lookPath(programPrefix + name)
	if err != nil {
		return none, err
	}
	answer, said := &limited{left: maxAnswer}, &limited{left: maxAnswer}
	command := exec.CommandContext(ctx, program, "get")
	command.Env = f.variables()
	command.Stdin = strings.NewReader(credentials.ServerAddressFromHostname(host))
	command.Stdout, command.Stderr = answer, said
	command.WaitDelay = lastWait
	err = command.Run()
	if ctx.Err() != nil {
		return none, ctx.Err()
	}
	var found struct{ Username, Secret string }
	readable := json.Unmarshal(answer.Bytes(), &found) == nil
	switch {
	case errors.Is(err, syscall.ECHILD) && readable:
		// A host that ignores SIGCHLD: nobody learns how its children end.
	case err != nil && readable:
		return none, err // The answer may hold the secret.
	case err != nil:
		return none, failure(err, answer.text(), said.text())
	case !readable:
		return none, errors.New("its answer is not JSON")
	}
	if found.Username == tokenUser {
		return auth.Credential{RefreshToken: found.Secret}, nil
	}
	return auth.Credential{Username: found.Username, Password: found.Secret}, nil
}

// failure is nil where a helper only says that it has no entry.
func failure(err error, answer, said string) error {
	switch {
	case answer == notFound:
		return nil
	case answer != "":
		return errors.New(answer)
	case said != "":
		return errors.New(said)
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

// limited keeps the beginning of what is written to it.
type limited struct {
	bytes.Buffer
	left int
}

func (l *limited) Write(p []byte) (int, error) {
	kept := p[:min(len(p), l.left)]
	l.left -= len(kept)
	l.Buffer.Write(kept)
	return len(p), nil
}

// text is the first line, where it can be one of an error.
func (l *limited) text() string {
	line, _, _ := strings.Cut(strings.TrimSpace(l.String()), "\n")
	return line[:min(len(line), 200)]
}

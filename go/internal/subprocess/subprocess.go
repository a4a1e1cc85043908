// Package subprocess runs parts of a test in processes of their own, by starting
// the test binary once more. Only tests import it.
package subprocess

import (
	"fmt"
	"os"
	"os/exec"
	"testing"
)

// variable selects the part that a test binary runs.
const variable = "WASM2OCI_TEST_PART"

// Main is what TestMain calls: it runs the tests, or the part that Command asked
// for.
func Main(m *testing.M, parts map[string]func(arguments []string) error) {
	name, asked := os.LookupEnv(variable)
	if !asked {
		os.Exit(m.Run())
	}
	part, known := parts[name]
	if !known {
		fmt.Fprintf(os.Stderr, "no part %q\n", name)
		os.Exit(2)
	}
	if err := part(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// Command returns the command that runs a part; it is killed when the test ends.
// An error that the part returns goes to its stderr.
func Command(t *testing.T, part string, arguments ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), self, arguments...)
	command.Env = append(os.Environ(), variable+"="+part)
	return command
}

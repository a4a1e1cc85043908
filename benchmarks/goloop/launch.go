package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"syscall"
	"time"
)

// launch runs a program and writes to a file how long it took and how much memory.
// The kernel counts the memory of whoever starts a program as the program's own,
// so it is started from here, where that is little, and not from a Python.
func launch(into string, command []string) (int, error) {
	program := exec.Command(command[0], command[1:]...) //nolint:gosec // that is its purpose
	program.Stdout, program.Stderr = os.Stdout, os.Stderr
	began := time.Now()
	err := program.Run()
	result := answer{Seconds: time.Since(began).Seconds()}
	if program.ProcessState == nil {
		return 1, err
	}
	if usage, ok := program.ProcessState.SysUsage().(*syscall.Rusage); ok {
		result.Peak = usage.Maxrss << 10
	}
	text, err := json.Marshal(result)
	if err == nil {
		err = os.WriteFile(into, text, 0o600)
	}
	return program.ProcessState.ExitCode(), err
}

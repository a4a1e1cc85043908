/*
 * The start of the Go runtime, and what a fork does to it. See start.c.
 */
#ifndef WASM2OCI_START_H
#define WASM2OCI_START_H

/* Starts Go unless it runs already. Returns 0 in a child that was forked after
 * that, where Go must not be entered. */
int go_enter(void);

/* Whether Go runs in this process: where it does not, there are no handles. */
int go_runs(void);

#endif

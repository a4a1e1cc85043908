//! The thread that wakes tasks.
//!
//! It exists while a task waits, and for a moment longer. It waits for the one queue of completions of this crate,
//! which reports what has ended: so any number of operations costs one thread, and no executor is needed.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::Waker;
use std::thread;
use std::time::{Duration, Instant};

use wasm2oci_sys as sys;

use crate::error::check;
use crate::progress::PERIOD;
use crate::{Error, Result, Status};

/// How long the thread stays when nobody waits, so that one call after another does not begin one each.
const LINGER: Duration = Duration::from_secs(1);

/// What is waited for.
#[derive(Clone, Copy)]
pub(crate) struct Source {
    /// The number of an operation or a reader; no two have the same.
    pub(crate) id: u64,
    /// Whether the task is woken from time to time as well.
    pub(crate) ticks: bool,
}

struct Waiting {
    waker: Waker,
    ticks: bool,
}

struct State {
    queue: sys::wasm2oci_completions_t,
    waiting: Option<HashMap<u64, Waiting>>,
    running: bool,
}

static STATE: Mutex<State> = Mutex::new(State {
    queue: sys::wasm2oci_completions_t { id: 0 },
    waiting: None,
    running: false,
});

fn lock() -> MutexGuard<'static, State> {
    STATE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Wakes a task once, when what it waits for is ready. `add` puts that into a queue.
pub(crate) fn watch(
    source: Source,
    waker: &Waker,
    add: impl FnOnce(sys::wasm2oci_completions_t, *mut sys::wasm2oci_error_t) -> sys::wasm2oci_status_t,
) -> Result<()> {
    let mut state = lock();
    if state.queue.id == 0 {
        let mut queue = sys::wasm2oci_completions_t::default();
        // SAFETY: the place lives until the call returns.
        check(|error| unsafe { sys::wasm2oci_completions_new(&raw mut queue, error) })?;
        state.queue = queue;
    }
    let queue = state.queue;
    let waiting = state.waiting.get_or_insert_default();
    let known = waiting
        .insert(
            source.id,
            Waiting {
                waker: waker.clone(),
                ticks: source.ticks,
            },
        )
        .is_some();
    // It is in the queue until it is reported.
    if !known {
        if let Err(error) = check(|place| add(queue, place)) {
            waiting.remove(&source.id);
            return Err(error);
        }
    }
    if !state.running {
        let begun = thread::Builder::new()
            .name("wasm2oci".to_owned())
            .spawn(move || run(queue));
        begun.map_err(|error| Error::new(Status::Internal, format!("no thread can be started: {error}")))?;
        state.running = true;
    }
    Ok(())
}

/// Forgets a task that no longer waits.
pub(crate) fn forget(id: u64) {
    if let Some(waiting) = &mut lock().waiting {
        waiting.remove(&id);
    }
}

fn run(queue: sys::wasm2oci_completions_t) {
    let mut ids = [0; 64];
    let mut ticked = Instant::now();
    let mut busy = Instant::now();
    loop {
        let reported = wait(queue, &mut ids);
        let mut state = lock();
        let waiting = state.waiting.get_or_insert_default();
        let mut due: Vec<Waker> = Vec::new();
        match &reported {
            Ok(count) => due.extend(
                ids[..*count]
                    .iter()
                    .filter_map(|id| waiting.remove(id))
                    .map(|one| one.waker),
            ),
            // The library was shut down: those who wait find that out.
            Err(_) => due.extend(waiting.drain().map(|(_, one)| one.waker)),
        }
        if ticked.elapsed() >= PERIOD {
            ticked = Instant::now();
            due.extend(
                waiting
                    .values()
                    .filter(|one| one.ticks)
                    .map(|one| one.waker.clone()),
            );
        }
        if !due.is_empty() || !waiting.is_empty() {
            busy = Instant::now();
        }
        let over = reported.is_err() || busy.elapsed() >= LINGER;
        if over {
            state.running = false;
        }
        if reported.is_err() {
            state.queue = sys::wasm2oci_completions_t::default();
        }
        drop(state);
        // Whoever is woken may drop an operation, which takes the lock.
        due.into_iter().for_each(Waker::wake);
        if over {
            return;
        }
    }
}

/// What is ready after a moment; the end of the queue is an error.
fn wait(queue: sys::wasm2oci_completions_t, ids: &mut [u64]) -> Result<usize> {
    let mut count = 0;
    let milliseconds = i64::try_from(PERIOD.as_millis()).unwrap_or(i64::MAX);
    check(|error| {
        // SAFETY: the places live until the call returns.
        unsafe {
            sys::wasm2oci_completions_wait(
                queue,
                milliseconds,
                ids.as_mut_ptr(),
                ids.len(),
                &raw mut count,
                error,
            )
        }
    })?;
    Ok(count)
}

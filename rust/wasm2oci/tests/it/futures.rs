use std::future::{Future, IntoFuture};
use std::net::TcpListener;
use std::pin::pin;
use std::sync::Arc;
use std::sync::mpsc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread;
use std::time::Duration;

use wasm2oci::{Client, Operation, Phase, Progress, ResolveResult, Status};

use crate::place::{Folder, HELLO, on_both};

/// A registry that takes connections and never answers; it says when there is one.
fn silent() -> (String, mpsc::Receiver<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let host = listener.local_addr().expect("an address").to_string();
    let (connected, told) = mpsc::channel();
    thread::spawn(move || {
        let mut kept = Vec::new();
        for connection in listener.incoming() {
            kept.push(connection);
            if connected.send(()).is_err() {
                break;
            }
        }
    });
    (host, told)
}

struct Unpark(thread::Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// The smallest executor.
fn block_on<F: IntoFuture>(future: F) -> F::Output {
    let mut future = pin!(future.into_future());
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(value) => return value,
            Poll::Pending => thread::park(),
        }
    }
}

#[test]
fn a_verb_is_awaited_without_a_runtime() {
    on_both("await", |folder, place| {
        let client = Client::new().expect("a client");
        block_on(async {
            let pushed = client
                .push(folder.hello(), format!("{place}:v1"))
                .await
                .expect("pushed");
            let operation = client.resolve(format!("{place}:v1")).start().expect("started");
            assert_eq!(operation.await.expect("resolved").digest, pushed.digest);
            let mut tags = client.tags(place);
            assert_eq!(tags.next_tag().await.expect("a tag").expect("listed"), "v1");
            assert!(tags.next_tag().await.is_none());
        });
    });
}

#[test]
fn progress_is_reported_while_it_waits() {
    on_both("progress", |folder, place| {
        let client = Client::new().expect("a client");
        let mut last = Progress::default();
        client
            .push(folder.hello(), format!("{place}:v1"))
            .on_progress(|now| last = now.clone())
            .run()
            .expect("pushed");
        assert_eq!(last.phase, Phase::Done);
        let (sender, seen) = mpsc::channel();
        let fetch = client.fetch(format!("{place}:v1")).on_progress(move |now| {
            let _ = sender.send(now.clone());
        });
        block_on(fetch).expect("fetched");
        let last = seen.iter().last().expect("a report");
        assert_eq!((last.phase, last.done), (Phase::Done, last.total));
    });
}

#[test]
fn progress_comes_while_nothing_moves() {
    let (host, _told) = silent();
    let client = Client::new().expect("a client");
    let (sender, seen) = mpsc::channel();
    let request = client.resolve(format!("{host}/x:v1")).on_progress(move |_| {
        let _ = sender.send(());
    });
    let task = thread::spawn(move || block_on(request));
    for _ in 0..3 {
        seen.recv_timeout(Duration::from_secs(30)).expect("a report");
    }
    client.close();
    assert_eq!(
        task.join().expect("no panic").unwrap_err().status(),
        Status::Cancelled
    );
}

#[test]
fn an_operation_that_is_dropped_ends() {
    let (host, connected) = silent();
    let client = Client::new().expect("a client");
    let operation = client.resolve(format!("{host}/x:v1")).start().expect("started");
    connected.recv().expect("it has begun");
    assert!(!operation.wait_timeout(Duration::ZERO).expect("it runs"));
    let (done, ended) = mpsc::channel();
    thread::spawn(move || {
        drop(operation);
        let _ = done.send(());
    });
    ended
        .recv_timeout(Duration::from_secs(30))
        .expect("it does not wait for the registry");
}

#[test]
fn an_operation_that_is_cancelled_says_so() {
    let (host, connected) = silent();
    let client = Client::new().expect("a client");
    let operation = client.resolve(format!("{host}/x:v1")).start().expect("started");
    connected.recv().expect("it has begun");
    operation.cancel().expect("cancelled");
    assert_eq!(operation.finish().unwrap_err().status(), Status::Cancelled);
}

#[test]
fn a_time_limit_holds_in_a_task() {
    let (host, _connected) = silent();
    let client = Client::new().expect("a client");
    let request = client
        .resolve(format!("{host}/x:v1"))
        .timeout(Duration::from_millis(200));
    assert_eq!(block_on(request).unwrap_err().status(), Status::Timeout);
}

#[test]
fn an_operation_keeps_its_client_and_its_bytes() {
    let folder = Folder::new();
    let operation = {
        let client = Client::new().expect("a client");
        client
            .push_bytes(HELLO.to_vec(), format!("{}:v1", folder.layout()))
            .start()
            .expect("started")
    };
    assert_eq!(block_on(operation).expect("pushed").tags, ["v1"]);
}

#[test]
fn an_operation_has_a_log_and_its_result_as_json() {
    let folder = Folder::new();
    let client = Client::new().expect("a client");
    let operation = client
        .push_bytes(HELLO, format!("{}:v1", folder.layout()))
        .start()
        .expect("started");
    operation.wait().expect("pushed");
    assert!(operation.json().expect("a result").contains("\"digest\""));
    assert!(
        operation
            .log()
            .expect("a log")
            .iter()
            .all(|record| !record.message.is_empty())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn hundreds_of_operations_need_few_threads() {
    let folder = Folder::new();
    let client = Client::new().expect("a client");
    let reference = format!("{}:v1", folder.layout());
    client.push_bytes(HELLO, &reference).await.expect("pushed");
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..300 {
        tasks.spawn(client.fetch(&reference).into_future());
    }
    let mut most = 0;
    while let Some(fetched) = tasks.join_next().await {
        assert_eq!(&fetched.expect("no panic").expect("fetched")[..], HELLO);
        most = most.max(threads());
    }
    // Those of the other tests and of Go are among them.
    assert!(most < 150, "{most} threads");
}

/// How many threads the process has, where that can be read.
fn threads() -> usize {
    std::fs::read_dir("/proc/self/task").map_or(0, Iterator::count)
}

#[tokio::test]
async fn a_race_that_is_lost_cancels() {
    let (host, _connected) = silent();
    let client = Client::new().expect("a client");
    let waiting = client.resolve(format!("{host}/x:v1")).into_future();
    assert!(
        tokio::time::timeout(Duration::from_millis(200), waiting)
            .await
            .is_err()
    );
    // Nothing is left behind, or this would not end.
    client.close();
}

#[test]
fn a_future_moves_between_threads() {
    fn sent<T: Send>(value: T) -> T {
        value
    }
    let client = Client::new().expect("a client");
    let _: Operation<ResolveResult>;
    drop(sent(client.resolve("oci:x:v1").into_future()));
}

#[cfg(feature = "tokio")]
#[tokio::test]
async fn a_module_is_read_in_a_task_of_tokio() {
    use tokio::io::AsyncReadExt;

    let folder = Folder::new();
    let client = Client::new().expect("a client");
    let large: Vec<u8> = [HELLO, &[0, 0xff, 0xff, 0x3f, 1, b'x'][..]].concat();
    let large = [large, vec![7; 0xf_ffff - 2]].concat();
    client
        .push_bytes(large.clone(), format!("{}:v1", folder.layout()))
        .await
        .expect("pushed");
    let mut reader = client
        .open(format!("{}:v1", folder.layout()))
        .await
        .expect("opened");
    let mut read = Vec::new();
    reader.read_to_end(&mut read).await.expect("read");
    assert!(read == large);
}

#[cfg(feature = "futures")]
#[tokio::test]
async fn a_module_is_read_in_a_task_of_any_kind() {
    use futures_util::io::AsyncReadExt;

    let folder = Folder::new();
    let client = Client::new().expect("a client");
    client
        .push(folder.hello(), format!("{}:v1", folder.layout()))
        .await
        .expect("pushed");
    let mut reader = client
        .open(format!("{}:v1", folder.layout()))
        .await
        .expect("opened");
    let mut read = Vec::new();
    AsyncReadExt::read_to_end(&mut reader, &mut read)
        .await
        .expect("read");
    assert_eq!(read, HELLO);
}

use std::fs;
use std::sync::mpsc;

use wasm2oci::{BatchProgress, Client, Status};

use crate::place::{Folder, HELLO, on_both};

#[test]
fn many_are_pushed_and_pulled() {
    on_both("many", |folder, place| {
        let client = Client::new().expect("a client");
        let file = folder.hello();
        let items = (0..5).map(|number| (file.clone(), format!("{place}:v{number}")));
        for outcome in client
            .push_many(items)
            .concurrency(2)
            .annotations([("team", "a")])
        {
            outcome.result.expect("pushed");
        }
        let items: Vec<_> = (0..6)
            .map(|number| (format!("{place}:v{number}"), format!("{number}.wasm")))
            .collect();
        let (sender, seen) = mpsc::channel();
        let report = move |progress: &BatchProgress| {
            let _ = sender.send(progress.clone());
        };
        let pulls = client
            .pull_many(items)
            .folder(folder.path().join("modules"))
            .on_progress(report);
        let mut outcomes: Vec<_> = pulls.collect();
        outcomes.sort_by_key(|outcome| outcome.index);
        assert_eq!(outcomes.len(), 6);
        for (number, outcome) in outcomes.into_iter().enumerate() {
            match outcome.result {
                Ok(pulled) => assert_eq!(fs::read(pulled.path).expect("the file"), HELLO),
                Err(error) => assert_eq!((number, error.status()), (5, Status::NotFound), "{error}"),
            }
        }
        let last = seen.iter().last().expect("a report");
        assert_eq!((last.begun, last.finished, last.failed), (6, 6, 1));
        assert_eq!(last.done, 5 * HELLO.len() as u64);
    });
}

#[test]
fn two_items_do_not_write_one_file() {
    let folder = Folder::new();
    let client = Client::new().expect("a client");
    let reference = format!("{}:v1", folder.layout());
    client.push(folder.hello(), &reference).run().expect("pushed");
    let pulls = client
        .pull_many([reference.as_str(), reference.as_str()])
        .folder(folder.path().join("out"));
    let mut statuses: Vec<_> = pulls
        .map(|outcome| outcome.result.map_err(|error| error.status()).err())
        .collect();
    statuses.sort_by_key(Option::is_some);
    assert_eq!(statuses, [None, Some(Status::InvalidArgument)]);
}

#[test]
fn many_are_copied() {
    on_both("copies", |folder, place| {
        let client = Client::new().expect("a client");
        client
            .push(folder.hello(), format!("{place}:v1,v2"))
            .run()
            .expect("pushed");
        let items = ["v1", "v2"].map(|tag| {
            (
                format!("{place}:{tag}"),
                format!("oci:{}:{tag}", folder.path().join("copies").display()),
            )
        });
        assert!(client.copy_many(items).all(|outcome| outcome.result.is_ok()));
    });
}

#[test]
fn items_are_taken_when_there_is_room() {
    let folder = Folder::new();
    let client = Client::new().expect("a client");
    let reference = format!("{}:v1", folder.layout());
    client.push(folder.hello(), &reference).run().expect("pushed");
    let endless = (0..).map(|number| (reference.clone(), folder.path().join(format!("{number}.wasm"))));
    assert_eq!(
        client
            .pull_many(endless)
            .concurrency(3)
            .take(10)
            .filter(|outcome| outcome.result.is_ok())
            .count(),
        10
    );
}

#[cfg(feature = "futures")]
#[tokio::test]
async fn a_batch_and_tags_are_streams() {
    use futures_util::{StreamExt, TryStreamExt};

    let folder = Folder::new();
    let client = Client::new().expect("a client");
    let items = ["v1", "v2"].map(|tag| (folder.hello(), format!("{}:{tag}", folder.layout())));
    assert_eq!(
        StreamExt::collect::<Vec<_>>(client.push_many(items)).await.len(),
        2
    );
    let mut tags: Vec<_> = TryStreamExt::try_collect(client.tags(folder.layout()))
        .await
        .expect("listed");
    tags.sort();
    assert_eq!(tags, ["v1", "v2"]);
}

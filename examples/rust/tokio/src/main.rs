//! Fetches many modules at once in tasks of tokio, none of which waits in a thread.
//!
//!     cargo run -p tokio-host -- COUNT REFERENCE...
//!
//! Each reference is fetched COUNT times. Ctrl-C, or 30 seconds, end all of it.
//!
//! SPDX-License-Identifier: Apache-2.0

use std::env;
use std::future::IntoFuture;
use std::process::ExitCode;
use std::time::Duration;

use tokio::task::JoinSet;
use wasm2oci::Client;

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let (Some(Ok(count)), Some(references)) =
        (arguments.first().map(|text| text.parse()), arguments.get(1..))
    else {
        eprintln!("usage: tokio-host COUNT REFERENCE...");
        return ExitCode::from(2);
    };
    // Dropping a future cancels it: the loser leaves nothing behind.
    tokio::select! {
        ended = tokio::time::timeout(Duration::from_secs(30), fetch_all(references, count)) => match ended {
            Ok(Ok((modules, bytes))) => {
                println!("fetched {modules} modules, {bytes} bytes");
                ExitCode::SUCCESS
            }
            Ok(Err(error)) => {
                eprintln!("{error}");
                ExitCode::FAILURE
            }
            Err(_) => {
                eprintln!("not within 30 seconds");
                ExitCode::FAILURE
            }
        },
        _ = tokio::signal::ctrl_c() => ExitCode::from(130),
    }
}

async fn fetch_all(references: &[String], count: usize) -> wasm2oci::Result<(usize, usize)> {
    let client = Client::new()?;
    let mut tasks = JoinSet::new();
    for reference in references {
        for _ in 0..count {
            tasks.spawn(client.fetch(reference).into_future());
        }
    }
    let (mut modules, mut bytes) = (0, 0);
    while let Some(fetched) = tasks.join_next().await {
        modules += 1;
        bytes += fetched.expect("no task panics")?.len();
    }
    Ok((modules, bytes))
}

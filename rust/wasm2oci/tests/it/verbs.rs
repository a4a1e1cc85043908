use std::collections::BTreeMap;
use std::fs;

use wasm2oci::{Client, ExternKind, Kind, PushFormat, Reference, Status, TagOrder};

use crate::place::{HELLO, on_both};

fn client() -> Client {
    Client::new().expect("a client")
}

#[test]
fn a_file_that_is_pushed_can_be_pulled() {
    on_both("pull", |folder, place| {
        let client = client();
        let reference = format!("{place}:v1");
        let pushed = client
            .push(folder.hello(), &reference)
            .annotations([("team", "a")])
            .run()
            .expect("pushed");
        assert_eq!(
            (pushed.kind, pushed.format.as_str()),
            (Some(Kind::Module), "wasm")
        );
        assert_eq!(pushed.tags, ["v1"]);
        let path = folder.path().join("copy.wasm");
        let pulled = client.pull(&reference).to(&path).run().expect("pulled");
        assert_eq!(
            (&pulled.digest, &pulled.path, pulled.file_size),
            (&pushed.digest, &path, HELLO.len() as u64)
        );
        assert_eq!(fs::read(path).expect("the file"), HELLO);
    });
}

#[test]
fn a_pull_into_a_folder_has_the_default_name() {
    on_both("default", |folder, place| {
        let client = client();
        let reference: Reference = format!("{place}:v1").parse().expect("a reference");
        client.push(folder.hello(), &reference).run().expect("pushed");
        let pulled = client
            .pull(&reference)
            .to(folder.path().join("modules/"))
            .durable(true)
            .run()
            .expect("pulled");
        let name = reference.default_name().expect("a name");
        assert_eq!(
            pulled.path.file_name().and_then(|name| name.to_str()),
            Some(name.as_str())
        );
        assert_eq!(fs::read(&pulled.path).expect("the file"), HELLO);
    });
}

#[test]
fn bytes_that_are_pushed_can_be_fetched() {
    on_both("fetch", |_, place| {
        let client = client();
        let borrowed = HELLO.to_vec();
        let reference = format!("{place}:v1");
        client
            .push_bytes(&borrowed, &reference)
            .format(PushFormat::WasmToOci)
            .title("h.wasm")
            .run()
            .expect("pushed");
        drop(borrowed);
        let fetched = client.fetch(&reference).run().expect("fetched");
        assert_eq!(&fetched[..], HELLO);
        assert_eq!(
            (fetched.info.format.as_str(), fetched.info.file_size),
            ("wasm-to-oci", HELLO.len() as u64)
        );
        // What was fetched outlives its client.
        client.close();
        assert_eq!(fetched.as_ref(), HELLO);
    });
}

#[cfg(unix)]
#[test]
fn an_open_file_can_be_pushed() {
    on_both("file", |folder, place| {
        let file = fs::File::open(folder.hello()).expect("the file");
        client()
            .push_file(file, format!("{place}:v1"))
            .run()
            .expect("pushed");
        assert_eq!(
            &client().fetch(format!("{place}:v1")).run().expect("fetched")[..],
            HELLO
        );
    });
}

#[test]
fn an_inspection_says_what_is_inside() {
    on_both("inspect", |folder, place| {
        let client = client();
        let pushed = client
            .push(folder.hello(), format!("{place}:v1"))
            .run()
            .expect("pushed");
        let artifact = client.inspect(format!("{place}:v1")).run().expect("inspected");
        assert_eq!(
            (artifact.kind, artifact.digest.as_str()),
            (Some(Kind::Module), pushed.digest.as_str())
        );
        let import = &artifact.imports[0];
        assert_eq!(
            (import.module.as_deref(), import.name.as_str()),
            (Some("wasi_snapshot_preview1"), "fd_write")
        );
        assert_eq!(
            (import.kind, import.func.as_ref().map(|func| func.params.len())),
            (ExternKind::Func, Some(4))
        );
        assert_eq!(artifact.raw, None);
        let raw = client
            .inspect_reference(format!("{place}:v1"))
            .raw(true)
            .run()
            .expect("inspected")
            .raw;
        assert_eq!(raw.map(|raw| raw.len() as u64), Some(pushed.size));
        let file = client.inspect_file(folder.hello()).run().expect("inspected");
        assert_eq!(
            (file.reference, file.exports.len()),
            (None, artifact.exports.len())
        );
    });
}

#[test]
fn tags_are_set_listed_and_removed() {
    on_both("tags", |folder, place| {
        let client = client();
        let pushed = client
            .push(folder.hello(), format!("{place}:v1.0,v1.10"))
            .run()
            .expect("pushed");
        assert_eq!(pushed.tags, ["v1.0", "v1.10"]);
        let tagged = client
            .tag(format!("{place}:v1.0"), ["v1.2", "latest"])
            .run()
            .expect("tagged");
        assert_eq!(tagged.digest, pushed.digest);
        assert_eq!(
            client
                .resolve(format!("{place}:latest"))
                .run()
                .expect("resolved")
                .digest,
            pushed.digest
        );
        let tags: Vec<_> = client
            .tags(place)
            .sort(TagOrder::Semver)
            .collect::<Result<_, _>>()
            .expect("listed");
        assert_eq!(tags, ["v1.0", "v1.2", "v1.10", "latest"]);
        let mut few: Vec<_> = client
            .tags(place)
            .limit(3)
            .collect::<Result<_, _>>()
            .expect("listed");
        few.sort();
        assert_eq!(few.len(), 3);
        let page = client.tags_page(place).limit(2).run().expect("a page");
        assert_eq!((page.tags.len(), page.next.is_some()), (2, true));
    });
}

#[test]
fn what_is_erased_is_told() {
    let file = std::env::temp_dir().join(format!("wasm2oci-logout-{}.json", std::process::id()));
    std::fs::write(&file, r#"{"auths":{"r.example":{"auth":"bWU6cHc="}}}"#).expect("written");
    let client = client();
    let erased = client.logout("r.example").auth_file(&file).run().expect("erased");
    assert_eq!(erased.registries, ["r.example"]);
    let refused = client
        .login("https://r.example")
        .token("token")
        .run()
        .unwrap_err();
    assert_eq!(refused.status(), Status::InvalidReference);
    std::fs::remove_file(file).expect("removed");
}

#[test]
fn a_tag_is_removed_alone_or_it_is_said_why_not() {
    on_both("untag", |folder, place| {
        let client = client();
        let pushed = client
            .push(folder.hello(), format!("{place}:v1,v2"))
            .run()
            .expect("pushed");
        match client.untag(format!("{place}:v1")).run() {
            Ok(untagged) => assert_eq!((untagged.digest, untagged.deleted), (pushed.digest, false)),
            Err(error) => assert_eq!(error.status(), Status::Unsupported, "{error}"),
        }
        assert!(client.resolve(format!("{place}:v2")).run().is_ok());
    });
}

#[test]
fn what_is_deleted_is_gone() {
    on_both("delete", |folder, place| {
        let client = client();
        let pushed = client
            .push(folder.hello(), format!("{place}:v1"))
            .run()
            .expect("pushed");
        let pinned = format!("{place}@{}", pushed.digest);
        assert_eq!(
            client.delete(&pinned).dry_run(true).run().expect("tried").tags,
            ["v1"]
        );
        assert!(client.resolve(format!("{place}:v1")).run().is_ok());
        assert_eq!(
            client.delete(&pinned).run().expect("deleted").digest,
            pushed.digest
        );
        assert_eq!(
            client.resolve(&pinned).run().unwrap_err().status(),
            Status::NotFound
        );
    });
}

#[test]
fn what_is_attached_is_listed_and_copied() {
    on_both("attach", |folder, place| {
        let client = client();
        let pushed = client
            .push(folder.hello(), format!("{place}:v1"))
            .run()
            .expect("pushed");
        let sbom = folder.file("sbom.json", b"{}");
        let attached = client
            .attach(format!("{place}:v1"), [&sbom])
            .artifact_type("application/spdx+json")
            .annotations([("by", "a test")])
            .run()
            .expect("attached");
        assert_eq!(
            (attached.subject.digest.as_str(), attached.layers.len()),
            (pushed.digest.as_str(), 1)
        );
        let inspected = client
            .inspect(attached.reference.as_str())
            .run()
            .expect("inspected");
        assert_eq!(
            inspected.subject.map(|one| one.digest),
            Some(attached.subject.digest)
        );
        let listed = client.referrers(format!("{place}:v1")).run().expect("listed");
        let digests: Vec<_> = listed.referrers.iter().map(|one| one.digest.as_str()).collect();
        assert_eq!(digests, [attached.digest.as_str()]);
        let other = format!("oci:{}", folder.path().join("other").display());
        let copied = client
            .copy(format!("{place}:v1"), format!("{other}:v1"))
            .referrers(true)
            .run()
            .expect("copied");
        assert_eq!(copied.digest, pushed.digest);
        assert_eq!(
            client
                .referrers(format!("{other}:v1"))
                .run()
                .expect("listed")
                .referrers
                .len(),
            1
        );
    });
}

#[test]
fn all_tags_are_copied() {
    on_both("copy", |folder, place| {
        let client = client();
        let pushed = client
            .push(folder.hello(), format!("{place}:v1,v2"))
            .run()
            .expect("pushed");
        let copied = client
            .copy(
                place,
                format!("oci-archive:{}", folder.path().join("all.tar").display()),
            )
            .all_tags(true)
            .run()
            .expect("copied");
        let expected = ["v1", "v2"].map(|tag| (tag.to_owned(), pushed.digest.clone()));
        assert_eq!(copied.tags, BTreeMap::from(expected));
    });
}

#[test]
fn an_artifact_is_converted() {
    on_both("convert", |folder, place| {
        let client = client();
        client
            .push(folder.hello(), format!("{place}:v1"))
            .run()
            .expect("pushed");
        let converted = client
            .convert(format!("{place}:v1"), format!("{place}:old"))
            .format(PushFormat::WasmToOci)
            .run()
            .expect("converted");
        assert_eq!(converted.format, "wasm-to-oci");
        assert_eq!(
            &client.fetch(format!("{place}:old")).run().expect("fetched")[..],
            HELLO
        );
    });
}

#[test]
fn a_reference_has_parts() {
    let reference = Reference::parse("Registry.Example:5000/team/hello").expect("a reference");
    assert_eq!(reference.as_str(), "registry.example:5000/team/hello:latest");
    assert_eq!(reference.written(), "registry.example:5000/team/hello");
    assert_eq!(
        (reference.registry(), reference.repository()),
        (Some("registry.example:5000"), Some("team/hello"))
    );
    assert_eq!(
        (reference.scheme(), reference.tag(), reference.digest()),
        ("", Some("latest"), None)
    );
    let digest = format!("sha256:{}", "a".repeat(64));
    assert_eq!(reference.with_digest(&digest).expect("pinned").tag(), None);
    assert_eq!(
        reference.with_tag("v1@x").unwrap_err().status(),
        Status::InvalidReference
    );
    let layout: Reference = "oci:some/folder:v1".parse().expect("a reference");
    assert_eq!(layout.path(), Some("some/folder".as_ref()));
    assert!(layout < reference);
}

#[test]
fn a_module_is_kept_in_a_cache() {
    on_both("cached", |folder, place| {
        let cache = folder.path().join("cache");
        let client = Client::builder().cache_dir(&cache).build().expect("a client");
        client
            .push(folder.hello(), format!("{place}:v1"))
            .run()
            .expect("pushed");
        let cached = client.cached(format!("{place}:v1")).run().expect("cached");
        assert_eq!(cached.info.file_size, HELLO.len() as u64);
        assert_eq!(fs::read(&cached).expect("the file"), HELLO);
        let error = self::client().cached(format!("{place}:v1")).run().unwrap_err();
        assert_eq!(error.status(), Status::InvalidArgument, "{error}");
    });
}

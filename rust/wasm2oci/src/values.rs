//! Options on their way to C.

use std::ffi::CString;
use std::fmt;
use std::path::Path;
use std::time::Duration;

use serde_json::{Map, Value};

use crate::{Error, Result, raw};

/// Options as the C API takes them: members of a JSON object.
#[derive(Clone, Default)]
pub struct Values {
    members: Map<String, Value>,
    /// Why one of them could not be put into JSON.
    problem: Option<Error>,
}

impl Values {
    pub(crate) fn set(&mut self, name: &str, value: impl Into<Value>) {
        self.members.insert(name.to_owned(), value.into());
    }

    pub(crate) fn set_path(&mut self, name: &str, path: &Path) {
        match path.to_str() {
            Some(path) => self.set(name, path),
            None => {
                self.problem = Some(Error::invalid(format!(
                    "{name} \"{}\" is not valid Unicode",
                    path.display()
                )));
            }
        }
    }

    /// In milliseconds, rounded up, so that a short limit does not become none.
    pub(crate) fn set_duration(&mut self, name: &str, duration: Duration) {
        match u64::try_from(duration.as_nanos().div_ceil(1_000_000)) {
            Ok(0) => {
                self.problem = Some(Error::invalid(format!(
                    "{name} must be longer than zero; leave it out for no limit"
                )));
            }
            Ok(milliseconds) => self.set(&format!("{name}_ms"), milliseconds),
            Err(_) => {
                self.problem = Some(Error::invalid(format!(
                    "{name} is too long; leave it out for no limit"
                )));
            }
        }
    }

    pub(crate) fn insert(&mut self, name: &str, key: String, value: String) {
        let map = self.members.entry(name).or_insert_with(|| Map::new().into());
        if let Value::Object(map) = map {
            map.insert(key, value.into());
        }
    }

    pub(crate) fn push(&mut self, name: &str, value: impl Into<Value>) {
        let list = self
            .members
            .entry(name)
            .or_insert_with(|| Vec::<Value>::new().into());
        if let Value::Array(list) = list {
            list.push(value.into());
        }
    }

    /// What C takes. Errors: `InvalidArgument` for what cannot be written as JSON.
    pub(crate) fn to_json(&self) -> Result<CString> {
        match &self.problem {
            Some(problem) => Err(problem.clone()),
            None => raw::text("options", Value::Object(self.members.clone()).to_string()),
        }
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        self.members.get(name)
    }

    pub(crate) fn remove(&mut self, name: &str) {
        self.members.remove(name);
    }

    /// The names of what is set, and never a password.
    pub(crate) fn show(&self, name: &str, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{name} ")?;
        out.debug_set().entries(self.members.keys()).finish()
    }
}

//! The data of the benches: sessions of the demo gateway as JSON, as a dataset and as a list of structs.

#![expect(dead_code, reason = "not every bench uses all of it")]

use std::sync::{Arc, OnceLock};

use gatewatch::dataset::Dataset;
use gatewatch::demo::{DEFAULT_SEED, web_dev_response};
use gatewatch::gateway::webdev;
use serde::Deserialize;

/// Numbers of sessions. The largest has 200,000 users and 200 projects, the smallest 342 users and 23 projects.
pub(crate) const SIZES: [usize; 3] = [1_000, 100_000, 1_000_000];

/// A session as a struct, to compare with.
#[derive(Clone, Deserialize)]
pub(crate) struct Row {
    pub(crate) username: String,
    pub(crate) project: String,
    pub(crate) address: String,
    pub(crate) is_designer: bool,
    pub(crate) client_id: String,
    pub(crate) creation_time: i64,
}

/// The response as structs, to compare with.
#[derive(Deserialize)]
pub(crate) struct Response {
    pub(crate) rows: Vec<Row>,
}

/// The same sessions in three forms, made once per run.
pub(crate) struct Sessions {
    pub(crate) json: Vec<u8>,
    pub(crate) dataset: Arc<Dataset>,
    pub(crate) rows: Vec<Row>,
}

pub(crate) fn sessions(count: usize) -> &'static Sessions {
    static SESSIONS: [OnceLock<Sessions>; SIZES.len()] = [const { OnceLock::new() }; SIZES.len()];
    let index = SIZES.iter().position(|size| *size == count).expect("one of SIZES");
    SESSIONS[index].get_or_init(|| {
        let json = web_dev_response(DEFAULT_SEED, count).expect("sessions are JSON");
        let dataset = webdev::parse(&json).expect("the response of the demo gateway").dataset;
        let response: Response = serde_json::from_slice(&json).expect("the response of the demo gateway");
        Sessions { json, dataset: Arc::new(dataset), rows: response.rows }
    })
}

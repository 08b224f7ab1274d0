//! What the benches work on: the demo gateway's own sessions, as its answer, as a dataset, and as a list of structs.

#![expect(dead_code, reason = "not every bench looks at everything")]

use std::sync::{Arc, OnceLock};

use gatewatch::dataset::Dataset;
use gatewatch::demo::{DEFAULT_SEED, web_dev_answer};
use gatewatch::gateway::webdev;
use serde::Deserialize;

/// Sessions. A large plant has a fifth as many users and 200 projects; the smallest here has 342 users and 23 projects.
pub(crate) const SIZES: [usize; 3] = [1_000, 100_000, 1_000_000];

/// One session as the naive way keeps it.
#[derive(Clone, Deserialize)]
pub(crate) struct Row {
    pub(crate) username: String,
    pub(crate) project: String,
    pub(crate) address: String,
    pub(crate) is_designer: bool,
    pub(crate) client_id: String,
    pub(crate) creation_time: i64,
}

/// The answer as the naive way reads it.
#[derive(Deserialize)]
pub(crate) struct Answer {
    pub(crate) rows: Vec<Row>,
}

/// So many sessions, made once for all benches of a run.
pub(crate) struct Sessions {
    pub(crate) json: Vec<u8>,
    pub(crate) dataset: Arc<Dataset>,
    pub(crate) rows: Vec<Row>,
}

pub(crate) fn sessions(count: usize) -> &'static Sessions {
    static MADE: [OnceLock<Sessions>; SIZES.len()] = [const { OnceLock::new() }; SIZES.len()];
    let place = SIZES.iter().position(|size| *size == count).expect("a size of this file");
    MADE[place].get_or_init(|| {
        let json = web_dev_answer(DEFAULT_SEED, count).expect("sessions are JSON");
        let dataset = webdev::parse(&json).expect("the answer of the demo gateway").dataset;
        let answer: Answer = serde_json::from_slice(&json).expect("the demo gateway's own answer");
        Sessions { json, dataset: Arc::new(dataset), rows: answer.rows }
    })
}

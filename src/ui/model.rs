//! What the window shows, without how it looks.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use crate::dataset::Dataset;
use crate::filter::Mode;
use crate::gateway::{GatewayError, GatewayInfo};
use crate::query::{FilterFault, SortKey};
use crate::watch::{Activity, News};

/// Everything that the window shows.
#[derive(Default)]
pub(super) struct Model {
    /// What stands in the box for the gateway.
    pub(super) gateway_box: String,
    /// Why that can't be connected to.
    pub(super) gateway_fault: Option<String>,
    /// The saved gateways' names, to choose from.
    pub(super) profiles: Vec<String>,
    /// The name of the watched gateway.
    pub(super) gateway: String,
    /// The state of the watched gateway.
    pub(super) news: Option<Arc<News>>,
    /// How often it is read; `None` for only when told.
    pub(super) refresh: Option<Duration>,
    /// The box for the username.
    pub(super) username: FilterBox,
    /// The box for the project.
    pub(super) project: FilterBox,
    /// By what the table is sorted.
    pub(super) sort: Vec<SortKey>,
    /// The rows on screen; `None` until a gateway has answered.
    pub(super) table: Option<Table>,
    /// Whether an export is made for a spreadsheet.
    pub(super) spreadsheet: bool,
    /// What the export is doing.
    pub(super) export: Export,
    /// Something to tell, until it is dismissed.
    pub(super) message: Option<Message>,
}

/// A filter as it is typed.
#[derive(Default)]
pub(super) struct FilterBox {
    /// The pattern.
    pub(super) text: String,
    /// How it is read.
    pub(super) mode: Mode,
    /// Why it is not in force.
    pub(super) fault: Option<FilterFault>,
}

/// The rows on screen.
pub(super) struct Table {
    /// The sessions.
    pub(super) dataset: Arc<Dataset>,
    /// Which of them are shown, in which order.
    pub(super) rows: Arc<Vec<u32>>,
}

/// What the export is doing.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) enum Export {
    /// Nothing.
    #[default]
    Idle,
    /// The user is choosing a file, or it is being written.
    Running,
    /// No file dialog came up, so the path is typed here.
    AskingForPath(String),
}

/// Something to tell.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Message {
    /// A file was written.
    Exported {
        /// The file.
        path: PathBuf,
        /// How many sessions are in it.
        sessions: usize,
    },
    /// Something did not work.
    Trouble(String),
}

/// How it stands with the gateway, in one word and a few more.
pub(super) enum Health<'a> {
    /// Nothing was heard yet.
    Connecting,
    /// All is well.
    Running(Option<&'a GatewayInfo>),
    /// Some of its nodes don't answer: how many, of how many, and why the first.
    Partly(usize, usize, &'a GatewayError),
    /// It does not answer.
    Lost(&'a GatewayError),
}

impl Model {
    /// How it stands with the gateway.
    pub(super) fn health(&self) -> Health<'_> {
        let Some(news) = &self.news else {
            return Health::Connecting;
        };
        let mut failed = news.nodes.iter().filter_map(|node| node.error.as_ref());
        match (failed.next(), failed.count()) {
            (Some(error), others) if others + 1 == news.nodes.len() => Health::Lost(error),
            (Some(error), others) => Health::Partly(others + 1, news.nodes.len(), error),
            (None, _) if news.table.is_none() => Health::Connecting,
            (None, _) => Health::Running(news.nodes.first().and_then(|node| node.info.as_ref())),
        }
    }

    /// Whether the rows on screen may no longer be true.
    pub(super) fn is_stale(&self) -> bool {
        self.table.is_some() && matches!(self.health(), Health::Lost(_) | Health::Partly(..))
    }

    /// When the rows on screen were received.
    pub(super) fn as_of(&self) -> Option<SystemTime> {
        self.news.as_ref().and_then(|news| news.as_of)
    }

    /// When the gateway is asked again, where that is settled.
    pub(super) fn next_read(&self) -> Option<SystemTime> {
        match self.news.as_ref()?.activity {
            Activity::Reading => None,
            Activity::Waiting { next } => next,
        }
    }

    /// Whether the gateway's answer is being waited for, and long enough to say so.
    pub(super) fn is_reading(&self) -> bool {
        self.news.as_ref().is_some_and(|news| news.activity == Activity::Reading)
    }
}

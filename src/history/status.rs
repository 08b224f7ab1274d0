//! The status of a recorder.

use std::path::PathBuf;
use std::sync::Arc;

use super::HistoryError;
use super::step::NodeKey;

/// The status of a recorder, which it reports at each change.
#[derive(Clone, Debug)]
pub enum RecorderStatus {
    /// Everything is written.
    Recording,
    /// The database can't be written. Reads are kept, within bounds, and written later.
    Waiting(Arc<HistoryError>),
    /// Another process records these nodes. This one takes over when that ends.
    StandingBy(Vec<NodeKey>),
    /// This process has taken over these nodes from another one.
    TakenOver(Vec<NodeKey>),
    /// The file was removed or replaced by another program. The recorder goes on in the one that is there now, or in a new one.
    Replaced,
    /// The recorder has ended before it could write what it had kept.
    StoppedUnwritten,
    /// The file was damaged. It has this name now, and a new one was started.
    SetAside(PathBuf),
    /// The file is on a network share, where other programs can damage it while it is written.
    OnNetworkShare,
}

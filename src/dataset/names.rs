//! The names of columns.

/// The standard column `username`.
pub const USERNAME: &str = "username";
/// The standard column `project`.
pub const PROJECT: &str = "project";
/// The standard column `address`.
pub const ADDRESS: &str = "address";
/// The standard column `isDesigner`.
pub const IS_DESIGNER: &str = "isDesigner";
/// The standard column `clientId`.
pub const CLIENT_ID: &str = "clientId";
/// The standard column `creationTime`.
pub const CREATION_TIME: &str = "creationTime";
/// The gateway or node that a session belongs to, where several are in one dataset.
pub const GATEWAY: &str = "gateway";
/// The kind of a session: Vision, Designer or Perspective.
pub const KIND: &str = "kind";

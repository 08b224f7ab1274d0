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
/// The state of a past session, which says how certain it is that the session was on.
pub const STATE: &str = "state";
/// The time of the first list with a past session.
pub const FIRST_SEEN: &str = "firstSeen";
/// The time of the last list with a past session.
pub const LAST_SEEN: &str = "lastSeen";
/// The time of the first list without a past session.
pub const MISSED_AT: &str = "missedAt";
/// The time of a session's last communication.
pub const LAST_COMM: &str = "lastComm";
/// The time without communication after which a session ends, in milliseconds.
pub const TIMEOUT: &str = "timeout";
/// The time zone of a client.
pub const TIME_ZONE: &str = "timezone";
/// The memory that a client uses, in bytes.
pub const MEMORY_USED: &str = "memoryUsed";
/// The memory that a client may use, in bytes.
pub const MEMORY_MAX: &str = "memoryMax";
/// The number of tags that a client subscribes to.
pub const TAG_COUNT: &str = "tagCount";
/// The environment of a Perspective session: a browser, a Designer or an app.
pub const SESSION_SCOPE: &str = "sessionScope";
/// `true` if a Perspective session is authorized.
pub const AUTHORIZED: &str = "authorized";
/// The browser of a Perspective session.
pub const USER_AGENT: &str = "userAgent";
/// The number of pages that a Perspective session has open.
pub const ACTIVE_PAGES: &str = "activePages";
/// The IDs of these pages.
pub const PAGE_IDS: &str = "pageIds";
/// The number of bytes that a Perspective session was sent recently.
pub const RECENT_BYTES_SENT: &str = "recentBytesSent";
/// The number of bytes that a Perspective session was sent.
pub const TOTAL_BYTES_SENT: &str = "totalBytesSent";

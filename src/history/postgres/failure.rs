//! Sorts the errors of PostgreSQL by what the user can do about them.

use std::error::Error as _;
use std::io;

use tokio_postgres::Error;
use tokio_postgres::error::SqlState;

use super::super::{DatabaseError, HistoryError};
use super::password::PasswordSource;
use super::tls::CertificateProblem;

/// Sorts an error that a connection reported.
pub(super) fn failure(error: Error) -> HistoryError {
    let Some(code) = error.code().cloned() else {
        let is_lost =
            error.is_closed() || error.source().is_some_and(<dyn std::error::Error>::is::<io::Error>);
        let error = Box::new(error);
        return if is_lost { HistoryError::Unreachable(error) } else { HistoryError::Database(error) };
    };
    // The text around the message of the server says nothing.
    let error: DatabaseError = error.into_source().unwrap_or_else(|| "the server reported no message".into());
    match code {
        SqlState::INSUFFICIENT_PRIVILEGE => HistoryError::Permission(error),
        SqlState::READ_ONLY_SQL_TRANSACTION => HistoryError::ReadOnly(error),
        SqlState::DISK_FULL => HistoryError::Full(error),
        SqlState::QUERY_CANCELED => HistoryError::TimedOut(error),
        SqlState::LOCK_NOT_AVAILABLE
        | SqlState::T_R_DEADLOCK_DETECTED
        | SqlState::T_R_SERIALIZATION_FAILURE => HistoryError::Locked(error),
        SqlState::DATA_CORRUPTED | SqlState::INDEX_CORRUPTED => HistoryError::Damaged(error),
        SqlState::ADMIN_SHUTDOWN
        | SqlState::CRASH_SHUTDOWN
        | SqlState::CANNOT_CONNECT_NOW
        | SqlState::TOO_MANY_CONNECTIONS
        | SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT
        | SqlState::INVALID_CATALOG_NAME => HistoryError::Unreachable(error),
        // Connection exceptions and invalid authorizations.
        code if code.code().starts_with("08") => HistoryError::Unreachable(error),
        code if code.code().starts_with("28") => HistoryError::Login { source: error, password: None },
        _ => HistoryError::Database(error),
    }
}

/// Sorts an error that occurred before there was a connection, with a password from this source.
pub(super) fn connect_failure(error: Error, password: Option<PasswordSource>) -> HistoryError {
    if error.code().is_some() {
        return match failure(error) {
            HistoryError::Login { source, .. } => HistoryError::Login { source, password },
            other => other,
        };
    }
    // The server asks for a password and there is none.
    let is_password_missing = error.source().is_some_and(|cause| cause.to_string() == "password missing");
    if is_password_missing && password.is_none() {
        let source = "the server asks for a password, and none is known".into();
        return HistoryError::Login { source, password };
    }
    if error.source().is_some_and(is_rejected_certificate) {
        return HistoryError::Certificate(Box::new(error));
    }
    HistoryError::Unreachable(Box::new(error))
}

/// Returns `true` for an error of a TLS handshake whose certificate was rejected.
fn is_rejected_certificate(error: &(dyn std::error::Error + 'static)) -> bool {
    let cause = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
    cause.and_then(|cause| cause.downcast_ref::<CertificateProblem>()).is_some()
}

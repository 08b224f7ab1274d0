//! Texts about several sessions of one user in one project.

use crate::display;
use crate::query::DuplicateLogin;

/// Returns the mark of several sessions of a user in one project.
pub(super) fn short(login: DuplicateLogin) -> String {
    format!("{}×", login.sessions)
}

/// Returns the text for one of several sessions of a user in one project.
pub(super) fn in_row(login: DuplicateLogin) -> String {
    format!("Signed in {} to this project{}", times(login.sessions), on_hosts(login, "this host"))
}

/// Returns the text for several sessions of a user in the project with this name.
pub(super) fn in_project(login: DuplicateLogin, project: &str) -> String {
    format!("Signed in {} to {project}", times(login.sessions))
}

/// Returns the text for a group in which a user has several sessions in one project.
pub(super) fn in_group(login: DuplicateLogin) -> String {
    format!("signed in {} to one project{}", times(login.sessions), on_hosts(login, "one host"))
}

fn on_hosts(login: DuplicateLogin, host: &str) -> String {
    match login.on_host {
        0 => String::new(),
        1 => " from different hosts".to_owned(),
        on_host if on_host == login.sessions => format!(" from {host}"),
        on_host => format!(", {} from {host}", times(on_host)),
    }
}

fn times(count: u32) -> String {
    if count == 2 { "twice".to_owned() } else { format!("{} times", display::number(count as usize)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn describes_duplicate_logins() {
        for (sessions, on_host, row, group) in [
            (
                2,
                2,
                "Signed in twice to this project from this host",
                "signed in twice to one project from one host",
            ),
            (
                3,
                3,
                "Signed in 3 times to this project from this host",
                "signed in 3 times to one project from one host",
            ),
            (
                2,
                1,
                "Signed in twice to this project from different hosts",
                "signed in twice to one project from different hosts",
            ),
            (
                4,
                2,
                "Signed in 4 times to this project, twice from this host",
                "signed in 4 times to one project, twice from one host",
            ),
            (3, 0, "Signed in 3 times to this project", "signed in 3 times to one project"),
        ] {
            let login = DuplicateLogin { sessions, on_host };
            assert!(row.starts_with(&in_project(login, "this project")));
            assert_eq!((in_row(login).as_str(), in_group(login).as_str()), (row, group));
        }
    }
}

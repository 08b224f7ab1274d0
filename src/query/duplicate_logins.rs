//! Users with several sessions in one project.

use super::previews;
use crate::dataset::{Dataset, RowsByCode, TextColumn, hosts};

/// The name that Perspective reports for a session without a login.
const UNAUTHENTICATED: &str = "Unauthenticated";

/// Returns `true` for a name that means no user: an empty one, or that of a Perspective session without a login.
#[must_use]
pub fn is_no_user(name: &str) -> bool {
    name.trim().is_empty() || name.eq_ignore_ascii_case(UNAUTHENTICATED)
}

/// The sessions that a user has in one project, seen from one of them. A Designer and its preview are one session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DuplicateLogin {
    /// The number of sessions, at least 2.
    pub sessions: u32,
    /// The number of those on this session's host, itself included; 0 if its address is null.
    pub on_host: u32,
}

impl DuplicateLogin {
    /// Returns `true` for several sessions on one host, which are accidental. On different hosts they are usual: one user at
    /// two panels.
    #[must_use]
    pub fn is_accidental(self) -> bool {
        self.on_host > 1
    }
}

/// The sessions whose user has several in the same project.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DuplicateLogins {
    /// Index in `logins` plus 1 for each row, or 0 for a row without an entry there. Empty if
    /// `logins` is empty.
    indexes: Vec<u32>,
    /// One entry for each user, project and host, if the user has several sessions in the project.
    logins: Vec<DuplicateLogin>,
}

impl DuplicateLogins {
    /// Searches a whole dataset, regardless of filters. Takes time in proportion to the number of rows.
    #[must_use]
    pub fn find(dataset: &Dataset) -> Self {
        let users = RowsByCode::of(dataset.username());
        let mut search = Search::new(dataset);
        let mut sessions: Vec<(u32, usize, u32)> = Vec::new();
        for user in (0..users.distinct()).filter(|&user| !is_no_user(users.text(user))) {
            let rows = users.rows(user);
            if rows.len() < 2 {
                continue;
            }
            sessions.clear();
            // Projects of two gateways are two projects, even with one name.
            let key = |row: u32| (search.projects[row as usize], dataset.gateway_index(row), row);
            sessions.extend(rows.iter().map(|&row| key(row)));
            // Few users have more than a handful of sessions.
            sessions.sort_unstable();
            for in_project in sessions.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)) {
                if in_project.len() > 1 && in_project[0].0 != TextColumn::NULL {
                    search.add(in_project);
                }
            }
        }
        search.found
    }

    /// Adds the sessions of one user in one project on one host. `all`: the number of all sessions.
    fn add(&mut self, login: DuplicateLogin, rows: impl Iterator<Item = u32>, all: usize) {
        self.indexes.resize(all, 0);
        self.logins.push(login);
        let index = to_u32(self.logins.len());
        rows.for_each(|row| self.indexes[row as usize] = index);
    }

    /// Returns the sessions that the user of this row has in its project, if there are several.
    #[must_use]
    pub fn get(&self, row: u32) -> Option<DuplicateLogin> {
        let index = self.indexes.get(row as usize)?.checked_sub(1)?;
        self.logins.get(index as usize).copied()
    }
}

/// A search for duplicate logins in a dataset.
struct Search<'a> {
    projects: &'a [u32],
    addresses: &'a TextColumn,
    /// The host of each address, as the code of its first address; empty until it is needed.
    hosts: Vec<u32>,
    /// The rows of previews whose Designer is listed, sorted.
    previews: Vec<u32>,
    /// The host of each session of one user in one project, its row, and `true` unless it is a preview.
    on_hosts: Vec<(u32, u32, bool)>,
    found: DuplicateLogins,
}

impl<'a> Search<'a> {
    fn new(dataset: &'a Dataset) -> Self {
        Self {
            projects: dataset.project().codes(),
            addresses: dataset.address(),
            hosts: Vec::new(),
            previews: previews::of_listed_designers(dataset),
            on_hosts: Vec::new(),
            found: DuplicateLogins::default(),
        }
    }

    /// Adds the sessions of one user in one project, each with its row.
    fn add(&mut self, rows: &[(u32, usize, u32)]) {
        let mut on_hosts = std::mem::take(&mut self.on_hosts);
        on_hosts.clear();
        on_hosts.extend(rows.iter().map(|&(.., row)| (0, row, self.previews.binary_search(&row).is_err())));
        let sessions = on_hosts.iter().filter(|(.., is_counted)| *is_counted).count();
        if sessions > 1 {
            for (host, row, _) in &mut on_hosts {
                *host = self.host(*row);
            }
            on_hosts.sort_unstable();
            for on_host in on_hosts.chunk_by(|(a, ..), (b, ..)| a == b) {
                let count = match on_host[0].0 {
                    TextColumn::NULL => 0,
                    // A preview alone on its host is a session there.
                    _ => on_host.iter().filter(|(.., is_counted)| *is_counted).count().max(1),
                };
                let login = DuplicateLogin { sessions: to_u32(sessions), on_host: to_u32(count) };
                self.found.add(login, on_host.iter().map(|&(_, row, _)| row), self.projects.len());
            }
        }
        self.on_hosts = on_hosts;
    }

    /// Returns the host of a row; [`TextColumn::NULL`] if its address is null.
    fn host(&mut self, row: u32) -> u32 {
        if self.hosts.is_empty() {
            self.hosts = hosts(self.addresses);
        }
        let code = self.addresses.codes()[row as usize];
        self.hosts.get(code as usize).copied().unwrap_or(TextColumn::NULL)
    }
}

fn to_u32(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;

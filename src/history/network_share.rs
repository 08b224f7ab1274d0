//! Recognizes files on a network share, where SQLite's locks can't be trusted.

use std::path::Path;

/// Returns `true` if a file or its folder is on a share of NFS or SMB.
#[cfg(target_os = "linux")]
pub(super) fn is_on_network_share(path: &Path) -> bool {
    /// The file systems, by the numbers of statfs(2): NFS, SMB, CIFS, SMB2 and AFS.
    const NETWORK: [i64; 5] = [0x6969, 0x517b, 0xff53_4d42, 0xfe53_4d42, 0x5346_414f];

    let known = path.ancestors().find_map(|path| rustix::fs::statfs(path).ok());
    known.is_some_and(|file_system| NETWORK.contains(&file_system.f_type))
}

/// Returns `true` if a path is one of a share, such as `\\server\share`.
#[cfg(windows)]
pub(super) fn is_on_network_share(path: &Path) -> bool {
    use std::path::{Component, Prefix};

    let prefix = path.components().next();
    matches!(prefix, Some(Component::Prefix(prefix)) if matches!(prefix.kind(), Prefix::UNC(..) | Prefix::VerbatimUNC(..)))
}

/// Returns `false`: it isn't known.
#[cfg(not(any(target_os = "linux", windows)))]
pub(super) fn is_on_network_share(_path: &Path) -> bool {
    false
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_local_folder_is_no_network_share() {
        let folder = tempfile::tempdir().unwrap();
        assert!(!is_on_network_share(&folder.path().join("missing/history.db")));
        assert!(!is_on_network_share(Path::new("")));
    }
}

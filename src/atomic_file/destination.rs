//! Resolves the path of a file to write: a file to replace, or a stream to write to.

use std::fs::{self, File, Metadata};
use std::io;
use std::path::{Path, PathBuf};

/// Maximum number of links to follow; more count as a loop.
const MAX_LINKS: usize = 40;

/// The file that will be replaced.
pub(super) type OldFile = Metadata;

/// The destination that a path names.
pub(super) enum Destination {
    /// A file to replace, or to create.
    File {
        /// The path without links.
        path: PathBuf,
        /// The file that is there now.
        old: Option<OldFile>,
    },
    /// A pipe, a device or a file that is already open. It can't be replaced.
    Stream(File),
}

/// Follows links to a file, which may not exist yet.
pub(super) fn resolve(path: &Path) -> io::Result<Destination> {
    let path = match follow(path)? {
        Followed::Descriptor(file) => return Ok(Destination::Stream(file)),
        Followed::Path(path) => path,
    };
    match fs::metadata(&path) {
        Ok(old) if old.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
        Ok(old) if !old.is_file() => Ok(Destination::Stream(File::options().write(true).open(&path)?)),
        Ok(old) if old.permissions().readonly() => Err(io::ErrorKind::PermissionDenied.into()),
        Ok(old) => Ok(Destination::File { path, old: Some(old) }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Destination::File { path, old: None }),
        Err(error) => Err(error),
    }
}

enum Followed {
    /// An open file of a process.
    #[cfg_attr(not(unix), expect(dead_code, reason = "other systems have no paths for open files"))]
    Descriptor(File),
    /// A path that isn't a link.
    Path(PathBuf),
}

fn follow(path: &Path) -> io::Result<Followed> {
    let mut path = path.to_owned();
    for _ in 0..MAX_LINKS {
        // Its link, where it has one, may name a pipe or a deleted file, and replacing its target would lose what the shell
        // has written to it.
        #[cfg(unix)]
        if let Some(number) = descriptor::number(&path) {
            return descriptor::open(&path, number).map(Followed::Descriptor);
        }
        match fs::read_link(&path) {
            Ok(next) => path = parent_of(&path).join(next),
            // Not a link, or nothing there.
            Err(_) => return Ok(Followed::Path(path)),
        }
    }
    Err(io::Error::other("Links form a loop"))
}

pub(super) fn parent_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// Open files of processes, which have paths such as `/dev/fd/3`.
#[cfg(unix)]
mod descriptor {
    use std::fs::{self, File};
    use std::io;
    use std::os::fd::{AsFd as _, BorrowedFd, RawFd};
    use std::path::Path;

    use super::parent_of;

    /// Returns the number of the open file that this path names.
    pub(super) fn number(path: &Path) -> Option<RawFd> {
        let number = path.file_name()?.to_str()?.parse().ok()?;
        let folder = fs::canonicalize(parent_of(path)).ok()?;
        let is_process_folder = folder.starts_with("/proc") && folder.ends_with("fd");
        (is_process_folder || folder == Path::new("/dev/fd")).then_some(number)
    }

    /// Opens the file. One of this process is duplicated, so that both go on at the same position.
    pub(super) fn open(path: &Path, number: RawFd) -> io::Result<File> {
        if is_own(path)
            && let Some(file) = duplicate(number)
        {
            return Ok(file);
        }
        // The next best: nothing that is there is overwritten.
        File::options().append(true).open(path)
    }

    fn is_own(path: &Path) -> bool {
        let folder = fs::canonicalize(parent_of(path));
        let own = fs::canonicalize("/proc/self");
        folder.is_ok_and(|folder| {
            folder == Path::new("/dev/fd") || own.is_ok_and(|own| folder.starts_with(own))
        })
    }

    fn duplicate(number: RawFd) -> Option<File> {
        let clone = |fd: BorrowedFd<'_>| fd.try_clone_to_owned().ok().map(File::from);
        match number {
            1 => clone(io::stdout().as_fd()),
            2 => clone(io::stderr().as_fd()),
            _ => duplicate_other(number),
        }
    }

    #[cfg(target_os = "linux")]
    fn duplicate_other(number: RawFd) -> Option<File> {
        use rustix::process::{PidfdFlags, PidfdGetfdFlags, getpid, pidfd_getfd, pidfd_open};
        let process = pidfd_open(getpid(), PidfdFlags::empty()).ok()?;
        pidfd_getfd(process, number, PidfdGetfdFlags::empty()).ok().map(File::from)
    }

    /// Returns `None`, because opening the path duplicates the file on these systems.
    #[cfg(not(target_os = "linux"))]
    fn duplicate_other(_number: RawFd) -> Option<File> {
        None
    }
}

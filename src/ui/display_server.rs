//! The display server on Linux. It is chosen before the window toolkit chooses, because the toolkit panics or gives up where
//! another server could be used, and can be started only once per process.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::{Path, PathBuf};

use crate::sanitize::one_line;

/// Factors with which the window still has a size that an X server accepts.
const SCALE_FACTORS: std::ops::RangeInclusive<f64> = 0.1..=20.0;
/// The maximum length of a quoted value or message, in characters.
const MAX_QUOTED: usize = 200;

/// A display server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum DisplayServer {
    /// A Wayland compositor.
    Wayland,
    /// An X server, with the value of `DISPLAY`.
    X11(OsString),
    /// The only one of the platform.
    Platform,
}

impl DisplayServer {
    /// Returns the server that can be used. A Wayland compositor comes first, if it answers.
    ///
    /// # Errors
    /// If no server is configured, or the only one doesn't answer.
    pub(super) fn find() -> Result<Self, DisplayError> {
        if cfg!(all(unix, not(target_os = "macos"))) {
            let server = Self::find_in(|name| env::var_os(name), answers)?;
            if matches!(server, Self::X11(_)) {
                check_scale_factor(env::var_os("WINIT_X11_SCALE_FACTOR").as_deref())?;
            }
            Ok(server)
        } else {
            Ok(Self::Platform)
        }
    }

    /// Does the same with other environment variables. `answers` returns `true` if a compositor answers on this socket.
    fn find_in(
        var: impl Fn(&str) -> Option<OsString>,
        answers: impl FnOnce(&Path) -> bool,
    ) -> Result<Self, DisplayError> {
        let var = |name| var(name).filter(|value| !value.is_empty());
        let display = var("DISPLAY").map(Self::X11);
        // A connection that the parent process has opened for this one.
        if let Some(socket) = var("WAYLAND_SOCKET") {
            let is_open = socket.to_str().and_then(|fd| fd.parse::<u32>().ok());
            if is_open.is_some_and(|fd| Path::new("/dev/fd").join(fd.to_string()).exists()) {
                return Ok(Self::Wayland);
            }
        }
        let Some(name) = var("WAYLAND_DISPLAY").or_else(|| var("WAYLAND_SOCKET")) else {
            return display.ok_or(DisplayError::NotConfigured);
        };
        // An absolute name replaces the folder.
        let socket = match var("XDG_RUNTIME_DIR") {
            Some(folder) => PathBuf::from(folder).join(&name),
            None => PathBuf::from(&name),
        };
        if socket.is_absolute() && answers(&socket) {
            return Ok(Self::Wayland);
        }
        if display.is_some() {
            tracing::warn!(socket = %socket.display(), "the Wayland compositor doesn't answer, using X11");
        }
        display.ok_or_else(|| DisplayError::NoAnswer { server: "Wayland compositor", name: quoted(&name) })
    }
}

impl fmt::Display for DisplayServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Wayland => "Wayland",
            Self::X11(_) => "X11",
            Self::Platform => env::consts::OS,
        })
    }
}

/// The reason why no display can be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DisplayError {
    /// No display server is configured.
    #[error("neither DISPLAY nor WAYLAND_DISPLAY is set")]
    NotConfigured,
    /// The display server doesn't answer.
    #[error("no {server} answers on {name}")]
    NoAnswer {
        /// The kind of the server.
        server: &'static str,
        /// Its name in the environment.
        name: String,
    },
    /// The scale factor in the environment is invalid.
    #[error(
        "WINIT_X11_SCALE_FACTOR is {value} instead of a number from {} to {} or \"randr\"",
        SCALE_FACTORS.start(),
        SCALE_FACTORS.end()
    )]
    ScaleFactor {
        /// The value.
        value: String,
    },
    /// The window toolkit has panicked.
    #[error("{0}")]
    Toolkit(String),
}

impl DisplayError {
    /// Returns the error for a panic of the window toolkit with this message.
    pub(super) fn panicked(message: &str) -> Self {
        let is_about_randr = message.to_lowercase().contains("randr");
        Self::Toolkit(if is_about_randr && message.contains("Extension") {
            "the X server lacks the extension RANDR".to_owned()
        } else {
            one_line(message, MAX_QUOTED)
        })
    }

    /// Returns the error for a server that the window toolkit can't connect to.
    pub(super) fn refused(server: &DisplayServer, reason: &dyn fmt::Display) -> Self {
        match server {
            DisplayServer::X11(display) => Self::NoAnswer { server: "X server", name: quoted(display) },
            DisplayServer::Wayland | DisplayServer::Platform => {
                Self::Toolkit(one_line(&reason.to_string(), MAX_QUOTED))
            }
        }
    }
}

fn quoted(value: &OsStr) -> String {
    format!("{:?}", one_line(&value.to_string_lossy(), MAX_QUOTED))
}

/// Checks the scale factor before the window toolkit does, which panics.
fn check_scale_factor(value: Option<&OsStr>) -> Result<(), DisplayError> {
    // The toolkit ignores other encodings.
    let Some(value) = value.and_then(OsStr::to_str) else {
        return Ok(());
    };
    let is_number = || value.parse().is_ok_and(|factor: f64| SCALE_FACTORS.contains(&factor));
    if value.is_empty() || value.eq_ignore_ascii_case("randr") || is_number() {
        Ok(())
    } else {
        Err(DisplayError::ScaleFactor { value: quoted(OsStr::new(value)) })
    }
}

/// Returns `true` if a Wayland compositor answers on this socket.
#[cfg(unix)]
fn answers(socket: &Path) -> bool {
    use std::io::{Read as _, Write as _};
    use std::os::unix::net::UnixStream;
    use std::sync::mpsc::sync_channel;
    use std::thread;
    use std::time::Duration;

    /// Time in which a compositor has to answer. A stopped one accepts connections and never does.
    const WAYLAND_TIMEOUT: Duration = Duration::from_secs(2);

    // wl_display.sync: object 1, a length of 12 bytes and opcode 0, and the new object 2. Any event is an answer.
    let request = [1, 12 << 16, 2_u32].map(u32::to_ne_bytes).concat();
    let path = socket.to_owned();
    let ask = move || -> std::io::Result<()> {
        let mut stream = UnixStream::connect(path)?;
        stream.set_read_timeout(Some(WAYLAND_TIMEOUT))?;
        stream.write_all(&request)?;
        stream.read_exact(&mut [0; 8])
    };
    let (sender, result) = sync_channel(1);
    // Connecting to a stopped compositor can block, and has no timeout.
    let thread = thread::Builder::new().name("wayland".to_owned()).spawn(move || {
        let _gave_up = sender.send(ask());
    });
    thread.is_ok() && result.recv_timeout(WAYLAND_TIMEOUT).is_ok_and(|asked| asked.is_ok())
}

/// Other platforms have no Wayland.
#[cfg(not(unix))]
fn answers(_socket: &Path) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(vars: &[(&str, &str)], answering: &str) -> Result<DisplayServer, String> {
        let var = |name: &str| vars.iter().find(|(other, _)| *other == name).map(|(_, value)| value.into());
        let found = DisplayServer::find_in(var, |socket| socket == Path::new(answering));
        found.map_err(|error| error.to_string())
    }

    #[test]
    fn uses_x11_if_the_wayland_compositor_does_not_answer() {
        let x11 = || Ok(DisplayServer::X11(":7".into()));
        let wayland = [("WAYLAND_DISPLAY", "wayland-0"), ("XDG_RUNTIME_DIR", "/run/user/1")];
        let with_display = [&wayland[..], &[("DISPLAY", ":7")]].concat();
        for (answering, expected) in [("/run/user/1/wayland-0", Ok(DisplayServer::Wayland)), ("", x11())] {
            assert_eq!(find(&with_display, answering), expected);
        }
        assert_eq!(find(&wayland, "/run/user/1/wayland-0"), Ok(DisplayServer::Wayland));
        let error = find(&wayland, "").unwrap_err();
        assert_eq!(error, "no Wayland compositor answers on \"wayland-0\"");
        // Without the folder of the socket.
        assert_eq!(find(&[("WAYLAND_DISPLAY", "wayland-0"), ("DISPLAY", ":7")], "wayland-0"), x11());
        let absolute = [("WAYLAND_DISPLAY", "/tmp/w"), ("XDG_RUNTIME_DIR", "/run"), ("DISPLAY", ":7")];
        assert_eq!(find(&absolute, "/tmp/w"), Ok(DisplayServer::Wayland));
        assert_eq!(find(&[("WAYLAND_SOCKET", "x"), ("DISPLAY", ":7")], ""), x11());
        // Empty variables count as not set.
        assert_eq!(find(&[("WAYLAND_DISPLAY", ""), ("DISPLAY", ":7")], ""), x11());
        assert!(find(&[("WAYLAND_DISPLAY", ""), ("DISPLAY", "")], "").is_err());
    }

    #[cfg(unix)]
    #[test]
    fn asks_the_compositor_for_an_answer() {
        use std::io::{Read as _, Write as _};
        use std::os::unix::net::UnixListener;
        use std::thread;

        let folder = tempfile::tempdir().unwrap();
        let socket = folder.path().join("wayland-0");
        assert!(!answers(&socket), "no socket");
        // The socket stays, without a listener.
        drop(UnixListener::bind(&socket).unwrap());
        assert!(!answers(&socket), "dead socket");
        for (answer, expected) in [(&[0; 12][..], true), (&[], false)] {
            std::fs::remove_file(&socket).unwrap();
            let listener = UnixListener::bind(&socket).unwrap();
            let compositor = thread::spawn(move || {
                let (mut stream, _) = listener.accept().unwrap();
                stream.read_exact(&mut [0; 12]).unwrap();
                stream.write_all(answer).unwrap();
            });
            assert_eq!(answers(&socket), expected);
            compositor.join().unwrap();
        }
    }

    #[test]
    fn rejects_scale_factors_that_no_window_can_have() {
        for valid in ["", "1", "1.5", "0.5", "2e0", "randr", "RANDR"] {
            assert!(check_scale_factor(Some(valid.as_ref())).is_ok(), "{valid}");
        }
        for invalid in ["abc", "0", "-1", "NaN", "inf", "1e300", "1e-300", "1,5", " 2", "\u{1b}[2J"] {
            let error = check_scale_factor(Some(invalid.as_ref())).unwrap_err().to_string();
            assert!(error.starts_with("WINIT_X11_SCALE_FACTOR is \""), "{error}");
            assert!(!error.contains(char::is_control), "{error:?}");
        }
    }
}

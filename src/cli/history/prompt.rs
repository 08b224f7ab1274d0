//! Prompts for a password on the terminal. Nothing that is typed or pasted is shown, however early it comes.

use std::io;
#[cfg(unix)]
use std::time::Duration;

use crate::secrets::Secret;

/// Time to wait for the end of the process after Ctrl+C.
#[cfg(unix)]
const END_TIMEOUT: Duration = Duration::from_secs(1);

/// Writes the prompt and reads a line. Ctrl+D at its start ends it as an empty one, and Ctrl+C ends the process.
#[cfg(unix)]
pub(super) fn password(prompt: &str) -> io::Result<Secret> {
    use rustix::process::{Signal, getpid, kill_process};

    let terminal = std::fs::File::options().read(true).write(true).open("/dev/tty")?;
    let result = unix::read(&terminal, prompt);
    if result.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::Interrupted) {
        kill_process(getpid(), Signal::INT)?;
        // The thread that handles signals ends the process, unless it ignores this one.
        std::thread::sleep(END_TIMEOUT);
    }
    result
}

/// Writes the prompt and reads a line. A Windows console only shows what is typed once it is read.
#[cfg(not(unix))]
pub(super) fn password(prompt: &str) -> io::Result<Secret> {
    or_empty(rpassword::prompt_password(prompt))
}

/// Returns an empty password after Ctrl+D.
fn or_empty(result: io::Result<String>) -> io::Result<Secret> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(Secret::from("")),
        result => result.map(Secret::new),
    }
}

#[cfg(unix)]
mod unix {
    use std::fs::File;
    use std::io::{self, Read, Write as _};

    use rpassword::ConfigBuilder;
    use rustix::termios::{LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcsetattr};

    use super::or_empty;
    use crate::secrets::Secret;

    const CTRL_C: u8 = 3;

    /// Reads a password. Ctrl+C is an error of the kind `Interrupted`, after the terminal is as it was before.
    pub(super) fn read(terminal: &File, prompt: &str) -> io::Result<Secret> {
        let _hidden = HiddenInput::begin(terminal.try_clone()?)?;
        let mut output = terminal;
        // Only now: rpassword writes its prompt while the terminal still shows what is typed.
        output.write_all(prompt.as_bytes())?;
        let input = ConfigBuilder::new().input_reader(Keys(terminal.try_clone()?)).output_discard();
        let result = or_empty(rpassword::read_password_with_config(input.build()));
        output.write_all(b"\n")?;
        result.map_err(|error| match error.kind() {
            io::ErrorKind::ConnectionAborted => io::ErrorKind::Interrupted.into(),
            _ => error,
        })
    }

    /// A terminal that doesn't show what is typed, and passes each key on. Dropping it restores the terminal.
    struct HiddenInput {
        terminal: File,
        before: Termios,
    }

    impl HiddenInput {
        fn begin(terminal: File) -> io::Result<Self> {
            let before = tcgetattr(&terminal)?;
            let mut hidden = before.clone();
            hidden
                .local_modes
                .remove(LocalModes::ECHO | LocalModes::ECHONL | LocalModes::ICANON | LocalModes::ISIG);
            hidden.special_codes[SpecialCodeIndex::VMIN] = 1;
            hidden.special_codes[SpecialCodeIndex::VTIME] = 0;
            tcsetattr(&terminal, OptionalActions::Now, &hidden)?;
            Ok(Self { terminal, before })
        }
    }

    impl Drop for HiddenInput {
        fn drop(&mut self) {
            if let Err(error) = tcsetattr(&self.terminal, OptionalActions::Now, &self.before) {
                tracing::warn!(%error, "can't restore the terminal");
            }
        }
    }

    /// The keys of a terminal. After Ctrl+C rpassword would send the signal before the terminal is restored.
    struct Keys(File);

    impl Read for Keys {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let len = self.0.read(buffer)?;
            if buffer[..len].contains(&CTRL_C) {
                // `Interrupted` would be read again.
                return Err(io::ErrorKind::ConnectionAborted.into());
            }
            Ok(len)
        }
    }
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use std::fs::File;
    use std::io::{Read as _, Write as _};
    use std::os::fd::OwnedFd;

    use rustix::fs::{Mode, OFlags};
    use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
    use rustix::termios::{LocalModes, tcgetattr};

    use super::*;

    const PROMPT: &str = "Password: ";

    /// Types after the prompt has appeared. Returns what was read, and what the terminal showed.
    fn typed(keys: &[u8]) -> (io::Result<Secret>, String) {
        let controller: OwnedFd = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&controller).unwrap();
        unlockpt(&controller).unwrap();
        let path = ptsname(&controller, Vec::new()).unwrap();
        // It must not become the terminal of this process.
        let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
        let terminal = File::from(rustix::fs::open(path, flags, Mode::empty()).unwrap());
        let is_shown = || tcgetattr(&terminal).unwrap().local_modes.contains(LocalModes::ECHO);
        assert!(is_shown());
        let mut controller = File::from(controller);
        let mut shown = vec![0; PROMPT.len()];
        let result = std::thread::scope(|scope| {
            let reading = scope.spawn(|| unix::read(&terminal, PROMPT));
            controller.read_exact(&mut shown).unwrap();
            assert!(!is_shown(), "what is pasted now would be shown");
            controller.write_all(keys).unwrap();
            reading.join().unwrap()
        });
        assert!(is_shown());
        let mut end = [0; 100];
        let len = controller.read(&mut end).unwrap();
        shown.extend_from_slice(&end[..len]);
        (result, String::from_utf8(shown).unwrap())
    }

    #[test]
    fn hides_a_password_that_is_typed_as_soon_as_the_prompt_appears() {
        for (keys, expected) in [
            (&b"s3cret\r"[..], "s3cret"),
            (b"s3d\x7fcret\n", "s3cret"),
            ("pässwörd\n".as_bytes(), "pässwörd"),
            (b"\x04", ""),
            (b"\n", ""),
        ] {
            let (password, shown) = typed(keys);
            assert_eq!(password.unwrap().expose(), expected, "{keys:?}");
            assert_eq!(shown.trim_end(), PROMPT.trim_end());
        }
    }

    #[test]
    fn ctrl_c_restores_the_terminal_first() {
        let (password, _) = typed(b"s3c\x03");
        assert_eq!(password.unwrap_err().kind(), io::ErrorKind::Interrupted);
    }
}

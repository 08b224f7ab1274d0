//! Writes the log file of the window on a thread of its own, so that neither the window nor polling waits for the disk.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

/// The most lines that wait for the disk.
const QUEUE_LEN: usize = 4_096;
/// The time between two attempts to flush a full queue.
const RETRY_INTERVAL: Duration = Duration::from_millis(1);

/// The queue of the thread.
#[derive(Clone, Debug)]
pub(super) struct LogFile {
    queue: SyncSender<Message>,
    /// The lines that found no room in the queue, since the last one that was written.
    skipped: Arc<AtomicU64>,
}

enum Message {
    /// A line to write.
    Line(Box<str>),
    /// All lines before are written when this is received.
    Flush(SyncSender<()>),
}

impl LogFile {
    /// Starts the thread.
    ///
    /// # Errors
    /// If the system can't start a thread.
    pub(super) fn start(file: impl Write + Send + 'static) -> io::Result<Self> {
        let (queue, messages) = sync_channel(QUEUE_LEN);
        let skipped = Arc::<AtomicU64>::default();
        let skipped_by_senders = skipped.clone();
        thread::Builder::new().name("log".to_owned()).spawn(move || write(file, &messages, &skipped))?;
        Ok(Self { queue, skipped: skipped_by_senders })
    }

    /// Queues a line, unless the disk is far behind.
    pub(super) fn push(&self, line: &str) {
        if self.queue.try_send(Message::Line(line.into())).is_err() {
            self.skipped.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Waits until the queued lines are written, but not longer than `timeout` for a disk that hangs.
    pub(super) fn flush(&self, timeout: Duration) {
        let start = Instant::now();
        let left = || timeout.saturating_sub(start.elapsed());
        let (done, is_done) = sync_channel(1);
        let mut message = Message::Flush(done);
        while let Err(error) = self.queue.try_send(message) {
            match error {
                TrySendError::Full(unsent) if !left().is_zero() => message = unsent,
                TrySendError::Full(_) | TrySendError::Disconnected(_) => return,
            }
            thread::sleep(RETRY_INTERVAL);
        }
        let _in_time = is_done.recv_timeout(left());
    }
}

fn write(mut file: impl Write, messages: &Receiver<Message>, skipped: &AtomicU64) {
    for message in messages {
        let mut text = match skipped.swap(0, Ordering::Relaxed) {
            0 => String::new(),
            skipped => format!("{skipped} lines skipped, because the disk was too slow\n"),
        };
        let done = match message {
            Message::Line(line) => {
                text.push_str(&line);
                text.push('\n');
                None
            }
            Message::Flush(done) => Some(done),
        };
        // A full disk can't be reported in the log.
        let _full = file.write_all(text.as_bytes());
        if let Some(done) = done {
            let _gave_up = done.send(());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    /// A disk that hangs until its gate is open.
    struct Disk {
        gate: Arc<Mutex<()>>,
        text: Arc<Mutex<Vec<u8>>>,
        /// Receives a message when a write begins, unless one is waiting.
        began: SyncSender<()>,
    }

    impl Disk {
        fn new(gate: &Arc<Mutex<()>>, text: &Arc<Mutex<Vec<u8>>>) -> (Self, Receiver<()>) {
            let (began, has_begun) = sync_channel(1);
            (Self { gate: Arc::clone(gate), text: Arc::clone(text), began }, has_begun)
        }
    }

    impl Write for Disk {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let _is_waiting = self.began.try_send(());
            let _open = self.gate.lock().unwrap();
            self.text.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn skips_lines_instead_of_waiting_for_the_disk() {
        let (gate, text) = (Arc::default(), Arc::default());
        let log = LogFile::start(Disk::new(&gate, &text).0).unwrap();
        let closed = gate.lock().unwrap();
        // With a queue that waits, this would never return.
        (0..QUEUE_LEN + 10).for_each(|number| log.push(&format!("line {number}.")));
        drop(closed);
        // The queue may still be full.
        while !text.lock().unwrap().ends_with(b"the last line\n") {
            log.push("the last line");
            log.flush(Duration::from_mins(3));
        }
        let text = String::from_utf8(text.lock().unwrap().clone()).unwrap();
        assert!(text.contains("line 0.\n"), "{}", &text[..100]);
        assert!(text.contains(" lines skipped, because the disk was too slow\n"));
    }

    #[test]
    fn flush_writes_all_lines() {
        let text = Arc::default();
        let log = LogFile::start(Disk::new(&Arc::default(), &text).0).unwrap();
        log.push("a");
        log.push("b");
        log.flush(Duration::from_mins(3));
        assert_eq!(*text.lock().unwrap(), b"a\nb\n");
    }

    #[test]
    fn flush_of_a_full_queue_waits_for_room_and_writes_the_number_of_skipped_lines() {
        let (gate, text) = (Arc::default(), Arc::default());
        let (disk, has_begun) = Disk::new(&gate, &text);
        let log = LogFile::start(disk).unwrap();
        let closed = gate.lock().unwrap();
        log.push("line 0.");
        // From here on nothing is taken from the queue.
        has_begun.recv().unwrap();
        (1..QUEUE_LEN + 10).for_each(|number| log.push(&format!("line {number}.")));
        let (start, timeout) = (Instant::now(), Duration::from_millis(20));
        log.flush(timeout);
        assert!(start.elapsed() >= timeout);
        drop(closed);
        log.flush(Duration::from_mins(3));
        let text = String::from_utf8(text.lock().unwrap().clone()).unwrap();
        let written = text.lines().filter(|line| line.starts_with("line ")).count();
        let skipped = QUEUE_LEN + 10 - written;
        assert!(text.contains(&format!("{skipped} lines skipped, because the disk was too slow\n")));
        assert_eq!(skipped, 9);
    }

    #[test]
    fn flush_alone_writes_the_number_of_skipped_lines() {
        let text = Arc::default();
        let log = LogFile::start(Disk::new(&Arc::default(), &text).0).unwrap();
        log.skipped.store(7, Ordering::Relaxed);
        log.flush(Duration::from_mins(3));
        assert_eq!(*text.lock().unwrap(), b"7 lines skipped, because the disk was too slow\n");
    }
}

//! The Web Dev project as a zip file, which the gateway's Projects page imports.

use flate2::Crc;

/// The files of the project, with their paths in the zip file: `project.json` has to be at its root.
const FILES: [(&str, &[u8]); 4] = [
    (
        "com.inductiveautomation.webdev/resources/sessions/config.json",
        include_bytes!(
            "../../../assets/ignition/gatewatch/com.inductiveautomation.webdev/resources/sessions/config.json"
        ),
    ),
    ("com.inductiveautomation.webdev/resources/sessions/doGet.py", SCRIPT.as_bytes()),
    (
        "com.inductiveautomation.webdev/resources/sessions/resource.json",
        include_bytes!(
            "../../../assets/ignition/gatewatch/com.inductiveautomation.webdev/resources/sessions/resource.json"
        ),
    ),
    ("project.json", include_bytes!("../../../assets/ignition/gatewatch/project.json")),
];

/// The script of the resource, to paste where a project can't be imported.
pub const SCRIPT: &str = include_str!(
    "../../../assets/ignition/gatewatch/com.inductiveautomation.webdev/resources/sessions/doGet.py"
);

/// The file name of the project.
pub const PROJECT_FILE: &str = "gatewatch.zip";

/// The version of the format that reading the files needs.
const VERSION: u16 = 20;
/// The same for writing, with the system whose file permissions the entries have: Unix.
const WRITTEN_BY: u16 = 3 << 8 | VERSION;
/// January 1, 1980, as the format writes a day.
const DAY: u16 = 1 << 5 | 1;
/// A file that everyone may read.
const PERMISSIONS: u32 = 0o100_644 << 16;

/// Returns the project as a zip file. It is always the same, and the same as that of the script `zip` next to the project.
///
/// # Panics
/// Never: the files are small.
#[must_use]
pub fn project_zip() -> Vec<u8> {
    let mut zip = Vec::new();
    let mut directory = Vec::new();
    for (path, content) in FILES {
        let offset = size(zip.len());
        let mut crc = Crc::new();
        crc.update(content);
        let mut entry = Vec::new();
        // No flags, stored without compression, at midnight.
        for field in [VERSION, 0, 0, 0, DAY] {
            entry.extend(field.to_le_bytes());
        }
        for field in [crc.sum(), size(content.len()), size(content.len())] {
            entry.extend(field.to_le_bytes());
        }
        entry.extend(short(path.len()).to_le_bytes());
        // No extra fields.
        entry.extend(0_u16.to_le_bytes());
        zip.extend(b"PK\x03\x04");
        zip.extend(&entry);
        zip.extend(path.as_bytes());
        zip.extend(content);
        directory.extend(b"PK\x01\x02");
        directory.extend(WRITTEN_BY.to_le_bytes());
        directory.extend(&entry);
        // No comment, on the first disk, binary.
        for field in [0_u16, 0, 0] {
            directory.extend(field.to_le_bytes());
        }
        directory.extend(PERMISSIONS.to_le_bytes());
        directory.extend(offset.to_le_bytes());
        directory.extend(path.as_bytes());
    }
    let (offset, count) = (size(zip.len()), short(FILES.len()));
    zip.extend(&directory);
    zip.extend(b"PK\x05\x06");
    // One disk.
    for field in [0, 0, count, count] {
        zip.extend(field.to_le_bytes());
    }
    zip.extend(size(directory.len()).to_le_bytes());
    zip.extend(offset.to_le_bytes());
    // No comment.
    zip.extend(0_u16.to_le_bytes());
    zip
}

fn size(len: usize) -> u32 {
    u32::try_from(len).expect("the files are small")
}

fn short(len: usize) -> u16 {
    u16::try_from(len).expect("paths are short")
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::process::Command;

    use super::*;

    #[test]
    fn zip_is_that_of_the_script() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(PROJECT_FILE);
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/ignition/zip");
        // Without Python, the layout of the file is tested on other machines.
        let Ok(ended) = Command::new("python3").arg(script).arg(&file).status() else {
            return;
        };
        assert!(ended.success());
        assert_eq!(project_zip(), std::fs::read(file).unwrap());
    }
}

//! `gatewatch sessions`: delimiters, spreadsheets, and names from a hostile gateway.

use super::{failure, plant, sessions, stdout, text};
use crate::support::{FakeGateway, ok, webdev_json};

#[test]
fn delimiter_separates_the_fields() {
    let plant = plant();
    let written = |args: &[&str]| {
        let output = sessions(&[&[plant.url.as_str(), "--username", "anna"], args].concat());
        stdout(&output).to_owned()
    };
    let row = |between: &str| {
        let header =
            ["username", "project", "address", "isDesigner", "clientId", "creationTime"].join(between);
        let anna = ["anna", "Boiler", "10.10.0.1", "true", "B2", "2026-11-22T16:40:00.000Z"].join(between);
        format!("{header}\r\n{anna}\r\n")
    };
    assert_eq!(written(&["--delimiter", ";"]), row(";"));
    assert_eq!(written(&["--delimiter", "|"]), row("|"));
    for tab in ["tab", "\\t", "\t"] {
        assert_eq!(written(&["--delimiter", tab]), row("\t"), "{tab:?}");
    }
    assert_eq!(written(&["--excel", "--delimiter", ";"]), format!("\u{feff}{}", row(";")));
    for wrong in ["", "\"", "\r", "\n", ";;", "ab", "0", "-"] {
        assert_eq!(sessions(&[&plant.url, "--delimiter", wrong]).status.code(), Some(2), "{wrong:?}");
    }
    for format in ["json", "table"] {
        let output = sessions(&[&plant.url, "--delimiter", ";", "--format", format]);
        assert_eq!(failure(&output, 2), "--delimiter needs --format csv\n");
    }
}

/// Returns a response whose seventh column has this name as JSON.
fn with_column(name: &str) -> String {
    let response = webdev_json(&[r#""日本","=1+1","h",false,"A\u001b[2J",null"#]);
    let column = format!(r#"}},{{"name":{name},"type":"String"}}],"rows""#);
    response.replace("}],\"rows\"", &column).replace("null]", r#"null," =2"]"#)
}

#[test]
fn names_of_a_gateway_cannot_control_the_terminal() {
    let unsafe_text = r#""\u001b]0;x\u0007\nboom\u202e""#;
    let gateway = FakeGateway::gateway("8.1.0", ok(&with_column(unsafe_text)));
    let safe = "\u{fffd}]0;x\u{fffd}\u{fffd}boom\u{fffd}";
    let table = sessions(&[&gateway.url, "--format", "table"]);
    assert_eq!(
        stdout(&table),
        format!(
            "username  project  address  isDesigner  clientId  creationTime  {safe}\n\
             日本      =1+1     h        false       A\u{fffd}[2J                    =2\n"
        )
    );
    let output = sessions(&[&gateway.url, "--sort", "usrname"]);
    let columns = format!("username, project, address, isDesigner, clientId, creationTime, {safe}");
    assert_eq!(failure(&output, 2), format!("Unknown column \"usrname\" for --sort. Columns: {columns}\n"));

    let excel = sessions(&[&gateway.url, "--excel"]);
    assert!(stdout(&excel).ends_with("\r\n日本,'=1+1,h,false,A\u{1b}[2J,,' =2\r\n"));
}

#[test]
fn names_in_errors_are_safe() {
    let unsafe_text = r#"{"ok":true,"v":1,"columns":[{"name":"username","type":"St\u001b[2Jring\n  caused by: x"}],"rows":[]}"#;
    let error = r#"{"ok":false,"v":1,"error":"no \u001b[2J\u202e\r\nuser"}"#;
    for body in [unsafe_text, error] {
        let gateway = FakeGateway::gateway("8.1.0", ok(body));
        let output = sessions(&[&gateway.url]);
        let error = failure(&output, 1);
        let is_unsafe = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
        assert!(!error.contains(is_unsafe) && !error.contains("\n  caused by: x"), "{error:?}");
        assert!(!text(&output.stderr).is_empty());
    }
}

//! Alerts as JSON, for commands.

use std::sync::Arc;

use serde::Serialize;

use super::incident::{Alert, Incident};
use crate::display::iso_utc;
use crate::gateway::SessionKind;
use crate::history::SessionRecord;

/// The version of the format. Keys are only ever added to it.
const VERSION: u32 = 1;
/// The largest number of incidents in a summary that are written.
const MAX_INCIDENTS: usize = 100;

#[derive(Serialize)]
struct Line<'a> {
    v: u32,
    time: String,
    alert: &'a str,
    condition: &'static str,
    phase: &'static str,
    text: String,
    total: usize,
    incidents: Vec<Item<'a>>,
}

#[derive(Serialize)]
struct Item<'a> {
    key: &'a str,
    gateway: &'a str,
    node: &'a str,
    since: String,
    count: u32,
    text: &'a str,
    session: Option<Session<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Session<'a> {
    username: Option<&'a str>,
    project: Option<&'a str>,
    address: Option<&'a str>,
    is_designer: Option<bool>,
    client_id: Option<&'a str>,
    creation_time: Option<String>,
    kind: Option<&'static str>,
}

impl<'a> From<&'a SessionRecord> for Session<'a> {
    fn from(session: &'a SessionRecord) -> Self {
        let text = |text: &'a Option<Arc<str>>| text.as_deref();
        Self {
            username: text(&session.username),
            project: text(&session.project),
            address: text(&session.address),
            is_designer: session.is_designer,
            client_id: text(&session.client_id),
            creation_time: session.creation_time.map(iso_utc),
            kind: session.kind.map(SessionKind::name),
        }
    }
}

impl<'a> From<&'a Incident> for Item<'a> {
    fn from(incident: &'a Incident) -> Self {
        Self {
            key: &incident.key,
            gateway: &incident.gateway,
            node: &incident.node,
            since: iso_utc(incident.since),
            count: incident.count,
            text: &incident.text,
            session: incident.session.as_ref().map(Session::from),
        }
    }
}

impl Alert {
    /// Returns the alert as one line of JSON, without its end.
    #[must_use]
    pub fn json(&self) -> String {
        let line = Line {
            v: VERSION,
            time: iso_utc(self.time),
            alert: &self.rule.name,
            condition: self.rule.condition.name(),
            phase: self.phase.name(),
            text: self.text(),
            total: self.incidents.len(),
            incidents: self.incidents.iter().take(MAX_INCIDENTS).map(Item::from).collect(),
        };
        // Texts and numbers are always JSON.
        serde_json::to_string(&line).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use crate::alert::testing::{TestGateway, TestSession, client};
    use crate::alert::{Alert, Condition, Rule};

    fn sent(condition: Condition, sessions: usize) -> Vec<Alert> {
        let mut plant = TestGateway::new([Rule::new("Night \"1\"".to_owned(), condition)]);
        plant.read(0, &[]);
        let session = |index: usize| TestSession {
            client_id: format!("A{index}"),
            project: ["Boiler", "Intake", "Packaging", "Wörth"][index % 4],
            created: Some(90_000),
            ..client("zoë")
        };
        let sessions: Vec<TestSession> = (0..sessions).map(session).collect();
        let mut alerts = plant.read(100_000, &sessions);
        alerts.extend(plant.engine.flush(105_000));
        alerts
    }

    #[test]
    fn alert_is_one_line_with_its_session() {
        let alerts = sent(Condition::Arrives, 1);
        let key = &alerts[0].incidents[0].key;
        assert!(key.len() == 16 && key.bytes().all(|byte| byte.is_ascii_hexdigit()), "{key}");
        let text = "zoë signed in to Boiler from 10.1.2.3 on Plant";
        let expected = format!(
            r#"{{"v":1,"time":"1970-01-01T00:01:40.000Z","alert":"Night \"1\"","condition":"arrives","phase":"firing","text":"{text}","total":1,"incidents":[{{"key":"{key}","gateway":"Plant","node":"http://n1","since":"1970-01-01T00:01:40.000Z","count":1,"text":"{text}","session":{{"username":"zoë","project":"Boiler","address":"10.1.2.3","isDesigner":false,"clientId":"A0","creationTime":"1970-01-01T00:01:30.000Z","kind":"Vision"}}}}]}}"#
        );
        assert_eq!(alerts[0].json(), expected);
        let count: serde_json::Value =
            serde_json::from_str(&sent(Condition::CountAbove(0), 2)[0].json()).unwrap();
        assert_eq!(count["incidents"][0]["session"], serde_json::Value::Null);
    }

    #[test]
    fn summary_has_all_its_incidents() {
        let alerts = sent(Condition::Arrives, 4);
        let summary: serde_json::Value = serde_json::from_str(&alerts[0].json()).unwrap();
        assert_eq!(summary["text"], "4 sessions arrived on Plant: zoë");
        assert_eq!((&summary["total"], summary["incidents"].as_array().unwrap().len()), (&4.into(), 4));
    }
}

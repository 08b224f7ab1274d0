//! Names of users, panels, projects and devices, from which [`super::session_generator`] builds sessions.

/// A user of the manual's examples, who is always logged in.
pub(super) struct User {
    pub(super) username: &'static str,
    /// Open project.
    pub(super) project: &'static str,
    /// Address of the panel or computer.
    pub(super) address: &'static str,
    /// `true` for the Designer, `false` for a Vision client.
    pub(super) is_designer: bool,
}

/// Users that the manual's examples match: billy on two panels, and two others whose names start with "bi".
#[rustfmt::skip]
pub(super) const FIXED_USERS: [User; 4] = [
    User { username: "billy", project: "Packaging", address: "10.20.4.17", is_designer: false },
    User { username: "bill.smith", project: "Boiler_02", address: "hmi-7", is_designer: false },
    User { username: "bianca.ericson", project: "Packaging", address: "eng-laptop-3", is_designer: true },
    User { username: "billy", project: "Packaging", address: "10.20.4.18", is_designer: false },
];

/// First names of every site. None contains "bi": on a small site only the fixed users have it in their names.
#[rustfmt::skip]
pub(super) const FIRST: [&str; 84] = [
    "aaron", "adam", "agnes", "ahmed", "aisha", "alan", "alice", "amara", "amy", "andrea", "anna", "anton",
    "arjun", "astrid", "ben", "bruno", "carla", "carlos", "carol", "chen", "chloe", "claire", "daniel", "david",
    "deepa", "diego", "dora", "edward", "elena", "emil", "emma", "erik", "eva", "felix", "fiona", "frank",
    "george", "grace", "hanna", "harold", "helen", "hugo", "ingrid", "ivan", "jack", "james", "jane", "jonas",
    "judy", "karen", "karl", "keiko", "kevin", "lara", "laura", "leo", "lena", "linda", "louis", "lucia",
    "marco", "maria", "mark", "martha", "mei", "michael", "nadia", "nina", "oliver", "omar", "paul", "peter",
    "priya", "rosa", "ruth", "samuel", "sara", "sven", "thomas", "tina", "victor", "wendy", "yusuf", "zoe",
];

/// Additional first names of large sites, so that `bi.*` and `.*bi.*` have more matches there.
#[rustfmt::skip]
pub(super) const FIRST_OF_LARGE_SITES: [&str; 12] = [
    "abigail", "bianca", "bibi", "bill", "birgit", "bishop", "debi", "fabian", "robin", "sabine", "tobias", "zubin",
];

/// Last names. None contains "bi" or is the name of a fixed user.
#[rustfmt::skip]
pub(super) const LAST: [&str; 120] = [
    "adams", "ahlberg", "allen", "anderson", "baker", "banerjee", "barnes", "becker", "bell", "bennett", "berg", "braun",
    "brooks", "brown", "bryant", "butler", "campos", "carlson", "carter", "castro", "chandra", "chen", "clark", "collins",
    "cooper", "costa", "cox", "cruz", "dawson", "diaz", "dixon", "duarte", "edwards", "ellis", "evans", "ferrari",
    "fischer", "fisher", "ford", "foster", "fox", "garcia", "gibson", "gomez", "grant", "gray", "green", "gupta",
    "haas", "hall", "hansen", "harris", "harrison", "hayes", "hill", "hoffman", "hughes", "hunt", "ito", "jackson",
    "jensen", "johansson", "johnson", "jones", "kaur", "kelly", "khan", "kim", "king", "klein", "kumar", "lang",
    "larson", "lee", "lewis", "lopez", "martin", "mason", "meyer", "miller", "moore", "morgan", "murphy", "nakamura",
    "nelson", "nguyen", "nilsson", "novak", "olson", "ortiz", "owens", "park", "patel", "perez", "peterson", "price",
    "quinn", "ramos", "reed", "reyes", "rossi", "ryan", "santos", "sato", "schmidt", "scott", "silva", "singh",
    "stone", "suzuki", "taylor", "thompson", "torres", "turner", "vargas", "wagner", "walker", "wang", "weber", "young",
];

/// Usernames beyond ASCII.
#[rustfmt::skip]
pub(super) const NON_ASCII: [&str; 20] = [
    "jürgen.groß", "田中.健", "łukasz.wójcik", "zoë.müller", "иван.петров", "søren.kjær", "王.芳", "josé.núñez",
    "김.민준", "νίκος.παππάς", "françois.lefèvre", "şule.yıldız", "佐藤.美咲", "åsa.sjöberg", "محمد.حسن", "dvořák.jiří",
    "नेहा.शर्मा", "ștefan.țepeș", "נועה.לוי", "nguyễn.ánh",
];

/// Prefixes of accounts that a panel or a shift shares; a number follows. None ends in a digit.
pub(super) const SHARED_ACCOUNTS: [&str; 8] =
    ["hmi-", "op", "panel", "line", "maint", "qa-", "shift", "kiosk-"];

/// Vision projects, most used first.
#[rustfmt::skip]
pub(super) const PROJECTS: [&str; 16] = [
    "Packaging", "Boiler_02", "Water_Intake", "Bottling_Line_1", "Utilities", "Palletizer", "Batch_Kitchen", "Boiler_01",
    "Cold_Storage", "Bottling_Line_2", "Wastewater", "CIP", "Warehouse", "Compressed_Air", "Lab", "Maintenance",
];

/// Areas with numbered projects on large sites, starting at [`FIRST_AREA_NUMBER`].
#[rustfmt::skip]
pub(super) const AREAS: [&str; 20] = [
    "Boiler", "Conveyor", "Crusher", "Dryer", "Extruder", "Filler", "Furnace", "Kiln", "Mill", "Mixer",
    "Oven", "Paint_Shop", "Press", "Pump_House", "Reactor", "Silo", "Substation", "Tank_Farm", "Turbine", "Weighing",
];

/// First number of area projects; higher than those in [`PROJECTS`], so that names are unique.
pub(super) const FIRST_AREA_NUMBER: usize = 10;

/// Prefixes of host names; a number follows.
pub(super) const HOSTS: [&str; 8] =
    ["hmi-", "panel-", "eng-laptop-", "control-room-", "pack-hmi-", "boiler-hmi-", "qa-pc-", "tablet-"];

/// Perspective projects, most used first.
pub(super) const PERSPECTIVE_PROJECTS: [&str; 6] =
    ["OEE_Dashboard", "Andon", "Mobile_Rounds", "Shift_Handover", "Energy", "Quality_Web"];

/// Scopes and user agents of Perspective sessions.
#[rustfmt::skip]
pub(super) const DEVICES: [(&str, &str); 6] = [
    ("browser", "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"),
    ("browser", "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0"),
    ("browser", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"),
    ("ios", "Mozilla/5.0 (iPad; CPU OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148"),
    ("android", "Mozilla/5.0 (Linux; Android 15; SM-X510) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"),
    ("designer", "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/132.0.0.0 Safari/537.36"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_fixed_users_contain_bi() {
        let names = [FIRST.as_slice(), LAST.as_slice(), NON_ASCII.as_slice(), SHARED_ACCOUNTS.as_slice()];
        for name in names.concat() {
            assert!(!name.contains("bi"), "{name}");
        }
    }
}

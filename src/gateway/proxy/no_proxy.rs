//! The addresses that no proxy is used for, as in the variable `NO_PROXY`.

use std::net::{IpAddr, Ipv4Addr};

use reqwest::Url;

/// A list of hosts and networks, separated by commas or blanks.
///
/// An entry is `*`, an IP address, a network as in `10.0.0.0/8`, a name with or without `.` or `*.` in front, which
/// means the name and everything below it, or a text with other `*`. Each can have a port. IPv6 addresses may have
/// brackets; in front of a port, they and their networks must have them, as in `[fe80::/10]:8088`.
#[derive(Debug, Default)]
pub(super) struct NoProxy(Vec<Entry>);

#[derive(Debug)]
struct Entry {
    hosts: Hosts,
    /// `None` for any port.
    port: Option<u16>,
}

#[derive(Debug)]
enum Hosts {
    Network {
        address: IpAddr,
        prefix: u32,
    },
    Domain(String),
    /// A text with `*` for any characters.
    Wildcard(String),
}

impl NoProxy {
    /// Parses a list. Entries without meaning are skipped with a warning.
    pub(super) fn parse(list: &str) -> Self {
        let entries = list.split([',', ' ', '\t', '\r', '\n']).filter(|text| !text.is_empty());
        let parse = |text| {
            let entry = Entry::parse(text);
            if entry.is_none() {
                tracing::warn!("skipped an invalid entry of NO_PROXY");
            }
            entry
        };
        Self(entries.filter_map(parse).collect())
    }

    /// Returns `true` if requests to this address go directly to it.
    pub(super) fn contains(&self, address: &Url) -> bool {
        let host = normalized(address.host_str().unwrap_or_default());
        let port = address.port_or_known_default();
        self.0.iter().any(|entry| (entry.port.is_none() || entry.port == port) && entry.hosts.contains(&host))
    }
}

impl Entry {
    fn parse(text: &str) -> Option<Self> {
        let (host, port) = split_port(text);
        let port = port.map(str::parse).transpose().ok()?;
        Some(Self { hosts: Hosts::parse(host)?, port })
    }
}

/// Splits an entry into its host or network, and its port. The colons of an IPv6 address without brackets are its own.
fn split_port(text: &str) -> (&str, Option<&str>) {
    if let Some((host, rest)) = text.strip_prefix('[').and_then(|text| text.split_once(']')) {
        return match rest.strip_prefix(':') {
            Some(port) => (host, Some(port)),
            // A network may have its brackets around the address.
            None if rest.is_empty() => (host, None),
            None => (text, None),
        };
    }
    match text.split_once(':') {
        Some((host, port)) if !port.contains(':') => (host, Some(port)),
        _ => (text, None),
    }
}

impl Hosts {
    fn parse(text: &str) -> Option<Self> {
        if let Some((address, size)) = text.split_once('/') {
            let address: IpAddr = without_brackets(address).parse().ok()?;
            let prefix = match address {
                IpAddr::V4(_) if size.contains('.') => prefix_of_mask(size.parse().ok()?)?,
                IpAddr::V4(_) => size.parse().ok().filter(|prefix| *prefix <= 32)?,
                IpAddr::V6(_) => size.parse().ok().filter(|prefix| *prefix <= 128)?,
            };
            return Some(Self::network(address, prefix));
        }
        let host = normalized(text);
        if let Ok(address) = host.parse() {
            let prefix = if matches!(address, IpAddr::V4(_)) { 32 } else { 128 };
            return Some(Self::network(address, prefix));
        }
        let domain = host.strip_prefix("*.").or_else(|| host.strip_prefix('.')).unwrap_or(&host);
        match domain {
            "" => None,
            _ if domain.contains('*') => Some(Self::Wildcard(host)),
            _ => Some(Self::Domain(normalized(domain))),
        }
    }

    /// Returns a network; one of IPv4 addresses written as IPv6 as the IPv4 network.
    fn network(address: IpAddr, prefix: u32) -> Self {
        match address.to_canonical() {
            IpAddr::V4(v4) if address.is_ipv6() => {
                Self::Network { address: v4.into(), prefix: prefix.saturating_sub(96) }
            }
            address => Self::Network { address, prefix },
        }
    }

    fn contains(&self, host: &str) -> bool {
        let address = host.parse::<IpAddr>().ok();
        match self {
            Self::Network { address: network, prefix } => {
                address.is_some_and(|address| is_in_network(address.to_canonical(), *network, *prefix))
            }
            // The end of an address isn't a domain.
            Self::Domain(domain) => {
                let above = host.strip_suffix(domain.as_str());
                address.is_none() && above.is_some_and(|above| above.is_empty() || above.ends_with('.'))
            }
            Self::Wildcard(pattern) => matches_wildcard(pattern, host),
        }
    }
}

fn is_in_network(address: IpAddr, network: IpAddr, prefix: u32) -> bool {
    match (address, network) {
        (IpAddr::V4(address), IpAddr::V4(network)) => {
            let ignored = 32_u32.saturating_sub(prefix);
            (address.to_bits() ^ network.to_bits()).checked_shr(ignored).unwrap_or(0) == 0
        }
        (IpAddr::V6(address), IpAddr::V6(network)) => {
            let ignored = 128_u32.saturating_sub(prefix);
            (address.to_bits() ^ network.to_bits()).checked_shr(ignored).unwrap_or(0) == 0
        }
        _ => false,
    }
}

/// Returns the size of the network with a mask such as `255.255.0.0`.
fn prefix_of_mask(mask: Ipv4Addr) -> Option<u32> {
    let ones = mask.to_bits().leading_ones();
    (mask.to_bits().count_ones() == ones).then_some(ones)
}

/// Returns a host as written in a URL, without brackets and final dot.
fn normalized(host: &str) -> String {
    let bare = without_brackets(host);
    let bare = bare.strip_suffix('.').unwrap_or(bare);
    if let Ok(address) = bare.parse::<IpAddr>() {
        return address.to_string();
    }
    let url = Url::parse(&format!("http://{bare}/")).ok();
    let name = url.as_ref().and_then(Url::domain);
    // Other texts than names may have become something else.
    let is_name = !bare.contains(['*', '@', '/', '?', '#', ':']);
    name.filter(|_| is_name).map_or_else(|| bare.to_ascii_lowercase(), str::to_owned)
}

fn without_brackets(host: &str) -> &str {
    host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host)
}

/// Returns `true` if the whole text matches a pattern in which `*` matches any characters.
fn matches_wildcard(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else {
        return false;
    };
    let mut parts = parts.peekable();
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        match rest.split_once(part) {
            Some((_skipped, after)) => rest = after,
            None => return false,
        }
    }
    rest.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(list: &str, direct: &[&str], proxied: &[&str]) {
        let list = NoProxy::parse(list);
        for (addresses, expected) in [(direct, true), (proxied, false)] {
            for address in addresses {
                assert_eq!(list.contains(&address.parse().unwrap()), expected, "{list:?} {address}");
            }
        }
    }

    #[test]
    fn star_is_every_host_and_address() {
        check("*", &["http://plant-a", "http://10.0.0.1:8088", "https://[fe80::1]:8043"], &[]);
        check("example.org *", &["http://10.0.0.1:8088"], &[]);
        check("*:8088", &["http://10.0.0.1:8088"], &["http://10.0.0.1:9088"]);
    }

    #[test]
    fn entries_are_separated_by_commas_or_blanks() {
        for list in ["a,10.0.0.1", "a 10.0.0.1", " a ,\t10.0.0.1, ", "a,,10.0.0.1\n"] {
            check(list, &["http://a", "http://10.0.0.1"], &["http://b", "http://10.0.0.11"]);
        }
        check("", &[], &["http://a"]);
    }

    #[test]
    fn name_stands_for_itself_and_everything_below() {
        for list in ["Example.ORG", ".example.org", "*.example.org", "example.org.", ".example.org."] {
            check(
                list,
                &["http://example.org", "http://a.b.EXAMPLE.org:1", "http://a.example.org."],
                &["http://notexample.org", "http://example.org.net", "http://org"],
            );
        }
        check("bücher.example", &["http://xn--bcher-kva.example"], &[]);
    }

    #[test]
    fn name_is_no_end_of_an_address() {
        check("0.1,.0.1", &[], &["http://10.0.0.1"]);
    }

    #[test]
    fn port_is_part_of_an_entry() {
        check(
            "plant-a:8088",
            &["http://plant-a:8088", "https://x.plant-a:8088"],
            &["http://plant-a", "https://plant-a", "http://plant-a:18088"],
        );
        check("plant-a:443", &["https://plant-a"], &["http://plant-a"]);
        check("10.0.0.1:80", &["http://10.0.0.1"], &["http://10.0.0.1:8088"]);
        check("[fe80::1]:8088", &["http://[fe80::1]:8088"], &["http://[fe80::1]:80"]);
        check("10.0.0.0/8:8088", &["http://10.1.0.1:8088"], &["http://10.1.0.1", "http://11.1.0.1:8088"]);
        check("[fe80::/10]:8088", &["http://[fe80::1]:8088"], &["http://[fe80::1]:80"]);
        check("*.dom:8088", &["http://a.dom:8088"], &["http://a.dom"]);
    }

    #[test]
    fn addresses_of_version_6_have_brackets_or_not() {
        for list in
            ["[fe80::1]", "fe80::1", "FE80:0::1", "[fe80:0:0::1]", "fe80::/10", "[fe80::]/10", "[fe80::/10]"]
        {
            check(list, &["http://[fe80::1]:8088"], &["http://[fd00::1]:8088", "http://10.0.0.1"]);
        }
    }

    #[test]
    fn networks_contain_their_addresses() {
        for list in ["10.2.0.0/16", "10.2.3.4/16", "10.2.0.0/255.255.0.0", "::ffff:10.2.0.0/112"] {
            check(list, &["http://10.2.255.1"], &["http://10.3.0.1", "http://[fe80::1]", "http://a"]);
        }
        check("0.0.0.0/0", &["http://198.51.100.1"], &["http://[fe80::1]", "http://a"]);
        check("::/0", &["http://[fe80::1]"], &["http://a"]);
        check("10.0.0.1/32", &["http://[::ffff:10.0.0.1]"], &["http://10.0.0.2"]);
    }

    #[test]
    fn star_stands_for_any_characters() {
        check("10.2.*", &["http://10.2.3.4"], &["http://10.3.2.1"]);
        check("plant-*.example", &["http://plant-a.example"], &["http://office.example"]);
        check("*plant*a", &["http://my-plant-a"], &["http://my-plant-b", "http://a-plant"]);
    }

    #[test]
    fn skips_invalid_entries() {
        for list in
            ["10.0.0.0/33", "10.0.0.0/255.0.255.0", "fe80::/129", "a/8", "plant-a:http", "[fe80::1]x", "."]
        {
            check(
                &format!("{list},plant-b"),
                &["http://plant-b"],
                &["http://10.0.0.1", "http://[fe80::1]", "http://plant-a"],
            );
        }
    }
}

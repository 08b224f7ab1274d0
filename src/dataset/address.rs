//! The order of addresses: numbers as numbers, so that `10.2.0.9` stands before `10.10.0.1`.

use std::borrow::Cow;
use std::net::{Ipv4Addr, Ipv6Addr};

use super::text_builder::{behind_head, head};

/// Where an address stands: IPv4 by number, then IPv6 by number, then host names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum AddressKey<'a> {
    V4(Ipv4Addr),
    V6(Ipv6Addr),
    /// In lower case, because host names are the same in any case.
    Name(Cow<'a, str>),
}

impl<'a> AddressKey<'a> {
    pub(super) fn of(address: &'a str) -> Self {
        // Only one spelling of each is taken: no number begins with a zero.
        if let Ok(address) = address.parse() {
            return Self::V4(address);
        }
        // A link-local address may name its network card after a `%`, and a copied one may stand in brackets.
        let bare = address.strip_prefix('[').map_or(address, |rest| rest.strip_suffix(']').unwrap_or(rest));
        let bare = bare.split_once('%').map_or(bare, |(address, _card)| address);
        let is_small = |byte: u8| byte.is_ascii() && !byte.is_ascii_uppercase();
        if bare.contains(':')
            && let Ok(address) = bare.parse()
        {
            return Self::V6(address);
        }
        if address.bytes().all(is_small) {
            Self::Name(address.into())
        } else {
            Self::Name(address.to_lowercase().into())
        }
    }
}

/// Sorts items by their addresses, which are given with them and can be looked up.
pub(super) fn sorted<'a>(
    items: impl Iterator<Item = (u32, &'a str)>,
    address: impl Fn(u32) -> &'a str,
) -> Vec<u32> {
    // Number and item in one, so that they sort as one.
    let (mut numbers, mut others) = (Vec::with_capacity(items.size_hint().1.unwrap_or(0)), Vec::new());
    for (item, address) in items {
        match AddressKey::of(address) {
            AddressKey::V4(address) => numbers.push(u64::from(address.to_bits()) << 32 | u64::from(item)),
            AddressKey::V6(address) => others.push(((false, address.to_bits(), 0), item)),
            AddressKey::Name(name) => others.push(((true, head(&name), behind_head(&name)), item)),
        }
    }
    numbers.sort_unstable();
    others.sort_unstable_by_key(|(key, _)| *key);
    for alike in others.chunk_by_mut(|(a, _), (b, _)| a == b).filter(|alike| alike.len() > 1) {
        // Two spellings of one number stand together, in a settled order.
        alike.sort_by_cached_key(|&(_, item)| {
            let text = address(item);
            (AddressKey::of(text), text)
        });
    }
    #[expect(clippy::cast_possible_truncation, reason = "the lower half is the item")]
    let v4 = numbers.into_iter().map(|number| number as u32);
    v4.chain(others.into_iter().map(|(_, item)| item)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stand_before_names_and_count_as_numbers() {
        let ordered =
            ["9.255.0.1", "10.2.0.9", "10.10.0.1", "::1", "fe80::2%eth0", "fe80::10", "hmi-10", "HMI-7"];
        let keys: Vec<AddressKey> = ordered.iter().map(|text| AddressKey::of(text)).collect();
        assert!(keys.is_sorted(), "{keys:?}");
    }

    #[test]
    fn what_only_looks_like_a_number_is_a_name() {
        assert_eq!(AddressKey::of("10.2.0.256"), AddressKey::Name("10.2.0.256".into()));
    }
}

//! Which code a text has, found by its hash.

use std::hash::{BuildHasher as _, RandomState};

/// A place in the table without a code.
const FREE: (u32, u32) = (0, u32::MAX);

/// A hash table of codes with linear probing. The hash stands beside each code, and its upper bits are the place: so
/// the table grows by one walk through both.
pub(super) struct CodeTable {
    /// Hash and code; a power of two of them, at most half of them used.
    slots: Vec<(u32, u32)>,
    used: usize,
    /// Chance, so that nobody can choose texts that all have one place.
    seeds: (u64, u64),
}

impl CodeTable {
    pub(super) fn new() -> Self {
        let chance = RandomState::new();
        Self { slots: vec![FREE; 64], used: 0, seeds: (chance.hash_one(0), chance.hash_one(1)) }
    }

    /// The hash of a text, given as its head and what that does not say.
    pub(super) fn hash(&self, head: u128, rest: &[u8]) -> u32 {
        let mut hash = self.mix(0, head);
        for part in rest.chunks(16) {
            let mut bytes = [0; 16];
            bytes[..part.len()].copy_from_slice(part);
            hash = self.mix(hash, u128::from_be_bytes(bytes));
        }
        u32::try_from(hash >> 32).unwrap_or_default()
    }

    #[expect(clippy::cast_possible_truncation, reason = "the halves of a number")]
    fn mix(&self, hash: u64, part: u128) -> u64 {
        let product =
            u128::from((part >> 64) as u64 ^ self.seeds.0 ^ hash) * u128::from(part as u64 ^ self.seeds.1);
        (product >> 64) as u64 ^ product as u64
    }

    /// Where the search for a hash begins.
    fn place(&self, hash: u32) -> usize {
        hash as usize >> (u32::BITS - self.slots.len().ilog2())
    }

    /// The code where the search for a hash begins.
    pub(super) fn first(&self, hash: u32) -> u32 {
        self.slots[self.place(hash)].1
    }

    /// The code with this hash that is the same; if there is none, `new` is from now on.
    pub(super) fn find_or_insert(&mut self, hash: u32, new: u32, is_same: impl Fn(u32) -> bool) -> u32 {
        let mut place = self.place(hash);
        loop {
            let slot = &mut self.slots[place];
            if *slot == FREE {
                *slot = (hash, new);
                self.used += 1;
                return new;
            }
            if slot.0 == hash && is_same(slot.1) {
                return slot.1;
            }
            place = (place + 1) % self.slots.len();
        }
    }

    /// Makes room for so many more codes.
    pub(super) fn reserve(&mut self, more: usize) {
        if (self.used + more) * 2 <= self.slots.len() {
            return;
        }
        let larger = vec![FREE; self.slots.len() * 2];
        for (hash, code) in std::mem::replace(&mut self.slots, larger) {
            if (hash, code) != FREE {
                let mut place = self.place(hash);
                while self.slots[place] != FREE {
                    place = (place + 1) % self.slots.len();
                }
                self.slots[place] = (hash, code);
            }
        }
    }
}

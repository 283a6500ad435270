//! Sorted layers of changes read as one: the newest layer that has a key decides what it is.

use std::iter::Peekable;

use super::{Change, Direction};

/// A layer, in the order of the merge.
pub(crate) type Layer<'a> = Box<dyn Iterator<Item = Change> + 'a>;

/// The changes of all layers, each key once. What takes a key away is shown as well.
pub(crate) struct Merge<'a> {
    /// Newest first.
    layers: Vec<Peekable<Layer<'a>>>,
    direction: Direction,
}

impl<'a> Merge<'a> {
    /// Merges layers that are given newest first.
    pub(crate) fn new(layers: impl IntoIterator<Item = Layer<'a>>, direction: Direction) -> Self {
        Self { layers: layers.into_iter().map(Iterator::peekable).collect(), direction }
    }
}

impl Iterator for Merge<'_> {
    type Item = Change;

    fn next(&mut self) -> Option<Change> {
        let mut first: Option<(usize, &[u8])> = None;
        for (number, layer) in self.layers.iter_mut().enumerate() {
            let Some((key, _)) = layer.peek() else { continue };
            let comes_first = first.is_none_or(|(_, best)| match self.direction {
                Direction::Ascending => key.as_slice() < best,
                Direction::Descending => key.as_slice() > best,
            });
            if comes_first {
                first = Some((number, key));
            }
        }
        let (number, _) = first?;
        let change = self.layers.get_mut(number)?.next()?;
        for older in self.layers.iter_mut().skip(number + 1) {
            older.next_if(|(key, _)| *key == change.0);
        }
        Some(change)
    }
}

//! Lists in pages. A page continues after the last row of the one before it, so rows that come or go meanwhile never
//! make another row appear twice or be left out.

use std::fmt::Display;
use std::str::FromStr;

use crate::{Result, StoreError};

/// Most rows of a page; a higher limit is lowered to this.
pub const MAX_PAGE: usize = 500;

/// One page of a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Page<T> {
    /// Its rows.
    pub items: Vec<T>,
    /// What to ask for next; `None` on the last page.
    pub next: Option<String>,
}

impl<T> Page<T> {
    /// A page out of up to `limit + 1` rows: the one too many tells that there is a next page.
    pub(crate) fn cut<K: Display>(mut items: Vec<T>, limit: usize, key: impl Fn(&T) -> K) -> Self {
        let more = items.len() > limit;
        items.truncate(limit);
        let next = items.last().filter(|_| more).map(|last| key(last).to_string());
        Page { items, next }
    }

    /// The same page with other rows.
    pub fn map<U>(self, f: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(f).collect(), next: self.next }
    }
}

/// The limit to use: 1 to [`MAX_PAGE`].
pub(crate) fn clamp(limit: usize) -> usize {
    limit.clamp(1, MAX_PAGE)
}

/// The key a cursor stands for.
pub(crate) fn key<K: FromStr>(cursor: Option<&str>) -> Result<Option<K>> {
    cursor
        .map(|text| text.parse().map_err(|_| StoreError::invalid("cursor", "expected the `next` of the page before")))
        .transpose()
}

/// A `LIKE` pattern (escape character `\`) that finds `text` anywhere; `None` for blank text.
pub(crate) fn like(text: Option<&str>) -> Option<String> {
    let text = text.map(str::trim).filter(|t| !t.is_empty())?;
    let mut pattern = String::from("%");
    for c in text.chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    Some(pattern)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_knows_whether_there_is_a_next_one() {
        assert_eq!(Page::cut(vec![1, 2, 3], 2, |x| *x), Page { items: vec![1, 2], next: Some("2".into()) });
        assert_eq!(Page::cut(vec![1, 2], 2, |x| *x), Page { items: vec![1, 2], next: None });
        assert_eq!(Page::cut(Vec::<u8>::new(), 2, |x| *x), Page { items: vec![], next: None });
        assert_eq!(key::<u64>(Some("x")).unwrap_err().code(), "invalid");
        assert_eq!(like(Some(" 5%_\\ ")), Some("%5\\%\\_\\\\%".into()));
        assert_eq!(like(Some(" ")), None);
    }
}

//! How separated values are separated, when nobody says.

use csv::ReaderBuilder;

const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];
/// Rows looked at.
const ROWS: usize = 20;

/// The delimiter and quote of a text: those that cut its first rows into the most columns, all alike.
pub(super) fn dialect(start: &[u8], delimiter: Option<u8>, quote: Option<u8>) -> (u8, u8) {
    let delimiters = delimiter.map_or(DELIMITERS.to_vec(), |d| vec![d]);
    let quotes = quote.map_or(vec![b'"', b'\''], |q| vec![q]);
    let mut best = (0usize, delimiters[0], quotes[0]);
    for quote in quotes {
        for delimiter in &delimiters {
            let score = score(start, *delimiter, quote);
            if score > best.0 {
                best = (score, *delimiter, quote);
            }
        }
    }
    (best.1, best.2)
}

fn score(start: &[u8], delimiter: u8, quote: u8) -> usize {
    let mut reader =
        ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).quote(quote).from_reader(start);
    let widths: Vec<usize> = reader.byte_records().map_while(Result::ok).take(ROWS).map(|r| r.len()).collect();
    let Some(columns) = widths.first().copied().filter(|c| *c > 1) else { return 0 };
    // The last row of a sample may be cut.
    let alike = widths.iter().filter(|w| **w == columns).count();
    if alike + 1 >= widths.len() { columns * 100 + alike } else { alike * columns / widths.len() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dialects() {
        for (start, expected) in [
            ("a,b,c\n1,2,3\n", (b',', b'"')),
            ("a;b;c\n1,5;2,5;3\n", (b';', b'"')),
            ("a\tb\nx, y\t2\n", (b'\t', b'"')),
            ("a|b\n1|2\n", (b'|', b'"')),
            ("a,b\n'x,y',2\n'z,w',3\n", (b',', b'\'')),
            ("a,b\n\"x\n,;;y\",2\n", (b',', b'"')),
            ("a,b\nit's,2\n", (b',', b'"')),
            ("single\nrow\n", (b',', b'"')),
        ] {
            assert_eq!(dialect(start.as_bytes(), None, None), expected, "{start:?}");
        }
        assert_eq!(dialect(b"a,b;c\n", Some(b';'), None).0, b';');
    }
}

//! Sending the file: a multipart body (RFC 7578) that is read as it goes out.

use std::fs::File;
use std::io::{self, Cursor, Read};
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::client::Http;
use crate::progress::Progress;

/// Sends a file with its mapping; answers the queued import.
pub(super) fn send(
    http: &Http,
    path: &Path,
    mapping: Option<String>,
    source: Option<&str>,
    live: bool,
) -> Result<Value> {
    let file = File::open(path).with_context(|| format!("{} cannot be read", path.display()))?;
    let bytes = file.metadata()?.len();
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let boundary = format!("rapport-{:032x}", rand::random::<u128>());
    let (head, tail) = around(&boundary, &name, mapping.as_deref());
    let sent = Counted { inner: file, done: 0, progress: Progress::new("bytes", bytes) };
    let mut body = Cursor::new(head).chain(sent).chain(Cursor::new(tail));
    let mut query = Vec::new();
    query.extend(source.map(|s| ("source", s)));
    query.extend(live.then_some(("live", "true")));
    let media = format!("multipart/form-data; boundary={boundary}");
    Ok(http.upload("/api/v1/imports", &query, &media, &mut body)?)
}

/// What stands before and behind the file in the body.
fn around(boundary: &str, name: &str, mapping: Option<&str>) -> (Vec<u8>, Vec<u8>) {
    let part = |disposition: &str| format!("--{boundary}\r\nContent-Disposition: form-data; {disposition}\r\n\r\n");
    let mut head = String::new();
    if let Some(mapping) = mapping {
        head.push_str(&format!("{}{mapping}\r\n", part("name=\"mapping\"")));
    }
    let name: String = name.chars().map(|c| if c.is_control() || matches!(c, '"' | '\\') { '_' } else { c }).collect();
    head.push_str(&part(&format!("name=\"file\"; filename=\"{name}\"")));
    (head.into_bytes(), format!("\r\n--{boundary}--\r\n").into_bytes())
}

/// Shows how much was sent.
struct Counted {
    inner: File,
    done: u64,
    progress: Progress,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.done += read as u64;
        if read == 0 {
            self.progress.finish();
        } else {
            self.progress.at(self.done, "sending");
        }
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_are_well_formed() {
        let (head, tail) = around("B", "a\"b.csv", Some("type: track"));
        let body = [head, b"x,y".to_vec(), tail].concat();
        let expected = "--B\r\nContent-Disposition: form-data; name=\"mapping\"\r\n\r\ntype: track\r\n\
                        --B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a_b.csv\"\r\n\r\nx,y\r\n--B--\r\n";
        assert_eq!(String::from_utf8(body).unwrap(), expected);
    }
}

//! A file's bytes: opened, decompressed, counted for progress, skipped to where an import stood.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::read::MultiGzDecoder;
use rapport_domain::hash::hash128;

use super::error::ImportError;
use super::row::Format;

/// Bytes at each end of a file that its fingerprint covers.
const FINGERPRINT_BYTES: u64 = 1 << 20;

/// A file to import.
#[derive(Clone, Debug)]
pub(super) struct Input {
    pub(super) path: PathBuf,
    pub(super) bytes: u64,
    pub(super) fingerprint: u128,
    consumed: Arc<AtomicU64>,
}

impl Input {
    pub(super) fn open(path: &Path) -> Result<Self, ImportError> {
        let failed = |source| ImportError::Io { path: path.to_path_buf(), source };
        let mut file = File::open(path).map_err(failed)?;
        let bytes = file.metadata().map_err(failed)?.len();
        let fingerprint = fingerprint(&mut file, bytes).map_err(failed)?;
        Ok(Input { path: path.to_path_buf(), bytes, fingerprint, consumed: Arc::default() })
    }

    pub(super) fn failed(&self, source: io::Error) -> ImportError {
        ImportError::Io { path: self.path.clone(), source }
    }

    /// Bytes of the file read so far, as it lies on disk.
    pub(super) fn consumed(&self) -> u64 {
        self.consumed.load(Ordering::Relaxed)
    }

    /// The content from byte `skip` of the decompressed content on.
    pub(super) fn read_from(&self, skip: u64) -> Result<Box<dyn Read + Send>, ImportError> {
        let mut file = File::open(&self.path).map_err(|e| self.failed(e))?;
        let mut magic = [0u8; 4];
        let read = read_up_to(&mut file, &mut magic).map_err(|e| self.failed(e))?;
        file.rewind().map_err(|e| self.failed(e))?;
        // Before the decoder begins, since it reads its header at once.
        self.consumed.store(0, Ordering::Relaxed);
        let mut content: Box<dyn Read + Send> = match &magic[..read] {
            [0x1f, 0x8b, ..] => Box::new(MultiGzDecoder::new(self.counted(file))),
            [0x28, 0xb5, 0x2f, 0xfd] => Box::new(zstd::Decoder::new(self.counted(file)).map_err(|e| self.failed(e))?),
            _ => {
                file.seek(SeekFrom::Start(skip)).map_err(|e| self.failed(e))?;
                self.consumed.store(skip, Ordering::Relaxed);
                return Ok(Box::new(self.counted(file)));
            }
        };
        let skipped = io::copy(&mut content.by_ref().take(skip), &mut io::sink()).map_err(|e| self.failed(e))?;
        if skipped < skip { Err(ImportError::OtherFile) } else { Ok(content) }
    }

    fn counted(&self, file: File) -> BufReader<Counted> {
        BufReader::with_capacity(1 << 16, Counted { file, consumed: self.consumed.clone() })
    }

    /// What the file holds, by its name without `.gz` or `.zst`, else by its first bytes.
    pub(super) fn format(&self) -> Result<Format, ImportError> {
        let name = self.path.file_name().map(|n| n.to_string_lossy().to_lowercase()).unwrap_or_default();
        let name = name.trim_end_matches(".gz").trim_end_matches(".zst");
        match name.rsplit_once('.').map(|(_, ext)| ext) {
            Some("csv" | "tsv" | "tab") => return Ok(Format::Csv),
            Some("jsonl" | "ndjson" | "json") => return Ok(Format::JsonLines),
            Some("parquet") => return Ok(Format::Parquet),
            _ => {}
        }
        let mut start = [0u8; 512];
        let read = read_up_to(&mut self.read_from(0)?, &mut start).map_err(|e| self.failed(e))?;
        let start = start[..read].strip_prefix(b"\xef\xbb\xbf").unwrap_or(&start[..read]);
        let first_line = start.split(|b| *b == b'\n').next().unwrap_or(&[]);
        if start.starts_with(b"PAR1") {
            Ok(Format::Parquet)
        } else if start.trim_ascii_start().starts_with(b"{") {
            Ok(Format::JsonLines)
        } else if first_line.iter().any(|b| b",;\t|".contains(b)) && !start.contains(&0) {
            Ok(Format::Csv)
        } else {
            Err(ImportError::UnknownFormat { path: self.path.clone() })
        }
    }
}

/// Reads until `buffer` is full or the end.
pub(super) fn read_up_to(reader: &mut dyn Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut read = 0;
    while read < buffer.len() {
        match reader.read(&mut buffer[read..]) {
            Ok(0) => break,
            Ok(n) => read += n,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    Ok(read)
}

/// A hash of a file's length, beginning and end: the same content under another name is the same file.
fn fingerprint(file: &mut File, bytes: u64) -> io::Result<u128> {
    let mut sample = bytes.to_le_bytes().to_vec();
    file.by_ref().take(FINGERPRINT_BYTES).read_to_end(&mut sample)?;
    if bytes > FINGERPRINT_BYTES {
        file.seek(SeekFrom::Start(bytes.saturating_sub(FINGERPRINT_BYTES).max(FINGERPRINT_BYTES)))?;
        file.by_ref().take(FINGERPRINT_BYTES).read_to_end(&mut sample)?;
    }
    Ok(hash128(0, &sample))
}

struct Counted {
    file: File,
    consumed: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buf)?;
        self.consumed.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

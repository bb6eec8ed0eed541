//! The checksum of files: XXH3 chained over blocks of 1 MiB, so that it can be computed while writing.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

use rapport_domain::hash::hash64;

const BLOCK: usize = 1024 * 1024;

/// A checksum under construction.
#[derive(Debug, Default)]
pub(crate) struct StreamHash {
    hash: u64,
    block: Vec<u8>,
    /// Bytes so far.
    pub(crate) bytes: u64,
}

impl StreamHash {
    pub(crate) fn update(&mut self, mut data: &[u8]) {
        self.bytes += data.len() as u64;
        while !data.is_empty() {
            let (now, later) = data.split_at(data.len().min(BLOCK - self.block.len()));
            self.block.extend_from_slice(now);
            data = later;
            if self.block.len() == BLOCK {
                self.hash = hash64(self.hash, &self.block);
                self.block.clear();
            }
        }
    }

    pub(crate) fn finish(&self) -> u64 {
        if self.block.is_empty() { self.hash } else { hash64(self.hash, &self.block) }
    }
}

/// Length and checksum of a file on disk.
pub(crate) fn of_file(path: &Path) -> io::Result<(u64, u64)> {
    let mut file = File::open(path)?;
    let (mut bytes, mut hash) = (0, 0);
    let mut block = Vec::with_capacity(BLOCK);
    loop {
        block.clear();
        let n = Read::by_ref(&mut file).take(BLOCK as u64).read_to_end(&mut block)?;
        bytes += n as u64;
        if n > 0 {
            hash = hash64(hash, &block);
        }
        if n < BLOCK {
            return Ok((bytes, hash));
        }
    }
}

/// A file that hashes what is written to it.
#[derive(Debug)]
pub(crate) struct HashingFile {
    file: File,
    pub(crate) hash: StreamHash,
}

impl HashingFile {
    pub(crate) fn create(path: &Path) -> io::Result<Self> {
        Ok(HashingFile { file: File::create(path)?, hash: StreamHash::default() })
    }

    pub(crate) fn sync(&self) -> io::Result<()> {
        self.file.sync_all()
    }
}

impl Write for HashingFile {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        let n = self.file.write(data)?;
        self.hash.update(&data[..n]);
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Makes the names in a directory durable.
pub(crate) fn sync_dir(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_the_sum_that_was_computed_while_writing_it() {
        let dir = tempfile::tempdir().unwrap();
        for length in [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK] {
            let path = dir.path().join(length.to_string());
            let content: Vec<u8> = (0..length).map(|n| (n * 7 % 251) as u8).collect();
            let mut file = HashingFile::create(&path).unwrap();
            content.chunks(77_777).for_each(|part| file.write_all(part).unwrap());
            assert_eq!(of_file(&path).unwrap(), (length as u64, file.hash.finish()), "{length}");
        }
    }
}

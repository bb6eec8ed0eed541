//! Why an import cannot start or go on. What is wrong with one row is an [`super::Entry`] instead.

use std::path::PathBuf;

use rapport_domain::{ErrorClass, Problem};

/// An import that cannot start or go on.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file cannot be read.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the operating system or the decompressor says.
        source: std::io::Error,
    },
    /// The file's name and beginning say nothing of its format.
    #[error("{}: expected CSV, JSON lines or Parquet (.csv, .tsv, .jsonl, .ndjson, .json, .parquet; .gz or .zst)", path.display())]
    UnknownFormat {
        /// The file.
        path: PathBuf,
    },
    /// The mapping is not YAML.
    #[error("mapping: {0}")]
    MappingSyntax(String),
    /// The mapping does not fit itself or the file.
    #[error("mapping: {}", .0.iter().map(Problem::to_string).collect::<Vec<_>>().join("; "))]
    Mapping(Vec<Problem>),
    /// The format needs a mapping.
    #[error("{format} needs a mapping (--mapping FILE.yaml); the columns are: {columns}")]
    MappingNeeded {
        /// The format.
        format: &'static str,
        /// The file's columns.
        columns: String,
    },
    /// The position to resume at belongs to another file, or the file changed.
    #[error("the file is not the one the import began with; begin anew")]
    OtherFile,
    /// The text is no position.
    #[error("expected a position as an import reported it")]
    InvalidPosition,
    /// The Parquet file cannot be read.
    #[error("{}: {detail}", path.display())]
    Parquet {
        /// The file.
        path: PathBuf,
        /// What the reader says.
        detail: String,
    },
}

impl ImportError {
    /// Its stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Io { .. } => "import_io",
            Self::UnknownFormat { .. } => "import_unknown_format",
            Self::MappingSyntax(_) => "mapping_syntax",
            Self::Mapping(_) => "mapping_invalid",
            Self::MappingNeeded { .. } => "mapping_needed",
            Self::OtherFile => "import_other_file",
            Self::InvalidPosition => "import_invalid_position",
            Self::Parquet { .. } => "import_parquet",
        }
    }

    /// Its class.
    #[must_use]
    pub fn class(&self) -> ErrorClass {
        match self {
            Self::Io { source, .. } if source.kind() == std::io::ErrorKind::NotFound => ErrorClass::NotFound,
            Self::OtherFile => ErrorClass::Conflict,
            _ => ErrorClass::Invalid,
        }
    }
}

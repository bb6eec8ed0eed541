//! The programs refuse what they do not know, and say what they know. That they are named here also has `cargo test` build
//! them, with what the other tests are built with.

use std::process::Command;

#[test]
fn what_is_unknown_is_refused_with_what_is_known() {
    for (program, argument, known) in [
        (env!("CARGO_BIN_EXE_torture"), "--surely-unknown", "--rounds"),
        (env!("CARGO_BIN_EXE_rapport-bench"), "surely-unknown", "there are idle"),
    ] {
        let output = Command::new(program).arg(argument).output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.code() == Some(2) && told.contains(known), "{program}: {told}");
    }
}

//! How threads of one process share the machine.

/// By how much work that nobody waits for stands back behind threads that answer clients (as `nice`).
const NICENESS: i32 = 5;

/// Lets other threads go first from now on; for the thread that calls it. Applying events and writing files may come a
/// little later, accepting and answering may not. Where the system cannot do this for one thread, all stay equal.
pub fn stand_back() {
    let _ = rustix::process::setpriority_process(None, NICENESS);
}

//! What the allocator is told besides allocating.

/// Gives memory that the calling thread holds free back to the system. Memory that other threads freed waits in the list
/// of the thread that allocated it until that one allocates again, which after a burst may be never.
pub(crate) fn give_back() {
    // SAFETY: takes no pointers and may be called by any thread at any time (documentation of mimalloc, `mi_collect`).
    #[allow(unsafe_code)]
    unsafe {
        libmimalloc_sys::mi_collect(true);
    }
}

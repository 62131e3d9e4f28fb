//! Work dealt to threads, results in the order of the work.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, Once, OnceLock, PoisonError};
use std::thread;

/// How many threads the machine runs at once, asked once.
#[must_use]
pub fn available() -> usize {
    static AVAILABLE: OnceLock<usize> = OnceLock::new();
    *AVAILABLE.get_or_init(|| thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get))
}

/// How much stack each of them has: what Linux gives the first thread of a process.
const STACK: usize = 8 << 20;

/// Makes this thread, which must be the first of the process, one of the pool that [`map`] shares work out to: from it no
/// other thread need be woken to begin, and its memory comes in larger pieces than that of others.
pub fn join_pool() {
    start_pool(true);
}

/// What `work` makes of each item, in the order of the items, on up to so many threads, as far as the machine runs as many
/// at once. Each takes the next item when it is done with one, so items may be of any size. Threads that have not begun when the last item is done
/// are not waited for: on a busy machine that would be most of the time.
///
/// # Panics
/// When `work` does.
pub fn map<T: Sync, R: Send>(items: &[T], threads: usize, work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let threads = threads.min(items.len()).min(available());
    if threads < 2 {
        return items.iter().map(work).collect();
    }
    let next = AtomicUsize::new(0);
    let made = Mutex::new(Vec::with_capacity(items.len()));
    let share = || {
        let mut own = Vec::new();
        while let Some((at, item)) = take(items, &next) {
            own.push((at, work(item)));
        }
        made.lock().unwrap_or_else(PoisonError::into_inner).append(&mut own);
    };
    start_pool(false);
    rayon_core::scope(|scope| {
        (1..threads).for_each(|_| scope.spawn(|_| share()));
        share();
    });
    let mut made: Vec<(usize, R)> = made.into_inner().unwrap_or_else(PoisonError::into_inner);
    made.sort_unstable_by_key(|(at, _)| *at);
    made.into_iter().map(|(_, result)| result).collect()
}

/// What both of two pieces of work come to, side by side where there are two threads.
///
/// # Panics
/// When one of them does.
pub fn both<A: Send, B: Send>(
    threads: usize,
    one: impl FnOnce() -> A + Send,
    other: impl FnOnce() -> B + Send,
) -> (A, B) {
    if threads.min(available()) < 2 {
        return (one(), other());
    }
    start_pool(false);
    rayon_core::join(one, other)
}

/// Starts the threads of the pool, once. A thread that stays outside has the others do all of its work.
fn start_pool(with_this_one: bool) {
    static STARTED: Once = Once::new();
    STARTED.call_once(|| {
        let pool = rayon_core::ThreadPoolBuilder::new().num_threads(available()).stack_size(STACK);
        let pool = if with_this_one { pool.use_current_thread() } else { pool };
        // Where that fails, so does the first use, with its reason.
        let _ = pool.build_global();
    });
}

fn take<'i, T>(items: &'i [T], next: &AtomicUsize) -> Option<(usize, &'i T)> {
    let at = next.fetch_add(1, Ordering::Relaxed);
    items.get(at).map(|item| (at, item))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_the_order_of_the_items() {
        let items: Vec<u64> = (0..1000).collect();
        let squares: Vec<u64> = items.iter().map(|item| item * item).collect();
        for threads in [0, 1, 2, 7, 2000] {
            assert_eq!(map(&items, threads, |item| item * item), squares, "{threads} threads");
        }
        assert!(map(&Vec::<u64>::new(), 4, |item| *item).is_empty());
    }

    #[test]
    fn both_come_to_what_each_comes_to() {
        for threads in 0..3 {
            let inner = || map(&[1, 2, 3], threads, |item| item * 2);
            assert_eq!(both(threads, inner, || "other"), (vec![2, 4, 6], "other"), "{threads} threads");
        }
    }

    #[test]
    fn a_panic_of_a_worker_is_a_panic_of_the_whole() {
        let caught = std::panic::catch_unwind(|| map(&[1, 2, 3, 4], 2, |item| assert!(*item != 4)));
        assert!(caught.is_err());
    }
}

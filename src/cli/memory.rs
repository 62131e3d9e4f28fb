//! How much memory this machine has left.

/// Where Linux says what control groups grant, of either version.
const GRANTED: [&str; 2] = ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"];

/// Half of what programs can still get, in bytes; none where the system does not say so.
///
/// A rule without end takes all memory there is, and then the machine is of no use to anybody: where nobody set a limit,
/// this is one.
pub(super) fn half_of_available() -> Option<usize> {
    let available = available(&std::fs::read_to_string("/proc/meminfo").ok()?)?;
    // In a container, less than what the machine has.
    let granted = GRANTED.iter().filter_map(|path| std::fs::read_to_string(path).ok()?.trim().parse().ok());
    Some(granted.fold(available, usize::min) / 2)
}

/// What Linux says of it in `/proc/meminfo`.
fn available(meminfo: &str) -> Option<usize> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kilobytes: usize = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kilobytes.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::available;

    #[test]
    fn linux_says_what_is_available() {
        let meminfo =
            "MemTotal:       24683524 kB\nMemFree:          976112 kB\nMemAvailable:   22795264 kB\nBuffers: 1 kB\n";
        assert_eq!(available(meminfo), Some(22_795_264 * 1024));
        assert_eq!(available("MemTotal: 3 kB\n"), None);
        assert_eq!(available("MemAvailable: much\n"), None);
    }
}

//! Which file systems are shared over a network, where neither locks nor a database are safe.

use std::io;
use std::path::Path;

use rustix::fs::statfs;

/// The types of network and cluster file systems, as statfs(2) and the kernel's `magic.h` have them.
const NETWORK: [u32; 16] = [
    0x0000_6969, // NFS
    0x0000_517b, // SMB
    0xff53_4d42, // CIFS
    0xfe53_4d42, // SMB 2
    0x5346_414f, // AFS
    0x6b41_4653, // AFS of the kernel
    0x7375_7245, // Coda
    0x0000_564c, // NCP
    0x0102_1997, // 9P
    0x00c3_6400, // Ceph
    0x0bd0_0bd0, // Lustre
    0x4750_4653, // GPFS
    0x1983_0326, // BeeGFS
    0x0116_1970, // GFS2
    0x7461_636f, // OCFS2
    0xaad7_aaea, // PanFS
];

/// Whether the file or directory at `path` is on a network file system.
///
/// FUSE is taken for local, since it does not say what is behind it.
pub fn is_network_fs(path: &Path) -> io::Result<bool> {
    let found = statfs(path)?.f_type;
    // The kernel's word has 32 bits or 64, with a sign or without one; the type is its lower half.
    Ok(NETWORK
        .iter()
        .any(|network| i128::from(found) & 0xffff_ffff == i128::from(*network)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_here_is_local() {
        for path in ["/proc", "/tmp", "/"] {
            assert!(!is_network_fs(Path::new(path)).unwrap(), "{path}");
        }
        let missing = is_network_fs(Path::new("/nonexistent")).unwrap_err();
        assert_eq!(missing.kind(), io::ErrorKind::NotFound);
    }
}

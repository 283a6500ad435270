//! A disk that can lose its power: ext4 on a loop device over a file. The file system's own shutdown ioctl, with no
//! flush of its journal, keeps everything from the disk from that moment on; mounting it again replays what is there.
//!
//! Needs root, loop devices, `mkfs.ext4` (e2fsprogs), `losetup` and `mount` (util-linux) and `xfs_io` (xfsprogs).

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, ensure};

/// How often an unmount is tried: a process that was killed needs a moment to let go.
const TRIES: u32 = 100;

/// A mounted file system.
pub struct Device {
    node: String,
    /// Where it is mounted.
    pub mount: PathBuf,
}

/// What is missing on this machine to make one.
#[must_use]
pub fn missing() -> Option<String> {
    let root = fs::metadata("/proc/self").is_ok_and(|meta| std::os::unix::fs::MetadataExt::uid(&meta) == 0);
    if !root {
        return Some("only root may mount".to_owned());
    }
    if !Path::new("/dev/loop-control").exists() {
        return Some("there are no loop devices".to_owned());
    }
    let tools = ["mkfs.ext4", "losetup", "mount", "umount", "xfs_io"];
    let absent = tools.iter().find(|tool| Command::new(tool).arg("-V").output().is_err());
    absent.map(|tool| format!("{tool} is not installed"))
}

impl Device {
    /// Makes a file system of `bytes` below `work` and mounts it.
    ///
    /// # Errors
    /// A tool fails.
    pub fn new(work: &Path, bytes: u64) -> Result<Self> {
        let (image, mount) = (work.join("disk.img"), work.join("mount"));
        let file = fs::File::create(&image).with_context(|| format!("cannot make {}", image.display()))?;
        file.set_len(bytes)?;
        fs::create_dir_all(&mount)?;
        let lazy = "lazy_itable_init=0,lazy_journal_init=0";
        run(Command::new("mkfs.ext4").args(["-q", "-E", lazy]).arg(&image))?;
        let node = run(Command::new("losetup").args(["-f", "--show"]).arg(&image))?.trim().to_owned();
        let device = Self { node, mount };
        device.mount()?;
        Ok(device)
    }

    /// Cuts the power: from now on nothing reaches the disk.
    ///
    /// # Errors
    /// The ioctl fails.
    pub fn cut(&self) -> Result<()> {
        run(Command::new("xfs_io").args(["-x", "-c", "shutdown"]).arg(&self.mount)).map(drop)
    }

    /// The power is back. No process may use the mount any more.
    ///
    /// # Errors
    /// It cannot be mounted.
    pub fn again(&self) -> Result<()> {
        self.unmount()?;
        self.mount()
    }

    fn mount(&self) -> Result<()> {
        run(Command::new("mount").args(["-t", "ext4", &self.node]).arg(&self.mount)).map(drop)
    }

    fn unmount(&self) -> Result<()> {
        let mut last = Ok(String::new());
        for _ in 0..TRIES {
            last = run(Command::new("umount").arg(&self.mount));
            if last.is_ok() {
                break;
            }
            thread::sleep(Duration::from_millis(50));
        }
        last.map(drop)
    }
}

impl Drop for Device {
    fn drop(&mut self) {
        // Whatever went wrong before, no device is left behind.
        let _ = self.unmount();
        let _ = run(Command::new("losetup").args(["-d", &self.node]));
    }
}

fn run(command: &mut Command) -> Result<String> {
    let output = command.output().with_context(|| format!("cannot run {command:?}"))?;
    ensure!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

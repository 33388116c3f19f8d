"""What mends what the system says about a disk, by its number of the error."""

import errno

ANY_REMEDY = "Look at the disk's free space, rights and limits, then run again."
REMEDIES = {
    errno.ENOSPC: "The disk is full: make room and run again.",
    errno.EDQUOT: "The disk quota is used up: make room and run again.",
    errno.EFBIG: "Allow the process larger files (ulimit -f).",
    errno.EIO: "The disk does not read or write as it should: check it, then run again.",
    errno.EACCES: "Give the user of the run the right to read and write there.",
    errno.EPERM: "Give the user of the run the right to read and write there.",
    errno.EROFS: "The file system is mounted read-only: mount it for writing.",
    errno.EXDEV: "Keep state/, reports/ and quarantine/ of a workspace on one file system.",
    errno.EISDIR: "A folder stands in a file's place, as a container's mount of a missing file "
    "makes one: remove it, then run again.",
    errno.ENOTDIR: "A file stands in a folder's place: move it away, then run again.",
    errno.EMFILE: "Allow the process more open files (ulimit -n).",
}

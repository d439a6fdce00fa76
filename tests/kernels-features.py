# Prints what the running kernel has of what netnsctl uses where it is there.
import ctypes, errno, fcntl, os, socket

libc = ctypes.CDLL(None, use_errno=True)


def call(number, *words):
    """Makes a system call without sense: it is there if it gives any error but ENOSYS."""
    result = libc.syscall(number, *words)
    return result, ctypes.get_errno()


def known(number):
    return call(number, -1, 0, 0, 0, 0, 0)[1] != errno.ENOSYS


def asked(request, path):
    """Makes an ioctl of a namespace's file."""
    with open(path) as file:
        fcntl.ioctl(file, request, bytearray(16))
    return True


def cookie():
    with socket.socket() as s:
        return len(s.getsockopt(socket.SOL_SOCKET, 71, 8)) == 8


def handle():
    buffer = ctypes.create_string_buffer(bytes((128, 0, 0, 0)) + bytes(132))
    mount = ctypes.c_int()
    AT_FDCWD, AT_SYMLINK_FOLLOW = -100, 0x400
    return call(303, AT_FDCWD, b"/proc/self/ns/net", buffer, ctypes.byref(mount), AT_SYMLINK_FOLLOW)[0] == 0


def detached_clone():
    AT_FDCWD, OPEN_TREE_CLONE, AT_EMPTY_PATH = -100, 1, 0x1000
    tree = call(428, AT_FDCWD, b"/run", OPEN_TREE_CLONE)[0]
    return tree >= 0 and call(428, tree, b"", OPEN_TREE_CLONE | AT_EMPTY_PATH)[0] >= 0


FEATURES = (
    ("open_tree (5.2)", lambda: known(428)),
    ("mount_setattr (5.12)", lambda: known(442)),
    ("SO_NETNS_COOKIE (5.14)", cookie),
    ("statmount (6.8)", lambda: known(457)),
    ("NS_MNT_GET_NEXT (6.12)", lambda: asked(0x8010B70B, "/proc/self/ns/mnt")),
    ("clone of a detached tree (6.15)", detached_clone),
    ("NS_GET_ID (6.18)", lambda: asked(0x8008B70D, "/proc/self/ns/net")),
    ("nsfs handles (6.18)", handle),
    ("listns (6.19)", lambda: known(470)),
)

for name, has in FEATURES:
    try:
        found = has()
    except OSError as e:
        # The last mount namespace has no next one.
        found = e.errno == errno.ENOENT
    print("has" if found else "lacks", name)

#!/bin/sh
# SPDX-License-Identifier: MIT
# Serves this machine's files to a VM over virtio-fs, read-only: share.sh DIR
# The socket is DIR/share. In a mount namespace of its own every mount becomes
# read-only first, whatever the guest then asks for; only DIR and a private /run
# stay writable, for the server's own socket and lock.
# Nothing the guest looks at changes under it, so it may keep what it has read.
set -eu
if [ "${2-}" != inside ]; then
	exec unshare --mount "$0" "$1" inside
fi

dir=$1
for server in /usr/lib/qemu/virtiofsd /usr/libexec/virtiofsd; do
	[ -x "$server" ] && break
done
mount -t tmpfs tmpfs /run
mount --bind "$dir" "$dir"
cut -d' ' -f5 /proc/self/mountinfo | while read -r target; do
	target=$(printf '%b' "$(echo "$target" | sed 's/\\/\\0/g')")
	case $target in
	/run | /run/* | "$dir") ;;
	*) mount -o remount,bind,ro "$target" ;;
	esac
done
exec "$server" --socket-path="$dir/share" -o source=/,sandbox=chroot,cache=always

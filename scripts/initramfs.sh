#!/bin/bash
# SPDX-License-Identifier: MIT
# Builds the VM's initramfs for a kernel of the cache and prints its path:
# initramfs.sh NAME
set -euo pipefail
. "$(dirname "$0")/lib.sh"

name=$(kernel_name "$1")
kernel=$cache/kernels/$name
guest=$repo/lab
release=$(<"$kernel/release")
tree=$kernel/lib/modules/$release
wanted='virtio_pci virtio_console 9pnet_virtio 9p virtiofs overlay virtio_blk crc32c_generic ext4'

# The files of modules and their dependencies, in the order of loading.
load_order() {
	awk -v wanted="$wanted" '
		function load(file,  parts, n, i) {
			if (file in done) return
			done[file] = 1
			n = split(needs[file], parts, " ")
			for (i = n; i >= 1; i--) load(parts[i])
			print file
		}
		{
			file = $1; sub(/:$/, "", file); $1 = ""
			needs[file] = $0
			name = file; sub(/.*\//, "", name); sub(/\.ko.*/, "", name)
			files[name] = file
		}
		END {
			n = split(wanted, names, " ")
			for (i = 1; i <= n; i++) if (names[i] in files) load(files[names[i]])
		}' "$tree/modules.dep"
}

unpack_module() {
	case $1 in
	*.xz) xz -dc "$1" ;;
	*.zst) zstd -qdc "$1" ;;
	*) cat "$1" ;;
	esac
}

fill() {
	local dir=$1 number=100 file
	mkdir "$dir/modules"
	! ldd "$(command -v busybox)" >/dev/null 2>&1 || die 'busybox needs libraries here; install busybox-static'
	cp "$(command -v busybox)" "$dir/busybox"
	cp "$guest/init" "$dir/init"
	chmod 755 "$dir/init"
	gcc -static -O2 -o "$dir/agent" "$guest"/{agent,job,port,spawn}.c
	for file in $(load_order); do
		number=$((number + 1))
		unpack_module "$tree/$file" >"$dir/modules/$number.ko"
	done
}

pack() {
	local scratch
	scratch=$(mktemp -d)
	# shellcheck disable=SC2064
	trap "rm -rf '$scratch'" EXIT
	fill "$scratch"
	(cd "$scratch" && find . | cpio -o -H newc -R 0:0 --quiet) >"$out.new"
	mv "$out.new" "$out"
	# other runs may still use older files
	find "$kernel" -name 'initramfs-*.cpio' -mtime +7 -delete
}

# Named by content, so that another clone, or the same kernel fetched again, can reuse it.
hash=$(cat "$kernel"/{vmlinuz,release} "$guest"/init "$guest"/{agent,job,port,spawn}.[ch] "${BASH_SOURCE[0]}" | sha256sum | cut -c1-16)
out=$kernel/initramfs-$hash.cpio
if [[ ! -e $out ]]; then
	lock "kernels/$name" >&2
	[[ -e $out ]] || pack
fi
echo "$out"

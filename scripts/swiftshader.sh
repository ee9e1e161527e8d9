#!/usr/bin/env bash
# Prints a folder with libvk_swiftshader.so, a Vulkan driver that computes on the CPU, and libvulkan.so.1, which loads it: what
# the tests of webgpu run on. Takes them out of Debian's package chromium-common (a download of 27 MB, nothing is installed) into
# FACEC_SWIFTSHADER, or a folder of the user's cache, unless they are there already.
set -euo pipefail

for there in "${FACEC_SWIFTSHADER:-}" /usr/lib/chromium "${XDG_CACHE_HOME:-$HOME/.cache}/facec-swiftshader"; do
  if [ -n "$there" ] && [ -e "$there/libvk_swiftshader.so" ]; then echo "$there"; exit 0; fi
done

folder="${FACEC_SWIFTSHADER:-${XDG_CACHE_HOME:-$HOME/.cache}/facec-swiftshader}"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
if ! apt-get download chromium-common >&2; then
  # A clean machine has no list of packages yet.
  apt-get update >&2
  apt-get download chromium-common >&2
fi
dpkg-deb --fsys-tarfile chromium-common_*.deb | tar -x ./usr/lib/chromium/libvk_swiftshader.so ./usr/lib/chromium/libvulkan.so.1
mkdir -p "$(dirname "$folder")"
rm -rf "$folder.new"
mv usr/lib/chromium "$folder.new"
rm -rf "$folder"
mv "$folder.new" "$folder"
echo "$folder"

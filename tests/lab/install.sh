#!/bin/bash
# Installs the servers of the lab (packages.txt) and unpacks those that conflict with them (unpacked.txt).
# Debian starts a service when it is installed; the lab starts its own servers, so that is forbidden meanwhile.
# For root, after "apt-get update". Running it again does only what is missing.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
unpacked=${MAILSETUP_LAB_UNPACKED:-/var/lib/mailsetup-lab}
policy=/usr/sbin/policy-rc.d
names() { sed 's/#.*//' "$here/$1" | awk 'NF { print $NF }'; }

saved=$(mktemp)
if [ -e "$policy" ]; then cp -p "$policy" "$saved"; else rm "$saved"; fi
restore() { if [ -e "$saved" ]; then cp -p "$saved" "$policy"; rm "$saved"; else rm -f "$policy"; fi; }
trap restore EXIT
printf '#!/bin/sh\nexit 101\n' > "$policy"
chmod 755 "$policy"

export DEBIAN_FRONTEND=noninteractive
names packages.txt | xargs apt-get install -y --no-install-recommends

sed 's/#.*//' "$here/unpacked.txt" | while read -r folder package; do
  [ -n "$folder" ] || continue
  version=$(apt-cache policy "$package" | awk '/Candidate:/ { print $2 }')
  mark="$unpacked/$folder/.unpacked-$package"
  if [ "$(cat "$mark" 2>/dev/null || true)" = "$version" ]; then continue; fi
  mkdir -p "$unpacked/$folder"
  download=$(mktemp -d)
  chmod 755 "$download"
  (cd "$download" && apt-get download -q -o APT::Sandbox::User=root "$package=$version" && dpkg -x ./*.deb "$unpacked/$folder")
  rm -r "$download"
  printf '%s\n' "$version" > "$mark"
done

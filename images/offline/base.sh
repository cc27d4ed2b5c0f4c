#!/bin/sh
# Builds debian:trixie-slim from Debian's packages alone and hands it to the engine.
# usage: base.sh TAG MIRROR CA_BUNDLE|-     (as root, with debootstrap)
# The certificate authorities that the host trusts and Debian does not (a proxy that inspects TLS
# has one) come along as files of their own, so that a later update-ca-certificates keeps them.
set -eu
tag=$1 mirror=$2 bundle=$3
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT INT TERM

debootstrap --variant=minbase --include=ca-certificates trixie "$root/fs" "$mirror"

if [ "$bundle" != - ] && [ -s "$bundle" ]; then
  # Body of each certificate as one line; those that the image has already are left out.
  awk -v out="$root/fs/usr/local/share/ca-certificates/host" '
    /-----BEGIN CERTIFICATE-----/ { body = ""; inside = 1; next }
    /-----END CERTIFICATE-----/ {
      inside = 0
      if (FNR == NR) { known[body] = 1 }
      else if (!(body in known)) {
        known[body] = 1
        file = out "-" (++n) ".crt"
        print "-----BEGIN CERTIFICATE-----" > file
        for (i = 1; i <= length(body); i += 64) print substr(body, i, 64) > file
        print "-----END CERTIFICATE-----" > file
        close(file)
      }
      next
    }
    inside { gsub(/[ \t\r]/, ""); body = body $0 }
  ' "$root/fs/etc/ssl/certs/ca-certificates.crt" "$bundle"
  chroot "$root/fs" update-ca-certificates >/dev/null
fi

# What the official slim image leaves out, here and in what is installed on top of it later.
cat >"$root/fs/etc/dpkg/dpkg.cfg.d/slim" <<'SLIM'
path-exclude /usr/share/doc/*
path-exclude /usr/share/man/*
path-exclude /usr/share/info/*
path-exclude /usr/share/locale/*
SLIM
cat >"$root/fs/etc/apt/apt.conf.d/container" <<'APT'
APT::Install-Recommends "true";
Acquire::Languages "none";
DPkg::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb /var/cache/apt/*.bin || true"; };
APT
printf '#!/bin/sh\nexit 101\n' >"$root/fs/usr/sbin/policy-rc.d"
chmod 755 "$root/fs/usr/sbin/policy-rc.d"
# The mirror used here is this host's affair; the image keeps Debian's own address.
rm -f "$root/fs/etc/apt/sources.list"
for suite in "debian trixie trixie-updates" "debian-security trixie-security"; do
  set -- $suite
  path=$1
  shift
  printf 'Types: deb\nURIs: http://deb.debian.org/%s\nSuites: %s\nComponents: main\nSigned-By: /usr/share/keyrings/debian-archive-keyring.gpg\n\n' "$path" "$*"
done >"$root/fs/etc/apt/sources.list.d/debian.sources"
rm -rf "$root"/fs/var/cache/apt/* "$root"/fs/var/lib/apt/lists/* "$root"/fs/var/log/* "$root"/fs/usr/share/doc/* \
  "$root"/fs/usr/share/man/* "$root"/fs/usr/share/locale/* "$root"/fs/usr/share/info/* "$root"/fs/etc/hostname "$root"/fs/etc/resolv.conf

tar -C "$root/fs" -c . | docker import \
  --change 'CMD ["bash"]' \
  --change 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' \
  --change 'ENV NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt' \
  --change 'LABEL dev.orchestra.standin=1' \
  - "$tag" >/dev/null

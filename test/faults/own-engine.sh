#!/bin/sh
# usage: own-engine.sh COMMAND…
# Runs the command beside a Docker engine of its own, for faults that restart the engine: in its own network, mounts and processes, so that the one that
# others use notices nothing. Our images are copied into it. The command finds it where engines are found, and in ORCHESTRA_FAULTS_DAEMON
# what restarts it: `… TERM` as an administrator does, `… KILL` as a crash does. All of it is gone when the command ends. Linux, root, about 6 GB.
set -eu

if [ "${1:-}" != --inside ]; then
  here=$(CDPATH= cd -- "$(dirname -- "$0")/../.." && pwd -P)
  [ "$(id -u)" = 0 ] && command -v unshare dockerd ip >/dev/null || { echo "own-engine.sh: needs root, util-linux, iproute2 and dockerd" >&2; exit 1; }
  tag=$(sh "$here/scripts/prepare.sh" all | sed -n 's/^ORCHESTRA_TAG=//p')
  folder=$(mktemp -d /var/tmp/orchestra-engine-XXXXXX)
  trap 'rm -rf "$folder"; find /sys/fs/cgroup -depth -type d -path "*/orchestra-faults*" -exec rmdir {} + 2>/dev/null || :' EXIT
  ours=$(for name in agent model orchestrator relay spawner web; do echo "orchestra-$name:$tag"; done)
  bases=$(sed -n "/^base_images=/,/'\$/p" "$here/scripts/launcher/images.sh" | sed "s/^base_images='//" | cut -d' ' -f1)
  docker save --output "$folder/images.tar" $ours $bases
  status=0
  unshare --net --mount --pid --fork --kill-child --mount-proc sh "$0" --inside "$folder" "$@" || status=$?
  exit "$status"
fi

folder=$2
shift 2
ip link set lo up
# Its socket, process id and state: /var/run/docker.sock is this engine's in here.
mount -t tmpfs tmpfs /run
cat >"$folder/engine" <<EOF
#!/bin/sh
# usage: engine start|TERM|KILL
set -eu
if [ "\$1" != start ]; then
  pid=\$(cat /run/docker.pid)
  kill -s "\$1" "\$pid"
  tries=0
  while kill -0 "\$pid" 2>/dev/null && [ "\$tries" -lt 600 ]; do sleep 0.1; tries=\$((tries + 1)); done
fi
setsid dockerd --data-root $folder/data --cgroup-parent /orchestra-faults >>$folder/log 2>&1 </dev/null &
tries=0
until docker info >/dev/null 2>&1; do
  tries=\$((tries + 1))
  if [ "\$tries" -gt 300 ]; then tail -n 20 $folder/log >&2; exit 1; fi
  sleep 0.2
done
EOF
chmod 755 "$folder/engine"
"$folder/engine" start
docker load --quiet --input "$folder/images.tar" >/dev/null
rm "$folder/images.tar"
status=0
ORCHESTRA_FAULTS_DAEMON="$folder/engine" "$@" || status=$?
# Its mounts would keep the folder.
kill "$(cat /run/docker.pid)" && while kill -0 "$(cat /run/docker.pid 2>/dev/null)" 2>/dev/null; do sleep 0.2; done
exit "$status"

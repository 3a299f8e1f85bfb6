/** What shells do for `engine-machine.ts`: begin a machine, watch over it, and clear it up. */

/** Longer than a row of the table takes that has the engine. */
const LOCK_DEADLINE_SECONDS = 1200;

/** $1 directory of this run, $2 data, $3 a file that one holds at a time, $4 what runs inside, $5 host name. */
export const WATCH = `
set -u
work=$1 data=$2 lock=$3 inside=$4
trap '' HUP INT TERM
exec 9>"$lock"
waited=0
until flock --nonblock 9; do
  [ "$waited" -gt 0 ] || echo "waits for another trial, which holds $lock" >&2
  waited=$((waited + 1))
  # At the end of the pipe nobody waits any more.
  read -r -t 1 || [ $? -gt 128 ] && [ "$waited" -lt ${LOCK_DEADLINE_SECONDS} ] && continue
  echo "another trial has held $lock for $waited s"
  rm -rf "$work"
  exit 1
done
# What a run before has left when it was killed.
[ -e "$data-is-clean" ] || rm -rf "$data"
rm -f "$data-is-clean"
mkdir -p "$data"
groups=()
while IFS=: read -r _ controllers path; do
  group=/sys/fs/cgroup/\${controllers#name=}\${path%/}
  if [ -n "$controllers" ] && [ -d "$group" ]; then groups+=("$group/gatehouse-engine-$$"); fi
done </proc/self/cgroup
for group in "\${groups[@]}"; do
  mkdir "$group"
  if [ -e "$group/cpuset.cpus" ]; then
    for of in cpus mems; do cat "$group/../cpuset.$of" >"$group/cpuset.$of"; done
  fi
done
(
  for group in "\${groups[@]}"; do echo "$BASHPID" >"$group/cgroup.procs"; done
  exec 9>&- unshare --mount --net --pid --ipc --uts --cgroup --fork --kill-child --mount-proc \\
    bash -c "$inside" bash "$work" "$data" "$5"
) </dev/null &
engine=$!
echo "$engine"
cat >/dev/null
kill -KILL "$engine" 2>/dev/null
wait "$engine" 2>/dev/null
for _ in $(seq 50); do
  find "\${groups[@]}" -depth -type d -exec rmdir {} + 2>/dev/null
  [ -e "\${groups[0]}" ] || break
  sleep 0.1
done
rm -rf "$work"
`;

/** The first process: makes the machine, then is the engine's. */
export const INSIDE = `
set -eu
work=$1 data=$2
mount --make-rprivate /
mount -t sysfs sysfs /sys
mount -t tmpfs tmpfs /sys/fs/cgroup
while IFS=: read -r _ controllers _; do
  case $controllers in
    '') continue ;;
    name=*) options=none,$controllers ;;
    *) options=$controllers ;;
  esac
  at=/sys/fs/cgroup/\${controllers#name=}
  mkdir "$at"
  # One that is not mounted outside cannot be mounted here.
  mount -t cgroup -o "$options" cgroup "$at" 2>/dev/null || rmdir "$at"
done </proc/self/cgroup
for directory in etc var; do
  mkdir -p "$work/$directory/upper" "$work/$directory/work"
  mount -t overlay -o "lowerdir=/$directory,upperdir=$work/$directory/upper,workdir=$work/$directory/work" \\
    overlay "/$directory"
done
mount -t tmpfs tmpfs /run
mkdir -p /var/lib/docker
mount --bind "$data" /var/lib/docker
ip link set lo up
hostname "$3"
exec tini -- dockerd --config-file "$work/daemon.json" >"$work/dockerd.log" 2>&1
`;

/** Images stay, for the next run. */
export const CLEAN_UP = `
docker swarm leave --force >/dev/null 2>&1 || true
# A Swarm that was left removes its own meanwhile.
while docker ps --all --quiet | grep -q .; do
  docker ps --all --quiet | xargs --no-run-if-empty docker rm --force --volumes >/dev/null 2>&1 || true
done
docker network prune --force >/dev/null
docker volume ls --quiet | xargs --no-run-if-empty docker volume rm --force >/dev/null
docker image prune --force >/dev/null
kill -TERM 1
`;

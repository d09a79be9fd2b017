#!/usr/bin/env bash
# Trains on several hosts that are network namespaces of this machine, joined by links of 1 Gbit/s (veth, tbf); cuts one off, and
# goes on with the rest. Needs root, iproute2 and MPICH; trains with the build in this project. What it makes it takes away.
#
#   tools/mpi/hosts.sh TEXT [HOSTS]
#
#   TEXT    what to train on
#   HOSTS   how many, 3 or more [4]
#
#   RATE=1gbit     of each link
#   STEPS=50       of the first run
#   SECONDS_LEFT=10   after which a host that does not answer is given up (TGPT_RANK_TIMEOUT)
set -euo pipefail
unset CDPATH TORNADOVM_HOME

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
case ${1:-} in
  -h | --help | '')
    sed -n '2,13s/^# \{0,1\}//p' "$0"
    exit 0
    ;;
esac
text=$(realpath "$1")
hosts=${2:-4}
rate=${RATE:-1gbit}
steps=${STEPS:-50}
patience=${SECONDS_LEFT:-10}
work=$(mktemp -d)

say() { printf 'hosts: %s\n' "$*"; }

end() {
  local i
  for ((i = 1; i <= hosts; i++)); do
    ip netns pids "tgpt-h$i" 2>/dev/null | xargs -r kill -9 2>/dev/null || true
    ip netns del "tgpt-h$i" 2>/dev/null || true
    rm -rf "/etc/netns/tgpt-h$i"
  done
  ip link del tgpt-bridge 2>/dev/null || true
  rm -rf "$work"
}
trap end EXIT

make_hosts() {
  local i
  ip link add tgpt-bridge type bridge
  ip link set tgpt-bridge up
  for ((i = 1; i <= hosts; i++)); do
    ip netns add "tgpt-h$i"
    ip link add "tgpt-v$i" type veth peer name eth0 netns "tgpt-h$i"
    ip link set "tgpt-v$i" master tgpt-bridge
    ip link set "tgpt-v$i" up
    ip -n "tgpt-h$i" addr add "10.77.0.$i/24" dev eth0
    ip -n "tgpt-h$i" link set lo up
    ip -n "tgpt-h$i" link set eth0 up
    tc qdisc add dev "tgpt-v$i" root tbf rate "$rate" burst 128kb latency 50ms
    ip netns exec "tgpt-h$i" tc qdisc add dev eth0 root tbf rate "$rate" burst 128kb latency 50ms
    mkdir -p "/etc/netns/tgpt-h$i"
    for ((j = 1; j <= hosts; j++)); do echo "10.77.0.$j h$j"; done >"/etc/netns/tgpt-h$i/hosts"
    echo '127.0.0.1 localhost' >>"/etc/netns/tgpt-h$i/hosts"
  done
}

# What the launcher calls instead of ssh: HOST COMMAND..., in that host's namespace and under its name.
make_ssh() {
  cat >"$work/ssh" <<'SSH'
#!/bin/sh
while [ "${1#-}" != "$1" ]; do shift; done
host=$1
shift
exec ip netns exec "tgpt-$host" unshare --uts sh -c 'hostname "$0"; exec sh -c "$*"' "$host" "$*"
SSH
  chmod +x "$work/ssh"
}

# Runs the program on the first $1 hosts.
on_hosts() {
  local n=$1 list='' i
  shift
  for ((i = 1; i <= n; i++)); do list+=${list:+,}h$i; done
  ip netns exec tgpt-h1 unshare --uts sh -c 'hostname h1; exec "$@"' sh env UCX_TLS=tcp,self UCX_NET_DEVICES=eth0 \
    TGPT_RANK_TIMEOUT="$patience" mpirun.mpich -launcher ssh -launcher-exec "$work/ssh" -iface eth0 -hosts "$list" -n "$n" -ppn 1 \
    "$root/tgpt" "$@"
}

make_hosts
make_ssh
train=(train --preset kernel-cpu --data "$text" --device cpu --threads 1 --set batch=4 --set microSteps=12)
say "$hosts hosts, $rate a link: $steps steps of kernel-cpu in 12 micro-steps of 4 sequences, exact and fast"
for exchange in exact fast; do
  on_hosts "$hosts" "${train[@]}" --steps "$steps" --run "$work/$exchange" --exchange "$exchange" | grep -E '^ranks|^\[|saved|^best'
done
say "now without end; host h$hosts is cut off after the first checkpoint"
on_hosts "$hosts" "${train[@]}" --steps 100000 --set checkpointInterval=5 --run "$work/cut" >"$work/log" 2>&1 &
running=$!
until [[ -e $work/cut/last/state.json ]] && grep -q '"step" : [1-9]' "$work/cut/last/state.json"; do
  kill -0 "$running" 2>/dev/null || {
    cat "$work/log"
    exit 1
  }
  sleep 0.5
done
before=$(date +%s)
ip link set "tgpt-v$hosts" down
code=0
wait "$running" || code=$?
say "ended $(($(date +%s) - before)) s later with exit code $code, saying:"
grep 'tgpt: ' "$work/log" | sort -u
step=$(sed -n 's/.*"step" : \([0-9]*\).*/\1/p' "$work/cut/last/state.json" | head -n 1)
say "the checkpoint is of step $step; going on with $((hosts - 1)) hosts"
on_hosts $((hosts - 1)) train --resume --run "$work/cut" --steps $((step + 5)) | grep -E 'resuming|^\[|^ranks'

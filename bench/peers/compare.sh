#!/usr/bin/env bash
# L4Balancer beside HAProxy: the same load through both, in turns, on the same core, in the same run.
#
#   bench/peers/compare.sh [--rounds N] [--idle FLOWS] [--save FILE]
#
# Measures, in N interleaved rounds (3): CPU time per keep-alive round trip at 100 connections (wrk to nginx), CPU time
# per GB in bulk in each direction (iperf3), and resident memory per idle flow (4,000 flows, each with one request
# answered, on processes started anew and warmed up by 500 flows that were closed again). CPU time is that of the whole
# process by /proc/PID/stat. Prints every figure, the medians' ratio, and whether the bars of the project hold. Exit
# code: 0 they do, 1 one does not, 2 it could not be measured.
#
# Servers and load generators run on core 0, both balancers on core 1. Other work on the machine disturbs the absolute
# figures and little the ratios. Takes about 45 s a round.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
readonly here root

readonly LOAD_SECONDS=4
readonly CONNECTIONS=100
readonly WARM_UP_FLOWS=500
readonly SETTLE_SECONDS=2 # After the flows are open or closed, so that what ends in the background has ended.

rounds=3
idle_flows=4000
save=

# shellcheck source=bench/peers/machine.sh
source "$here/machine.sh"
# shellcheck source=bench/peers/balancers.sh
source "$here/balancers.sh"

usage() {
  echo "usage: ${0##*/} [--rounds N] [--idle FLOWS] [--save FILE]" >&2
  exit 2
}

read_arguments() {
  while (($# > 0)); do
    (($# >= 2)) || usage
    case $1 in
      --rounds) rounds=$2 ;;
      --idle) idle_flows=$2 ;;
      --save) save=$2 ;;
      *) usage ;;
    esac
    shift 2
  done
  [[ $rounds =~ ^[1-9][0-9]*$ && $idle_flows =~ ^[1-9][0-9]*$ ]] || usage
  ulimit -n "$(ulimit -Hn)"
  (($(ulimit -n) >= idle_flows * 2 + 1500)) || fail "$idle_flows flows need $((idle_flows * 2 + 1500)) descriptors"
  (($(nproc) >= 2)) || fail "two cores are needed, one for the load and one for the balancers"
}

build() {
  echo "building" >&2
  local project
  for project in "$root/bench/L4Balancer.Bench" "$root/src/L4Balancer.Daemon"; do
    dotnet build -c Release "$project" > "$work/build.log" 2>&1 \
      || fail "the build failed: $(tail -n 8 "$work/build.log")"
  done
  daemon=$root/src/L4Balancer.Daemon/bin/Release/net10.0/l4balancer
  load=$root/bench/L4Balancer.Bench/bin/Release/net10.0/L4Balancer.Bench
}

# Keeps a figure: `sample METRIC ROUND BALANCER VALUE [USER SYSTEM]`.
sample() {
  echo "$*" >> "$work/samples"
}

# Keeps the CPU time between two readings per unit of work:
# `sample_cpu METRIC ROUND BALANCER "BEFORE" "AFTER" UNITS MULTIPLE`, which gives seconds * MULTIPLE / UNITS.
sample_cpu() {
  sample "$1" "$2" "$3" "$(echo "$4 $5 $6 $7" | awk -v tick="$TICKS_PER_SECOND" '{
    user = ($3 - $1) / tick * $6 / $5; system_time = ($4 - $2) / tick * $6 / $5
    printf "%.2f %.2f %.2f", user + system_time, user, system_time }')"
}

round_trips() {
  local round=$1 name=$2 before after requests
  before=$(cpu_ticks "${pid[$name]}")
  taskset -c "$LOAD_CORE" wrk -t1 -c"$CONNECTIONS" -d"${LOAD_SECONDS}s" "http://127.0.0.1:${web[$name]}/" \
    > "$work/wrk.log" 2>&1 || fail "wrk: $(tail -n 3 "$work/wrk.log")"
  after=$(cpu_ticks "${pid[$name]}")
  ! grep -E 'Socket errors|Non-2xx' "$work/wrk.log" >&2 || fail "wrk through $name saw errors"
  requests=$(awk '/requests in/ { print $1 }' "$work/wrk.log")
  ((round == 0)) || sample_cpu round-trip "$round" "$name" "$before" "$after" "$requests" 1e6
}

bulk_transfer() {
  local round=$1 name=$2 metric=$3 before after bytes
  shift 3
  before=$(cpu_ticks "${pid[$name]}")
  taskset -c "$LOAD_CORE" iperf3 --client 127.0.0.1 --port "${bulk[$name]}" --time "$LOAD_SECONDS" --json "$@" \
    > "$work/iperf3.json" 2> "$work/iperf3.err" || fail "iperf3: $(grep error "$work/iperf3.json")"
  after=$(cpu_ticks "${pid[$name]}")
  bytes=$(awk '/"sum_received"/ { found = 1 } found && /"bytes"/ { gsub(/[^0-9]/, ""); print; exit }' \
    "$work/iperf3.json")
  ((round == 0)) || sample_cpu "$metric" "$round" "$name" "$before" "$after" "$bytes" 1e12
}

# Opens flows, and holds them until the next `release_flows`: `hold_flows BALANCER COUNT`.
hold_flows() {
  coproc holder { exec taskset -c "$LOAD_CORE" "$load" idle-flows "127.0.0.1:${web[$1]}" "$2"; }
  # shellcheck disable=SC2154 # Set by coproc.
  holder_id=$holder_PID
  running+=("$holder_id")
  local said
  read -r -u "${holder[0]}" said || fail "the flows through $1 did not open"
  [[ $said == "open $2" ]] || fail "the load generator said: $said"
}

release_flows() {
  local said input=${holder[1]}
  exec {input}>&-
  read -r -u "${holder[0]}" said || true
  [[ $said == closed* ]] || fail "the flows were not closed cleanly"
  end "$holder_id"
}

idle_memory() {
  local round=$1 name=$2 before after
  hold_flows "$name" "$WARM_UP_FLOWS"
  release_flows
  sleep "$SETTLE_SECONDS"
  before=$(rss_kib "${pid[$name]}")
  hold_flows "$name" "$idle_flows"
  sleep "$SETTLE_SECONDS"
  after=$(rss_kib "${pid[$name]}")
  release_flows
  sample idle-flow "$round" "$name" "$(awk -v kib=$((after - before)) -v flows="$idle_flows" \
    'BEGIN { printf "%.2f", kib / flows }')"
}

# The order in which the balancers have their turn, changed with every round, so that a drift of the machine hits both.
turns() {
  if (($1 % 2)); then echo haproxy l4balancer; else echo l4balancer haproxy; fi
}

# CPU time, on one pair of processes. What comes first is not counted: the just-in-time compiler's work is not a round
# trip's.
measure_load() {
  local round name
  start_balancers
  for ((round = 0; round <= rounds; round++)); do
    echo "round $round of $rounds: round trips and bulk" >&2
    for name in $(turns "$round"); do round_trips "$round" "$name"; done
    for name in $(turns "$round"); do bulk_transfer "$round" "$name" bulk-to-server; done
    for name in $(turns "$round"); do bulk_transfer "$round" "$name" bulk-to-client --reverse; done
  done
  end_balancers
}

# Memory, on a new pair of processes for every round: what a process has once taken it keeps.
measure_memory() {
  local round name
  for ((round = 1; round <= rounds; round++)); do
    echo "round $round of $rounds: idle flows" >&2
    start_balancers
    for name in $(turns "$round"); do
      sample at-start "$round" "$name" "$(awk -v kib="$(rss_kib "${pid[$name]}")" \
        'BEGIN { printf "%.1f", kib / 1024 }')"
      idle_memory "$round" "$name"
    done
    end_balancers
  done
}

describe() {
  local cpu haproxy_version iperf_version
  cpu=$(awk -F': ' '/^model name/ { print $2; exit }' /proc/cpuinfo)
  haproxy_version=$(haproxy -v | awk 'NR == 1 { print $3 }')
  iperf_version=$(iperf3 --version | awk 'NR == 1 { print $2 }')
  echo "L4Balancer beside HAProxy, $(date -u +%F), $(uname -sr), ${cpu:-$(uname -m)}, $(nproc) cores"
  echo "$("$daemon" version | head -n 1), 1 shard; HAProxy $haproxy_version, 1 thread, splice-auto;" \
    "$(nginx -v 2>&1 | sed 's/.*: //'), iperf3 $iperf_version"
  echo
  awk -f "$here/report.awk" "$work/samples"
}

trap leave EXIT
trap 'exit 2' INT TERM HUP

read_arguments "$@"
require haproxy:haproxy nginx:nginx-light wrk:wrk iperf3:iperf3 taskset:util-linux
build
start_web_server
start_bulk_server
measure_load
measure_memory
verdict=0
describe > "$work/report" || verdict=$?
cat "$work/report"
[[ -z $save ]] || cp "$work/report" "$save"
exit "$verdict"

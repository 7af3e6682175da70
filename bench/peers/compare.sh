#!/usr/bin/env bash
# L4Balancer beside its peers: the same load through both, in turns, on the same core, in the same run.
#
#   bench/peers/compare.sh [--rounds N] [--idle FLOWS] [--save FILE] [--daemon FILE] [tcp|udp]...
#
# tcp measures it beside HAProxy, udp beside nginx (`stream`); without either, both. What they measure stands at the top
# of tcp.sh and udp.sh: CPU time per round trip and per GB, loss, and resident memory per idle flow (4,000 flows, on
# processes started anew and warmed up by 500 flows), all in N interleaved rounds (3). CPU time is that of the whole
# process by /proc/PID/stat. Prints every figure, the medians' ratio, and whether the bars of the project hold. Exit
# code: 0 they do, 1 one does not, 2 it could not be measured. --daemon measures that program instead of building one.
#
# Servers and load generators run on core 0, both balancers on core 1. Other work on the machine disturbs the absolute
# figures and little the ratios. Takes about 45 s a round for TCP, and 90 s for UDP.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
readonly here root

rounds=3
idle_flows=4000
save=
daemon=
comparisons=()

# shellcheck source=bench/peers/machine.sh
source "$here/machine.sh"
# shellcheck source=bench/peers/samples.sh
source "$here/samples.sh"
# shellcheck source=bench/peers/tcp.sh
source "$here/tcp.sh"
# shellcheck source=bench/peers/udp.sh
source "$here/udp.sh"

usage() {
  echo "usage: ${0##*/} [--rounds N] [--idle FLOWS] [--save FILE] [--daemon FILE] [tcp|udp]..." >&2
  exit 2
}

read_arguments() {
  while (($# > 0)); do
    case $1 in
      tcp | udp)
        comparisons+=("$1")
        shift
        continue
        ;;
    esac
    (($# >= 2)) || usage
    case $1 in
      --rounds) rounds=$2 ;;
      --idle) idle_flows=$2 ;;
      --save) save=$2 ;;
      --daemon) daemon=$2 ;;
      *) usage ;;
    esac
    shift 2
  done
  ((${#comparisons[@]} > 0)) || comparisons=(tcp udp)
  [[ $rounds =~ ^[1-9][0-9]*$ && $idle_flows =~ ^[1-9][0-9]*$ ]] || usage
  ulimit -n "$(ulimit -Hn)"
  (($(ulimit -n) >= idle_flows * 2 + 1500)) || fail "$idle_flows flows need $((idle_flows * 2 + 1500)) descriptors"
  (($(nproc) >= 2)) || fail "two cores are needed, one for the load and one for the balancers"
}

build_project() {
  dotnet build -c Release "$root/$1" > "$work/build.log" 2>&1 \
    || fail "the build failed: $(tail -n 8 "$work/build.log")"
}

build() {
  echo "building" >&2
  build_project bench/L4Balancer.Bench
  load=$root/bench/L4Balancer.Bench/bin/Release/net10.0/L4Balancer.Bench
  [[ -z $daemon ]] || return 0
  build_project src/L4Balancer.Daemon
  daemon=$root/src/L4Balancer.Daemon/bin/Release/net10.0/l4balancer
}

describe_machine() {
  local cpu
  cpu=$(awk -F': ' '/^model name/ { print $2; exit }' /proc/cpuinfo)
  echo "$("$daemon" version | head -n 1) beside its peers, $(date -u +%F), $(uname -sr)," \
    "${cpu:-$(uname -m)}, $(nproc) cores"
}

# Prints the tables of one comparison, from its samples: 0 where its bars hold, 1 where one does not, 2 without samples.
describe() {
  "describe_$1"
  echo
  awk -v comparison="$1" -f "$here/report.awk" "$work/samples-$1"
}

trap leave EXIT
trap 'exit 2' INT TERM HUP

read_arguments "$@"
require taskset:util-linux
for one in "${comparisons[@]}"; do "require_$one"; done
build
describe_machine | tee "$work/report"
verdict=0
for one in "${comparisons[@]}"; do
  samples=$work/samples-$one
  : > "$samples"
  "measure_$one"
  result=0
  { echo && describe "$one"; } > "$work/report-$one" || result=$?
  tee -a "$work/report" < "$work/report-$one"
  ((result <= verdict)) || verdict=$result
done
[[ -z $save ]] || cp "$work/report" "$save"
exit "$verdict"

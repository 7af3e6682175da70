# shellcheck shell=bash disable=SC2034,SC2154 # Some of it is set or used by the one who sources it.
# The comparison of TCP with HAProxy: CPU time per keep-alive round trip at 100 connections (wrk to nginx), CPU time per
# GB in bulk in each direction (iperf3), and resident memory per idle flow (flows with one request answered). Sourced by
# compare.sh, which calls the functions that end in the comparison's name.

readonly TCP_LOAD_SECONDS=4
readonly CONNECTIONS=100

# shellcheck source=bench/peers/tcp-balancers.sh
source "$here/tcp-balancers.sh"

require_tcp() {
  require haproxy:haproxy nginx:nginx-light wrk:wrk iperf3:iperf3
}

round_trips() {
  local round=$1 name=$2 before ticks requests
  before=$(cpu_ticks "${pid[$name]}")
  taskset -c "$LOAD_CORE" wrk -t1 -c"$CONNECTIONS" -d"${TCP_LOAD_SECONDS}s" "http://127.0.0.1:${web[$name]}/" \
    > "$work/wrk.log" 2>&1 || fail "wrk: $(tail -n 3 "$work/wrk.log")"
  ticks=$(ticks_since "$before" "${pid[$name]}")
  ! grep -E 'Socket errors|Non-2xx' "$work/wrk.log" >&2 || fail "wrk through $name saw errors"
  requests=$(awk '/requests in/ { print $1 }' "$work/wrk.log")
  # shellcheck disable=SC2086 # Two numbers.
  ((round == 0)) || sample_cpu round-trip "$round" "$name" $ticks "$requests" 1e6
}

bulk_transfer() {
  local round=$1 name=$2 metric=$3 before ticks bytes
  shift 3
  before=$(cpu_ticks "${pid[$name]}")
  taskset -c "$LOAD_CORE" iperf3 --client 127.0.0.1 --port "${bulk[$name]}" --time "$TCP_LOAD_SECONDS" --json "$@" \
    > "$work/iperf3.json" 2> "$work/iperf3.err" || fail "iperf3: $(grep error "$work/iperf3.json")"
  ticks=$(ticks_since "$before" "${pid[$name]}")
  bytes=$(awk '/"sum_received"/ { found = 1 } found && /"bytes"/ { gsub(/[^0-9]/, ""); print; exit }' \
    "$work/iperf3.json")
  # shellcheck disable=SC2086 # Two numbers.
  ((round == 0)) || sample_cpu "$metric" "$round" "$name" $ticks "$bytes" 1e12
}

# CPU time, on one pair of processes. What comes first is not counted: the just-in-time compiler's work is not a round
# trip's.
measure_tcp_load() {
  local round name
  start_tcp_balancers
  for ((round = 0; round <= rounds; round++)); do
    echo "round $round of $rounds: TCP round trips and bulk" >&2
    for name in $(turns "$round" haproxy); do round_trips "$round" "$name"; done
    for name in $(turns "$round" haproxy); do bulk_transfer "$round" "$name" bulk-to-server; done
    for name in $(turns "$round" haproxy); do bulk_transfer "$round" "$name" bulk-to-client --reverse; done
  done
  end_tcp_balancers
}

# Memory, on a new pair of processes for every round: what a process has once taken it keeps.
measure_tcp_memory() {
  local round name
  for ((round = 1; round <= rounds; round++)); do
    echo "round $round of $rounds: idle TCP flows" >&2
    start_tcp_balancers
    for name in $(turns "$round" haproxy); do
      sample_at_start "$round" "$name" "${pid[$name]}"
      idle_memory idle-flow "$round" "$name" "${pid[$name]}" idle-flows "${web[$name]}"
    done
    end_tcp_balancers
  done
}

measure_tcp() {
  start_web_server
  start_bulk_server
  measure_tcp_load
  measure_tcp_memory
  end_all
}

describe_tcp() {
  local haproxy_version iperf_version
  haproxy_version=$(haproxy -v | awk 'NR == 1 { print $3 }')
  iperf_version=$(iperf3 --version | awk 'NR == 1 { print $2 }')
  echo "TCP: 1 shard; HAProxy $haproxy_version, 1 thread, splice-auto;" \
    "$(nginx -v 2>&1 | sed 's/.*: //'), iperf3 $iperf_version"
}

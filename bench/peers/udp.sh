# shellcheck shell=bash disable=SC2034,SC2154 # Some of it is set or used by the one who sources it.
# The comparison of UDP with nginx: CPU time per round trip of a datagram and datagrams lost, over 50 flows in a closed
# loop (udp-load to udp-echo), and resident memory per idle session. Sourced by compare.sh, which calls the functions
# that end in the comparison's name.
#
# The trains are those of QUIC stacks that send by UDP GSO: 16 datagrams of 1,200 bytes (the least that QUIC allows a
# path to carry), one train under way per flow. Stacks send up to 10 (quinn) to 45 (Google's QUICHE) at once. Both ends
# send and receive them as trains; the server answers a train with a train also where it came in pieces.

readonly UDP_LOAD_SECONDS=4
readonly UDP_FLOWS=50
declare -rA UDP_CASES=(
  ["udp-1"]="--outstanding 1 --bytes 200"
  ["udp-8"]="--outstanding 8 --bytes 200"
  ["udp-train"]="--outstanding 1 --bytes 1200 --train 16"
)

# shellcheck source=bench/peers/udp-balancers.sh
source "$here/udp-balancers.sh"

require_udp() {
  require nginx:nginx-light pgrep:procps
  [[ -n $(stream_module) ]] || nginx -V 2>&1 | grep -q -- '--with-stream\( \|$\)' \
    || install_packages libnginx-mod-stream
}

# One turn: `udp_turn CASE ROUND NAME`. The load reads the process's CPU time itself, at both ends of the time in which
# it counts.
udp_turn() {
  local case=$1 round=$2 name=$3 port user system_time trips lost seconds
  port=${echo_at[$name]}
  [[ $case != udp-train ]] || port=${train_at[$name]}
  # shellcheck disable=SC2086 # The options of the case.
  taskset -c "$LOAD_CORE" "$load" udp-load "127.0.0.1:$port" --flows "$UDP_FLOWS" ${UDP_CASES[$case]} \
    --seconds "$UDP_LOAD_SECONDS" --watch "${pid[$name]:-0}" > "$work/udp-load.out" 2> "$work/udp-load.err" \
    || fail "udp-load through $name: $(cat "$work/udp-load.err")"
  read -r _ trips _ lost _ _ _ seconds _ user _ system_time < "$work/udp-load.out"
  sample "$case-rate" "$round" "$name" "$(awk -v n="$trips" -v s="$seconds" 'BEGIN { printf "%.1f", n / s / 1000 }')"
  [[ $name != direct ]] || return 0
  sample_cpu "$case" "$round" "$name" "$user" "$system_time" "$trips" 1e6
  sample "$case-loss" "$round" "$name" "$(awk -v n="$trips" -v lost="$lost" \
    'BEGIN { printf "%.1f", lost / (n + lost) * 1e6 }')"
}

# As with TCP, the first turn of each is not counted. What the load does without a balancer shows whether it has room.
measure_udp_load() {
  local round name case
  start_udp_balancers
  for ((round = 0; round <= rounds; round++)); do
    echo "round $round of $rounds: datagrams" >&2
    for case in udp-1 udp-8 udp-train; do
      for name in $(turns "$round" nginx) nginx-multi direct; do udp_turn "$case" "$round" "$name"; done
    done
    ((round > 0)) || : > "$samples"
  done
  end_udp_balancers
}

# Memory, on a new pair of processes for every round: what a process has once taken it keeps.
measure_udp_memory() {
  local round name
  for ((round = 1; round <= rounds; round++)); do
    echo "round $round of $rounds: idle UDP sessions" >&2
    start_udp_balancers
    for name in $(turns "$round" nginx); do
      sample_at_start "$round" "$name" "${pid[$name]}"
      idle_memory idle-session "$round" "$name" "${pid[$name]}" idle-udp-flows "${echo_at[$name]}"
    done
    end_udp_balancers
  done
}

measure_udp() {
  start_echo_servers
  measure_udp_load
  measure_udp_memory
  end_all
}

describe_udp() {
  echo "UDP: 1 shard; $(nginx -v 2>&1 | sed 's/.*: //') stream, 1 worker"
}

# shellcheck shell=bash disable=SC2154 # The work directory is machine.sh's.
# What every comparison does: it keeps figures, gives turns, and holds idle flows. Sourced after machine.sh; who sources
# it sets `samples` (a file), `rounds`, `load` and `idle_flows`.

# By the name of the balancer: the process whose time and memory is measured.
declare -A pid

readonly WARM_UP_FLOWS=500
readonly SETTLE_SECONDS=2 # After the flows are open or closed, so that what ends in the background has ended.

# Keeps a figure: `sample METRIC ROUND BALANCER VALUE [USER SYSTEM]`.
sample() {
  echo "$*" >> "$samples"
}

# Keeps CPU time per unit of work: `sample_cpu METRIC ROUND BALANCER USER_TICKS SYSTEM_TICKS UNITS MULTIPLE`, which
# gives seconds * MULTIPLE / UNITS.
sample_cpu() {
  sample "$1" "$2" "$3" "$(awk -v user="$4" -v kernel="$5" -v units="$6" -v multiple="$7" \
    -v tick="$TICKS_PER_SECOND" 'BEGIN {
      scale = multiple / units / tick
      printf "%.2f %.2f %.2f", (user + kernel) * scale, user * scale, kernel * scale }')"
}

# The CPU time of a process since a reading, as USER_TICKS SYSTEM_TICKS: `ticks_since "BEFORE" PID`.
ticks_since() {
  echo "$1 $(cpu_ticks "$2")" | awk '{ print $3 - $1, $4 - $2 }'
}

sample_at_start() {
  sample at-start "$1" "$2" "$(awk -v kib="$(rss_kib "$3")" 'BEGIN { printf "%.1f", kib / 1024 }')"
}

# The order in which two balancers have their turn, changed with every round, so that a drift of the machine hits both:
# `turns ROUND PEER`.
turns() {
  if (($1 % 2)); then echo "$2 l4balancer"; else echo "l4balancer $2"; fi
}

# Opens flows, and holds them until the next `release_flows`: `hold_flows COMMAND PORT COUNT`.
hold_flows() {
  coproc holder { exec taskset -c "$LOAD_CORE" "$load" "$1" "127.0.0.1:$2" "$3"; }
  # shellcheck disable=SC2154 # Set by coproc.
  holder_id=$holder_PID
  running+=("$holder_id")
  local said
  read -r -u "${holder[0]}" said || fail "the flows through port $2 did not open"
  [[ $said == "open $3" ]] || fail "the load generator said: $said"
}

release_flows() {
  local said input=${holder[1]}
  exec {input}>&-
  read -r -u "${holder[0]}" said || true
  [[ $said == closed* ]] || fail "the flows were not closed cleanly"
  end "$holder_id"
}

# Keeps what an idle flow adds to a process: `idle_memory METRIC ROUND BALANCER PID COMMAND PORT`. The process is warmed
# up by flows that are closed again; sessions of UDP live on, and are in both readings.
idle_memory() {
  local metric=$1 round=$2 name=$3 process=$4 command=$5 port=$6 before after
  hold_flows "$command" "$port" "$WARM_UP_FLOWS"
  release_flows
  sleep "$SETTLE_SECONDS"
  before=$(rss_kib "$process")
  hold_flows "$command" "$port" "$idle_flows"
  sleep "$SETTLE_SECONDS"
  after=$(rss_kib "$process")
  release_flows
  sample "$metric" "$round" "$name" "$(awk -v kib=$((after - before)) -v flows="$idle_flows" \
    'BEGIN { printf "%.2f", kib / flows }')"
}

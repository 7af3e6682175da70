# shellcheck shell=bash
# What a benchmark needs of the machine: programs, free ports, processes that end with it, readings from /proc.
# Sourced; who sources it calls `leave` by a trap.
# shellcheck disable=SC2034 # Used by those who source it.

readonly LOAD_CORE=0     # Servers and load generators.
readonly BALANCER_CORE=1 # Both balancers; the one that is not measured is idle.

TICKS_PER_SECOND=$(getconf CLK_TCK)
readonly TICKS_PER_SECOND

work=$(mktemp -d) # All files of the run.
running=()        # Process ids of all that was started and not ended.
started=          # The process id of what was started last.
touch "$work/ports"

fail() {
  echo "${0##*/}: $*" >&2
  exit 2
}

# Installs Debian packages whose program is missing: `require haproxy:haproxy nginx:nginx-light`.
require() {
  local missing=() pair
  for pair in "$@"; do
    command -v "${pair%%:*}" > /dev/null || missing+=("${pair#*:}")
  done
  ((${#missing[@]} == 0)) || install_packages "${missing[@]}"
}

install_packages() {
  if [[ $(id -u) != 0 ]] || ! command -v apt-get > /dev/null; then fail "please install: $*"; fi
  { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@"; } \
    > "$work/apt.log" 2>&1 || fail "apt-get could not install $*: $(tail -n 3 "$work/apt.log")"
}

# Chooses a port of 127.0.0.1 on which nobody listens, by TCP or UDP, and that was not chosen before, below the range
# that the kernel gives to clients.
free_port() {
  local tries port
  for ((tries = 0; tries < 100; tries++)); do
    port=$((20000 + RANDOM % 10000))
    if grep -qx "$port" "$work/ports" || listens "$port" || is_bound_udp "$port"; then continue; fi
    echo "$port" | tee -a "$work/ports"
    return
  done
  fail "found no free port"
}

listens() {
  (exec 3<> "/dev/tcp/127.0.0.1/$1") 2> /dev/null
}

is_bound_udp() {
  grep -q ":$(printf %04X "$1") 0*:0000 " /proc/net/udp
}

# Starts a program on a core, in the background: `start CORE NAME COMMAND...`. Its id is then in `started`.
start() {
  local core=$1 name=$2
  shift 2
  taskset -c "$core" "$@" > "$work/$name.log" 2>&1 &
  started=$!
  running+=("$started")
}

# Waits until a program listens: `await_port PORT PID NAME`, for UDP `await_port PORT PID NAME is_bound_udp`.
await_port() {
  local tries test=${4:-listens}
  for ((tries = 0; tries < 300; tries++)); do
    "$test" "$1" && return
    kill -0 "$2" 2> /dev/null || fail "$3 ended: $(tail -n 5 "$work/$3.log")"
    sleep 0.1
  done
  fail "$3 does not listen on port $1: $(tail -n 5 "$work/$3.log")"
}

# Ends one process that `start` started.
end() {
  local pid=$1 kept=() one
  kill -TERM "$pid" 2> /dev/null || true
  for _ in {1..50}; do
    kill -0 "$pid" 2> /dev/null || break
    sleep 0.1
  done
  kill -KILL "$pid" 2> /dev/null || true
  wait "$pid" 2> /dev/null || true
  for one in "${running[@]}"; do
    [[ $one == "$pid" ]] || kept+=("$one")
  done
  running=("${kept[@]}")
}

end_all() {
  while ((${#running[@]} > 0)); do end "${running[-1]}"; done
}

leave() {
  end_all
  rm -rf "$work"
}

# CPU time of a process so far in clock ticks: `USER SYSTEM`. Fields 14 and 15 of proc(5), counted after the name.
cpu_ticks() {
  sed 's/.*) //' "/proc/$1/stat" | awk '{ print $12, $13 }'
}

# Resident memory of a process in KiB.
rss_kib() {
  awk '$1 == "VmRSS:" { print $2 }' "/proc/$1/status"
}
